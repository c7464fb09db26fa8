// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The scenarios that are shipped, and what is expected of them: beside each
// NAME.json stands NAME.expected.json with the statistics of its run.

#ifndef BINDERSIM_TESTS_SCENARIOS_SHIPPED_H_
#define BINDERSIM_TESTS_SCENARIOS_SHIPPED_H_

#include <string>
#include <vector>

#include "model/scenario/scenario.h"
#include "run/simulate.h"

namespace bindersim {

// Names of the scenarios in `folder`, in order.
std::vector<std::string> ShippedScenarios(const std::string& folder);

inline constexpr char kRacesFolder[] = "scenarios/races";
inline constexpr char kFixed[] = ".fixed";  // ends the names of repaired ones
// Names of those in kRacesFolder that have a race, in order.
std::vector<std::string> ShippedRaces();

std::string ScenarioPath(const std::string& folder, const std::string& name);
std::string ExpectedPath(const std::string& folder, const std::string& name);

// The file's text; empty if it cannot be read.
std::string ReadFile(const std::string& path);

// What NAME.expected.json must hold.
std::string ExpectedText(const run::Report& report);

}  // namespace bindersim

#endif  // BINDERSIM_TESTS_SCENARIOS_SHIPPED_H_
