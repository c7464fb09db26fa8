// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Executes kernel scripts against the simulated driver, in lockstep.

#ifndef BINDERSIM_MODEL_SCRIPT_RUNNER_H_
#define BINDERSIM_MODEL_SCRIPT_RUNNER_H_

#include "model/script/result.h"
#include "model/script/script.h"
#include "sim/record.h"

namespace bindersim::script {

// Runs the script on a driver of its own: one CPU, nothing takes time, and a
// running thread is never preempted; threads that are woken run in the order of
// their wake-ups. `sink`, if any, is given the run's records.
// REQUIRES: Unsupported(script) is empty.
Result Run(const Script& script, sim::Sink* sink = nullptr);

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_RUNNER_H_
