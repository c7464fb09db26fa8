// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_WORKER_THREADS_H_
#define BINDERSIM_EXPLORE_WORKER_THREADS_H_

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bindersim::explore {

// Threads that help the one that starts them. However that one goes on, none
// of them outlives this.
class WorkerThreads {
 public:
  // Starts `count` threads that do `work`, or as many as there is memory for,
  // with some megabytes for what each does. None begins before the last has
  // started: what it is to allocate would be taken for free. `stop` makes work
  // return soon, on any thread; it is called if one of them throws, and if this
  // ends before Join().
  WorkerThreads(uint64_t count, std::function<void()> work,
                std::function<void()> stop);
  WorkerThreads(const WorkerThreads&) = delete;
  WorkerThreads& operator=(const WorkerThreads&) = delete;
  ~WorkerThreads();

  // Waits until all have done their work. Throws what the first one threw.
  void Join();

 private:
  // How far a thread that starts has come.
  enum class Entry { kUnderWay, kReady, kNoRoom };

  void Enter();
  void Work();
  void WaitForAll();

  const std::function<void()> work_;
  const std::function<void()> stop_;
  std::vector<std::thread> threads_;
  std::atomic<Entry> last_entry_ = Entry::kUnderWay;
  std::atomic<bool> may_work_ = false;
  std::mutex mutex_;
  std::exception_ptr thrown_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_WORKER_THREADS_H_
