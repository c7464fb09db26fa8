// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// How the recorder tells its threads what to do: one mailbox for each, in
// memory that all processes share.

#ifndef BINDERSIM_TESTS_KERNEL_RECORDER_MAILBOX_H_
#define BINDERSIM_TESTS_KERNEL_RECORDER_MAILBOX_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace bindersim::recorder {

// A system call as plain numbers.
struct Call {
  enum class Kind : uint8_t {
    kSystemCall,  // number, arguments
    kPoll,        // arguments: descriptor, time-out in ms; result: the events
    kSleep,       // arguments: ms
    kMkfd,        // identity
    kMap,         // arguments: size; result: the address
    kExit,
  };
  Kind kind = Kind::kSystemCall;
  int64_t number = 0;  // of the system call
  uint64_t arguments[6] = {};
  char path[64] = {};       // replaces argument 1, if any
  char identity[128] = {};  // kMkfd
};

struct Mailbox {
  enum State : uint32_t { kIdle, kIssued, kDone };
  std::atomic<uint32_t> state{kIdle};  // a futex
  std::atomic<uint32_t> tid{0};        // set when the thread is ready
  Call call;
  int64_t result = 0;  // or a negative errno
  uint32_t order = 0;  // of completion
};

struct SharedMemory {
  static constexpr size_t kMostThreads = 32;
  static constexpr size_t kMostProcesses = 32;
  std::atomic<uint32_t> completed{0};
  Mailbox threads[kMostThreads];
  Mailbox servants[kMostProcesses];  // the processes' main threads
};

// Hands the call over; returns at once.
void Post(Mailbox& mailbox, const Call& call);
// Waits until the mailbox's call is done, and makes it idle again.
int64_t Take(Mailbox& mailbox);

// What a thread does all its life: takes calls from its mailbox.
[[noreturn]] void Serve(SharedMemory& shared, Mailbox& mailbox);

}  // namespace bindersim::recorder

#endif  // BINDERSIM_TESTS_KERNEL_RECORDER_MAILBOX_H_
