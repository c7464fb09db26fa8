// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Runs without time: which transitions there are, and where they end.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/machine.h"
#include "tests/sim/machine_fixture.h"

namespace bindersim::sim {
namespace {

struct Untimed : TestMachine {
  Untimed() : TestMachine(1) {
    machine.SetUntimed();
    uint32_t owner = 0;
    for (LockId& lock : notes.locks) {
      lock = machine.AddLock(LockKind::kSpin, "lock", ++owner);
    }
  }

  std::vector<Transition> List() {
    std::vector<Transition> list;
    machine.ListTransitions(list);
    return list;
  }
  std::vector<uint32_t> Tids() {
    std::vector<uint32_t> tids;
    for (const Transition& transition : List()) {
      if (transition.kind == Transition::Kind::kThread) {
        tids.push_back(machine.thread(transition.thread).tid);
      }
    }
    return tids;
  }
  void Take(uint32_t tid) {
    machine.Take(env, {Transition::Kind::kThread, 0, Script::Find(env, tid)});
  }
  // With the owners of the locks.
  std::vector<std::pair<uint32_t, uint32_t>> WhoIsLockedOut() const {
    std::vector<std::pair<uint32_t, uint32_t>> who;
    machine.ForEachLockedOut([&](uint32_t tid, const Lock& lock) {
      who.emplace_back(tid, lock.owner);
    });
    return who;
  }
  std::vector<int64_t> Noted() const {
    std::vector<int64_t> amounts;
    for (const auto& [time, amount] : notes.written) amounts.push_back(amount);
    return amounts;
  }
};

// Touches something shared in the second of its three sections.
struct Toucher {
  static constexpr char kName[] = "toucher";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  auto Fields() const { return std::tie(section); }
  bool operator==(const Toucher&) const = default;
  Step Run(Env& env) {
    env.Get<Notes>().written.emplace_back(0, section);
    if (section == 1) env.Touch(7);
    return section++ == 2 ? Step::Exit() : Step::Again();
  }
};

// Starts many threads, each from a copy of itself: a part of the stack that
// grows.
struct Starter {
  static constexpr char kName[] = "starter";
  uint32_t started = 0;
  auto Fields() const { return std::tie(started); }
  bool operator==(const Starter&) const = default;
  Step Run(Env& env) {
    if (started == 40) {
      env.Get<Notes>().written.emplace_back(0, started);
      return Step::Exit();
    }
    ++started;
    env.machine.Spawn(env, {100 + started, 0, 0}, Toucher{});
    return env.Call(*this);
  }
};

// Calls visit(numbers written) for the end of every run.
template <class Visit>
void ForEachRun(const Untimed& at, const Visit& visit) {
  Untimed here;
  here.machine = at.machine;
  here.notes = at.notes;
  const std::vector<Transition> list = here.List();
  if (list.empty()) visit(here);
  for (const Transition& transition : list) {
    Untimed next;
    next.machine = here.machine;
    next.notes = here.notes;
    next.machine.Take(next.env, transition);
    ForEachRun(next, visit);
  }
}

TEST(Untimed, TheThreadThatRanLastComesFirstThenTheOthersInTurn) {
  Untimed at;
  for (const uint32_t tid : {3, 1, 2}) {
    at.Start(tid, {{{What::kEnter}, {What::kLeave}}});
  }
  EXPECT_EQ(at.Tids(), (std::vector<uint32_t>{1, 2, 3}));
  at.Take(2);
  EXPECT_EQ(at.Tids(), (std::vector<uint32_t>{2, 3, 1}));
}

TEST(Untimed, ATransitionEndsBehindACriticalSection) {
  Untimed at;
  at.Start(1, {{{What::kNote, 1},
                {What::kEnter},
                {What::kNote, 2},
                {What::kWork, 1000},
                {What::kLeave, 500},
                {What::kNote, 3}}});
  at.Take(1);
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(at.machine.now(), kStart);  // nothing costs time
  at.Take(1);
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_TRUE(at.List().empty());
  EXPECT_EQ(at.exits, (std::vector<uint32_t>{1}));
}

// What lies between acquiring and releasing commutes with everything, but not
// what is acquired after a release.
TEST(Untimed, ASectionThatAcquiresAgainAfterAReleaseIsSplitThere) {
  Untimed at;
  at.Start(1, {{{What::kEnter, 0, 0},
                {What::kEnter, 0, 1},
                {What::kLeave},
                {What::kNote, 1},
                {What::kEnter, 0, 2},
                {What::kNote, 2},
                {What::kLeaveTwo}}});
  at.Start(2, {{{What::kEnter, 0, 0}, {What::kNote, 3}, {What::kLeave}}});
  at.Take(1);
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{1}));
  at.Take(2);  // as far as lock 0, which is held
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{1}));
  EXPECT_EQ(at.Tids(), (std::vector<uint32_t>{1}));
  using LockedOut = std::vector<std::pair<uint32_t, uint32_t>>;
  EXPECT_EQ(at.WhoIsLockedOut(), (LockedOut{{2, 1}}));
  at.Take(1);
  EXPECT_EQ(at.WhoIsLockedOut(), LockedOut());
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(at.Tids(), (std::vector<uint32_t>{1, 2}));
}

TEST(Untimed, WhatIsTouchedWithoutALockEndsTheTransition) {
  Untimed at;
  at.machine.Spawn(at.env, {1, 0, 0}, Toucher{});
  at.Take(1);
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{0, 1}));
}

// Threads, and the frames of each, move in memory when there are more.
TEST(Untimed, AThreadGoesOnWhileItStartsOthers) {
  Untimed at;
  at.machine.Spawn(at.env, {1, 0, 0}, Starter{});
  for (int i = 0; i < 100 && at.Noted().empty(); ++i) at.Take(1);
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{40}));
  EXPECT_EQ(at.machine.threads().size(), 40u);
}

// THR-42.
TEST(Untimed, NoWakeUpIsLostBetweenTestAndSleep) {
  Untimed at;
  at.Start(1, {{{What::kEnter},
                {What::kPrepare},
                {What::kLeave},
                {What::kSleepPrepared},
                {What::kNote, 1}}});
  at.Start(2, {{{What::kEnter}, {What::kWake, 1}, {What::kLeave}}});
  int runs = 0;
  int stuck = 0;
  ForEachRun(at, [&](const Untimed& end) {
    ++runs;
    if (end.Noted().empty()) ++stuck;
  });
  // Stuck is only the sleeper that came after its wake-up.
  EXPECT_GE(runs, 3);
  EXPECT_GT(stuck, 0);
  EXPECT_LT(stuck, runs);
}

TEST(Untimed, TimeIsOneOfTheOptionsAndTakesTheEarliestTimer) {
  Untimed at;
  at.Start(1, {{{What::kSleepFor, 2000}, {What::kNote, 1}}});
  at.Start(2, {{{What::kSleepFor, 1000}, {What::kNote, 2}}});
  at.Take(1);
  at.Take(2);
  ASSERT_EQ(at.List().size(), 1u);
  EXPECT_EQ(at.List()[0].kind, Transition::Kind::kTimer);
  at.machine.Take(at.env, at.List()[0]);
  EXPECT_EQ(at.machine.now(), kStart + Duration{1000});
  EXPECT_EQ(at.Tids(), (std::vector<uint32_t>{2}));
  EXPECT_EQ(at.List().back().kind, Transition::Kind::kTimer);
  std::vector<Transition> until;
  at.machine.ListTransitions(until, kStart + Duration{1500});
  EXPECT_EQ(until.size(), 1u);  // the second timer is later
}

TEST(Untimed, FaultsHappenOnceAndOnlyIfChosen) {
  Untimed at;
  at.machine.AddFault(5, 42);
  ASSERT_EQ(at.List().size(), 2u);
  EXPECT_EQ(at.List()[0].kind, Transition::Kind::kEnd);
  EXPECT_EQ(at.List()[1].kind, Transition::Kind::kFault);
  EXPECT_EQ(at.Run(), RunEnd::kQuiescent);  // by default none does
  EXPECT_TRUE(at.Noted().empty());
  at.machine.Take(at.env, at.List()[1]);
  EXPECT_EQ(at.Noted(), (std::vector<int64_t>{42}));
  EXPECT_TRUE(at.List().empty());
}

TEST(Untimed, SigkillEndsThreadsInUserMode) {
  Untimed at;
  at.Start(1, {{{What::kSleep}, {What::kNote, 1}}});
  at.Start(2, {{{What::kKill, 1}}});
  at.Take(1);
  EXPECT_EQ(at.Run(), RunEnd::kQuiescent);
  EXPECT_TRUE(at.Noted().empty());
  EXPECT_EQ(at.exits, (std::vector<uint32_t>{2, 1}));
}

// Two threads that each note before, in and behind a section on one lock: the
// sections have two orders, what is before and behind belongs to neighbours.
TEST(Untimed, CriticalSectionsAreNotCutIntoPieces) {
  Untimed at;
  for (const int64_t tid : {1, 2}) {
    at.Start(static_cast<uint32_t>(tid), {{{What::kEnter},
                                           {What::kNote, 10 * tid},
                                           {What::kWork, 10},
                                           {What::kNote, 10 * tid + 1},
                                           {What::kLeave}}});
  }
  std::set<std::vector<int64_t>> orders;
  ForEachRun(at, [&](const Untimed& end) { orders.insert(end.Noted()); });
  EXPECT_EQ(orders, (std::set<std::vector<int64_t>>{{10, 11, 20, 21},
                                                    {20, 21, 10, 11}}));
}

TEST(Untimed, FootprintsNameLocksThreadsAndTimers) {
  Untimed at;
  at.Start(1, {{{What::kEnter, 0, 0}, {What::kLeave}}});
  at.Start(2, {{{What::kEnter, 0, 1}, {What::kLeave}}});
  at.Start(3, {{{What::kEnter, 0, 1}, {What::kLeave}}});
  std::vector<Footprint> prints(3);
  for (uint32_t tid = 1; tid <= 3; ++tid) {
    at.env.footprint = &prints[tid - 1];
    at.Take(tid);
    prints[tid - 1].Finish();
  }
  EXPECT_TRUE(prints[0].IndependentOf(prints[1]));
  EXPECT_FALSE(prints[1].IndependentOf(prints[2]));
}

TEST(Untimed, RecordsAreStampedInTheOrderOfTransitions) {
  Untimed at;
  RecordList list;
  at.recorder.AddSink(&list);
  at.Start(1, {{{What::kEnter}, {What::kLeave}}});
  at.Start(2, {{{What::kEnter}, {What::kLeave}}});
  at.Run();
  ASSERT_GT(list.records.size(), 4u);
  for (size_t i = 1; i < list.records.size(); ++i) {
    EXPECT_LE(list.records[i - 1].at, list.records[i].at);
  }
  EXPECT_LT(list.records.front().at, list.records.back().at);
}

}  // namespace
}  // namespace bindersim::sim
