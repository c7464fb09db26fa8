// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/explorer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

#include "explore/finding.h"
#include "explore/strategies/strategy.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

ExploreResult ExploreFor(const char* text, ExploreOptions options) {
  const scenario::Scenario scenario = Load(text);
  ExploreObserver observer;
  return Explore(scenario, options, observer);
}

TEST(Explore, FindsADeadlockThatOnlySomeSchedulesHave) {
  ExploreOptions options;
  options.runs = 400;
  const ExploreResult result = ExploreFor(kLockOrder, options);
  ASSERT_THAT(result.found, SizeIs(1));
  EXPECT_EQ(result.found[0].problem.signature, "deadlock: a, b");
  EXPECT_THAT(result.found[0].problem.text, HasSubstr("waits for mutex m"));
  const uint64_t hits = result.Hits("deadlock: a, b");
  EXPECT_GT(hits, 0u);
  EXPECT_LT(hits, result.runs);
}

TEST(Explore, FindsNothingWhereNothingIs) {
  ExploreOptions options;
  options.runs = 300;
  const ExploreResult result = ExploreFor(kHarmless, options);
  EXPECT_THAT(result.found, IsEmpty());
  EXPECT_EQ(result.runs, 300u);
  EXPECT_EQ(result.undecided, 0u);
}

TEST(Explore, ExpectationsAboutOrderFailUnderSomeSchedules) {
  ExploreOptions options;
  options.runs = 300;
  const ExploreResult result = ExploreFor(kOrder, options);
  ASSERT_THAT(result.found, SizeIs(1));
  EXPECT_EQ(result.found[0].problem.kind, "expectation");
  EXPECT_LT(result.Hits(result.found[0].problem.signature), result.runs);
}

TEST(Explore, EveryStrategyFindsIt) {
  for (const std::string& name : StrategyNames()) {
    ExploreOptions options;
    options.runs = 1000;
    options.stop_after = 1;
    options.strategies = {name};
    EXPECT_THAT(ExploreFor(kOrder, options).found, SizeIs(1)) << name;
  }
}

TEST(Explore, AnyNumberOfJobsFindsTheSameInTheSameOrder) {
  ExploreOptions options;
  options.runs = 500;
  const ExploreResult one = ExploreFor(kLockOrder, options);
  for (const uint32_t jobs : {2u, 5u}) {
    options.jobs = jobs;
    const ExploreResult more = ExploreFor(kLockOrder, options);
    ASSERT_EQ(more.found.size(), one.found.size());
    for (size_t i = 0; i < one.found.size(); ++i) {
      EXPECT_EQ(more.found[i].run, one.found[i].run);
      EXPECT_EQ(more.found[i].schedule, one.found[i].schedule);
    }
    EXPECT_EQ(more.choices, one.choices);
    EXPECT_EQ(more.steps, one.steps);
    EXPECT_EQ(more.cells, one.cells);
    for (size_t i = 0; i < one.strategies.size(); ++i) {
      EXPECT_EQ(more.strategies[i].hits, one.strategies[i].hits);
    }
  }
}

TEST(Explore, SaysWhatOfTheProtocolWasSeen) {
  ExploreOptions options;
  options.runs = 50;
  const auto calls = ExploreFor(kHarmless, options).cells.Names();
  EXPECT_THAT(calls, Contains("BC_TRANSACTION, BR_REPLY"));
  EXPECT_THAT(calls, Contains("BC_ENTER_LOOPER, BR_TRANSACTION"));
  EXPECT_THAT(calls, Not(Contains(HasSubstr("DEAD"))));
  // The client can be called back while it waits, and the server can die.
  const auto nested = ExploreFor(kCalledBack, options).cells.Names();
  EXPECT_THAT(nested, Contains("BC_TRANSACTION, BR_TRANSACTION while calling"));
  EXPECT_THAT(nested, Contains(HasSubstr("BR_DEAD_REPLY")));
}

TEST(Explore, AnotherSeedMakesOtherRuns) {
  ExploreOptions options;
  options.runs = 100;
  const uint64_t steps = ExploreFor(kLockOrder, options).steps;
  options.seed = 2;
  EXPECT_NE(ExploreFor(kLockOrder, options).steps, steps);
}

TEST(Explore, StopsAfterAsManyFindingsAsAreWanted) {
  ExploreOptions options;
  options.runs = 100'000;
  options.stop_after = 1;
  const ExploreResult result = ExploreFor(kLockOrder, options);
  ASSERT_THAT(result.found, SizeIs(1));
  EXPECT_EQ(result.runs, result.found[0].run + 1);
  uint64_t runs = 0;
  uint64_t failures = 0;
  for (const StrategyCount& strategy : result.strategies) {
    runs += strategy.runs;
    failures += strategy.failures;
  }
  EXPECT_EQ(runs, result.runs);
  EXPECT_EQ(failures, 1u);
}

TEST(Explore, NoNumberOfRunsIsTooLarge) {
  ExploreOptions options;
  options.runs = UINT64_MAX;
  options.stop_after = 1;
  EXPECT_THAT(ExploreFor(kLockOrder, options).found, SizeIs(1));
}

// A run in which two things go wrong is one failure.
TEST(Explore, CountsFailuresByRuns) {
  const std::string text = kHarmless;
  const std::string expecting =
      R"({"expect": [{"marks": "a", "exactly": 1}, {"marks": "b", "exactly": 1}],)"
      R"("events": [{"at": "1s", "mark": "a"}, {"at": "2s", "mark": "b"},)"
      R"({"at": "3s", "mark": "a"}, {"at": "4s", "mark": "b"}],)" +
      text.substr(1);
  ExploreOptions options;
  options.runs = 20;
  options.strategies = {"random"};
  const ExploreResult result = ExploreFor(expecting.c_str(), options);
  EXPECT_THAT(result.found, SizeIs(2));
  EXPECT_EQ(result.strategies[0].failures, 20u);
}

TEST(Explore, AnObserverCanEndIt) {
  struct Impatient : ExploreObserver {
    bool OnProgress(const ExploreResult&) override { return false; }
  } observer;
  ExploreOptions options;
  options.runs = 100'000;
  const scenario::Scenario scenario = Load(kHarmless);
  const ExploreResult result = Explore(scenario, options, observer);
  EXPECT_TRUE(result.interrupted);
  EXPECT_LT(result.runs, 1000u);
}

TEST(Explore, ASignalCanEndIt) {
  // Sets what a signal's handler would, behind so many runs.
  class Interrupter : public ExploreObserver {
   public:
    Interrupter(uint64_t runs, std::atomic<bool>& interrupt)
        : runs_(runs), interrupt_(interrupt) {}
    bool OnProgress(const ExploreResult& result) override {
      interrupt_ = result.runs >= runs_;
      return true;
    }

   private:
    const uint64_t runs_;
    std::atomic<bool>& interrupt_;
  };
  const scenario::Scenario scenario = Load(kHarmless);
  for (const uint32_t jobs : {1u, 3u}) {
    std::atomic<bool> interrupt = false;
    ExploreOptions options;
    options.runs = 100'000;
    options.jobs = jobs;
    options.interrupt = &interrupt;
    Interrupter soon(300, interrupt);
    const ExploreResult result = Explore(scenario, options, soon);
    EXPECT_TRUE(result.interrupted);
    EXPECT_GE(result.runs, 300u);
    EXPECT_LT(result.runs, 1000u);
    // It is too late for that.
    interrupt = false;
    options.runs = 300;
    Interrupter late(300, interrupt);
    const ExploreResult whole = Explore(scenario, options, late);
    EXPECT_FALSE(whole.interrupted);
    EXPECT_EQ(whole.runs, 300u);
  }
}

TEST(Explore, NoRunIsBegunBehindASignal) {
  const std::atomic<bool> interrupt = true;
  ExploreOptions options;
  options.runs = 100;
  options.interrupt = &interrupt;
  ExploreObserver nobody;
  const ExploreResult result = Explore(Load(kHarmless), options, nobody);
  EXPECT_TRUE(result.interrupted);
  EXPECT_EQ(result.runs, 0u);
}

TEST(Explore, RunsThatAreCutOffDecideNothing) {
  ExploreOptions options;
  options.runs = 10;
  options.trial.max_steps = 300;
  const ExploreResult result = ExploreFor(kHarmless, options);
  EXPECT_EQ(result.undecided, 10u);
  EXPECT_THAT(result.found, IsEmpty());
}

TEST(Explore, FaultsAreChoices) {
  ExploreOptions options;
  options.runs = 500;
  const ExploreResult result = ExploreFor(R"({
    "processes": {
      "server": {"max_threads": 0,
                 "services": {"echo": {"methods": {"say": {}}}}},
      "client": {"threads": {"main": {"do": [
        {"call": "echo.say", "on_error": [{"mark": "failed"}]}]}}}},
    "faults": {"kill": ["server"]},
    "expect": [{"marks": "failed", "exactly": 0}]})",
                                          options);
  ASSERT_THAT(result.found, SizeIs(1));
  const uint64_t hits = result.Hits(result.found[0].problem.signature);
  EXPECT_GT(hits, 0u);
  EXPECT_LT(hits, result.runs);
}

TEST(Explore, TimedRunsVaryWithJitter) {
  ExploreOptions options;
  options.trial.timing = Timing::kTimed;
  options.runs = 400;
  const std::string text = kOrder;
  const ExploreResult result = ExploreFor(
      (text.substr(0, text.find("\"name\"")) +
       R"("machine": {"jitter": "50%"}, )" + text.substr(text.find("\"name\"")))
          .c_str(),
      options);
  ASSERT_THAT(result.found, SizeIs(1));
  EXPECT_LT(result.Hits(result.found[0].problem.signature), result.runs);
}

// The second caller finds the only thread busy for 0.9 ms by default; with
// jitter it may be longer than the bound.
constexpr char kBusyPool[] = R"({
  "machine": {"jitter": "50%"},
  "bounds": {"starvation": "1.2ms", "answer": "none"},
  "processes": {
    "server": {"max_threads": 0, "services": {"svc": {"methods": {
      "slow": {"do": [{"work": "2ms"}]}}}}},
    "app": {"threads": {
      "one": {"at": "1ms", "do": [{"call": "svc.slow"}]},
      "two": {"at": "2.1ms", "do": [{"call": "svc.slow"}]}}}}
})";

TEST(Explore, TimedRunsFindAPoolThatStarvesSometimes) {
  ExploreOptions options;
  options.trial.timing = Timing::kTimed;
  options.runs = 200;
  const ExploreResult result = ExploreFor(kBusyPool, options);
  ASSERT_THAT(result.found, SizeIs(1));
  const std::string signature = "pool_starvation: server";
  EXPECT_EQ(result.found[0].problem.signature, signature);
  EXPECT_GT(result.Hits(signature), 0u);
  EXPECT_LT(result.Hits(signature), result.runs);
}

// What only time can show is neither found nor missed without it.
TEST(Explore, RunsWithoutTimeKnowNoBounds) {
  ExploreOptions options;
  options.runs = 20;
  EXPECT_THAT(ExploreFor(kBusyPool, options).found, IsEmpty());
  const std::string text = kBusyPool;
  const std::string expecting =
      R"({"expect": [{"finding": "pool_starvation"}, {"finding": "slow_call"}],)" +
      text.substr(1);
  EXPECT_THAT(ExploreFor(expecting.c_str(), options).found, IsEmpty());
}

TEST(Strategies, PctSaysWhatItPromises) {
  ExploreOptions options;
  options.runs = 20;
  options.strategies = {"pct:2"};
  const ExploreResult result = ExploreFor(kHarmless, options);
  EXPECT_THAT(result.strategies[0].guarantee, HasSubstr("depth 2"));
  // Its priorities are those of threads that wait for their turn.
  options.trial.timing = Timing::kTimed;
  const ExploreResult timed = ExploreFor(kHarmless, options);
  EXPECT_THAT(timed.strategies[0].guarantee, IsEmpty());
}

TEST(Strategies, UnknownNamesAndParametersAreRefused) {
  for (const char* name : {"", "pct", "pct:", "pct:0", "pct:x", "pct:1001",
                           "delay:-1", "RANDOM", "dfs"}) {
    EXPECT_EQ(MakeStrategy(name), nullptr) << name;
  }
  for (const std::string& name : StrategyNames()) {
    ASSERT_NE(MakeStrategy(name), nullptr) << name;
    EXPECT_EQ(MakeStrategy(name)->name(), name);
  }
}

}  // namespace
}  // namespace bindersim::explore
