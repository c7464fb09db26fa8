// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/outcome.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/findings.h"
#include "run/expectations.h"

namespace bindersim::explore {

bool Outcome::Has(const std::string& signature) const {
  return std::ranges::find(problems, signature, &Problem::signature) !=
         problems.end();
}

std::vector<Problem> ProblemsOf(const scenario::Scenario& scenario,
                                const World& world, const RunResult& result) {
  std::vector<Problem> problems;
  for (const Finding& finding : result.findings) {
    if (finding.kind == "limit" || run::Expects(scenario, finding.kind)) {
      continue;
    }
    problems.push_back(
        {finding.kind, finding.text, SignatureOf(world, finding), finding.at});
  }
  // A run that was cut off says nothing about what would have come.
  if (result.end == sim::RunEnd::kSteps || world.is_broken) return problems;
  for (const run::Verdict& verdict :
       run::Judge(scenario, nullptr, world.user.tally, result.findings)) {
    if (verdict.met) continue;
    problems.push_back(
        {"expectation",
         fmt::format("{} (actual: {})", verdict.text, verdict.actual),
         "expectation: " + verdict.text, world.machine.stamp()});
  }
  return problems;
}

}  // namespace bindersim::explore
