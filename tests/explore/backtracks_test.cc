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
#include <tuple>
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
  };
  Kind kind = Kind::kLook;
  uint32_t which = 0;  // a variable; kStop: a thread
};

using Program = std::vector<std::vector<Op>>;  // by thread

struct State {
  std::vector<size_t> at;        // by thread: its next op
  std::vector<uint32_t> seen;    // by thread: what it has looked at
  std::vector<uint32_t> values;  // of variables

  auto operator<=>(const State&) const = default;
};

class System {
 public:
  // Numbers stay below `limit`: programs with loops have to be finite.
  System(const Program& program, uint32_t variables,
         uint32_t limit = UINT32_MAX)
      : program_(program),
        limit_(limit),
        start_{std::vector<size_t>(program.size()),
               std::vector<uint32_t>(program.size()),
               std::vector<uint32_t>(variables)} {}

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
    footprint.Add(Footprint::kThread, thread, Access::kChange);
    ++state.at[thread];
    uint32_t& seen = state.seen[thread];
    switch (op.kind) {
      case Op::Kind::kLook:
      case Op::Kind::kAwait:
        footprint.Add(Footprint::kModel, op.which, Access::kLook);
        seen = (31 * seen + state.values[op.which]) % limit_;
        break;
      case Op::Kind::kChange: {
        footprint.Add(Footprint::kModel, op.which, Access::kChange);
        uint32_t& value = state.values[op.which];
        value = (3 * value + seen + thread + 1) % limit_;
        break;
      }
      case Op::Kind::kRepeat:
        footprint.Add(Footprint::kModel, op.which, Access::kLook);
        if (state.values[op.which] == 0) state.at[thread] = 0;
        break;
      case Op::Kind::kStop:
        // It leaves the queue where others would find it to wake it.
        if (const Op* stopped = Next(state, op.which);
            stopped != nullptr && !CanAct(state, op.which)) {
          footprint.Add(Footprint::kModel, stopped->which, Access::kChange);
        }
        footprint.Add(Footprint::kThread, op.which, Access::kChange);
        state.at[op.which] = program_[op.which].size();
        break;
    }
    footprint.Finish();
    return footprint;
  }

  uint32_t threads() const { return static_cast<uint32_t>(program_.size()); }

 private:
  const Program& program_;
  const uint32_t limit_;
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
  if (at_end) ends.insert(state);
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
        able.push_back({thread, Footprint::Key(Footprint::kThread, thread)});
      } else if (op != nullptr) {
        waiting.push_back(
            {thread, Footprint::Key(Footprint::kModel, op->which)});
      }
    }
    backtracks_.Reach(able);
    if (use_states_) {
      const auto [it, is_new] = seen_.try_emplace(state);
      if (!is_new) {
        if (it->second.depth > 0) {
          backtracks_.RevisitOwn(it->second.depth - 1);
        } else {
          backtracks_.Revisit(it->second.below);
        }
        return;
      }
      it->second.depth = ++depth_;
    }
    ++visits_;
    backtracks_.Search(waiting);
    if (able.empty()) ends_.insert(state);
    while (const auto next = backtracks_.Next()) {
      State after = state;
      const Footprint footprint = system_.Act(after, able[*next].actor);
      backtracks_.Act(footprint.words());
      Visit(after);
    }
    const Backtracks::Summary below = backtracks_.Leave();
    if (!use_states_) return;
    seen_[state] = {below, 0};
    --depth_;
  }

  struct Seen {
    Backtracks::Summary below = Backtracks::kNothing;
    size_t depth = 0;  // 1 + depth on the path, while it is there
  };

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
    std::set<State> all;
    std::set<State> ends;
    AddEnds(system, system.start(), all, ends);
    Search search(system, GetParam());
    search.Run();
    ASSERT_EQ(search.ends(), ends) << "seed " << seed;
    visits += search.visits();
    states += all.size();
  }
  // Without states there are as many visits as there are prefixes.
  if (GetParam()) {
    EXPECT_LT(visits, states * 9 / 10);
  }
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
    std::set<State> all;
    std::set<State> ends;
    AddEnds(system, system.start(), all, ends);
    Search search(system, true);
    search.Run();
    ASSERT_EQ(search.ends(), ends) << "seed " << seed;
    visits += search.visits();
    states += all.size();
  }
  EXPECT_LT(visits, states);
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
    std::set<State> all;
    std::set<State> ends;
    AddEnds(system, system.start(), all, ends);
    Search search(system, true);
    search.Run();
    EXPECT_EQ(search.ends(), ends);
  }
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
