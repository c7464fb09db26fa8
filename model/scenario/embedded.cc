// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/embedded.h"

namespace bindersim::scenario {

const char kScenarioSchema[] =
#include "model/scenario/scenario_schema.inc"
    ;

const char kCostsSchema[] =
#include "model/scenario/costs_schema.inc"
    ;

const char kDefaultCosts[] =
#include "model/scenario/default_costs.inc"
    ;

}  // namespace bindersim::scenario
