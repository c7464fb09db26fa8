// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Files of the source tree that the program carries along. The build makes
// them from the files themselves.

#ifndef BINDERSIM_MODEL_SCENARIO_EMBEDDED_H_
#define BINDERSIM_MODEL_SCENARIO_EMBEDDED_H_

namespace bindersim::scenario {

// scenarios/scenario.schema.json
extern const char kScenarioSchema[];
// model/costs/costs.schema.json
extern const char kCostsSchema[];
// model/costs/default.json
extern const char kDefaultCosts[];

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_EMBEDDED_H_
