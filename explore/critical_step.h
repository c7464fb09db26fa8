// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_CRITICAL_STEP_H_
#define BINDERSIM_EXPLORE_CRITICAL_STEP_H_

#include <cstdint>
#include <optional>
#include <string>

#include "explore/decision.h"
#include "explore/finding.h"
#include "explore/interrupt.h"
#include "explore/trial.h"
#include "model/world.h"

namespace bindersim::explore {

struct CriticalStepOptions {
  Checking checking = Checking::kOff;
  // Random ways on from one moment, beside the default and those on which one
  // thread is held back. None ends well: then all of them are gone through, as
  // far as that takes no more states than `max_states`.
  uint64_t tries = 300;
  uint64_t max_states = 20'000;
  Interrupt interrupt = nullptr;
};

// The first transition of a run after which no way on ends without the fault.
// None if interrupted. REQUIRES: the trial is untimed; the schedule shows the
// fault.
std::optional<CriticalStep> FindCriticalStep(
    Trial& trial, const Schedule& schedule, const std::string& signature,
    const CriticalStepOptions& options);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_CRITICAL_STEP_H_
