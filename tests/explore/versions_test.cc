// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What versions promise (sim/version.h): parts of worlds with the same version
// are the same. So a world that is assigned to, where only parts with other
// versions are copied, is equal to the other; and states that are hashed by
// forms that were kept have the hashes that they have without.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "explore/trial.h"
#include "model/scenario/loader.h"
#include "model/state_hash.h"
#include "model/world.h"
#include "sim/random.h"
#include "tests/explore/random_scenario.h"
#include "tests/explore/scenario_for_test.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

constexpr size_t kWorlds = 3;

// Some worlds of one scenario, each of which goes a way of its own, and at
// times goes on from where another one is.
class Ways {
 public:
  explicit Ways(const scenario::Scenario& scenario)
      : until_(scenario.until ? sim::kStart + *scenario.until : sim::kNever),
        trial_(scenario, {}),
        worlds_(kWorlds, trial_.start()) {}

  void Go(uint64_t seed, size_t steps) {
    sim::Stream stream = sim::MakeStream(seed, "ways");
    for (size_t i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      World& world = worlds_[stream.Below(kWorlds)];
      if (stream.Below(4) == 0) {
        const World& other = worlds_[stream.Below(kWorlds)];
        world = other;
        EXPECT_TRUE(world == other) << "step " << i;
      } else if (!Take(world, stream)) {
        world = trial_.start();
      }
      for (const Symmetric symmetric : {Symmetric::kNo, Symmetric::kYes}) {
        StateHasher& hasher =
            symmetric == Symmetric::kYes ? symmetric_ : hasher_;
        EXPECT_EQ(hasher.Hash(world),
                  StateHasher(symmetric, until_).Hash(world))
            << "step " << i;
      }
    }
  }

 private:
  bool Take(World& world, sim::Stream& stream) {
    Stepper stepper(world, nobody_, Checking::kOff, until_);
    std::vector<sim::Transition> options;
    stepper.List(options);
    std::erase_if(options, [](const sim::Transition& option) {
      return option.kind == sim::Transition::Kind::kEnd;
    });
    if (options.empty()) return false;
    stepper.Take(options[stream.Below(options.size())]);
    return true;
  }

  const sim::Time until_;
  Trial trial_;
  sim::Recorder nobody_;
  std::vector<World> worlds_;
  StateHasher hasher_{Symmetric::kNo, until_};
  StateHasher symmetric_{Symmetric::kYes, until_};
};

TEST(Versions, TellWhatChangesInShippedScenarios) {
  for (const char* folder :
       {"scenarios", kRacesFolder, "scenarios/driver_past"}) {
    for (const std::string& name : ShippedScenarios(folder)) {
      SCOPED_TRACE(name);
      scenario::LoadResult loaded =
          scenario::LoadScenario(ScenarioPath(folder, name));
      ASSERT_TRUE(loaded.scenario) << loaded.ToString();
      Ways(*loaded.scenario).Go(1, 200);
    }
  }
}

TEST(Versions, TellWhatChangesInRandomScenarios) {
  for (uint64_t seed = 1;
       seed <= NumberFromEnvironment("BINDERSIM_SCENARIOS", 20); ++seed) {
    for (const Calls calls : {Calls::kNone, Calls::kRaw, Calls::kSome}) {
      SCOPED_TRACE(seed);
      Ways(Load(RandomScenario(seed, calls))).Go(seed, 200);
    }
  }
}

// Two clients that are alike, and a server whose threads are.
TEST(Versions, TellWhatChangesWhereSomeAreAlike) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Ways(Load(R"({"processes": {
           "server": {"max_threads": 2, "services": {"echo": {"methods": {
             "say": {"do": [{"call": "$0.heard", "oneway": true}]}}}}},
           "client": {"count": 2, "objects": {"ear": {"methods": {"heard": {}}}},
             "threads": {"main": {"do": [
               {"call": "echo.say", "objects": ["ear"]}]}}}}})"))
        .Go(seed, 300);
  }
}

}  // namespace
}  // namespace bindersim::explore
