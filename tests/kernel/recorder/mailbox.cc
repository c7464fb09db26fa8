// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/recorder/mailbox.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace bindersim::recorder {

namespace {

void FutexWait(std::atomic<uint32_t>& word, uint32_t value) {
  syscall(SYS_futex, &word, FUTEX_WAIT, value, nullptr, nullptr, 0);
}

void FutexWake(std::atomic<uint32_t>& word) {
  syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

int64_t OrError(int64_t result) { return result == -1 ? -errno : result; }

int64_t Poll(const Call& call) {
  pollfd entry{static_cast<int>(call.arguments[0]), POLLIN, 0};
  const int ready = poll(&entry, 1, static_cast<int>(call.arguments[1]));
  return ready < 0 ? -errno : ready == 0 ? 0 : entry.revents;
}

// Memory with nothing behind it, so that reading on is an error.
int64_t Map(uint64_t size) {
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const uint64_t whole = (size + page - 1) / page * page;
  void* const at = mmap(nullptr, whole + page, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return -errno;
  if (mprotect(at, whole, PROT_READ | PROT_WRITE) != 0) return -errno;
  return reinterpret_cast<int64_t>(at);
}

int64_t Perform(const Call& call) {
  switch (call.kind) {
    case Call::Kind::kSystemCall: {
      const uint64_t* a = call.arguments;
      const uint64_t second =
          call.path[0] != '\0' ? reinterpret_cast<uint64_t>(call.path) : a[1];
      return OrError(
          syscall(call.number, a[0], second, a[2], a[3], a[4], a[5]));
    }
    case Call::Kind::kPoll:
      return Poll(call);
    case Call::Kind::kSleep: {
      const auto ms = static_cast<time_t>(call.arguments[0]);
      const timespec time{ms / 1000, ms % 1000 * 1'000'000};
      return OrError(nanosleep(&time, nullptr));
    }
    case Call::Kind::kMkfd:
      return OrError(memfd_create(call.identity, MFD_CLOEXEC));
    case Call::Kind::kMap:
      return Map(call.arguments[0]);
    case Call::Kind::kExit:
      break;
  }
  return 0;
}

}  // namespace

void Post(Mailbox& mailbox, const Call& call) {
  mailbox.call = call;
  mailbox.state = Mailbox::kIssued;
  FutexWake(mailbox.state);
}

int64_t Take(Mailbox& mailbox) {
  for (uint32_t state = mailbox.state; state != Mailbox::kDone;
       state = mailbox.state) {
    FutexWait(mailbox.state, state);
  }
  mailbox.state = Mailbox::kIdle;
  return mailbox.result;
}

void Serve(SharedMemory& shared, Mailbox& mailbox) {
  mailbox.tid = static_cast<uint32_t>(syscall(SYS_gettid));
  FutexWake(mailbox.tid);
  while (true) {
    for (uint32_t state = mailbox.state; state != Mailbox::kIssued;
         state = mailbox.state) {
      FutexWait(mailbox.state, state);
    }
    // The call may be overwritten as soon as it is done.
    const bool exits = mailbox.call.kind == Call::Kind::kExit;
    mailbox.result = Perform(mailbox.call);
    mailbox.order = ++shared.completed;
    mailbox.state = Mailbox::kDone;
    FutexWake(mailbox.state);
    if (exits) syscall(SYS_exit, 0);
  }
}

}  // namespace bindersim::recorder
