// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The records that the simulated machine itself emits: what each thread does.

#ifndef BINDERSIM_SIM_SCHED_RECORDS_H_
#define BINDERSIM_SIM_SCHED_RECORDS_H_

#include <cstdint>

#include "sim/record.h"

namespace bindersim::sim {

enum class RunState : uint32_t {
  kBlocked = 0,   // waits for a wake-up, a timer or a sleeping lock
  kRunnable = 1,  // could run, but has no CPU
  kRunning = 2,   // on a CPU
  kSpinning = 3,  // on a CPU, busy waiting for a spinlock
  kExited = 4,
};

// The thread entered a state at the record's time. `cpu` is the CPU it runs
// (or last ran) on; `waits_for` names the lock or queue that it is blocked on
// or spins for, or is null.
struct ThreadStateChanged {
  static constexpr RecordKind kKind{0x0101};
  RunState state = RunState::kBlocked;
  uint32_t cpu = 0;
  Name waits_for;
};

// The thread began (1) or ended (0) waiting for a contended lock.
struct LockWait {
  static constexpr RecordKind kKind{0x0102};
  Name lock;
  uint32_t begins = 0;
  uint32_t holder_tid = 0;
};

// The thread was woken by thread `by_tid` (0 = a timer or an event).
struct ThreadWakened {
  static constexpr RecordKind kKind{0x0103};
  uint32_t by_tid = 0;
  uint32_t sync = 0;  // 1 = the waker is about to sleep (THR-40)
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_SCHED_RECORDS_H_
