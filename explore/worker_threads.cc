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

// Bytes that starting one takes for a moment: its stack, and what the allocator
// sets aside for it. glibc's malloc maps 128 MiB to keep 64 of them; where it
// cannot, it tries again each time that the thread allocates, and the others
// may find nothing meanwhile.
constexpr size_t kRoomToStart = size_t{192} << 20;

// Sees whether there are so many bytes. Throws std::bad_alloc if not.
void TryAllocating(size_t bytes) { ::operator delete(::operator new(bytes)); }

}  // namespace

WorkerThreads::WorkerThreads(uint64_t count, std::function<void()> work,
                             std::function<void()> stop)
    : work_(std::move(work)), stop_(std::move(stop)) {
  threads_.reserve(count);
  try {
    bool is_room = true;
    while (is_room && threads_.size() < count) {
      TryAllocating((threads_.size() + 1) * kRoomForWork + kRoomToStart);
      last_entry_ = Entry::kUnderWay;
      threads_.emplace_back([this] { Enter(); });
      last_entry_.wait(Entry::kUnderWay);
      is_room = last_entry_ == Entry::kReady;
    }
  } catch (const std::system_error&) {
  } catch (const std::bad_alloc&) {
    // It takes longer with fewer, nothing else.
  }
  may_work_ = true;
  may_work_.notify_all();
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

void WorkerThreads::Enter() {
  bool is_room = true;
  try {
    TryAllocating(1);
  } catch (const std::bad_alloc&) {
    is_room = false;
  }
  last_entry_ = is_room ? Entry::kReady : Entry::kNoRoom;
  last_entry_.notify_one();
  may_work_.wait(false);
  if (is_room) Work();
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
