// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is found, and what is not, when the run ends with frozen processes
// (FRZ).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "model/findings.h"
#include "tests/model/setup_for_test.h"

namespace bindersim {
namespace {

using S = SystemForTest;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace userspace;  // NOLINT: the actions' names

constexpr uint32_t kApp = 1;  // index in Setup::processes
constexpr uint32_t kSystemPid = 4000;

// An app with a service whose oneway method 1 notifies `ready`, and a system
// process that freezes it at 5 ms and then goes on with `more`.
struct Cold : S {
  explicit Cold(std::vector<ActionBody> more = {}) {
    ProcessSetup& app = Add("app", kAppPid);
    app.max_threads = 0;
    app.symbols = {"ready", "x", "y"};
    app.objects.push_back(
        S::Service("svc", {Method("m1", 1, {Notify{0, false}})}));
    more.insert(more.begin(), Freeze{{kApp}, true, 0, {}});
    Add("system", kSystemPid).threads = {
        Thread("freezer", 5ms, std::move(more))};
  }
  ProcessSetup& App() { return scenario.setup.processes[kApp]; }
};

std::vector<Finding> FoundIn(const World& world) {
  return FindingsAtEnd(world, sim::RunEnd::kQuiescent);
}

TEST(Frozen, TheHolderOfAMutexGoesOnAfterAThaw) {
  Cold system({S::Sleep(1s)});
  system.App().threads = {
      system.Thread("one", 1ms, {Lock{1}, S::Sleep(10ms), Unlock{1}}),
      system.Thread("two", 2ms, {Lock{1}, Unlock{1}}),
      system.Thread("three", 3ms, {Lock{1}, Unlock{1}})};
  EXPECT_THAT(Ran(system.scenario).result.findings, IsEmpty());
}

TEST(Frozen, ACallThatNotifiesIsServedAfterAThaw) {
  Cold system({S::Oneway(S::CallService("svc", 1))});
  system.App().threads = {system.Thread("main", 1ms, {Wait{0, {}, {}}})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.result.findings, IsEmpty());
  ran.world.user.processes[kApp].frozen = false;
  EXPECT_THAT(FoundIn(ran.world), SizeIs(1));
}

// One that was read, and not looked at, is no longer the driver's.
TEST(Frozen, WhatWasNotLookedAtMayNotify) {
  Cold system;
  system.App().threads = {system.Thread("main", 1ms, {Wait{0, {}, {}}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].text, HasSubstr("nobody notifies"));
  for (auto [id, thread] : ran.world.user.threads) {
    if (thread.process == kApp) thread.ipc.in_size = thread.ipc.in_position + 8;
  }
  EXPECT_THAT(FoundIn(ran.world), IsEmpty());
}

TEST(Frozen, ADeadlockStaysOne) {
  Cold system;
  system.App().threads = {
      system.Thread("one", 1ms, {Lock{1}, S::Sleep(1ms), Lock{2}}),
      system.Thread("two", 1ms, {Lock{2}, S::Sleep(1ms), Lock{1}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(ran.result.findings[0].tids, SizeIs(2));
}

// The app would call back; who waits for that and is not frozen waits for ever.
TEST(Frozen, OthersWaitForIt) {
  Cold system({S::Oneway(S::CallService("svc", 2)), Lock{1}, Wait{0, {}, {}}});
  system.App().objects[0].methods.push_back(
      system.Method("m2", 2, {S::Oneway(S::CallService("callback", 3))}));
  ProcessSetup& other = system.scenario.setup.processes.back();
  other.symbols = {"called", "m"};
  other.objects.push_back(
      S::Service("callback", {system.Method("m3", 3, {Notify{0, false}})}));
  other.threads.push_back(system.Thread("two", 10ms, {Lock{1}}));
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].pids, ElementsAre(kSystemPid));
  EXPECT_THAT(
      ran.result.findings[0].text,
      AllOf(HasSubstr("waits for condition called, which svc.m2 could notify"),
            HasSubstr("queued for app, which is frozen"),
            HasSubstr("1 more thread waits behind it")));
}

// Nor is it too slow.
TEST(Frozen, WhoIsFrozenTakesNoAnswers) {
  S system;
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms, {S::CallService("svc", 1)})};
  system.Add("server", kServerPid)
      .objects.push_back(
          S::Service("svc", {system.Method("m1", 1, {S::Sleep(20s)})}));
  Ran ran(system.scenario, {sim::Time{10s}});
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "slow_call");
  ran.world.user.processes[kApp].frozen = true;
  EXPECT_THAT(FindingsAtEnd(ran.world, ran.result.end), IsEmpty());
}

}  // namespace
}  // namespace bindersim
