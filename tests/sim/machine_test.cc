// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/machine.h"

#include <gtest/gtest.h>

#include "tests/sim/machine_fixture.h"

namespace bindersim::sim {
namespace {

TEST(MachineTest, ThreadsShareCpus) {
  TestMachine m(2);
  for (uint32_t tid = 1; tid <= 3; ++tid) {
    m.Start(tid, {{{What::kWork, 100}, {What::kNote, tid}}});
  }
  EXPECT_EQ(m.Run(), RunEnd::kQuiescent);
  // Two run at once, the third takes the CPU that is free first.
  EXPECT_EQ(m.notes.written, (Written{{100, 1}, {100, 2}, {200, 3}}));
}

TEST(MachineTest, ContextSwitchesAndWakeUpsTakeTime) {
  SchedulerCosts costs = NoCosts();
  costs.context_switch = Duration{10};
  costs.wake_latency = Duration{5};
  TestMachine m(1, costs);
  m.Start(1, {{{What::kSleep}, {What::kNote, 1}}});
  m.Start(2, {{{What::kWake, 1}, {What::kWork, 100}, {What::kNote, 2}}});
  m.Run();
  // 1 switches in and sleeps at 10; 2 is there at 20 and works until 120; then
  // 1, long awake, switches in.
  EXPECT_EQ(m.notes.written, (Written{{120, 2}, {130, 1}}));
}

TEST(MachineTest, SwitchingBackToTheSameThreadIsFree) {
  SchedulerCosts costs = NoCosts();
  costs.context_switch = Duration{10};
  TestMachine m(1, costs);
  m.Start(1, {{{What::kSleepFor, 100}, {What::kNote, 1}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{110, 1}}));
}

TEST(MachineTest, TimeSlicesAreShared) {
  SchedulerCosts costs = NoCosts();
  costs.time_slice = Duration{10};
  TestMachine m(1, costs);
  m.Start(1, {{{What::kWork, 25}, {What::kNote, 1}}});
  m.Start(2, {{{What::kWork, 15}, {What::kNote, 2}}});
  m.Run();
  // 1: 0-10, 2: 10-20, 1: 20-30, 2: 30-35, 1: 35-40.
  EXPECT_EQ(m.notes.written, (Written{{35, 2}, {40, 1}}));
}

TEST(MachineTest, NiceThreadsGetLess) {
  SchedulerCosts costs = NoCosts();
  costs.time_slice = Duration{10};
  TestMachine m(1, costs);
  // Nice 10 has about a ninth of nice 0's weight.
  m.Start(1, {{{What::kWork, 900}, {What::kNote, 1}}}, 0);
  m.Start(2, {{{What::kWork, 300}, {What::kNote, 2}}}, 10);
  m.Run();
  ASSERT_EQ(m.notes.written.size(), 2u);
  EXPECT_EQ(m.notes.written[0].second, 1);
  EXPECT_GE(m.notes.written[0].first, 980);
  EXPECT_LE(m.notes.written[0].first, 1020);
  EXPECT_EQ(m.notes.written[1], (std::pair<int64_t, int64_t>{1200, 2}));
}

TEST(MachineTest, RealTimeThreadsPreempt) {
  TestMachine m(1);
  m.Start(1, {{{What::kWork, 100}, {What::kNote, 1}}});
  m.Start(2, {{{What::kSleepFor, 40}, {What::kWork, 20}, {What::kNote, 2}}}, 0,
          1);
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{60, 2}, {120, 1}}));
}

TEST(MachineTest, AWokenThreadPreemptsOneThatIsFarAhead) {
  SchedulerCosts costs = NoCosts();
  costs.wakeup_granularity = Duration{50};
  costs.time_slice = Duration{1000};
  TestMachine m(1, costs);
  m.Start(1, {{{What::kSleepFor, 1000}, {What::kWork, 10}, {What::kNote, 1}}});
  m.Start(2, {{{What::kWork, 3000}, {What::kNote, 2}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{1010, 1}, {3010, 2}}));
}

TEST(MachineTest, SpinlockWaitersBurnTheirCpu) {
  TestMachine m(2);
  m.notes.locks[0] = m.machine.AddLock(LockKind::kSpin, "spin", 0);
  const Do enter{What::kEnter, 0, 0};
  m.Start(1, {{enter, {What::kLeave, 100}, {What::kNote, 1}}});
  const ThreadId waiter =
      m.Start(2, {{enter, {What::kLeave, 10}, {What::kSleep}}});
  m.Start(3, {{{What::kWork, 5}, {What::kNote, 3}}});
  m.Run();
  // 3 gets a CPU only when 1 is done at 100: 2 spins on the other one.
  EXPECT_EQ(m.notes.written, (Written{{100, 1}, {105, 3}}));
  EXPECT_EQ(m.machine.thread(waiter).cpu_time, Duration{110});
}

TEST(MachineTest, MutexWaitersSleep) {
  TestMachine m(2);
  m.notes.locks[0] = m.machine.AddLock(LockKind::kMutex, "mutex", 0);
  const Do enter{What::kEnter, 0, 0};
  m.Start(1, {{enter, {What::kLeave, 100}, {What::kNote, 1}}});
  const ThreadId waiter = m.Start(
      2, {{enter, {What::kLeave, 10}, {What::kNote, 2}, {What::kSleep}}});
  m.Start(3, {{{What::kWork, 5}, {What::kNote, 3}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{5, 3}, {100, 1}, {110, 2}}));
  EXPECT_EQ(m.machine.thread(waiter).cpu_time, Duration{10});
}

TEST(MachineTest, LocksAreHandedOverInOrderOfArrival) {
  TestMachine m(4);
  m.notes.locks[0] = m.machine.AddLock(LockKind::kMutex, "mutex", 0);
  const Do enter{What::kEnter, 0, 0};
  for (uint32_t tid = 1; tid <= 4; ++tid) {
    m.Start(tid, {{{What::kWork, 10 * tid},
                   enter,
                   {What::kLeave, 100},
                   {What::kNote, tid}}});
  }
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{110, 1}, {210, 2}, {310, 3}, {410, 4}}));
}

TEST(MachineTest, SpinlockHoldersAreNotPreempted) {
  TestMachine m(1);
  m.notes.locks[0] = m.machine.AddLock(LockKind::kSpin, "spin", 0);
  m.Start(2, {{{What::kSleepFor, 40}, {What::kNote, 2}}}, 0, 1);
  m.Start(1, {{{What::kEnter, 0, 0},
               {What::kLeave, 100},
               {What::kNote, 1},
               {What::kWork, 10},
               {What::kNote, 11}}});
  m.Run();
  // 2 is due at 40 but must wait for the end of the section.
  EXPECT_EQ(m.notes.written, (Written{{100, 2}, {100, 1}, {110, 11}}));
}

TEST(MachineTest, SectionsNest) {
  TestMachine m(2);
  m.notes.locks[0] = m.machine.AddLock(LockKind::kSpin, "outer", 0);
  m.notes.locks[1] = m.machine.AddLock(LockKind::kSpin, "inner", 0);
  m.Start(1, {{{What::kEnter, 0, 0},
               {What::kEnter, 0, 1},
               {What::kLeave, 50},  // the inner lock until 50
               {What::kLeave, 50},  // the outer lock until 100
               {What::kEnter, 0, 0},
               {What::kEnter, 0, 1},
               {What::kLeaveTwo, 10}}});
  m.Start(2, {{{What::kWork, 1},
               {What::kEnter, 0, 1},
               {What::kNote, 2},
               {What::kLeave, 1},
               {What::kEnter, 0, 0},
               {What::kNote, 22},
               {What::kLeave, 0}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{50, 2}, {100, 22}}));
}

// Invariant 3: no wake-up is lost between test and sleep (THR-42).
TEST(MachineTest, AWakeUpBeforeTheSleepIsNotLost) {
  TestMachine m(2);
  m.Start(1, {{{What::kPrepare},
               {What::kWork, 100},
               {What::kSleepPrepared},
               {What::kNote, 1}}});
  m.Start(2, {{{What::kWork, 50}, {What::kWake, 1}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{100, 1}}));
}

TEST(MachineTest, AWakeUpForNobodyDoesNothing) {
  TestMachine m(2);
  m.Start(1, {{{What::kWork, 100}, {What::kNote, 1}, {What::kSleep}}});
  m.Start(2, {{{What::kWork, 50}, {What::kWake, 1}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{100, 1}}));
  EXPECT_EQ(m.machine.threads().size(), 1u);  // 1 sleeps for ever
}

TEST(MachineTest, AWakeUpEndsATimedSleepEarly) {
  TestMachine m(2);
  m.Start(1, {{{What::kSleepFor, 1000},
               {What::kNote, 1},
               {What::kSleepFor, 500},
               {What::kNote, 11}}});
  m.Start(2, {{{What::kWork, 50}, {What::kWake, 1}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{50, 1}, {550, 11}}));
}

TEST(MachineTest, KilledThreadsEndInUserMode) {
  TestMachine m(2);
  m.notes.locks[0] = m.machine.AddLock(LockKind::kMutex, "mutex", 0);
  m.Start(1, {{{What::kSleep}, {What::kNote, 1}}});
  m.Start(2, {{{What::kWork, 10},
               {What::kKill, 1},
               {What::kWork, 10},
               {What::kNote, 2}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{20, 2}}));
  EXPECT_EQ(m.exits, (std::vector<uint32_t>{1, 2}));
  EXPECT_TRUE(m.machine.threads().empty());
}

TEST(MachineTest, KilledThreadsDoNotFinishTheirWork) {
  TestMachine m(1);
  m.Start(1, {{{What::kWork, 1000}, {What::kNote, 1}}});
  m.Start(2, {{{What::kSleepFor, 100}, {What::kKill, 1}, {What::kNote, 2}}}, 0,
          1);
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{100, 2}}));
  EXPECT_EQ(m.exits, (std::vector<uint32_t>{2, 1}));
  EXPECT_EQ(m.machine.now(), Time{Duration{100}});

  TestMachine two(2);
  two.Start(1, {{{What::kWork, 1000}, {What::kNote, 1}}});
  two.Start(2, {{{What::kWork, 100}, {What::kKill, 1}}});
  two.Run();
  EXPECT_EQ(two.machine.now(), Time{Duration{100}});
  EXPECT_EQ(two.exits, (std::vector<uint32_t>{2, 1}));
}

TEST(MachineTest, ModelEventsComeAtTheirTime) {
  TestMachine m(1);
  m.machine.ScheduleModelEvent(Time{Duration{70}}, 1, 7);
  const EventId cancelled =
      m.machine.ScheduleModelEvent(Time{Duration{80}}, 1, 8);
  m.machine.CancelEvent(cancelled);
  m.Start(1, {{{What::kWork, 100}, {What::kNote, 1}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{70, 7}, {100, 1}}));
}

TEST(MachineTest, LimitsStopAndTheRunGoesOn) {
  TestMachine m(1);
  m.Start(1, {{{What::kWork, 100},
               {What::kNote, 1},
               {What::kWork, 100},
               {What::kNote, 2}}});
  EXPECT_EQ(m.Run({.until = Time{Duration{150}}}), RunEnd::kUntil);
  EXPECT_EQ(m.machine.now(), Time{Duration{150}});
  EXPECT_EQ(m.notes.written.size(), 1u);
  EXPECT_EQ(m.Run({.steps = m.machine.steps() + 1}), RunEnd::kSteps);
  EXPECT_EQ(m.Run(), RunEnd::kQuiescent);
  EXPECT_EQ(m.notes.written, (Written{{100, 1}, {200, 2}}));
}

TEST(MachineTest, FreeOfChargeNothingTakesTime) {
  SchedulerCosts costs;
  TestMachine m(1, costs);
  m.machine.SetFree(true);
  m.Start(1, {{{What::kWork, 100}, {What::kNote, 1}}});
  m.Run();
  EXPECT_EQ(m.notes.written, (Written{{0, 1}}));
}

// The world is a value: a copy taken in the middle goes on as the original.
TEST(MachineTest, CopiesRunOnByThemselves) {
  SchedulerCosts costs;
  costs.jitter_permille = 300;
  TestMachine m(2, costs);
  m.notes.locks[0] = m.machine.AddLock(LockKind::kSpin, "spin", 0);
  for (uint32_t tid = 1; tid <= 5; ++tid) {
    m.Start(tid, {{{What::kWork, 1000 * tid},
                   {What::kEnter, 0, 0},
                   {What::kLeave, 700},
                   {What::kSleepFor, 5000},
                   {What::kEnter, 0, 0},
                   {What::kLeave, 900},
                   {What::kNote, tid}}});
  }
  m.Run({.until = Time{Duration{6000}}});
  const Machine snapshot = m.machine;
  EXPECT_EQ(snapshot, m.machine);
  EXPECT_EQ(HashOf(snapshot), HashOf(m.machine));
  m.Run();
  EXPECT_FALSE(snapshot == m.machine);
  EXPECT_NE(HashOf(snapshot), HashOf(m.machine));

  TestMachine other(2, costs);
  other.machine = snapshot;
  other.notes.locks = m.notes.locks;
  other.Run();
  EXPECT_EQ(other.machine, m.machine);
  EXPECT_EQ(HashOf(other.machine), HashOf(m.machine));
  EXPECT_TRUE(std::equal(other.notes.written.rbegin(),
                         other.notes.written.rend(), m.notes.written.rbegin()));
}

TEST(MachineTest, SinksChangeNothing) {
  const auto run = [](bool watched) {
    TestMachine m(2, SchedulerCosts{});
    RecordList list;
    if (watched) m.recorder.AddSink(&list);
    for (uint32_t tid = 1; tid <= 4; ++tid) {
      m.Start(tid, {{{What::kWork, 100 * tid},
                     {What::kSleepFor, 50},
                     {What::kNote, tid}}});
    }
    m.Run();
    EXPECT_EQ(watched, !list.records.empty());
    return std::pair(m.notes.written, HashOf(m.machine));
  };
  EXPECT_EQ(run(false), run(true));
}

TEST(MachineTest, RandomChoosersDifferBySeedAndRepeat) {
  const auto run = [](uint64_t seed) {
    TestMachine m(1);
    RandomChooser chooser(seed);
    Env env(m.machine, m.recorder, chooser, m);
    env.Provide(m.notes);
    for (uint32_t tid = 1; tid <= 8; ++tid) {
      m.Start(tid, {{{What::kWork, 10}, {What::kNote, tid}}});
    }
    m.machine.Run(env, {});
    return m.notes.written;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
  EXPECT_EQ(run(1).size(), 8u);
}

}  // namespace
}  // namespace bindersim::sim
