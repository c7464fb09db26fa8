// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What footprints promise: two transitions that can be taken in the same state,
// and of which neither changes what the other touches, come to the same state
// in either order, and neither notices the other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "explore/search.h"
#include "explore/trial.h"
#include "model/scenario/loader.h"
#include "model/state_hash.h"
#include "model/world.h"
#include "sim/footprint.h"
#include "sim/hash128.h"
#include "sim/random.h"
#include "tests/explore/random_scenario.h"
#include "tests/explore/scenario_for_test.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

using sim::Footprint;
using sim::Transition;
using ::testing::IsEmpty;

constexpr size_t kLongest = 400;   // transitions of a walk
constexpr size_t kMostPairs = 20;  // that are compared in one state

// Transitions are compared by what they are called in every world.
std::string NameOf(const World& world, const Transition& transition) {
  switch (transition.kind) {
    case Transition::Kind::kThread:
      return "tid " +
             std::to_string(world.machine.thread(transition.thread).tid);
    case Transition::Kind::kTimer:
      return "time";
    case Transition::Kind::kFault:
      return "fault " + std::to_string(transition.fault);
    case Transition::Kind::kEnd:
      break;
  }
  return "end";
}

std::string TextOf(const Footprint& footprint) {
  std::string text;
  for (const Footprint::Word word : footprint.words()) {
    text += (text.empty() ? "" : " ") +
            std::to_string(Footprint::KeyOf(word) >> 56) + ":" +
            std::to_string(Footprint::KeyOf(word) & ((uint64_t{1} << 56) - 1)) +
            (Footprint::IsChange(word) ? "!" : "");
  }
  return text;
}

class Walk {
 public:
  explicit Walk(const scenario::Scenario& scenario)
      : until_(scenario.until ? sim::kStart + *scenario.until : sim::kNever),
        trial_(scenario, {}) {}

  // Goes a random way from the start, and compares all pairs on it.
  void Go(uint64_t seed, size_t longest) {
    World world = trial_.start();
    sim::Stream stream = sim::MakeStream(seed, "walk");
    for (size_t i = 0; i < longest && broken_.empty(); ++i) {
      const std::vector<Transition> options = List(world);
      if (options.empty()) return;
      ComparePairs(world, options, stream);
      const Transition next = options[stream.Below(options.size())];
      Take(world, next);
    }
  }

  // The same in so many states, depth first.
  void GoEverywhere(size_t most_states) {
    std::vector<World> open = {trial_.start()};
    std::set<std::string> seen;
    sim::Stream stream = sim::MakeStream(most_states, "pairs");
    while (!open.empty() && seen.size() < most_states && broken_.empty()) {
      World world = std::move(open.back());
      open.pop_back();
      if (!seen.insert(hasher_.Hash(world).ToHex()).second) continue;
      const std::vector<Transition> options = List(world);
      ComparePairs(world, options, stream);
      for (const Transition& option : options) {
        open.push_back(world);
        Take(open.back(), option);
      }
    }
  }

  uint64_t compared() const { return compared_; }
  // What does not hold; empty while all does.
  const std::string& broken() const { return broken_; }

 private:
  std::vector<Transition> List(World& world) {
    std::vector<Transition> options;
    Stepper(world, nobody_, Checking::kOff, until_).List(options);
    std::erase_if(options, [](const Transition& option) {
      return option.kind == Transition::Kind::kEnd;
    });
    return options;
  }

  Footprint Take(World& world, const Transition& transition) {
    Footprint footprint;
    Stepper(world, nobody_, Checking::kOff, until_)
        .Take(transition, &footprint);
    footprint.Finish();
    return footprint;
  }

  // The transition of that name, if it is there.
  std::optional<Transition> Find(World& world, const std::string& name) {
    for (const Transition& option : List(world)) {
      if (NameOf(world, option) == name) return option;
    }
    return std::nullopt;
  }

  // Those that should not notice each other, or kMostPairs of them.
  void ComparePairs(const World& world, const std::vector<Transition>& options,
                    sim::Stream& stream) {
    std::vector<World> after(options.size(), world);
    std::vector<Footprint> footprints;
    for (size_t i = 0; i < options.size(); ++i) {
      footprints.push_back(Take(after[i], options[i]));
    }
    std::vector<std::pair<size_t, size_t>> pairs;
    for (size_t i = 0; i < options.size(); ++i) {
      for (size_t j = i + 1; j < options.size(); ++j) {
        if (after[i].is_broken || after[j].is_broken) continue;
        if (footprints[i].IndependentOf(footprints[j]))
          pairs.emplace_back(i, j);
      }
    }
    const size_t count = std::min(pairs.size(), kMostPairs);
    for (size_t done = 0; done < count && broken_.empty(); ++done) {
      if (count < pairs.size()) {
        std::swap(pairs[done], pairs[done + stream.Below(pairs.size() - done)]);
      }
      const auto [i, j] = pairs[done];
      ++compared_;
      Compare({NameOf(world, options[i]), after[i], footprints[i]},
              {NameOf(world, options[j]), after[j], footprints[j]});
    }
  }

  // A transition, and what it has come to.
  struct Taken {
    std::string name;
    const World& after;
    const Footprint& footprint;
  };

  void Compare(const Taken& a, const Taken& b) {
    sim::Hash128 hashes[2];
    for (const bool a_first : {true, false}) {
      const Taken& first = a_first ? a : b;
      const Taken& second = a_first ? b : a;
      World end = first.after;
      const auto option = Find(end, second.name);
      if (!option) {
        Break(a, b, second.name + " cannot act after " + first.name);
        return;
      }
      const Footprint then = Take(end, *option);
      if (then != second.footprint) {
        Break(
            a, b,
            second.name + " touches " + TextOf(then) + " after " + first.name);
        return;
      }
      hashes[a_first ? 0 : 1] = hasher_.Hash(end);
    }
    if (hashes[0] != hashes[1]) Break(a, b, "they come to different states");
  }

  void Break(const Taken& a, const Taken& b, const std::string& what) {
    broken_ = a.name + " [" + TextOf(a.footprint) + "] and " + b.name + " [" +
              TextOf(b.footprint) + "]: " + what;
  }

  sim::Time until_;
  sim::Recorder nobody_;
  Trial trial_;
  // The two orders lead to the same with the same names.
  StateHasher hasher_{Symmetric::kNo};
  uint64_t compared_ = 0;
  std::string broken_;
};

// Per scenario.
uint64_t Walks() { return NumberFromEnvironment("BINDERSIM_WALKS", 1); }

std::vector<std::string> Paths() {
  std::vector<std::string> paths;
  for (const std::string folder :
       {"scenarios", "scenarios/races", "scenarios/driver_past"}) {
    for (const std::string& name : ShippedScenarios(folder)) {
      paths.push_back(ScenarioPath(folder, name));
    }
  }
  return paths;
}

class IndependenceTest : public ::testing::TestWithParam<std::string> {};

TEST_P(IndependenceTest, TransitionsThatTouchNothingInCommonCanChangePlaces) {
  const scenario::LoadResult loaded = scenario::LoadScenario(GetParam());
  ASSERT_TRUE(loaded.scenario) << loaded.ToString();
  Walk walk(*loaded.scenario);
  for (uint64_t seed = 1; seed <= Walks(); ++seed) {
    walk.Go(seed, kLongest);
    ASSERT_THAT(walk.broken(), IsEmpty()) << "seed " << seed;
  }
  EXPECT_GT(walk.compared(), 50u);
}

INSTANTIATE_TEST_SUITE_P(Shipped, IndependenceTest,
                         ::testing::ValuesIn(Paths()),
                         [](const ::testing::TestParamInfo<std::string>& info) {
                           std::string name =
                               info.param.substr(info.param.rfind('/') + 1);
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

// A thread begins at a time, while others ask whether they are alone; or it
// does not, since its process has been killed.
TEST(Independence, OfThreadsThatBegin) {
  Walk walk(Load(R"({"processes": {
              "app": {"threads": {
                "main": {"do": [{"mark": "one"}, {"lock": "m"}, {"unlock": "m"},
                                {"mark": "two"}]},
                "b": {"do": [{"mark": "b"}]}}},
              "other": {"threads": {"main": {"do": [{"mark": "other"}]}}}},
            "faults": {"kill": ["app"], "at_most": 1},
            "expect": [{"mark": "one", "before": "b"}]})"));
  walk.GoEverywhere(2000);
  EXPECT_THAT(walk.broken(), IsEmpty());
  EXPECT_GT(walk.compared(), 200u);
}

TEST(Independence, OfRandomScenarios) {
  constexpr Calls kKinds[] = {Calls::kNone, Calls::kSome, Calls::kRaw,
                              Calls::kSome};
  uint64_t compared = 0;
  for (uint64_t seed = 1;
       seed <= NumberFromEnvironment("BINDERSIM_SCENARIOS", 20); ++seed) {
    const std::string text =
        RandomScenario(seed, kKinds[seed % std::size(kKinds)]);
    Walk walk(Load(text));
    walk.GoEverywhere(100);
    for (uint64_t i = 1; i <= Walks(); ++i) {
      walk.Go(i, kLongest);
    }
    ASSERT_THAT(walk.broken(), IsEmpty()) << "seed " << seed << ": " << text;
    compared += walk.compared();
  }
  EXPECT_GT(compared, 500u);
}

// A search that knows where a transition leads, since it has taken it in
// another order, takes it all the same.
SearchResult Verify(const scenario::Scenario& scenario) {
  Trial trial(scenario, {});
  SearchOptions options;
  options.verify_diamonds = true;
  options.max_states = NumberFromEnvironment("BINDERSIM_STATES", 10'000);
  return Search(trial, options);
}

TEST(Independence, AlongSearchesOfRandomScenarios) {
  constexpr Calls kKinds[] = {Calls::kNone, Calls::kSome, Calls::kRaw};
  uint64_t recognised = 0;
  for (uint64_t seed = 1;
       seed <= NumberFromEnvironment("BINDERSIM_SCENARIOS", 20); ++seed) {
    const std::string text =
        RandomScenario(seed, kKinds[seed % std::size(kKinds)]);
    const SearchResult result = Verify(Load(text));
    ASSERT_EQ(result.mistaken, 0u) << "seed " << seed << ": " << text;
    recognised += result.recognised;
  }
  EXPECT_GT(recognised, 500u);
}

TEST_P(IndependenceTest, SearchesArriveWhereTheyExpectTo) {
  const scenario::LoadResult loaded = scenario::LoadScenario(GetParam());
  ASSERT_TRUE(loaded.scenario) << loaded.ToString();
  EXPECT_EQ(Verify(*loaded.scenario).mistaken, 0u);
}

class SmallIndependenceTest : public ::testing::TestWithParam<const char*> {};

TEST_P(SmallIndependenceTest, IsSoWhereverItGoes) {
  Walk walk(Load(GetParam()));
  walk.GoEverywhere(1000);
  for (uint64_t seed = 1; seed <= 20; ++seed) walk.Go(seed, kLongest);
  EXPECT_THAT(walk.broken(), IsEmpty());
  EXPECT_GT(walk.compared(), 0u);
  EXPECT_EQ(Verify(Load(GetParam())).mistaken, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Small, SmallIndependenceTest,
    ::testing::Values(
        // Whoever freezes a process asks whether the driver knows it.
        R"({"processes": {
          "app": {"threads": {"main": {"do": [{"freeze": "other"}]}}},
          "other": {"threads": {"main": {"do": []}}}}})",
        R"({"processes": {
          "app": {"threads": {"main": {"do": [
            {"ioctl": {"request": "BINDER_GET_FROZEN_INFO", "pid": "other"},
             "on_error": [{"mark": "gone"}]}]}}},
          "other": {"threads": {"main": {"do": []}}}}})",
        // What is done to a node of nobody's depends on who the manager is.
        R"({"processes": {
          "app": {"threads": {"main": {"do": [
            {"ioctl": {"request": "BINDER_WRITE_READ", "commands": [
              {"command": "BC_TRANSACTION", "handle": 0, "flags": 1}]}}]}}},
          "servicemanager": {}},
          "faults": {"kill": ["servicemanager"]}})",
        // Threads of one process share a heap.
        R"({"processes": {"app": {"threads": {
          "main": {"do": [{"ioctl": {"request": "BINDER_VERSION"}}]},
          "b": {"do": [{"ioctl": {"request": "BINDER_VERSION"}}]}}}}})",
        // An object is counted while the last who holds it dies.
        R"({"processes": {
          "server": {"max_threads": 0, "services": {"s": {"methods": {
            "f": {"do": [{"exit": true}]}}}}},
          "client": {"max_threads": 0, "objects": {"o": {"methods": {"f": {}}}},
            "threads": {"main": {"do": [
              {"call": "s.f", "objects": ["o"]}]}}}}})",
        // A thread is to begin when its process ends, and an event sets a mark.
        R"({"processes": {"app": {"threads": {
          "main": {"do": [{"wait": "c"}]},
          "a": {"do": [{"exit": true}]},
          "b": {"at": "1ms", "do": [{"mark": "b"}]}}}}})",
        R"({"processes": {"app": {"threads": {"main": {"do": [
            {"mark": "zero"}, {"mark": "one"}]}}}},
          "events": [{"at": "1ms", "mark": "two"}],
          "expect": [{"mark": "one", "before": "two"}]})",
        // A reply is delivered while another thread guesses where it lies.
        R"({"processes": {"app": {"max_threads": 0, "threads": {"main": {
          "do": [
            {"ioctl": {"request": "BINDER_WRITE_READ", "commands": [
              {"command": "BC_TRANSACTION", "handle": 0, "flags": 0}]}},
            {"spawn": "guesser", "do": [
              {"ioctl": {"request": "BINDER_WRITE_READ", "commands": [
                {"command": "BC_FREE_BUFFER", "buffer": 0},
                {"command": "BC_FREE_BUFFER", "buffer": 0},
                {"command": "BC_FREE_BUFFER", "buffer": 0},
                {"command": "BC_FREE_BUFFER", "buffer": 0},
                {"command": "BC_FREE_BUFFER", "buffer": 0},
                {"command": "BC_FREE_BUFFER", "buffer": 0},
                {"command": "BC_FREE_BUFFER", "buffer": 0},
                {"command": "BC_FREE_BUFFER", "buffer": 0}]}}]},
            {"ioctl": {"request": "BINDER_WRITE_READ", "read": 256,
              "commands": [{"command": "BC_ENTER_LOOPER"}]}},
            {"ioctl": {"request": "BINDER_WRITE_READ", "read": 256,
              "commands": [{"command": "BC_ENTER_LOOPER"}]}}]}}}}})",
        // Processes that open the driver at once.
        R"({"processes": {
          "app": {"at": "1ms", "threads": {"main": {"do": []}}},
          "other": {"at": "1ms", "threads": {"main": {"do": []}}}}})"));

// The driver asks, when a call is delivered, whether its sender still is there
// (TXN-32).
TEST(Independence, OfACallAndTheEndOfItsSender) {
  Walk walk(Load(R"({"processes": {
    "server": {"max_threads": 0, "services": {"s": {"methods": {"f": {}}}}},
    "client": {"max_threads": 0, "threads": {"main": {"do": [
      {"call": "s.f", "on_error": []}]}}}},
    "faults": {"kill": ["client"], "at_most": 1}})"));
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    walk.Go(seed, kLongest);
    ASSERT_THAT(walk.broken(), IsEmpty()) << "seed " << seed;
  }
  EXPECT_GT(walk.compared(), 50u);
}

}  // namespace
}  // namespace bindersim::explore
