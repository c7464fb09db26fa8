// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "explore/explorer.h"
#include "explore/finding.h"
#include "tests/explore/random_scenario.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Threads of one process, so that there are few states.
std::string Threads(const std::string& threads, const std::string& expect) {
  return R"({"processes": {"app": {"threads": {)" + threads +
         R"(}}}, "expect": [)" + expect + "]}";
}

const std::string& Harmless() {
  static const std::string text = Threads(
      R"("a": {"do": [{"lock": "m"}, {"unlock": "m"}]},
         "b": {"do": [{"lock": "m"}, {"unlock": "m"}]},
         "c": {"do": [{"lock": "n"}, {"unlock": "n"}]})",
      "");
  return text;
}

const std::string& LockOrder() {
  static const std::string text = Threads(
      R"("a": {"do": [{"lock": "m"}, {"lock": "n"}, {"unlock": "n"},
                      {"unlock": "m"}]},
         "b": {"do": [{"lock": "n"}, {"lock": "m"}, {"unlock": "m"},
                      {"unlock": "n"}]},
         "c": {"do": [{"lock": "other"}, {"unlock": "other"}]})",
      "");
  return text;
}

const std::string& Order() {
  static const std::string text = Threads(
      R"("a": {"do": [{"keep": "x", "as": "s"}, {"mark": "one"}]},
         "b": {"do": [{"keep": "x", "as": "t"}, {"mark": "two"}]}},
         "objects": {"x": {})",
      R"({"mark": "one", "before": "two"}, {"marks": "two"})");
  return text;
}

// The app may be killed at any moment, or not at all.
const std::string& Faults() {
  static const std::string text = R"({
    "processes": {
      "app": {"threads": {"a": {"do": [{"lock": "m"}, {"unlock": "m"},
                                       {"mark": "done"}]}}},
      "other": {"threads": {"a": {"do": [{"lock": "m"}, {"unlock": "m"}]}}}},
    "faults": {"kill": ["app"]},
    "expect": [{"marks": "done"}]})";
  return text;
}

// Time may pass at any moment, too.
const std::string& Sleepers() {
  static const std::string text = Threads(
      R"("a": {"do": [{"sleep": "1ms"}, {"lock": "m"}, {"unlock": "m"},
                      {"mark": "one"}]},
         "b": {"do": [{"lock": "m"}, {"sleep": "1ms"}, {"unlock": "m"},
                      {"mark": "two"}]})",
      R"({"mark": "one", "before": "two"})");
  return text;
}

SearchResult SearchFor(const std::string& text,
                       const SearchOptions& options = {}) {
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
  const SearchResult result = SearchFor(Harmless());
  EXPECT_TRUE(result.exhausted);
  EXPECT_THAT(result.found, IsEmpty());
  EXPECT_GT(result.states, 5u);
  EXPECT_GT(result.runs, 0u);
}

TEST(Search, FindsADeadlockAndAWayToIt) {
  const SearchResult result = SearchFor(LockOrder());
  EXPECT_TRUE(result.exhausted);
  ASSERT_THAT(result.found, SizeIs(1));
  const scenario::Scenario scenario = Load(LockOrder());
  Trial trial(scenario, {});
  EXPECT_TRUE(Replay(trial, result.found[0].schedule, Checking::kOff)
                  .outcome.Has(result.found[0].problem.signature));
}

// The certificate: a second search comes to the same set of states.
TEST(Search, TheSetOfStatesIsTheSameEachTime) {
  const SearchResult first = SearchFor(Order());
  const SearchResult second = SearchFor(Order());
  EXPECT_EQ(first.states, second.states);
  EXPECT_EQ(first.digest, second.digest);
}

SearchResult SearchWith(const std::string& text, Reduction reduction,
                        bool use_states = true) {
  SearchOptions options;
  options.reduction = reduction;
  options.use_states = use_states;
  return SearchFor(text, options);
}

// Sleep sets leave out transitions, but no state.
TEST(Search, SleepSetsLoseNoStateAndNoProblem) {
  for (const std::string& text : {Harmless(), LockOrder(), Order()}) {
    const SearchResult without = SearchWith(text, Reduction::kNone);
    const SearchResult with = SearchWith(text, Reduction::kSleepSets);
    ASSERT_TRUE(without.exhausted);
    EXPECT_EQ(with.states, without.states);
    EXPECT_EQ(with.digest, without.digest);
    EXPECT_EQ(with.ends_digest, without.ends_digest);
    EXPECT_LE(with.transitions, without.transitions);
    EXPECT_EQ(Signatures(with), Signatures(without));
  }
}

// Persistent sets leave out states, but no way to end.
TEST(Search, PersistentSetsLoseNoEndAndNoProblem) {
  for (const std::string& text :
       {Harmless(), LockOrder(), Order(), Faults(), Sleepers()}) {
    const SearchResult without = SearchWith(text, Reduction::kSleepSets);
    ASSERT_TRUE(without.exhausted);
    ASSERT_GT(without.ends, 0u);
    const SearchResult with = SearchWith(text, Reduction::kPersistentSets);
    ASSERT_TRUE(with.exhausted);
    EXPECT_EQ(with.ends, without.ends) << text;
    EXPECT_EQ(with.ends_digest, without.ends_digest) << text;
    EXPECT_EQ(Signatures(with), Signatures(without)) << text;
    // Of most programs there are too many schedules without states.
    if (text == Sleepers()) {
      const SearchResult stateless =
          SearchWith(text, Reduction::kPersistentSets, false);
      ASSERT_TRUE(stateless.exhausted);
      EXPECT_EQ(stateless.ends_digest, without.ends_digest);
      EXPECT_EQ(Signatures(stateless), Signatures(without));
    }
    // That no more faults happen is a state of its own.
    if (text != Faults()) {
      EXPECT_LE(with.states, without.states) << text;
    }
  }
}

TEST(Search, StatesSaveMostOfWhatSleepSetsAloneHaveToDo) {
  const SearchResult states = SearchFor(LockOrder());
  ASSERT_TRUE(states.exhausted);
  SearchOptions options;
  options.reduction = Reduction::kSleepSets;
  options.use_states = false;
  options.max_transitions = 50 * states.transitions;
  EXPECT_FALSE(SearchFor(LockOrder(), options).exhausted);
}

// A whole call, as far as it goes: nothing is found, and no state is lost for
// want of copying or hashing something.
TEST(Search, GoesThroughTheDriverToo) {
  SearchOptions options;
  options.max_states = 3000;
  options.checking = Checking::kEverySection;
  const SearchResult result = SearchFor(kHarmless, options);
  EXPECT_EQ(result.states, 3000u);
  EXPECT_THAT(result.found, IsEmpty());
}

// What random schedules find is among what the search finds.
TEST(Search, RandomSchedulesFindNothingMore) {
  for (const std::string& text : {Order(), LockOrder()}) {
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

// Each reduction comes to the same ends, with states and without, whether those
// who are alike may change places or not, and sleep sets to the same states, as
// far as few states suffice. A long test sets BINDERSIM_SCENARIOS.
TEST(Search, AgreesWithItselfOnRandomScenarios) {
  const uint64_t scenarios = NumberFromEnvironment("BINDERSIM_SCENARIOS", 60);
  uint64_t compared = 0;
  for (uint64_t seed = 1; seed <= scenarios; ++seed) {
    const std::string text =
        RandomScenario(seed, seed % 2 == 0 ? Calls::kNone : Calls::kRaw);
    SearchOptions options;
    options.max_states = 1500;
    options.reduction = Reduction::kNone;
    options.symmetric = Symmetric::kNo;
    const SearchResult all = SearchFor(text, options);
    if (!all.exhausted) continue;
    ++compared;
    const auto compare = [&](const SearchResult& some) {
      EXPECT_EQ(some.ends, all.ends) << seed << ": " << text;
      EXPECT_EQ(some.ends_digest, all.ends_digest) << seed << ": " << text;
      EXPECT_EQ(Signatures(some), Signatures(all)) << seed << ": " << text;
    };
    options.reduction = Reduction::kSleepSets;
    const SearchResult sleep = SearchFor(text, options);
    compare(sleep);
    EXPECT_EQ(sleep.digest, all.digest) << seed << ": " << text;
    options.max_states *= 2;  // "no more faults" makes states, too
    options.reduction = Reduction::kPersistentSets;
    for (const Symmetric symmetric : {Symmetric::kNo, Symmetric::kYes}) {
      options.symmetric = symmetric;
      compare(SearchFor(text, options));
    }
    options.use_states = false;
    for (const Reduction reduction :
         {Reduction::kPersistentSets, Reduction::kSleepSets}) {
      options.reduction = reduction;
      const SearchResult stateless = SearchFor(text, options);
      if (stateless.exhausted) compare(stateless);
    }
  }
  EXPECT_GT(compared, scenarios / 5);
}

// Nothing depends on whether a transition is taken of which it is known where
// it leads.
TEST(Search, SeesTheSameWhereItRecognisesDiamonds) {
  std::vector<std::string> texts = {Harmless(), LockOrder(),
                                    Order(),    Faults(),
                                    Sleepers(), R"({"processes": {
      "server": {"max_threads": 1, "services": {"echo": {"methods": {
        "say": {}}}}},
      "client": {"count": 2, "threads": {"main": {"do": [
        {"call": "echo.say"}]}}}}})"};
  for (uint64_t seed = 1;
       seed <= NumberFromEnvironment("BINDERSIM_SCENARIOS", 20); ++seed) {
    for (const Calls calls : {Calls::kNone, Calls::kRaw, Calls::kSome}) {
      texts.push_back(RandomScenario(seed, calls));
    }
  }
  uint64_t recognised = 0;
  for (const std::string& text : texts) {
    SCOPED_TRACE(text);
    for (const Symmetric symmetric : {Symmetric::kNo, Symmetric::kYes}) {
      SearchOptions options;
      options.max_states = 3000;
      options.symmetric = symmetric;
      const SearchResult with = SearchFor(text, options);
      options.recognise_diamonds = false;
      const SearchResult without = SearchFor(text, options);
      EXPECT_EQ(without.recognised, 0u);
      recognised += with.recognised;
      EXPECT_EQ(with.states, without.states);
      EXPECT_EQ(with.digest, without.digest);
      EXPECT_EQ(with.transitions, without.transitions);
      EXPECT_EQ(with.revisits, without.revisits);
      EXPECT_EQ(with.runs, without.runs);
      EXPECT_EQ(with.ends_digest, without.ends_digest);
      EXPECT_EQ(with.deepest, without.deepest);
      EXPECT_EQ(with.cells, without.cells);
      EXPECT_EQ(with.done_ppm, without.done_ppm);
      EXPECT_EQ(Signatures(with), Signatures(without));
    }
  }
  EXPECT_GT(recognised, 1000u);
}

// The same for runs that are cut off in the middle. By some ways it takes more
// steps to a state than by others.
TEST(Search, RecognisesNothingBeyondTheLimitOfSteps) {
  std::vector<std::string> texts = {LockOrder(), Sleepers()};
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    texts.push_back(RandomScenario(seed, Calls::kNone));
  }
  uint64_t cut_off = 0;
  for (const std::string& text : texts) {
    const scenario::Scenario scenario = Load(text);
    for (uint64_t steps = 20; steps < 400; steps += 9) {
      TrialOptions limits;
      limits.max_steps = steps;
      Trial trial(scenario, limits);
      SearchOptions options;
      options.max_states = 500;
      const SearchResult with = Search(trial, options);
      options.recognise_diamonds = false;
      const SearchResult without = Search(trial, options);
      EXPECT_EQ(with.digest, without.digest) << steps << ": " << text;
      EXPECT_EQ(with.transitions, without.transitions) << steps << ": " << text;
      EXPECT_EQ(with.cut_off, without.cut_off) << steps << ": " << text;
      if (with.recognised > 0) cut_off += with.cut_off;
    }
  }
  EXPECT_GT(cut_off, 0u);
}

TEST(Search, StopsAtItsLimits) {
  SearchOptions options;
  options.max_states = 5;
  for (const Reduction reduction :
       {Reduction::kPersistentSets, Reduction::kSleepSets, Reduction::kNone}) {
    for (const bool use_states : {true, false}) {
      options.reduction = reduction;
      options.use_states = use_states;
      const SearchResult result = SearchFor(LockOrder(), options);
      EXPECT_FALSE(result.exhausted);
      EXPECT_EQ(result.states, 5u);
      EXPECT_LT(result.done_ppm, 1'000'000u);
    }
  }
}

TEST(Search, ASignalCanEndIt) {
  const std::atomic<bool> interrupt = true;
  SearchOptions options;
  options.reduction = Reduction::kNone;
  options.use_states = false;
  options.max_states = 1'000'000;
  options.interrupt = &interrupt;
  const SearchResult result = SearchFor(LockOrder(), options);
  EXPECT_TRUE(result.interrupted);
  EXPECT_FALSE(result.exhausted);
  EXPECT_LT(result.states, 10'000u);
}

TEST(Search, AsManyStatesAsThereAreMayBeVisited) {
  SearchOptions options;
  options.max_states = SearchFor(LockOrder()).states;
  EXPECT_TRUE(SearchFor(LockOrder(), options).exhausted);
  --options.max_states;
  EXPECT_FALSE(SearchFor(LockOrder(), options).exhausted);
}

// A transition can be without end, too: this thread meets nobody.
TEST(Search, HeedsTheLimitOfSteps) {
  const scenario::Scenario scenario = Load(R"({"processes": {"a": {"threads": {
      "main": {"do": [{"repeat": 1000000000, "do": [{"mark": "x"}]}]}}}}})");
  for (const uint64_t steps : {1u, 50u, 1000u}) {  // 1: not even brought up
    TrialOptions options;
    options.max_steps = steps;
    Trial trial(scenario, options);
    const SearchResult result = Search(trial, {});
    EXPECT_FALSE(result.exhausted);
    EXPECT_GT(result.cut_off, 0u);
    EXPECT_THAT(result.found, IsEmpty());
  }
}

TEST(Search, NeedsNoProcess) {
  for (const Reduction reduction :
       {Reduction::kPersistentSets, Reduction::kSleepSets, Reduction::kNone}) {
    SearchOptions options;
    options.reduction = reduction;
    const SearchResult result = SearchFor(R"({"processes": {}})", options);
    EXPECT_TRUE(result.exhausted);
    EXPECT_EQ(result.ends, 1u);
  }
}

}  // namespace
}  // namespace bindersim::explore
