// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_SMALLER_SCENARIOS_H_
#define BINDERSIM_EXPLORE_SMALLER_SCENARIOS_H_

#include <string>
#include <vector>

namespace bindersim::explore {

struct SmallerScenario {
  std::string step;  // what was done and where: "drop /processes/client"
  std::string json;
};

// Scenarios that are one step smaller than this one, the greatest steps first:
// without an expectation, an event, a process, a service, a thread, a method or
// an action, or with half of a number. Some of them make no sense. REQUIRES:
// `json` is a scenario without comments.
std::vector<SmallerScenario> SmallerScenarios(const std::string& json);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_SMALLER_SCENARIOS_H_
