// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Findings: written, read, replayed, shrunk.

#include "explore/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "explore/explorer.h"
#include "explore/shrink.h"
#include "explore/smaller_scenarios.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

FindingFile FindingOf(const char* text) {
  const scenario::Scenario scenario = Load(text);
  ExploreOptions options;
  options.runs = 400;
  options.stop_after = 1;
  ExploreObserver observer;
  const ExploreResult result = Explore(scenario, options, observer);
  Trial trial(scenario, {});
  return MakeFinding({"test.json", *Embeddable(text, "test.json"), 1},
                     result.found.at(0), trial);
}

TEST(Finding, ReplaysTheSameRecordsEachTime) {
  const FindingFile finding = FindingOf(kLockOrder);
  const scenario::Scenario scenario = Load(kLockOrder);
  for (int i = 0; i < 20; ++i) {
    Trial trial(scenario, {});
    const Replayed replayed = Replay(trial, finding.schedule, Checking::kOff);
    EXPECT_EQ(replayed.digest, finding.digest);
    EXPECT_TRUE(replayed.outcome.Has(finding.problem.signature));
    EXPECT_THAT(replayed.unused, IsEmpty());
  }
}

TEST(Finding, SurvivesBeingWrittenAndRead) {
  FindingFile finding = FindingOf(kLockOrder);
  finding.critical = CriticalStep{"a/main at call/kTransact", 3, 9, true};
  const auto read = ParseFinding(ToJson(finding, "replay it"), "f.json");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, finding);
}

TEST(Finding, SaysWhatIsWrongWithAFile) {
  const std::string good = ToJson(FindingOf(kOrder), "replay it");
  const auto error_of = [](const std::string& text) {
    const auto read = ParseFinding(text, "f.json");
    return read.ok() ? std::string("none")
                     : std::string(read.status().message());
  };
  EXPECT_THAT(error_of("{"), HasSubstr("f.json: parse error at line 1"));
  EXPECT_THAT(error_of("[]"), HasSubstr("not a finding"));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return error_of(text);
  };
  EXPECT_THAT(with("\"schedule\"", "\"shcedule\""),
              HasSubstr("/schedule is missing; an array is wanted"));
  EXPECT_THAT(with("\"nth\": 1", "\"nth\": \"1\""),
              HasSubstr("/nth is of type string; a whole number is wanted"));
  EXPECT_THAT(with("\"schema_version\": 1", "\"schema_version\": 2"),
              HasSubstr("/schema_version is 2"));
}

// Best effort: what does not fit is left out, and said.
TEST(Finding, DecisionsThatDoNotFitAreLeftOut) {
  const FindingFile finding = FindingOf(kLockOrder);
  Schedule schedule = finding.schedule;
  schedule.insert(schedule.begin(),
                  Decision{{"nobody/main", "nowhere", 1}, "a/main", ""});
  const scenario::Scenario scenario = Load(kLockOrder);
  Trial trial(scenario, {});
  const Replayed replayed = Replay(trial, schedule, Checking::kOff);
  EXPECT_EQ(replayed.unused, (std::vector<size_t>{0}));
  EXPECT_EQ(replayed.digest, finding.digest);
}

TEST(Finding, ACostProfileGoesIntoTheFile) {
  const auto text = Embeddable(R"({
    // comments go
    "machine": {"costs": "no/such/file.json"}, "processes": {}})",
                               "x/test.json");
  EXPECT_FALSE(text.ok());
  EXPECT_THAT(std::string(text.status().message()), HasSubstr("no/such/file"));
}

TEST(Shrink, LeavesAScheduleFromWhichNothingCanGo) {
  const FindingFile finding = FindingOf(kLockOrder);
  const scenario::Scenario scenario = Load(kLockOrder);
  Trial trial(scenario, {});
  const std::string& signature = finding.problem.signature;
  const Schedule shrunk =
      ShrinkSchedule(trial, finding.schedule, {signature, Checking::kOff});
  EXPECT_LE(shrunk.size(), finding.schedule.size());
  ASSERT_THAT(shrunk, Not(IsEmpty()));
  EXPECT_TRUE(Replay(trial, shrunk, Checking::kOff).outcome.Has(signature));
  for (size_t i = 0; i < shrunk.size(); ++i) {
    Schedule rest = shrunk;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(Replay(trial, rest, Checking::kOff).outcome.Has(signature))
        << "without " << shrunk[i].ToString();
  }
}

TEST(Shrink, DropsWhatTheFaultDoesNotNeed) {
  std::string text = kLockOrder;
  // A bystander, work that is beside the point, and calls that are repeated.
  text.replace(text.find("\"processes\": {"), 14,
               R"("processes": {
    "idle": {"threads": {"main": {"do": [{"work": "1ms"}]}}},)");
  text.replace(text.find(R"({"lock": "m"}, {"call": "peer.poke"})"), 0,
               R"({"work": "1us"}, )");
  const FindingFile finding = FindingOf(text.c_str());
  const ShrinkReport report = Shrink(finding, {.tries = 30});
  ASSERT_TRUE(report.reproduced);
  EXPECT_EQ(report.finding.problem.signature, finding.problem.signature);
  EXPECT_THAT(report.finding.scenario_json, Not(HasSubstr("idle")));
  EXPECT_THAT(report.finding.scenario_json, Not(HasSubstr("work")));
  EXPECT_THAT(report.finding.scenario_json, HasSubstr("peer.poke"));
  ASSERT_TRUE(report.finding.critical.has_value());
  EXPECT_LT(report.finding.critical->before, report.finding.critical->of);
  // The result is a finding like any other.
  const scenario::Scenario smaller = Load(report.finding.scenario_json);
  Trial trial(smaller, {});
  EXPECT_EQ(Replay(trial, report.finding.schedule, Checking::kOff).digest,
            report.finding.digest);
}

// The clock cannot go as long as somebody calls it, which is tried later.
TEST(Shrink, TriesAgainWhatOtherPartsHeldBack) {
  std::string text = kLockOrder;
  text.replace(text.find("\"processes\": {"), 14,
               R"("processes": {
    "clock": {"services": {"clock": {"methods": {"tick": {}}}}},)");
  const size_t unlock = text.find(R"({"unlock": "m"})", text.find("peer.poke"));
  text.replace(unlock, 0, R"({"call": "clock.tick"}, )");
  const ShrinkReport report = Shrink(FindingOf(text.c_str()), {.tries = 30});
  ASSERT_TRUE(report.reproduced);
  EXPECT_THAT(report.finding.scenario_json, Not(HasSubstr("clock")));
}

TEST(Shrink, ThreadsDoNotChangeWhatComesOut) {
  const FindingFile finding = FindingOf(kLockOrder);
  const ShrinkReport one = Shrink(finding, {.tries = 30, .jobs = 1});
  const ShrinkReport many = Shrink(finding, {.tries = 30, .jobs = 4});
  EXPECT_EQ(one.finding, many.finding);
  EXPECT_EQ(one.scenarios_tried, many.scenarios_tried);
  EXPECT_GT(one.scenarios_tried, 4u);
}

// Without the client nobody would set the mark at all: that is no race.
TEST(Shrink, ARaceStaysARace) {
  const FindingFile finding = FindingOf(R"({
    "processes": {
      "server": {"max_threads": 0, "services": {"state": {"methods": {
        "set": {"oneway": true, "do": [{"keep": "$0", "as": "listener"}]},
        "fire": {"do": [{"call": "listener.heard"}]}}}}},
      "client": {"max_threads": 0,
        "objects": {"ear": {"methods": {
          "heard": {"oneway": true, "do": [{"mark": "heard"}]}}}},
        "threads": {"main": {"do": [
          {"call": "state.set", "objects": ["ear"]}]}}},
      "other": {"threads": {"main": {"at": "1ms", "do": [
        {"call": "state.fire"}]}}}},
    "expect": [{"marks": "heard"}]})");
  const ShrinkReport report = Shrink(finding, {.tries = 30});
  ASSERT_TRUE(report.reproduced);
  EXPECT_THAT(report.finding.schedule, Not(IsEmpty()));
  EXPECT_THAT(report.finding.scenario_json, HasSubstr("state.set"));
  EXPECT_THAT(report.finding.scenario_json, HasSubstr("state.fire"));
}

TEST(Shrink, SaysIfTheFaultIsGone) {
  FindingFile finding = FindingOf(kLockOrder);
  finding.scenario_json = *Embeddable(kHarmless, "test.json");
  EXPECT_FALSE(Shrink(finding, {}).reproduced);
}

TEST(SmallerScenarios, DropAndHalve) {
  const std::vector<SmallerScenario> all = SmallerScenarios(
      R"({"processes": {"a": {"count": 4, "threads": {"main": {"do": [
          {"repeat": 3, "do": [{"work": 1}]}]}}}}})");
  const auto some = [&](const std::string& part, const std::string& no = "?") {
    return std::ranges::any_of(all, [&](const SmallerScenario& smaller) {
      return smaller.json.find(part) != std::string::npos &&
             smaller.json.find(no) == std::string::npos;
    });
  };
  EXPECT_TRUE(some("\"processes\": {}"));
  EXPECT_TRUE(some("\"count\": 2"));
  EXPECT_TRUE(some("\"count\": 3"));
  EXPECT_TRUE(some("\"repeat\": 1"));
  EXPECT_TRUE(some("\"repeat\": 2"));
  EXPECT_TRUE(some("\"work\"", "repeat"));  // without the loop around it
  EXPECT_TRUE(some("repeat", "work"));
  std::set<std::string> steps;
  for (const SmallerScenario& smaller : all) steps.insert(smaller.step);
  EXPECT_EQ(steps.size(), all.size());
  EXPECT_TRUE(steps.contains("reduce to 2 /processes/a/count"));
}

// What is left of a thread's program without one of its actions.
std::set<std::string> Without(const std::string& actions) {
  const std::string begin = R"({"processes":{"a":{"threads":{"main":{"do":[)";
  const std::string end = "]}}}}}";
  std::set<std::string> rest;
  for (const auto& smaller : SmallerScenarios(begin + actions + end)) {
    std::string text;  // without white space
    for (const char c : smaller.json) {
      if (c != ' ' && c != '\n') text += c;
    }
    if (!text.starts_with(begin) || !text.ends_with(end)) continue;
    text.resize(text.size() - end.size());
    rest.insert(text.substr(begin.size()));
  }
  return rest;
}

TEST(SmallerScenarios, AnUnlockGoesWithItsLock) {
  EXPECT_THAT(Without(R"({"lock":"m"},{"wait":"c","lock":"m"},{"mark":"x"},)"
                      R"({"unlock":"m"},{"unlock":"n"})"),
              UnorderedElementsAre(
                  R"({"mark":"x"},{"unlock":"n"})",
                  R"({"lock":"m"},{"mark":"x"},{"unlock":"m"},{"unlock":"n"})",
                  R"({"lock":"m"},{"wait":"c","lock":"m"},{"unlock":"m"},)"
                  R"({"unlock":"n"})",
                  // Nothing here has locked n.
                  R"({"lock":"m"},{"wait":"c","lock":"m"},{"mark":"x"},)"
                  R"({"unlock":"m"})"));
  // Each with its own, if a thread may have it twice.
  EXPECT_THAT(
      Without(R"({"lock":"m"},{"lock":"m"},{"wait":"c","lock":"m"},)"
              R"({"unlock":"m"},{"unlock":"m"})"),
      UnorderedElementsAre(
          R"({"lock":"m"},{"wait":"c","lock":"m"},{"unlock":"m"})",
          R"({"lock":"m"},{"unlock":"m"})",
          R"({"lock":"m"},{"lock":"m"},{"unlock":"m"},{"unlock":"m"})"));
}

// But not those of a thread that it starts.
TEST(SmallerScenarios, AnUnlockMayBeInside) {
  const std::set<std::string> rest =
      Without(R"({"lock":"m"},)"
              R"({"call":"a.b","on_error":[{"unlock":"m"},{"exit":true}]},)"
              R"({"choose":[[{"unlock":"m"}],[{"mark":"x"},{"unlock":"m"}]]},)"
              R"({"spawn":"t","do":[{"lock":"m"},{"unlock":"m"}]})");
  EXPECT_THAT(rest,
              Contains(R"({"call":"a.b","on_error":[{"exit":true}]},)"
                       R"({"choose":[[],[{"mark":"x"}]]},)"
                       R"({"spawn":"t","do":[{"lock":"m"},{"unlock":"m"}]})"));
  for (const std::string& text : rest) {
    if (!text.starts_with(R"({"lock")")) continue;
    EXPECT_THAT(text, Not(HasSubstr(R"([{"exit":true}])")));
    EXPECT_THAT(text, Not(HasSubstr(R"([{"mark":"x"}])")));
  }
}

}  // namespace
}  // namespace bindersim::explore
