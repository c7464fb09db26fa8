// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Executes kernel scripts on the simulated driver.

#ifndef BINDERSIM_MODEL_SCRIPT_RUNNER_H_
#define BINDERSIM_MODEL_SCRIPT_RUNNER_H_

#include "model/script/result.h"
#include "model/script/script.h"
#include "sim/record.h"

namespace bindersim::script {

// Runs the script on a driver of its own (simulated_host.h). `sink`, if any, is
// given the run's records.
Result Run(const Script& script, sim::Sink* sink = nullptr);

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_RUNNER_H_
