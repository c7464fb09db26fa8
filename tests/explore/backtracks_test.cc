// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Searches small random programs with Backtracks, and compares the ends that it
// comes to with those of all schedules.

#include "explore/backtracks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/footprint.h"
#include "sim/random.h"

namespace bindersim::explore {
namespace {

using sim::Access;
using sim::Footprint;

struct Op {
  enum class Kind {
    kLook,
    kChange,
    kAwait,
    kStop,
    kRepeat,  // from the start, unless the variable says to go on
    // Of twins:
    kChangeOwn,    // the thread's own variable
    kLookAtTwins,  // at the sum of what is the twins' own
    kAsk,          // for an answer
    kAnswer,       // changes what is the own of who has asked last
  };
  Kind kind = Kind::kLook;
  uint32_t which = 0;  // a variable; kStop: a thread
};

using Program = std::vector<std::vector<Op>>;  // by thread

struct State {
  std::vector<size_t> at;        // by thread: its next op
  std::vector<uint32_t> seen;    // by thread: what it has looked at
  std::vector<uint32_t> values;  // of variables
  std::vector<uint32_t> own;     // by thread
  uint32_t asker = 0;            // what it is called, or 0

  auto operator<=>(const State&) const = default;
};

// Threads 0 and 1 are twins if they have the same program.
class System {
 public:
  // Numbers stay below `limit`: programs with loops have to be finite.
  System(const Program& program, uint32_t variables,
         uint32_t limit = UINT32_MAX, bool twins = false)
      : program_(program),
        limit_(limit),
        twins_(twins),
        start_{std::vector<size_t>(program.size()),
               std::vector<uint32_t>(program.size()),
               std::vector<uint32_t>(variables),
               std::vector<uint32_t>(program.size()), 0} {}

  // In footprints; variables are nobody's.
  static uint32_t NameOf(uint32_t thread) { return thread + 1; }
  static uint32_t TwinOfName(uint32_t name) {
    return name == 0 ? 0 : NameOf(Twin(name - 1));
  }
  static uint64_t Variable(uint32_t which) { return Footprint::Name(which, 0); }
  // Who is in whose place when the twins are.
  static uint32_t Twin(uint32_t thread) {
    return thread < 2 ? 1 - thread : thread;
  }
  static Backtracks::Renamer TwinsSwapped() {
    return {Twin,
            [](uint64_t key) { return Footprint::RenameKey(key, TwinOfName); }};
  }
  // Lets the twins change places if that comes first. Returns whether they did.
  bool PutTwinsInOrder(State& state) const {
    if (!twins_) return false;
    State other = state;
    std::swap(other.at[0], other.at[1]);
    std::swap(other.seen[0], other.seen[1]);
    std::swap(other.own[0], other.own[1]);
    other.asker = TwinOfName(other.asker);
    if (state <= other) return false;
    state = std::move(other);
    return true;
  }

  const State& start() const { return start_; }

  const Op* Next(const State& state, uint32_t thread) const {
    const auto& ops = program_[thread];
    return state.at[thread] < ops.size() ? &ops[state.at[thread]] : nullptr;
  }
  bool CanAct(const State& state, uint32_t thread) const {
    const Op* op = Next(state, thread);
    return op != nullptr &&
           (op->kind != Op::Kind::kAwait || state.values[op->which] != 0);
  }

  Footprint Act(State& state, uint32_t thread) const {
    const Op op = *Next(state, thread);
    Footprint footprint;
    footprint.Add(Footprint::kThread, NameOf(thread), Access::kChange);
    ++state.at[thread];
    uint32_t& seen = state.seen[thread];
    switch (op.kind) {
      case Op::Kind::kLook:
      case Op::Kind::kAwait:
        footprint.Add(Footprint::kModel, Variable(op.which), Access::kLook);
        seen = (31 * seen + state.values[op.which]) % limit_;
        break;
      case Op::Kind::kChange: {
        footprint.Add(Footprint::kModel, Variable(op.which), Access::kChange);
        uint32_t& value = state.values[op.which];
        const uint32_t who = twins_ && thread == 1 ? 0 : thread;
        value = (3 * value + seen + who + 1) % limit_;
        break;
      }
      case Op::Kind::kChangeOwn:
        footprint.Add(Footprint::kModel, OwnOf(thread), Access::kChange);
        state.own[thread] = (3 * state.own[thread] + seen + 1) % limit_;
        break;
      case Op::Kind::kAsk:
        footprint.Add(Footprint::kModel, kAsker, Access::kChange);
        state.asker = NameOf(thread);
        break;
      case Op::Kind::kAnswer:
        footprint.Add(Footprint::kModel, kAsker, Access::kLook);
        if (state.asker == 0) break;
        footprint.Add(Footprint::kModel, OwnOf(state.asker - 1),
                      Access::kChange);
        state.own[state.asker - 1] = (state.own[state.asker - 1] + 1) % limit_;
        break;
      case Op::Kind::kLookAtTwins:
        footprint.Add(Footprint::kModel, OwnOf(0), Access::kLook);
        footprint.Add(Footprint::kModel, OwnOf(1), Access::kLook);
        seen = (31 * seen + state.own[0] + state.own[1]) % limit_;
        break;
      case Op::Kind::kRepeat:
        footprint.Add(Footprint::kModel, Variable(op.which), Access::kLook);
        if (state.values[op.which] == 0) state.at[thread] = 0;
        break;
      case Op::Kind::kStop:
        // It leaves the queue where others would find it to wake it.
        if (const Op* stopped = Next(state, op.which);
            stopped != nullptr && !CanAct(state, op.which)) {
          footprint.Add(Footprint::kModel, Variable(stopped->which),
                        Access::kChange);
        }
        footprint.Add(Footprint::kThread, NameOf(op.which), Access::kChange);
        state.at[op.which] = program_[op.which].size();
        break;
    }
    footprint.Finish();
    return footprint;
  }

  uint32_t threads() const { return static_cast<uint32_t>(program_.size()); }

 private:
  static constexpr uint64_t kAsker = Footprint::Name(99, 0);
  static uint64_t OwnOf(uint32_t thread) {
    return Footprint::Name(1, NameOf(thread));
  }

  const Program& program_;
  const uint32_t limit_;
  const bool twins_;
  State start_;
};

// By brute force.
void AddEnds(const System& system, const State& state, std::set<State>& states,
             std::set<State>& ends) {
  if (!states.insert(state).second) return;
  bool at_end = true;
  for (uint32_t thread = 0; thread < system.threads(); ++thread) {
    if (!system.CanAct(state, thread)) continue;
    at_end = false;
    State next = state;
    system.Act(next, thread);
    AddEnds(system, next, states, ends);
  }
  if (!at_end) return;
  State end = state;
  system.PutTwinsInOrder(end);
  ends.insert(end);
}

class Search {
 public:
  Search(const System& system, bool use_states)
      : system_(system), use_states_(use_states) {}

  void Run() { Visit(system_.start()); }

  const std::set<State>& ends() const { return ends_; }
  size_t visits() const { return visits_; }

 private:
  void Visit(const State& state) {
    std::vector<Backtracks::Able> able;
    std::vector<Backtracks::Able> waiting;
    for (uint32_t thread = 0; thread < system_.threads(); ++thread) {
      const Op* op = system_.Next(state, thread);
      if (system_.CanAct(state, thread)) {
        able.push_back({thread, Footprint::Key(Footprint::kThread,
                                               System::NameOf(thread))});
      } else if (op != nullptr) {
        waiting.push_back(
            {thread,
             Footprint::Key(Footprint::kModel, System::Variable(op->which))});
      }
    }
    backtracks_.Reach(able);
    State ordered = state;
    const bool swapped = system_.PutTwinsInOrder(ordered);
    if (use_states_) {
      const auto [it, is_new] = seen_.try_emplace(ordered);
      if (!is_new) {
        Revisit(it->second, swapped);
        return;
      }
      it->second.depth = ++depth_;
      it->second.swapped = swapped;
    }
    ++visits_;
    backtracks_.Search(waiting);
    if (able.empty()) ends_.insert(ordered);
    while (const auto next = backtracks_.Next()) {
      State after = state;
      const Footprint footprint = system_.Act(after, able[*next].actor);
      backtracks_.Act(backtracks_.TouchesOf(footprint.words()));
      Visit(after);
    }
    const Backtracks::Summary below = backtracks_.Leave();
    if (!use_states_) return;
    seen_[ordered] = {below, 0, swapped};
    --depth_;
  }

  struct Seen {
    Backtracks::Summary below = Backtracks::kNothing;
    size_t depth = 0;  // 1 + depth on the path, while it is there
    bool swapped = false;
  };

  void Revisit(const Seen& seen, bool swapped) {
    if (seen.depth > 0 && seen.swapped != swapped) {
      backtracks_.Revisit(Backtracks::kAnything);
    } else if (seen.depth > 0) {
      backtracks_.RevisitOwn(seen.depth - 1);
    } else if (seen.swapped != swapped) {
      backtracks_.Revisit(
          backtracks_.Renamed(seen.below, System::TwinsSwapped()));
    } else {
      backtracks_.Revisit(seen.below);
    }
  }

  const System& system_;
  bool use_states_;
  Backtracks backtracks_;
  std::map<State, Seen> seen_;
  size_t depth_ = 0;
  std::set<State> ends_;
  size_t visits_ = 0;
};

Program RandomProgram(uint64_t seed, uint32_t variables, bool loops) {
  sim::Stream stream = sim::MakeStream(seed, "program");
  Program program(2 + stream.Below(loops ? 2 : 3));
  for (auto& ops : program) {
    ops.resize(1 + stream.Below(4));
    for (Op& op : ops) {
      constexpr Op::Kind kKinds[] = {
          Op::Kind::kLook,   Op::Kind::kLook,   Op::Kind::kChange,
          Op::Kind::kChange, Op::Kind::kChange, Op::Kind::kAwait,
          Op::Kind::kStop,   Op::Kind::kRepeat, Op::Kind::kRepeat};
      op.kind = kKinds[stream.Below(std::size(kKinds) - (loops ? 0 : 2))];
      op.which = static_cast<uint32_t>(stream.Below(
          op.kind == Op::Kind::kStop ? program.size() : variables));
    }
  }
  return program;
}

Program RandomProgramWithTwins(uint64_t seed, uint32_t variables) {
  const bool loops = seed % 4 == 1;
  Program program = RandomProgram(seed, variables, loops);
  sim::Stream stream = sim::MakeStream(seed, "twins");
  for (auto& ops : program) {
    for (Op& op : ops) {
      // Nobody may tell the twins apart.
      if (op.kind == Op::Kind::kStop && op.which < 2) {
        op = {Op::Kind::kLook, 0};
      }
      constexpr Op::Kind kOwnKinds[] = {Op::Kind::kChangeOwn,
                                        Op::Kind::kLookAtTwins, Op::Kind::kAsk,
                                        Op::Kind::kAnswer};
      if (stream.Below(2) == 0) {
        op.kind = kOwnKinds[stream.Below(std::size(kOwnKinds))];
      }
    }
  }
  program[1] = program[0];
  return program;
}

struct Counts {
  size_t visits = 0;  // of the search
  size_t states = 0;  // that there are
};

// Expects the search to come to all ends that there are.
Counts CompareEnds(const System& system, bool use_states) {
  std::set<State> all;
  std::set<State> ends;
  AddEnds(system, system.start(), all, ends);
  Search search(system, use_states);
  search.Run();
  EXPECT_EQ(search.ends(), ends);
  return {search.visits(), all.size()};
}

class BacktracksTest : public ::testing::TestWithParam<bool> {};

TEST_P(BacktracksTest, LosesNoEndOfAnyProgram) {
  constexpr uint32_t kVariables = 3;
  size_t visits = 0;
  size_t states = 0;
  const uint64_t programs = GetParam() ? 1000 : 200;
  for (uint64_t seed = 0; seed < programs; ++seed) {
    const Program program = RandomProgram(seed, kVariables, false);
    // With few values what one waits for can come and go.
    const System system(program, kVariables, seed % 2 == 0 ? UINT32_MAX : 3);
    const Counts counts = CompareEnds(system, GetParam());
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    visits += counts.visits;
    states += counts.states;
  }
  // Without states there are as many visits as there are prefixes.
  if (GetParam()) {
    EXPECT_LT(visits, states * 9 / 10);
  }
}

// What is far apart on a path is as near as ever.
TEST(Backtracks, LosesNoEndOfAnyLongProgram) {
  constexpr uint32_t kVariables = 3;
  size_t visits = 0;
  size_t states = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Program program = RandomProgram(seed, kVariables, false);
    sim::Stream stream = sim::MakeStream(seed, "long");
    auto& ops = program[stream.Below(program.size())];
    ops.insert(ops.begin() + static_cast<int64_t>(stream.Below(ops.size())),
               60 + stream.Below(60), {Op::Kind::kChangeOwn, 0});
    const System system(program, kVariables, 3);
    const Counts counts = CompareEnds(system, true);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    visits += counts.visits;
    states += counts.states;
  }
  EXPECT_LT(visits, states / 2);
}

INSTANTIATE_TEST_SUITE_P(States, BacktracksTest, ::testing::Bool());

// A state can come again on the way on from it.
TEST(Backtracks, LosesNoEndOfAnyProgramWithLoops) {
  constexpr uint32_t kVariables = 2;
  size_t visits = 0;
  size_t states = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const Program program = RandomProgram(seed, kVariables, true);
    const System system(program, kVariables, 3);
    const Counts counts = CompareEnds(system, true);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    visits += counts.visits;
    states += counts.states;
  }
  EXPECT_LT(visits, states);
}

// If two threads are alike, states in which they have changed places are one.
TEST(Backtracks, LosesNoEndOfAnyProgramWithTwins) {
  constexpr uint32_t kVariables = 2;
  size_t visits = 0;
  size_t visits_without = 0;
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    const Program program = RandomProgramWithTwins(seed, kVariables);
    const uint32_t limit = seed % 2 == 0 ? 1000 : 3;
    const System system(program, kVariables, limit, true);
    const Counts counts = CompareEnds(system, true);
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    visits += counts.visits;
    const System apart(program, kVariables, limit);
    Search without(apart, true);
    without.Run();
    visits_without += without.visits();
  }
  EXPECT_LT(visits, visits_without * 8 / 10);
}

// What a state that was seen before has below it can need somebody who acts on
// the path to it. Few random programs show that.
TEST(Backtracks, FollowsWhoEnablesWhomOnTheWay) {
  using enum Op::Kind;
  const Program programs[] = {
      {{{kChange, 0}, {kChange, 2}, {kLook, 1}},
       {{kChange, 1}},
       {{kAwait, 1}, {kChange, 1}, {kLook, 0}, {kStop, 2}}},
      {{{kLook, 0}, {kLook, 1}, {kChange, 0}},
       {{kChange, 1}},
       {{kAwait, 1}, {kChange, 1}, {kChange, 0}}}};
  for (const Program& program : programs) {
    const System system(program, 3, 3);
    CompareEnds(system, true);
  }
}

// Who made an actor able to act may have done so long ago, and the actor may
// have changed the same itself since.
TEST(Backtracks, FindsWhoEnabledAnActorLongAgo) {
  constexpr Actor kFirst = 0;
  constexpr Actor kEnabler = 1;
  constexpr Actor kWaiter = 2;
  constexpr Actor kIdler = 3;
  constexpr uint32_t kWaitedFor = 0;
  constexpr uint32_t kRacedFor = 1;
  constexpr uint32_t kIdlers = 2;
  constexpr int kLong = 100;
  Backtracks backtracks;
  const auto search = [&](const std::vector<Actor>& actors, bool waits) {
    std::vector<Backtracks::Able> able;
    for (const Actor actor : actors) {
      able.push_back(
          {actor, Footprint::Key(Footprint::kThread, System::NameOf(actor))});
    }
    const Backtracks::Able waiting[] = {
        {kWaiter,
         Footprint::Key(Footprint::kModel, System::Variable(kWaitedFor))}};
    backtracks.Reach(able);
    backtracks.Search(std::span(waiting).first(waits ? 1 : 0));
  };
  // The first of those who can.
  const auto change = [&](Actor actor, uint32_t variable) {
    EXPECT_EQ(backtracks.Next(), 0u);
    Footprint footprint;
    footprint.Add(Footprint::kThread, System::NameOf(actor), Access::kChange);
    footprint.Add(Footprint::kModel, System::Variable(variable),
                  Access::kChange);
    footprint.Finish();
    backtracks.Act(backtracks.TouchesOf(footprint.words()));
  };
  search({kWaiter}, false);
  change(kWaiter, kRacedFor);
  search({}, false);
  backtracks.Leave();
  const Backtracks::Summary below = backtracks.Leave();

  search({kFirst, kEnabler, kIdler}, true);
  change(kFirst, kRacedFor);
  for (int i = 0; i < kLong; ++i) {
    search({kIdler, kEnabler}, true);
    change(kIdler, kIdlers);
  }
  search({kEnabler, kIdler}, true);
  change(kEnabler, kWaitedFor);
  for (int i = 0; i < kLong; ++i) {
    search({kWaiter, kIdler}, false);
    change(kWaiter, kWaitedFor);
  }
  EXPECT_EQ(backtracks.Chosen(0), 1u);
  backtracks.Revisit(below);
  EXPECT_EQ(backtracks.Chosen(0), 2u);
}

// What one of two twins did is called as if the other had done it.
TEST(Backtracks, RenamesWhoDidSomethingAndWhatItIsCalled) {
  Backtracks backtracks;
  const auto summary_of = [&](Actor thread) {
    const uint32_t name = System::NameOf(thread);
    const Backtracks::Able able[] = {
        {thread, Footprint::Key(Footprint::kThread, name)}};
    backtracks.Reach(able);
    backtracks.Search({});
    EXPECT_TRUE(backtracks.Next());
    Footprint footprint;
    footprint.Add(Footprint::kThread, name, Access::kChange);
    footprint.Add(Footprint::kModel, Footprint::Name(1, name), Access::kLook);
    footprint.Add(Footprint::kModel, Footprint::Name(2, 0), Access::kChange);
    footprint.Finish();
    backtracks.Act(backtracks.TouchesOf(footprint.words()));
    backtracks.Reach({});
    backtracks.Search({});
    EXPECT_FALSE(backtracks.Next());
    backtracks.Leave();
    return backtracks.Leave();
  };
  const auto swap = [&](Backtracks::Summary summary) {
    return backtracks.Renamed(summary, System::TwinsSwapped());
  };
  const Backtracks::Summary first = summary_of(0);
  const Backtracks::Summary second = summary_of(1);
  EXPECT_NE(first, second);
  EXPECT_EQ(swap(first), second);
  EXPECT_EQ(swap(second), first);
  EXPECT_EQ(swap(summary_of(2)), summary_of(2));
}

// Threads that have nothing to do with each other go one after the other.
TEST(Backtracks, TriesOneOrderOfWhatIsIndependent) {
  const std::vector<Op> own[] = {
      {{Op::Kind::kChange, 0}, {Op::Kind::kLook, 0}},
      {{Op::Kind::kChange, 1}, {Op::Kind::kLook, 1}},
      {{Op::Kind::kChange, 2}, {Op::Kind::kLook, 2}}};
  const Program program(std::begin(own), std::end(own));
  const System system(program, 3);
  Search search(system, true);
  search.Run();
  EXPECT_EQ(search.visits(), 7u);
}

TEST(Backtracks, LooksDoNotConflict) {
  const Program program(3, {{Op::Kind::kLook, 0}, {Op::Kind::kLook, 0}});
  const System system(program, 1);
  Search search(system, true);
  search.Run();
  EXPECT_EQ(search.visits(), 7u);
}

}  // namespace
}  // namespace bindersim::explore
