// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Scenario by strategy: how many schedules, and how long, until the race is
// found.
//
//   bazel run -c opt //bench:races -- $PWD/scenarios/races/*.json
//
// "-" is a strategy that does not find it within ten times the scenario's
// budget. Files that end in .fixed.json are left out.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "explore/explorer.h"
#include "explore/strategies/strategy.h"
#include "model/scenario/loader.h"

namespace bindersim::explore {
namespace {

constexpr uint64_t kPatience = 10;  // budgets
constexpr uint64_t kDefaultBudget = 10'000;

std::string Cell(const scenario::Scenario& scenario,
                 const std::vector<std::string>& strategies) {
  using Clock = std::chrono::steady_clock;
  ExploreOptions options;
  options.seed = scenario.seed;
  options.runs = kPatience * scenario.explore.runs.value_or(kDefaultBudget);
  options.strategies = strategies;
  options.stop_after = 1;
  if (scenario.explore.timed) options.trial.timing = Timing::kTimed;
  ExploreObserver observer;
  const auto begin = Clock::now();
  const ExploreResult result = Explore(scenario, options, observer);
  const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(
      Clock::now() - begin);
  if (result.found.empty()) return "-";
  return fmt::format("{} / {} ms", result.found[0].run + 1, taken.count());
}

int Main(const std::vector<std::string>& files) {
  std::vector<std::string> names = StrategyNames();
  fmt::print("{:<34}{:>18}", "schedules / time until found", "portfolio");
  for (const std::string& name : names) fmt::print("{:>18}", name);
  fmt::print("\n");
  for (const std::string& file : files) {
    if (file.ends_with(".fixed.json")) continue;
    const scenario::LoadResult loaded = scenario::LoadScenario(file);
    if (!loaded.scenario) {
      std::fputs(loaded.ToString().c_str(), stderr);
      return loaded.exit_status();
    }
    fmt::print("{:<34}{:>18}", loaded.scenario->name,
               Cell(*loaded.scenario, {}));
    for (const std::string& name : names) {
      fmt::print("{:>18}", Cell(*loaded.scenario, {name}));
      std::fflush(stdout);
    }
    fmt::print("\n");
  }
  return 0;
}

}  // namespace
}  // namespace bindersim::explore

int main(int argc, char** argv) {
  return bindersim::explore::Main(
      std::vector<std::string>(argv + 1, argv + argc));
}
