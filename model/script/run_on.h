// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Executes kernel scripts on any host, in lockstep.

#ifndef BINDERSIM_MODEL_SCRIPT_RUN_ON_H_
#define BINDERSIM_MODEL_SCRIPT_RUN_ON_H_

#include "model/script/host.h"
#include "model/script/result.h"
#include "model/script/script.h"

namespace bindersim::script {

// Runs the script on a host that has just started its processes, and ends
// them.
Result RunOn(Host& host, const Script& script);

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_RUN_ON_H_
