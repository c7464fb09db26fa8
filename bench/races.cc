// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Scenario by strategy: how many schedules, and how long, until the race is
// found.
//
//   bazel run -c opt //bench:races                      # scenarios/races
//   bazel run -c opt //bench:races -- $PWD/my_race.json
//
// Prints a table of each in Markdown. The schedules are the same everywhere;
// the milliseconds are of this machine, on one core. "-": not found in 20000
// schedules; ">N": nor in N, after which 20 s were over.

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "explore/explorer.h"
#include "explore/strategies/strategy.h"
#include "model/scenario/loader.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kMaxSchedules = 20'000;
constexpr std::chrono::seconds kMaxTime{20};

class TimeLimit final : public ExploreObserver {
 public:
  bool OnProgress(const ExploreResult&) override {
    return Clock::now() - begin_ < kMaxTime;
  }
  Clock::duration Elapsed() const { return Clock::now() - begin_; }

 private:
  const Clock::time_point begin_ = Clock::now();
};

struct Cell {
  std::string schedules;
  std::string milliseconds;
};

Cell Search(const scenario::Scenario& scenario,
            const std::vector<std::string>& strategies) {
  ExploreOptions options;
  options.seed = scenario.seed;
  options.runs = kMaxSchedules;
  options.strategies = strategies;
  options.stop_after = 1;
  // It takes none of the driver's invariants to see these.
  options.check_every = 0;
  if (scenario.explore.timed) options.trial.timing = Timing::kTimed;
  TimeLimit limit;
  const ExploreResult result = Explore(scenario, options, limit);
  const auto taken =
      std::chrono::duration_cast<std::chrono::milliseconds>(limit.Elapsed());
  if (!result.found.empty()) {
    return {fmt::format("{}", result.found[0].run + 1),
            fmt::format("{}", taken.count())};
  }
  if (result.interrupted) return {fmt::format(">{}", result.runs), "-"};
  return {"-", "-"};
}

struct Row {
  std::string scenario;
  std::vector<Cell> cells;
};

void Print(const std::string& title, const std::vector<std::string>& columns,
           const std::vector<Row>& rows, std::string Cell::*text) {
  fmt::print("| {} |", title);
  for (const std::string& column : columns) fmt::print(" {} |", column);
  fmt::print("\n| --- |");
  for (size_t i = 0; i < columns.size(); ++i) fmt::print(" ---: |");
  fmt::print("\n");
  for (const Row& row : rows) {
    fmt::print("| {} |", row.scenario);
    for (const Cell& cell : row.cells) fmt::print(" {} |", cell.*text);
    fmt::print("\n");
  }
  fmt::print("\n");
}

int Main(std::vector<std::string> files) {
  if (files.empty()) {
    for (const std::string& name : ShippedRaces()) {
      files.push_back(ScenarioPath(kRacesFolder, name));
    }
  }
  std::vector<std::string> columns = StrategyNames();
  columns.insert(columns.begin(), "portfolio");
  std::vector<Row> rows;
  for (const std::string& file : files) {
    const scenario::LoadResult loaded = scenario::LoadScenario(file);
    if (!loaded.scenario) {
      std::fputs(loaded.ToString().c_str(), stderr);
      return loaded.exit_status();
    }
    Row& row = rows.emplace_back();
    row.scenario = loaded.scenario->name;
    std::fprintf(stderr, "%s\n", row.scenario.c_str());
    row.cells.push_back(Search(*loaded.scenario, {}));
    for (const std::string& name : StrategyNames()) {
      row.cells.push_back(Search(*loaded.scenario, {name}));
    }
  }
  Print("schedules", columns, rows, &Cell::schedules);
  Print("milliseconds", columns, rows, &Cell::milliseconds);
  return 0;
}

}  // namespace
}  // namespace bindersim::explore

int main(int argc, char** argv) {
  return bindersim::explore::Main({argv + 1, argv + argc});
}
