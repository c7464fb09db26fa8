// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What shrinking must not turn a fault into. finding_test has the rest.

#include "explore/shrink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "explore/explorer.h"
#include "explore/failures.h"
#include "explore/finding.h"
#include "explore/trial.h"
#include "sim/check.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// The first finding of that kind.
FindingFile FirstFinding(const char* text, const std::string& kind) {
  const scenario::Scenario scenario = Load(text);
  ExploreOptions options;
  options.runs = 1000;
  ExploreObserver observer;
  const ExploreResult result = Explore(scenario, options, observer);
  const auto found = std::ranges::find_if(
      result.found,
      [&](const Found& candidate) { return candidate.problem.kind == kind; });
  SIM_CHECK(found != result.found.end()) << kind;
  Trial trial(scenario, {});
  return MakeFinding({"test.json", *Embeddable(text, "test.json"), 1}, *found,
                     trial);
}

Failures FailuresIn(const FindingFile& finding) {
  const scenario::Scenario scenario = Load(finding.scenario_json);
  Trial trial(scenario, {});
  return Failures::Of(trial, finding.schedule, finding.checking);
}

FindingFile Shrunk(const char* text, const std::string& kind) {
  const FindingFile finding = FirstFinding(text, kind);
  const ShrinkReport report =
      Shrink(finding, {.tries = 90, .max_states = 2000});
  EXPECT_TRUE(report.reproduced);
  EXPECT_EQ(report.finding.problem.signature, finding.problem.signature);
  return report.finding;
}

// How many of some schedules have this problem.
uint64_t Hits(const FindingFile& finding, uint64_t runs) {
  ExploreOptions options;
  options.runs = runs;
  ExploreObserver observer;
  return Explore(Load(finding.scenario_json), options, observer)
      .Hits(finding.problem.signature);
}

// The listener may be called before the client waits.
constexpr char kNobodyChecks[] = R"({
  "processes": {
    "server": {"max_threads": 2, "services": {"job": {"methods": {
      "start": {"oneway": true, "do": [
        {"work": "100us"}, {"call": "$0.done"}]}}}}},
    "app": {"max_threads": 1,
      "objects": {"listener": {"methods": {"done": {"do": [
        {"lock": "m"}, {"notify": "finished"}, {"unlock": "m"}]}}}},
      "threads": {"main": {"at": "1ms", "do": [
        {"call": "job.start", "objects": ["listener"]},
        {"lock": "m"}, {"wait": "finished", "lock": "m"}, {"unlock": "m"},
        {"mark": "done"}]}}}},
  "expect": [{"marks": "done"}]
})";

TEST(Shrink, WhatIsWellByDefaultStaysWell) {
  for (const char* kind : {"lost_wakeup", "expectation"}) {
    const FindingFile finding = Shrunk(kNobodyChecks, kind);
    const scenario::Scenario scenario = Load(finding.scenario_json);
    Trial trial(scenario, {});
    sim::FirstComeChooser first_come;
    EXPECT_THAT(trial.Run(first_come).problems, IsEmpty());
    EXPECT_THAT(finding.scenario_json, HasSubstr("\"notify\""));
    // Nor does another thing go wrong.
    ExploreObserver observer;
    ExploreOptions options;
    options.runs = 200;
    for (const Found& found : Explore(scenario, options, observer).found) {
      EXPECT_TRUE(found.problem.kind == "lost_wakeup" ||
                  found.problem.kind == "expectation")
          << found.problem.text;
    }
  }
}

// One mark, and several reasons for it: in each scenario the shortest way to it
// is another one than that which was found.
TEST(Shrink, NothingElseFails) {
  // It has been killed, or its buffers are full.
  constexpr char kNoteLost[] = R"({
    "processes": {
      "logd": {"max_threads": 0, "map_size": "16KiB",
        "services": {"log": {"methods": {
          "note": {"oneway": true, "do": [{"work": "10us"}]}}}}},
      "app": {"count": 3, "threads": {"main": {"at": "1ms", "do": [
        {"call": "log.note", "data": "3KiB",
         "on_error": [{"mark": "note lost"}]}]}}},
      "killer": {"threads": {"main": {"at": "50ms", "do": [
        {"kill": "logd"}]}}}},
    "expect": [{"marks": "note lost", "exactly": 0}]
  })";
  // It is gone, or has a call under way.
  constexpr char kNotFrozen[] = R"({
    "processes": {
      "system": {"max_threads": 0,
        "services": {"am": {"methods": {"idle": {
          "do": [{"work": "1ms"}], "reply": "8B"}}}},
        "threads": {"Cached": {"at": "30ms", "do": [
          {"freeze": "app", "timeout": "10ms",
           "on_error": [{"mark": "not frozen"}]}]}}},
      "app": {"max_threads": 0, "threads": {"main": {"do": [
        {"sleep": "5ms"}, {"call": "am.idle", "data": "32B"},
        {"sleep": "60ms"}, {"exit": true}]}}}},
    "expect": [{"marks": "not frozen", "exactly": 0}]
  })";
  for (const char* text : {kNoteLost, kNotFrozen}) {
    const FindingFile finding = FirstFinding(text, "expectation");
    const ShrinkReport report =
        Shrink(finding, {.tries = 90, .max_states = 2000});
    ASSERT_TRUE(report.reproduced);
    EXPECT_TRUE(FailuresIn(finding).Includes(FailuresIn(report.finding)));
  }
}

// Whenever it happens, a finding is left that shows its fault.
TEST(Shrink, InterruptedItKeepsWhatItHas) {
  const FindingFile finding = FirstFinding(kLockOrder, "deadlock");
  for (const int after_ms : {0, 1, 2, 5, 10, 20, 50, 100, 200, 500}) {
    std::atomic<bool> interrupt = after_ms == 0;
    std::jthread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(after_ms));
      interrupt = true;
    });
    const ShrinkReport report =
        Shrink(finding, {.tries = 1'000'000'000, .interrupt = &interrupt});
    EXPECT_TRUE(report.reproduced);
    EXPECT_TRUE(report.interrupted);
    EXPECT_FALSE(report.finding.critical.has_value());
    if (after_ms == 0) {
      EXPECT_EQ(report.scenarios_tried, 0u);
      EXPECT_EQ(report.finding.scenario_json, finding.scenario_json);
    }
    const scenario::Scenario scenario = Load(report.finding.scenario_json);
    Trial trial(scenario, {});
    const Replayed replayed =
        Replay(trial, report.finding.schedule, report.finding.checking);
    EXPECT_TRUE(replayed.outcome.Has(finding.problem.signature));
    EXPECT_EQ(replayed.digest, report.finding.digest);
  }
}

// By default the server falls behind and its buffers run out.
TEST(Shrink, SomeScheduleStaysWell) {
  const FindingFile finding = Shrunk(R"({
    "processes": {
      "server": {"max_threads": 0, "map_size": "16KiB",
        "services": {"log": {"methods": {
          "put": {"oneway": true, "do": [{"mark": "stored"}]}}}}},
      "app": {"threads": {"main": {"at": "1ms", "do": [
        {"repeat": 5, "do": [{"call": "log.put", "data": "1800B"}]}]}}}},
    "expect": [{"marks": "stored", "exactly": 5}]})",
                                     "expectation");
  EXPECT_THAT(finding.scenario_json, HasSubstr("log.put"));
  const uint64_t hits = Hits(finding, 200);
  EXPECT_GT(hits, 0u);
  EXPECT_LT(hits, 200u);
}

// Who would end the wait must not go: then it is no wonder that it lasts.
TEST(Shrink, WhoNotifiesStays) {
  const FindingFile finding = Shrunk(R"({
    "processes": {
      "server": {"max_threads": 1, "services": {"gate": {"methods": {
        "enter": {"do": [
          {"lock": "m"}, {"wait": "open", "lock": "m"}, {"unlock": "m"}]},
        "open": {"do": [
          {"lock": "m"}, {"notify": "open"}, {"unlock": "m"}]}}}}},
      "app": {"threads": {
        "a": {"at": "1ms", "do": [{"call": "gate.enter"}]},
        "b": {"at": "1ms", "do": [{"call": "gate.enter"}]},
        "c": {"at": "1ms", "do": [
          {"sleep": "5ms"}, {"call": "gate.open"}, {"call": "gate.open"}]}}}}
    })",
                                     "deadlock");
  EXPECT_THAT(finding.scenario_json, HasSubstr("gate.open"));
  EXPECT_LT(Hits(finding, 200), 200u);
}

// The holder of the mutex waits itself. One that ends with it is another fault.
TEST(Shrink, KeepsWhoWaitsForWhat) {
  const FindingFile finding = Shrunk(kLockOrder, "deadlock");
  EXPECT_THAT(finding.problem.text, HasSubstr("held by"));
  EXPECT_THAT(finding.problem.text, Not(HasSubstr("ended")));
  EXPECT_THAT(finding.scenario_json, HasSubstr("unlock"));
}

// TXN-40: the app is thawed while the driver refuses the call, so that the
// caller takes it for dead. An app that stays frozen is another fault.
TEST(Shrink, KeepsTheErrorOfTheCall) {
  constexpr char kText[] = R"({
    "processes": {
      "system_server": {"max_threads": 0,
        "services": {"activity": {"methods": {"attach": {"do": [
          {"keep": "$0", "as": "app"},
          {"spawn": "caller", "do": [
            {"sleep": "10ms"},
            {"call": "app.ask", "on_error": [
              {"lock": "m"}, {"unfreeze": "mail"}, {"unlock": "m"},
              {"call": "app.ask", "on_error": [{"mark": "lost"}]}]}]}]}}}},
        "threads": {"freezer": {"at": "40ms", "do": [
          {"lock": "m"},
          {"freeze": "mail", "timeout": "10ms", "on_error": [{"mark": "busy"}]},
          {"unlock": "m"},
          {"sleep": "50ms"}, {"unfreeze": "mail"}]}}},
      "mail": {"max_threads": 0,
        "objects": {"thread": {"methods": {"ask": {"do": []}}}},
        "threads": {"main": {"at": "1ms", "do": [
          {"call": "activity.attach", "objects": ["thread"]}]}}}},
    "expect": [{"marks": "lost", "exactly": 0}]
  })";
  const scenario::Scenario scenario = Load(kText);
  const std::string looper = "system_server/binder:3338000_1";
  const std::string reply = "binder_transaction/kLockOwnStack";
  Found found;
  found.schedule = {
      {{"mail/main", "nanosleep/1"}, "time", ""},
      {{looper, "method", 2}, "system_server/caller", ""},
      {{looper, reply}, "time", ""},
      {{looper, reply}, "system_server/caller", ""},
      {{"system_server/caller", "binder_transaction/kEnqueued"},
       "system_server/freezer",
       ""},
  };
  Trial trial(scenario, {});
  const Replayed replayed = Replay(trial, found.schedule, Checking::kOff);
  ASSERT_THAT(replayed.outcome.problems, SizeIs(1));
  found.problem = replayed.outcome.problems[0];
  const FindingFile finding = MakeFinding(
      {"test.json", *Embeddable(kText, "test.json"), 1}, found, trial);

  const ShrinkReport report =
      Shrink(finding, {.tries = 90, .max_states = 2000});

  EXPECT_NE(report.finding.scenario_json, finding.scenario_json);
  const scenario::Scenario smaller = Load(report.finding.scenario_json);
  Trial small(smaller, {});
  const std::vector<std::string> cells =
      Replay(small, report.finding.schedule, Checking::kOff)
          .outcome.cells.Names();
  EXPECT_THAT(cells, Contains(HasSubstr("BR_DEAD_REPLY")));
  EXPECT_THAT(cells, Not(Contains(HasSubstr("BR_FROZEN_REPLY"))));
}

}  // namespace
}  // namespace bindersim::explore
