// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "explore/explorer.h"
#include "explore/finding.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

SearchResult SearchFor(const char* text, const SearchOptions& options = {}) {
  const scenario::Scenario scenario = Load(text);
  Trial trial(scenario, {});
  return Search(trial, options);
}

std::set<std::string> Signatures(const SearchResult& result) {
  std::set<std::string> signatures;
  for (const SearchFound& found : result.found) {
    signatures.insert(found.problem.signature);
  }
  return signatures;
}

TEST(Search, ExhaustsAndFindsNothingWhereNothingIs) {
  const SearchResult result = SearchFor(kHarmless);
  EXPECT_TRUE(result.exhausted);
  EXPECT_THAT(result.found, IsEmpty());
  EXPECT_GT(result.states, 10u);
  EXPECT_GT(result.runs, 0u);
}

TEST(Search, FindsADeadlockAndAWayToIt) {
  const SearchResult result = SearchFor(kLockOrder);
  EXPECT_TRUE(result.exhausted);
  ASSERT_THAT(result.found, SizeIs(1));
  const scenario::Scenario scenario = Load(kLockOrder);
  Trial trial(scenario, {});
  EXPECT_TRUE(Replay(trial, result.found[0].schedule, Checking::kOff)
                  .outcome.Has(result.found[0].problem.signature));
}

// The certificate: a second search comes to the same set of states.
TEST(Search, TheSetOfStatesIsTheSameEachTime) {
  const SearchResult first = SearchFor(kOrder);
  const SearchResult second = SearchFor(kOrder);
  EXPECT_EQ(first.states, second.states);
  EXPECT_EQ(first.digest, second.digest);
}

// Sleep sets leave out transitions, but no state.
TEST(Search, SleepSetsLoseNoStateAndNoProblem) {
  for (const char* text : {kHarmless, kOrder}) {
    SearchOptions plain;
    plain.use_sleep_sets = false;
    const SearchResult without = SearchFor(text, plain);
    const SearchResult with = SearchFor(text);
    ASSERT_TRUE(without.exhausted);
    EXPECT_EQ(with.states, without.states);
    EXPECT_EQ(with.digest, without.digest);
    EXPECT_LE(with.transitions, without.transitions);
    EXPECT_EQ(Signatures(with), Signatures(without));
  }
}

TEST(Search, StatesSaveMostOfWhatSleepSetsAloneHaveToDo) {
  SearchOptions stateless;
  stateless.use_states = false;
  stateless.max_transitions = 200'000;
  const SearchResult sleep = SearchFor(kOrder, stateless);
  const SearchResult states = SearchFor(kOrder);
  EXPECT_GT(sleep.transitions, states.transitions);
}

// What random schedules find is among what the search finds.
TEST(Search, RandomSchedulesFindNothingMore) {
  for (const char* text : {kOrder, kLockOrder}) {
    const scenario::Scenario scenario = Load(text);
    ExploreOptions options;
    options.runs = 500;
    ExploreObserver observer;
    const ExploreResult random = Explore(scenario, options, observer);
    const std::set<std::string> all = Signatures(SearchFor(text));
    for (const explore::Found& found : random.found) {
      EXPECT_TRUE(all.contains(found.problem.signature));
    }
  }
}

TEST(Search, StopsAtItsLimits) {
  SearchOptions options;
  options.max_states = 20;
  const SearchResult result = SearchFor(kLockOrder, options);
  EXPECT_FALSE(result.exhausted);
  EXPECT_EQ(result.states, 20u);
  EXPECT_LT(result.done_ppm, 1'000'000u);
}

}  // namespace
}  // namespace bindersim::explore
