// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is alike may change places: that is seen, and only that is.

#include "model/userspace/symmetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "explore/search.h"
#include "explore/trial.h"
#include "model/state_hash.h"
#include "model/world.h"
#include "sim/footprint.h"
#include "sim/random.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using sim::Footprint;
using sim::Transition;

// Two clients call, are called back by a oneway call, and look up a service.
constexpr char kTwoClients[] = R"({"processes": {
    "server": {"max_threads": 1, "services": {"echo": {"methods": {
      "say": {"do": [{"call": "$0.heard"}]}}}}},
    "client": {"count": 2, "max_threads": 1,
      "objects": {"ear": {"methods": {"heard": {"oneway": true, "do": [
        {"lock": "m"}, {"unlock": "m"}]}}}},
      "threads": {"main": {"do": [
        {"spawn": "other", "do": [
          {"lock": "m"}, {"call": "echo.say", "objects": ["ear"]},
          {"unlock": "m"}]},
        {"call": "echo.say", "objects": ["ear"]}]}}}}})";
// A server with two loopers that it asked for, called several times at once,
// and once more when it is idle.
constexpr char kTwoLoopers[] = R"({"processes": {
    "server": {"max_threads": 2, "services": {"echo": {"methods": {
      "say": {"do": [{"lock": "m"}, {"unlock": "m"}]}}}}},
    "client": {"max_threads": 0, "threads": {"main": {"do": [
      {"spawn": "a", "do": [{"call": "echo.say"}]},
      {"spawn": "b", "do": [{"call": "echo.say"}]},
      {"call": "echo.say"}, {"sleep": "1s"}, {"call": "echo.say"}]}}}}})";
// Few enough steps for a search that leaves nothing out.
constexpr char kTwoLockers[] = R"({"processes": {
    "client": {"count": 2, "threads": {"main": {"do": [
      {"spawn": "x", "do": [{"lock": "m"}, {"unlock": "m"}]},
      {"lock": "m"}, {"unlock": "m"}]}}}}})";

class Runner {
 public:
  explicit Runner(const std::string& scenario) : trial_(Load(scenario), {}) {}

  const World& start() const { return trial_.start(); }

  std::vector<Transition> List(World& world) {
    std::vector<Transition> options;
    Stepper(world, nobody_, Checking::kOff).List(options);
    std::erase_if(options, [](const Transition& option) {
      return option.kind == Transition::Kind::kEnd;
    });
    return options;
  }

  Footprint Take(World& world, const Transition& transition) {
    Footprint footprint;
    Stepper(world, nobody_, Checking::kOff).Take(transition, &footprint);
    footprint.Finish();
    return footprint;
  }

 private:
  sim::Recorder nobody_;
  Trial trial_;
};

// Calls the first two members of the group "client" by each other's numbers.
class Mirror {
 public:
  explicit Mirror(const World& world) {
    for (const auto& process : world.user.setup().processes) {
      if (process.group == "client") pids_.push_back(process.pid);
    }
  }

  uint32_t operator()(uint32_t tid) const {
    const uint32_t place = tid % userspace::kTidsPerProcess;
    if (tid - place == pids_[0]) return pids_[1] + place;
    if (tid - place == pids_[1]) return pids_[0] + place;
    return tid;
  }

  // What the transition is in a world in which they have changed places.
  std::optional<Transition> Of(const World& world, const Transition& transition,
                               const std::vector<Transition>& options,
                               const World& other) const {
    for (const Transition& option : options) {
      if (option.kind != transition.kind) continue;
      if (option.kind != Transition::Kind::kThread ||
          other.machine.thread(option.thread).tid ==
              (*this)(world.machine.thread(transition.thread).tid)) {
        return option;
      }
    }
    return std::nullopt;
  }

 private:
  std::vector<uint32_t> pids_;
};

template <class Rename>
std::vector<uint64_t> Renamed(const Footprint& footprint, Rename rename) {
  std::vector<uint64_t> words;
  for (const Footprint::Word word : footprint.words()) {
    words.push_back(Footprint::RenameKey(Footprint::KeyOf(word), rename) << 1 |
                    static_cast<uint64_t>(Footprint::IsChange(word)));
  }
  std::ranges::sort(words);
  return words;
}

TEST(Symmetry, OfTwoClientsIsSeenAllTheWay) {
  Runner runner(kTwoClients);
  const Mirror mirror(runner.start());
  StateHasher alike(Symmetric::kYes);
  StateHasher apart(Symmetric::kNo);
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    World worlds[] = {runner.start(), runner.start()};
    sim::Stream stream = sim::MakeStream(seed, "walk");
    uint64_t steps = 0;
    uint64_t told_apart = 0;
    while (true) {
      const std::vector<Transition> options = runner.List(worlds[0]);
      if (options.empty()) break;
      const Transition next = options[stream.Below(options.size())];
      const auto other =
          mirror.Of(worlds[0], next, runner.List(worlds[1]), worlds[1]);
      ASSERT_TRUE(other);
      const Footprint footprint = runner.Take(worlds[0], next);
      EXPECT_EQ(Renamed(footprint, mirror),
                runner.Take(worlds[1], *other).words());
      ++steps;
      ASSERT_EQ(alike.Hash(worlds[0]), alike.Hash(worlds[1]))
          << "after " << steps << " transitions, seed " << seed;
      if (apart.Hash(worlds[0]) != apart.Hash(worlds[1])) ++told_apart;
    }
    EXPECT_GT(steps, 100u);
    EXPECT_GT(told_apart, steps / 4);
  }
}

// States with the same hash do the same: whatever can come next in one of them
// can come next in the other.
class SameFuture {
 public:
  explicit SameFuture(const std::string& scenario) : runner_(scenario) {}

  // Walks at random; as long as `time_last`, time passes when nothing else can.
  World Walk(uint64_t seed, bool time_last) {
    World world = runner_.start();
    sim::Stream stream = sim::MakeStream(seed, "walk");
    while (true) {
      std::vector<Transition> options = runner_.List(world);
      if (options.empty()) return world;
      if (time_last) {
        std::erase_if(options, [](const Transition& option) {
          return option.kind == Transition::Kind::kTimer;
        });
        if (options.empty()) return world;
      }
      // Some walks keep to the default, so that ways meet again.
      const size_t pick =
          stream.Below(1 + seed % 8) == 0 ? stream.Below(options.size()) : 0;
      runner_.Take(world, options[pick]);
      if (!time_last) Compare(world, 20);
    }
  }

  // With a state that was given before and has the same hash, if their threads
  // are in different places: along a way of so many transitions, the same ones
  // are possible and touch the same, under other names. Worlds may differ in
  // addresses, since threads share a heap, so that hashes may differ later on.
  void Compare(const World& world, size_t length) {
    const std::string hash = alike_.Hash(world).ToHex();
    const Renaming own = alike_.renaming();
    const auto [it, is_new] = seen_.try_emplace(hash, Seen{world, own});
    if (is_new || it->second.renaming == own) return;
    ++compared_;
    const Renaming inverse = it->second.renaming.Inverse();
    const auto rename = [&](uint32_t tid) { return inverse(own(tid)); };
    World a = world;
    World b = it->second.world;
    for (size_t i = 0; i < length; ++i) {
      const auto options_a = ByName(a, rename);
      const auto options_b = ByName(b, [](uint32_t tid) { return tid; });
      ASSERT_EQ(Names(options_a), Names(options_b)) << "transition " << i;
      if (options_a.empty()) return;
      // Another one each time.
      const auto next = std::next(options_a.begin(),
                                  static_cast<ptrdiff_t>(i % options_a.size()));
      const Footprint touched = runner_.Take(a, next->second);
      ASSERT_EQ(Renamed(touched, rename),
                runner_.Take(b, options_b.at(next->first)).words())
          << "transition " << i;
    }
  }

  uint64_t compared() const { return compared_; }

 private:
  struct Seen {
    World world;
    Renaming renaming;
  };
  using Options = std::map<std::string, Transition>;

  template <class Rename>
  Options ByName(World& world, Rename rename) {
    Options options;
    for (const Transition& option : runner_.List(world)) {
      const bool is_thread = option.kind == Transition::Kind::kThread;
      options[is_thread ? std::to_string(
                              rename(world.machine.thread(option.thread).tid))
                        : "time"] = option;
    }
    return options;
  }

  static std::vector<std::string> Names(const Options& options) {
    std::vector<std::string> names;
    for (const auto& [name, option] : options) names.push_back(name);
    return names;
  }

  Runner runner_;
  StateHasher alike_{Symmetric::kYes};
  std::map<std::string, Seen> seen_;
  uint64_t compared_ = 0;
};

TEST(Symmetry, OfClientsKeepsTheFuture) {
  SameFuture same(kTwoClients);
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    same.Walk(seed, false);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(same.compared(), 50u);
}

// They have come back to their pool in one order or the other.
TEST(Symmetry, OfPoolThreadsKeepsTheFuture) {
  SameFuture same(kTwoLoopers);
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    same.Compare(same.Walk(seed, true), 100);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
  EXPECT_GT(same.compared(), 3u);
}

SearchResult SearchFor(const std::string& text, Reduction reduction,
                       Symmetric symmetric) {
  const scenario::Scenario scenario = Load(text);
  Trial trial(scenario, {});
  SearchOptions options;
  options.reduction = reduction;
  options.symmetric = symmetric;
  return Search(trial, options);
}

TEST(Symmetry, SavesAlmostHalfOfTheStatesOfTwoAlikeAndLosesNoEnd) {
  const SearchResult all =
      SearchFor(kTwoLockers, Reduction::kNone, Symmetric::kNo);
  ASSERT_TRUE(all.exhausted);
  for (const Reduction reduction :
       {Reduction::kNone, Reduction::kSleepSets, Reduction::kPersistentSets}) {
    const SearchResult apart =
        SearchFor(kTwoLockers, reduction, Symmetric::kNo);
    const SearchResult alike =
        SearchFor(kTwoLockers, reduction, Symmetric::kYes);
    ASSERT_TRUE(alike.exhausted);
    EXPECT_LT(alike.states, apart.states * 6 / 10);
    EXPECT_EQ(alike.ends, all.ends);
    EXPECT_EQ(alike.ends_digest, all.ends_digest);
    EXPECT_EQ(apart.ends_digest, all.ends_digest);
  }
}

// What `app`, of which there are two, has to be for its members to be alike.
userspace::Symmetry SymmetryFor(const std::string& app,
                                const std::string& rest = "") {
  const scenario::Scenario scenario =
      Load(R"({"processes": {"app": {"count": 2, )" + app + R"(},
          "other": {"services": {"echo": {"methods": {"say": {}}}}}})" +
           rest + "}");
  return userspace::SymmetryOf(scenario.setup);
}

std::string App(const std::string& action) {
  return R"("threads": {"main": {"do": [)" + action + "]}}";
}

bool AppsAreAlike(const userspace::Symmetry& symmetry) {
  for (uint32_t i = 0; i < symmetry.like.size(); ++i) {
    if (symmetry.like[i] != i) return true;
  }
  return false;
}

TEST(Symmetry, IsBrokenByWhatTellsMembersOfAGroupApart) {
  const std::string call = R"({"call": "echo.say"})";
  EXPECT_TRUE(AppsAreAlike(SymmetryFor(App(call))));
  const std::string apps[] = {
      App(R"({"call": "echo.say", "data": {"uniform": [1, 100]}})"),
      App(R"({"choose": [[{"mark": "a"}], [{"mark": "b"}]]})"),
      App(call) + R"(, "at": "1ms")",
      App(R"({"exit": true})"),
      App(R"({"call": "echo.say", "on_error": "exit"})"),
      App(R"({"kill": "app[0]"})"),
      App(call) + R"(, "services": {"own": {"methods": {"do": {}}}})",
  };
  for (const std::string& app : apps) {
    EXPECT_FALSE(AppsAreAlike(SymmetryFor(app))) << app;
  }
  EXPECT_FALSE(
      AppsAreAlike(SymmetryFor(App(call), R"(, "faults": {"kill": ["app"]})")));
  EXPECT_FALSE(AppsAreAlike(SymmetryFor(
      App(call), R"(, "events": [{"at": "1ms", "kill": "app[1]"}])")));
  // Who is told first of a death depends on who came first.
  const std::string link = App(R"({"link_to_death": "echo"})");
  EXPECT_TRUE(AppsAreAlike(SymmetryFor(link)));
  EXPECT_FALSE(AppsAreAlike(
      SymmetryFor(link, R"(, "events": [{"at": "1ms", "kill": "other"}])")));
}

TEST(Renaming, KeepsPlacesInAProcessAndCanBeUndone) {
  Renaming renaming;
  renaming.AddProcess(3000, 5000);
  renaming.AddProcess(5000, 3000);
  renaming.AddProcess(7000, 7000);
  renaming.AddThread(3002, 5003);
  renaming.AddThread(3003, 5002);
  renaming.Finish();
  EXPECT_EQ(renaming(3000), 5000u);
  EXPECT_EQ(renaming(3001), 5001u);
  EXPECT_EQ(renaming(3002), 5003u);
  EXPECT_EQ(renaming(5001), 3001u);
  EXPECT_EQ(renaming(7001), 7001u);
  const Renaming inverse = renaming.Inverse();
  for (const uint32_t tid : {3000u, 3001u, 3002u, 3003u, 5001u, 7001u}) {
    EXPECT_EQ(inverse(renaming(tid)), tid);
  }
  EXPECT_FALSE(renaming.IsIdentity());
  EXPECT_TRUE(Renaming().IsIdentity());
}

}  // namespace
}  // namespace bindersim::explore
