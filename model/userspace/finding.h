// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_FINDING_H_
#define BINDERSIM_MODEL_USERSPACE_FINDING_H_

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/time.h"

namespace bindersim {

// Something that is wrong with the simulated system. `kind` is one of
//   deadlock        threads wait for each other, or for something that nobody
//                   will ever do
//   missing_service a thread waits for a service that nobody adds, or whose
//                   process is gone
//   lost_wakeup     a thread waits for a notification that came while nobody
//                   waited
//   unanswered_call a call that no thread will ever serve
//   pool_starvation calls lay in a process's work list for long, because none
//                   of its Binder threads was free (USR-13)
//   slow_call       a synchronous call that was not answered in time
//   leaked_buffer   transactions that were delivered and never freed
//   leaked_node     a node that nothing refers to is still there
//   leaked_reference  the driver counts references of a process that has
//                   neither a proxy nor a buffer for them
//   reference_drift the driver and libbinder do not agree about a reference
//   stack_overflow  calls nest without end
//   abort           libbinder ended a process
//   misuse          a program unlocked a mutex that it did not hold, or
//                   waited with one
//   use_after_free  a part of the model used something that was gone
//   invariant_violated  the driver's state is broken (driver/invariants.h)
//   limit           the step limit was reached
struct Finding {
  std::string kind;
  std::string text;  // one line or more, in Binder's words
  std::vector<uint32_t> pids;
  std::vector<uint32_t> tids;
  sim::Time at{};

  auto Fields() const { return std::tie(kind, text, pids, tids, at); }
  bool operator==(const Finding&) const = default;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_USERSPACE_FINDING_H_
