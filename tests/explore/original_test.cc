// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/original.h"

#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <optional>
#include <string>
#include <utility>

#include "model/driver/protocol_cells.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

Outcome With(const std::string& kind, const std::string& text,
             const std::string& signature) {
  Outcome outcome;
  outcome.problems.push_back({kind, text, signature, {}});
  return outcome;
}

Outcome DeadlockOf(const std::string& text) {
  return With("deadlock", text, "deadlock: app");
}

TEST(Seen, CoversWhatWasThere) {
  Seen seen("deadlock: app");
  EXPECT_TRUE(seen.Covers(Outcome{}));
  EXPECT_FALSE(seen.Covers(With("abort", "", "abort: app")));
  seen.Add(With("abort", "why", "abort: app"));
  EXPECT_TRUE(seen.Covers(With("abort", "why not", "abort: app")));
  EXPECT_FALSE(seen.Covers(With("abort", "why", "abort: server")));
}

TEST(Seen, KnowsWhoWaitsForWhat) {
  Seen seen("deadlock: app");
  seen.Add(
      DeadlockOf("app[2]/a (tid 7) waits for mutex l, held by app/b (tid 8)\n"
                 "app/b (tid 8) waits for condition c, which nobody notifies\n"
                 "2 more threads wait behind them"));
  // Under another number, and with fewer threads.
  EXPECT_TRUE(seen.Covers(
      DeadlockOf("app[0]/a (tid 5) waits for mutex l, held by app/b (tid 6)\n"
                 "1 more thread waits behind it")));
  EXPECT_FALSE(seen.Covers(DeadlockOf(
      "app/a (tid 7) waits for mutex l, held by tid 8, which has ended")));
  // Of other problems the signature has to do.
  seen.Add(With("deadlock", "here", "deadlock: server"));
  EXPECT_TRUE(seen.Covers(With("deadlock", "there", "deadlock: server")));
}

// RET-24.
TEST(Seen, KnowsWithWhichErrorsTheFaultShows) {
  const auto returned = [](Outcome outcome, uint32_t value) {
    outcome.cells.Add(_IOC_NR(BC_TRANSACTION), _IOC_NR(value),
                      driver::ProtocolCells::Doing::kNothing);
    return outcome;
  };
  const Outcome lost = With("expectation", "1", "expectation: lost");
  Seen seen("expectation: lost");
  seen.Add(returned(Outcome{}, BR_FROZEN_REPLY));  // does no harm there
  seen.Add(returned(lost, BR_DEAD_REPLY));
  EXPECT_TRUE(seen.Covers(returned(lost, BR_DEAD_REPLY)));
  EXPECT_TRUE(seen.Covers(lost));
  EXPECT_TRUE(seen.Covers(returned(lost, BR_REPLY)));
  for (const uint32_t another :
       {uint32_t{BR_FROZEN_REPLY}, uint32_t{BR_FAILED_REPLY},
        uint32_t{BR_ERROR}}) {
    EXPECT_FALSE(seen.Covers(returned(lost, another)));
    EXPECT_TRUE(seen.Covers(returned(Outcome{}, another)));
  }
}

TEST(Wanted, IsTheFaultAndNothingNew) {
  Seen seen("deadlock: app");
  seen.Add(DeadlockOf("so"));
  Outcome outcome = DeadlockOf("so");
  const Wanted alone{"deadlock: app", Checking::kOff, &seen};
  const Wanted any{"deadlock: app", Checking::kOff};
  EXPECT_FALSE(alone.ShownBy(Outcome{}));
  EXPECT_TRUE(alone.ShownBy(outcome));
  outcome.problems.push_back({"misuse", "", "misuse: app", {}});
  EXPECT_FALSE(alone.ShownBy(outcome));
  EXPECT_TRUE(any.ShownBy(outcome));
}

// A finding that needs no decisions.
FindingFile FindingOf(const std::string& signature) {
  FindingFile finding;
  finding.problem.signature = signature;
  finding.seed = 1;
  return finding;
}

Outcome ByDefault(Trial& trial) {
  sim::FirstComeChooser first_come;
  return trial.Run(first_come);
}

Outcome Along(Trial& trial, const Schedule& schedule) {
  ReplayChooser replay(schedule, trial.world());
  return trial.Run(replay);
}

std::string Clients(const std::string& expect) {
  return R"({"processes": {
      "server": {"max_threads": 0, "services": {"log": {"methods": {
        "write": {"do": [{"mark": "any"}]}}}}},
      "a": {"threads": {"main": {"do": [{"call": "log.write"}]}}},
      "b": {"threads": {"main": {"do": [{"call": "log.write"}]}}}},
    "expect": [)" +
         expect + "]}";
}

TEST(Original, WellStaysWell) {
  const scenario::Scenario well = Load(Clients(R"({"marks": "any"})"));
  const scenario::Scenario ill =
      Load(Clients(R"({"marks": "any"}, {"marks": "any", "exactly": 5})"));
  Trial well_trial(well, {});
  Trial ill_trial(ill, {});
  const Outcome well_end = ByDefault(well_trial);
  const Outcome ill_end = ByDefault(ill_trial);
  ASSERT_TRUE(well_end.problems.empty());
  ASSERT_FALSE(ill_end.problems.empty());
  const Original was_well(FindingOf("deadlock: a"), well_trial);
  EXPECT_TRUE(was_well.AllowsByDefault(well_end));
  EXPECT_FALSE(was_well.AllowsByDefault(ill_end));
  Outcome cut_off = well_end;
  cut_off.end = sim::RunEnd::kSteps;
  EXPECT_FALSE(was_well.AllowsByDefault(cut_off));
  const Original was_ill(FindingOf("deadlock: a"), ill_trial);
  EXPECT_TRUE(was_ill.AllowsByDefault(well_end));
  EXPECT_TRUE(was_ill.AllowsByDefault(ill_end));
}

// "two" comes first by default. Without the call of "one" it is the only one.
std::string Order(const std::string& first) {
  return R"({"processes": {
      "server": {"max_threads": 0, "services": {"log": {"methods": {
        "one": {"oneway": true, "do": [{"mark": "one"}]},
        "two": {"oneway": true, "do": [{"mark": "two"}]}}}}},
      "a": {"threads": {"main": {"do": [)" +
         first + R"(]}}},
      "b": {"threads": {"main": {"do": [{"call": "log.two"}]}}}},
    "expect": [{"mark": "one", "before": "two"}]})";
}

TEST(Original, FindsAWayOut) {
  const scenario::Scenario scenario = Load(Order(R"({"call": "log.one"})"));
  Trial trial(scenario, {});
  const Outcome by_default = ByDefault(trial);
  ASSERT_EQ(by_default.problems.size(), 1u);
  const std::string signature = by_default.problems[0].signature;
  const Original original(FindingOf(signature), trial);
  ASSERT_TRUE(original.way_out().has_value());
  EXPECT_FALSE(Along(trial, *original.way_out()).Has(signature));
  // Without an old one too.
  const auto found = original.FindWayOut(trial, by_default, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(Along(trial, *found).Has(signature));

  const scenario::Scenario smaller = Load(Order(""));
  Trial smaller_trial(smaller, {});
  const Outcome smaller_default = ByDefault(smaller_trial);
  ASSERT_TRUE(smaller_default.Has(signature));
  EXPECT_FALSE(
      original.FindWayOut(smaller_trial, smaller_default, *original.way_out()));
}

TEST(Original, NoticesWhatElseGoesWrong) {
  const scenario::Scenario well = Load(Clients(R"({"marks": "any"})"));
  const scenario::Scenario ill =
      Load(Clients(R"({"marks": "any", "exactly": 5})"));
  Trial well_trial(well, {});
  Trial ill_trial(ill, {});
  const Original original(FindingOf("deadlock: a"), well_trial);
  EXPECT_FALSE(original.IsAnother(well_trial));
  EXPECT_TRUE(original.IsAnother(ill_trial));
}

TEST(Original, AFrequentFaultNeedsFewTries) {
  const scenario::Scenario scenario =
      Load(Clients(R"({"marks": "any", "exactly": 5})"));
  Trial trial(scenario, {});
  const std::string signature = ByDefault(trial).problems.at(0).signature;
  EXPECT_EQ(Original(FindingOf(signature), trial).TriesFor(300), 27u);
  EXPECT_EQ(Original(FindingOf(signature), trial).TriesFor(10), 10u);
  EXPECT_EQ(Original(FindingOf("deadlock: a"), trial).TriesFor(300), 300u);
}

}  // namespace
}  // namespace bindersim::explore
