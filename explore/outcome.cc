// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/outcome.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "run/expectations.h"

namespace bindersim::explore {

namespace {

// Kinds whose text is about the driver's entities rather than about threads.
bool IsAboutTheDriver(const Finding& finding) {
  return finding.kind == "use_after_free" ||
         finding.kind == "invariant_violated";
}

// The text with each number as "#".
std::string WithoutNumbers(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) {
      result += c;
    } else if (result.empty() || result.back() != '#') {
      result += '#';
    }
  }
  return result;
}

std::string SignatureOf(const World& world, const Finding& finding) {
  if (IsAboutTheDriver(finding)) {
    return finding.kind + ": " + WithoutNumbers(finding.text);
  }
  // Members of a group are as good as each other.
  std::set<std::string> groups;
  for (const auto& process : world.user.setup().processes) {
    if (std::ranges::find(finding.pids, process.pid) != finding.pids.end()) {
      groups.insert(process.group);
    }
  }
  return fmt::format("{}: {}", finding.kind, fmt::join(groups, ", "));
}

}  // namespace

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
