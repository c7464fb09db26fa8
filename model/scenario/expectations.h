// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_SCENARIO_EXPECTATIONS_H_
#define BINDERSIM_MODEL_SCENARIO_EXPECTATIONS_H_

#include <vector>

#include "model/scenario/declarations.h"
#include "model/scenario/object_flow.h"
#include "model/scenario/reader.h"
#include "model/scenario/scenario.h"

namespace bindersim::scenario {

// The entries of "expect", one Expectation for each assertion in them. A
// method is named as calls of it are: "SERVICE.METHOD",
// "PROCESS.OBJECT.METHOD".
std::vector<Expectation> ReadExpectations(const Reporter& reporter,
                                          const Declarations& declarations,
                                          const CallNames& call_names);

// What a world has to count for them. Tells each where in the result.
std::vector<userspace::Watch> WatchesFor(
    std::vector<Expectation>& expectations);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_EXPECTATIONS_H_
