// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/worker_threads.h"

#include <cstddef>
#include <new>
#include <system_error>
#include <utility>

namespace bindersim::explore {

namespace {

// Bytes that each thread may come to need for its work.
constexpr size_t kRoomForWork = size_t{4} << 20;

// So many bytes that nobody uses, to see whether there are any. Throws
// std::bad_alloc if there are not.
class Room {
 public:
  explicit Room(size_t bytes) : bytes_(::operator new(bytes)) {}
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room() { ::operator delete(bytes_); }

 private:
  void* const bytes_;
};

}  // namespace

WorkerThreads::WorkerThreads(uint64_t count, std::function<void()> work,
                             std::function<void()> stop)
    : work_(std::move(work)), stop_(std::move(stop)) {
  threads_.reserve(count);
  try {
    while (threads_.size() < count) {
      // Where stacks take all there is, the work fails.
      const Room for_work((threads_.size() + 1) * kRoomForWork);
      threads_.emplace_back([this] { Work(); });
    }
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
    // It takes longer with fewer, nothing else.
  }
}

WorkerThreads::~WorkerThreads() {
  if (threads_.empty()) return;
  stop_();
  WaitForAll();
}

void WorkerThreads::Join() {
  WaitForAll();
  if (thrown_) std::rethrow_exception(thrown_);
}

void WorkerThreads::Work() {
  try {
    work_();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!thrown_) thrown_ = std::current_exception();
    stop_();
  }
}

void WorkerThreads::WaitForAll() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace bindersim::explore
