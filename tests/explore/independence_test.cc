// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What footprints promise: two transitions that can be taken in the same state,
// and of which neither changes what the other touches, come to the same in
// either order, and neither notices the other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "explore/trial.h"
#include "model/scenario/loader.h"
#include "model/state_hash.h"
#include "model/world.h"
#include "sim/footprint.h"
#include "sim/random.h"
#include "tests/explore/random_scenario.h"
#include "tests/explore/scenario_for_test.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

using sim::Footprint;
using sim::Transition;
using ::testing::IsEmpty;

constexpr size_t kLongest = 400;  // transitions of a walk

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
  // Without threads that share a heap, both orders lead to one state.
  enum class Heaps : bool { kOwn, kShared };

  explicit Walk(const scenario::Scenario& scenario,
                Heaps heaps = Heaps::kShared)
      : heaps_(heaps),
        until_(scenario.until ? sim::kStart + *scenario.until : sim::kNever),
        trial_(scenario, {}) {}

  // Goes a random way from the start, and compares all pairs on it.
  void Go(uint64_t seed, size_t longest) {
    World world = trial_.start();
    sim::Stream stream = sim::MakeStream(seed, "walk");
    for (size_t i = 0; i < longest && broken_.empty(); ++i) {
      const std::vector<Transition> options = List(world);
      if (options.empty()) return;
      ComparePairs(world, options);
      const Transition next = options[stream.Below(options.size())];
      Take(world, next);
    }
  }

  // The same in so many states, depth first.
  void GoEverywhere(size_t most_states) {
    std::vector<World> open = {trial_.start()};
    std::set<std::string> seen;
    while (!open.empty() && seen.size() < most_states && broken_.empty()) {
      World world = std::move(open.back());
      open.pop_back();
      if (!seen.insert(hasher_.Hash(world).ToHex()).second) continue;
      const std::vector<Transition> options = List(world);
      ComparePairs(world, options);
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

  void ComparePairs(const World& world,
                    const std::vector<Transition>& options) {
    std::vector<World> after(options.size(), world);
    std::vector<Footprint> footprints;
    for (size_t i = 0; i < options.size(); ++i) {
      footprints.push_back(Take(after[i], options[i]));
    }
    for (size_t i = 0; i < options.size(); ++i) {
      for (size_t j = i + 1; j < options.size(); ++j) {
        if (after[i].is_broken || after[j].is_broken) continue;
        if (!footprints[i].IndependentOf(footprints[j])) continue;
        ++compared_;
        const std::string names[] = {NameOf(world, options[i]),
                                     NameOf(world, options[j])};
        World ends[] = {after[i], after[j]};
        for (const size_t first : {0, 1}) {
          const std::string& second = names[1 - first];
          const Footprint& alone = footprints[first == 0 ? j : i];
          const auto option = Find(ends[first], second);
          if (!option) {
            Break(names, second + " cannot act after " + names[first],
                  footprints[i], footprints[j]);
            return;
          }
          const Footprint then = Take(ends[first], *option);
          if (then != alone) {
            Break(
                names,
                second + " touches " + TextOf(then) + " after " + names[first],
                footprints[i], footprints[j]);
            return;
          }
        }
        if (hasher_.Hash(ends[0]) == hasher_.Hash(ends[1])) continue;
        const std::string how = heaps_ == Heaps::kOwn
                                    ? "they come to different states"
                                    : Differ(ends[0], ends[1]);
        if (!how.empty()) {
          Break(names, how, footprints[i], footprints[j]);
          return;
        }
      }
    }
  }

  // Worlds may differ in addresses: threads of a process share a heap. Then
  // they do the same all the way.
  std::string Differ(World& a, World& b) {
    while (true) {
      const std::vector<Transition> options[] = {List(a), List(b)};
      std::vector<std::string> names[2];
      for (const Transition& option : options[0]) {
        names[0].push_back(NameOf(a, option));
      }
      for (const Transition& option : options[1]) {
        names[1].push_back(NameOf(b, option));
      }
      // Who ran last differs, so the order does, too.
      std::ranges::sort(names[0]);
      std::ranges::sort(names[1]);
      if (names[0] != names[1]) {
        return "then " + ::testing::PrintToString(names[0]) + " can act, or " +
               ::testing::PrintToString(names[1]);
      }
      if (names[0].empty()) return {};
      const std::string& next = names[0].front();
      const Footprint one = Take(a, *Find(a, next));
      const Footprint other = Take(b, *Find(b, next));
      if (one != other) {
        return "then " + next + " touches " + TextOf(one) + " or " +
               TextOf(other);
      }
    }
  }

  void Break(const std::string (&names)[2], const std::string& what,
             const Footprint& a, const Footprint& b) {
    broken_ = names[0] + " [" + TextOf(a) + "] and " + names[1] + " [" +
              TextOf(b) + "]: " + what;
  }

  Heaps heaps_;
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
            "expect": [{"mark": "one", "before": "b"}]})"),
            Walk::Heaps::kOwn);
  walk.GoEverywhere(2000);
  EXPECT_THAT(walk.broken(), IsEmpty());
  EXPECT_GT(walk.compared(), 200u);
}

TEST(Independence, OfRandomScenarios) {
  uint64_t compared = 0;
  for (uint64_t seed = 1;
       seed <= NumberFromEnvironment("BINDERSIM_SCENARIOS", 10); ++seed) {
    const std::string text =
        RandomScenario(seed, seed % 4 == 0 ? Calls::kNone : Calls::kSome);
    Walk walk(Load(text), Walk::Heaps::kOwn);
    walk.GoEverywhere(100);
    for (uint64_t i = 1; i <= Walks(); ++i) {
      walk.Go(i, kLongest);
    }
    ASSERT_THAT(walk.broken(), IsEmpty()) << "seed " << seed << ": " << text;
    compared += walk.compared();
  }
  EXPECT_GT(compared, 500u);
}

// The driver asks, when a call is delivered, whether its sender still is there
// (TXN-32).
TEST(Independence, OfACallAndTheEndOfItsSender) {
  Walk walk(Load(R"({"processes": {
    "server": {"max_threads": 0, "services": {"s": {"methods": {"f": {}}}}},
    "client": {"max_threads": 0, "threads": {"main": {"do": [
      {"call": "s.f", "on_error": []}]}}}},
    "faults": {"kill": ["client"], "at_most": 1}})"),
            Walk::Heaps::kOwn);
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    walk.Go(seed, kLongest);
    ASSERT_THAT(walk.broken(), IsEmpty()) << "seed " << seed;
  }
  EXPECT_GT(walk.compared(), 50u);
}

}  // namespace
}  // namespace bindersim::explore
