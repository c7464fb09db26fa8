// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// scenarios/races: NAME.json is well by default, goes wrong under a schedule
// that the portfolio finds within the budget that the file states, and shrinks;
// NAME.fixed.json goes wrong under none.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "explore/explorer.h"
#include "explore/finding.h"
#include "explore/shrink.h"
#include "model/scenario/loader.h"
#include "run/simulate.h"
#include "tests/explore/scenario_for_test.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// So many schedules of a fixed one. A long test sets BINDERSIM_RUNS.
uint64_t RunsOfFixed() { return NumberFromEnvironment("BINDERSIM_RUNS", 500); }

constexpr int kReplays = 100;

scenario::Scenario LoadRace(const std::string& name) {
  const scenario::LoadResult loaded =
      scenario::LoadScenario(ScenarioPath(kRacesFolder, name));
  EXPECT_TRUE(loaded.scenario.has_value()) << loaded.ToString();
  return *loaded.scenario;
}

class RacesTest : public ::testing::TestWithParam<std::string> {};

TEST_P(RacesTest, IsWellOnTheBench) {
  const scenario::Scenario scenario = LoadRace(GetParam());
  EXPECT_EQ(run::Simulate(scenario, {}).exit_status(), 0);
  Trial trial(scenario, {});
  sim::FirstComeChooser first_come;
  EXPECT_THAT(trial.Run(first_come).problems, IsEmpty());
}

TEST_P(RacesTest, IsFoundWithinItsBudgetReplaysAndShrinks) {
  const scenario::Scenario scenario = LoadRace(GetParam());
  ASSERT_TRUE(scenario.explore.runs.has_value());
  ExploreOptions options;
  options.seed = scenario.seed;
  options.runs = *scenario.explore.runs;
  options.stop_after = 1;
  ExploreObserver observer;
  const ExploreResult result = Explore(scenario, options, observer);
  ASSERT_THAT(result.found, SizeIs(1));
  const Found& found = result.found[0];
  const std::string& signature = found.problem.signature;
  Trial trial(scenario, {});
  const std::string digest =
      Replay(trial, found.schedule, Checking::kOff).digest;
  for (int i = 0; i < kReplays; ++i) {
    const Replayed again = Replay(trial, found.schedule, Checking::kOff);
    EXPECT_TRUE(again.outcome.Has(signature));
    EXPECT_EQ(again.digest, digest);
  }
  const Schedule shrunk =
      ShrinkSchedule(trial, found.schedule, {signature, Checking::kOff});
  EXPECT_THAT(shrunk, ::testing::Not(IsEmpty()));
  EXPECT_LE(shrunk.size(), found.schedule.size());
  EXPECT_TRUE(Replay(trial, shrunk, Checking::kOff).outcome.Has(signature));
}

TEST_P(RacesTest, TheFixedTwinIsWell) {
  const scenario::Scenario scenario = LoadRace(GetParam() + kFixed);
  EXPECT_EQ(run::Simulate(scenario, {}).exit_status(), 0);
  ExploreOptions options;
  options.runs = RunsOfFixed();
  ExploreObserver observer;
  for (const Found& found : Explore(scenario, options, observer).found) {
    ADD_FAILURE() << found.problem.signature << ": " << found.problem.text;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RacesTest, ::testing::ValuesIn(ShippedRaces()),
                         [](const auto& info) { return info.param; });

// The smaller scenarios of this one need other schedules, so it shows how many
// were tried.
TEST(Races, StepsEndASearchToo) {
  const scenario::Scenario scenario = LoadRace("late_listener");
  ExploreOptions explore;
  explore.seed = scenario.seed;
  explore.runs = *scenario.explore.runs;
  explore.stop_after = 1;
  ExploreObserver observer;
  const ExploreResult result = Explore(scenario, explore, observer);
  ASSERT_THAT(result.found, SizeIs(1));
  const std::string path = ScenarioPath(kRacesFolder, "late_listener");
  Trial trial(scenario, {});
  const FindingFile finding =
      MakeFinding({path, *Embeddable(ReadFile(path), path), scenario.seed},
                  result.found[0], trial);
  ShrinkOptions options{.tries = 1, .max_states = 2};
  const ShrinkReport one_try = Shrink(finding, options);
  options.tries = 300;
  const ShrinkReport many_tries = Shrink(finding, options);
  options.steps = 1;
  const ShrinkReport few_steps = Shrink(finding, options);
  EXPECT_NE(many_tries.finding.scenario_json, one_try.finding.scenario_json);
  EXPECT_EQ(few_steps.finding.scenario_json, one_try.finding.scenario_json);
  EXPECT_EQ(few_steps.scenarios_tried, one_try.scenarios_tried);
}

TEST(Races, ThereAreEnough) { EXPECT_GE(ShippedRaces().size(), 16u); }

}  // namespace
}  // namespace bindersim::explore
