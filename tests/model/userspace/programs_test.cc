// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Actions of scenario programs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/setup_for_test.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// A process "p" with the given threads, all at time 0.
struct OneProcess : S {
  ProcessSetup& process() { return scenario.setup.processes[1]; }
  OneProcess() { Add("p", kAppPid); }
  void AddThread(const std::string& name, std::vector<ActionBody> bodies) {
    process().threads.push_back(Thread(name, 0ns, std::move(bodies)));
  }
};

TEST(Programs, WorkTakesCpuTimeAndSleepDoesNot) {
  OneProcess system;
  system.AddThread("main", {S::Mark("a"), S::Work(3ms), S::Mark("b"),
                            S::Sleep(5ms), S::Mark("c")});
  Ran ran(system.scenario);
  EXPECT_EQ(*ran.out.TimeOf("b") - *ran.out.TimeOf("a"), 3ms);
  EXPECT_GE(*ran.out.TimeOf("c") - *ran.out.TimeOf("b"), 5ms);
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

TEST(Programs, RepeatAndChoose) {
  OneProcess system;
  const BlockIndex left = system.Block({S::Mark("left")});
  const BlockIndex right = system.Block({S::Mark("right")});
  const BlockIndex body =
      system.Block({Choose{{1, 0, 3}, {left, left, right}}});
  system.AddThread("main", {Repeat{400, body}});
  Ran ran(system.scenario);
  const auto marks = ran.out.Marks();
  ASSERT_THAT(marks, SizeIs(400));
  const auto lefts = std::ranges::count(marks, "left");
  EXPECT_GT(lefts, 60);
  EXPECT_LT(lefts, 140);
}

TEST(Programs, DrawsDependOnNothingElse) {
  const auto times = [](bool with_other) {
    OneProcess system;
    system.AddThread(
        "main", {Sleep{Quantity::Uniform(1000000, 9000000)}, S::Mark("x")});
    if (with_other) {
      system.process().threads.push_back(system.Thread(
          "other", 20ms, {Sleep{Quantity::Uniform(1000000, 9000000)}}));
    }
    return *Ran(system.scenario).out.TimeOf("x");
  };
  EXPECT_EQ(times(false), times(true));
}

TEST(Programs, MutexesHandOverInOrder) {
  OneProcess system;
  system.process().symbols = {"lock"};
  system.AddThread("main", {Lock{0}, S::Work(1ms), S::Mark("main"), Unlock{0}});
  system.AddThread("b", {S::Work(10us), Lock{0}, S::Mark("b"), Unlock{0}});
  system.AddThread("c", {S::Work(50us), Lock{0}, S::Mark("c"), Unlock{0}});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("main", "b", "c"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
  EXPECT_THAT(ran.out.All<record::UserWait>(), SizeIs(4));
}

TEST(Programs, AJavaMonitorMayBeEnteredAgain) {
  OneProcess system;
  system.process().symbols = {"lock"};
  system.AddThread("main",
                   {Lock{0}, Lock{0}, Unlock{0}, Unlock{0}, S::Mark("done")});
  {
    Ran cpp(system.scenario);
    EXPECT_THAT(cpp.out.Marks(), IsEmpty());
    ASSERT_THAT(cpp.result.findings, SizeIs(1));
    EXPECT_EQ(cpp.result.findings[0].kind, "deadlock");
    EXPECT_THAT(cpp.result.findings[0].text,
                ::testing::HasSubstr("held by itself"));
  }
  system.process().language = record::Language::kJava;
  Ran java(system.scenario);
  EXPECT_THAT(java.out.Marks(), ElementsAre("done"));
  EXPECT_THAT(java.result.findings, IsEmpty());
}

// It is reported, and the program goes on.
void ExpectMisuse(const Ran& ran, const std::string& what) {
  EXPECT_THAT(ran.out.Marks(), ElementsAre("on"));
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "misuse");
  EXPECT_THAT(ran.result.findings[0].text, ::testing::HasSubstr(what));
}

TEST(Programs, UnlockingWhatIsNotHeldIsMisuse) {
  OneProcess system;
  system.process().symbols = {"lock"};
  system.AddThread("main", {Unlock{0}, S::Mark("on")});
  ExpectMisuse(Ran(system.scenario), "unlocks mutex lock,");
}

TEST(Programs, WaitingWithAMutexThatIsNotHeldIsMisuse) {
  OneProcess system;
  system.process().symbols = {"lock", "ready"};
  system.AddThread("main", {Wait{1, 0, Quantity::Constant(1000000)}, Unlock{0},
                            S::Mark("on")});
  // It is held behind the wait.
  ExpectMisuse(Ran(system.scenario), "waits with mutex lock,");
}

TEST(Programs, WaitGivesUpTheMutexAndTakesItAgain) {
  OneProcess system;
  system.process().symbols = {"lock", "ready"};
  system.AddThread("main", {Lock{0}, Wait{1, 0, {}}, S::Mark("woken"),
                            S::Work(1ms), S::Mark("main"), Unlock{0}});
  system.AddThread("b", {S::Sleep(1ms), Lock{0}, Notify{1, false}, S::Work(1ms),
                         S::Mark("notified"), Unlock{0}, Lock{0},
                         S::Mark("after"), Unlock{0}});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(),
              ElementsAre("notified", "woken", "main", "after"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

TEST(Programs, WaitEndsAfterItsTimeout) {
  OneProcess system;
  system.process().symbols = {"ready"};
  system.AddThread(
      "main",
      {S::Mark("a"), Wait{0, {}, Quantity::Constant(2000000)}, S::Mark("b")});
  Ran ran(system.scenario);
  EXPECT_GE(*ran.out.TimeOf("b") - *ran.out.TimeOf("a"), 2ms);
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

TEST(Programs, NotifyAllWakesEveryWaiter) {
  OneProcess system;
  system.process().symbols = {"ready"};
  system.AddThread("main", {Wait{0, {}, {}}, S::Mark("main")});
  system.AddThread("b", {Wait{0, {}, {}}, S::Mark("b")});
  system.AddThread("c", {S::Sleep(1ms), Notify{0, true}});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), UnorderedElementsAre("main", "b"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

TEST(Programs, SpawnedThreadsHaveNamesOfTheirOwn) {
  OneProcess system;
  const BlockIndex body = system.Block({S::Mark("spawned")});
  system.AddThread("main", {Spawn{"worker", body}, Spawn{"worker", body}});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("spawned", "spawned"));
  std::vector<std::string> names;
  for (const auto& started : ran.out.All<record::ThreadStarted>()) {
    if (started.role == record::ThreadRole::kWorker) {
      names.push_back(ran.out.Text(started.name));
    }
  }
  EXPECT_THAT(names, ElementsAre("worker", "worker#2"));
}

// JAV-12: calls within a process do not use the driver.
TEST(Programs, CallsToLocalObjectsRunOnTheCallersThread) {
  OneProcess system;
  system.process().objects.push_back(
      S::Local("thing", {system.Method("m1", 1, {S::Mark("in")})}));
  system.AddThread(
      "main", {S::Mark("before"), S::Oneway(S::Call(LocalRef{0}, "thing", 1)),
               S::Mark("after")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("before", "in", "after"));
  EXPECT_THAT(ran.out.All<record::TransactionSent>(), IsEmpty());
  const auto methods = ran.out.RecordsOf<record::MethodBegin>();
  ASSERT_THAT(methods, SizeIs(1));
  EXPECT_EQ(methods[0].tid, kAppPid);
  const auto begins = ran.out.All<record::CallBegin>();
  ASSERT_THAT(begins, SizeIs(1));
  EXPECT_EQ(begins[0].local, 1u);
  EXPECT_EQ(ran.out.Text(begins[0].target), "p.thing");
}

TEST(Programs, EndlessRecursionIsFound) {
  OneProcess system;
  system.process().objects.push_back(S::Local(
      "thing", {system.Method("m1", 1, {S::Call(LocalRef{0}, "thing", 1)})}));
  system.AddThread("main", {S::Call(LocalRef{0}, "thing", 1)});
  Ran ran(system.scenario);
  EXPECT_EQ(ran.result.end, sim::RunEnd::kQuiescent);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "stack_overflow");
  const auto exited = ran.out.All<record::ProcessExited>();
  ASSERT_THAT(exited, SizeIs(1));
  EXPECT_EQ(exited[0].reason, record::ExitReason::kAborted);
}

TEST(Programs, ExitEndsAllThreads) {
  OneProcess system;
  system.AddThread("main", {S::Sleep(1ms), Exit{}, S::Mark("never")});
  system.AddThread("b", {S::Sleep(1s), S::Mark("never")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), IsEmpty());
  EXPECT_LT(ran.world.machine.now(), sim::Time{10ms});
  EXPECT_THAT(ran.out.All<record::ProcessExited>(), SizeIs(1));
}

TEST(Programs, KillingACallerByItsPid) {
  S system;
  system.Add("server", kServerPid)
      .objects.push_back(
          S::Service("svc", {system.Method("m1", 1, {Kill{{}, true}})}));
  system.Add("app", kAppPid)
      .threads.push_back(system.Thread(
          "main", 1ms, {S::CallService("svc", 1), S::Mark("never")}));
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), IsEmpty());
  const auto exited = ran.out.All<record::ProcessExited>();
  ASSERT_THAT(exited, SizeIs(1));
  EXPECT_EQ(exited[0].pid, kAppPid);
  EXPECT_EQ(exited[0].reason, record::ExitReason::kKilled);
}

// USR-70, SVM-06: nobody has the service, so there is nothing to call.
TEST(Programs, ACallToAServiceThatDoesNotExist) {
  OneProcess system;
  Call call = S::CallService("nobody", 1);
  call.on_error = system.Block({S::Mark("error")});
  system.AddThread("main", {call, S::Mark("on")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("error", "on"));
  EXPECT_EQ(ran.out.All<record::CallEnd>().back().status, -2);
  EXPECT_GT(*ran.out.TimeOf("error"), sim::Time{5s});
}

TEST(Programs, RepliesAndKeptReferences) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  userspace::Method open = system.Method("open", 1, {});
  open.reply_objects = {LocalRef{1}};
  server.objects = {
      S::Service("svc", {open}),
      S::Local("session", {system.Method("m1", 1, {S::Mark("session")})})};
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"session"};
  Call call = S::CallService("svc", 1);
  call.as = 0;
  app.threads = {system.Thread(
      "main", 1ms, {call, S::Call(KeptRef{0}, "session", 1), Release{0}})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("session"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
  // The server's session has lost its last user.
  EXPECT_EQ(ran.world.user.processes[1].objects[1].strong, 1u);
}

// A spawned thread has the arguments of the method that spawned it.
TEST(Programs, ASpawnedThreadKeepsTheArguments) {
  S system;
  const BlockIndex later =
      system.Block({S::Sleep(5ms), S::Call(ArgumentRef{0}, "$0", 1)});
  system.Add("server", kServerPid)
      .objects.push_back(
          S::Service("svc", {system.Method("m1", 1, {Spawn{"w", later}})}));
  ProcessSetup& app = system.Add("app", kAppPid);
  app.objects = {S::Local("cb", {system.Method("m1", 1, {S::Mark("called")})})};
  app.threads = {system.Thread(
      "main", 1ms,
      {S::With(S::CallService("svc", 1), {LocalRef{0}}), S::Mark("done")})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("done", "called"));
  EXPECT_EQ(ran.world.user.processes[1].proxies.size(), 1u);
}

// Without a pool a process ends with its last thread.
TEST(Programs, AToolEndsWhenItsThreadsHave) {
  OneProcess system;
  system.process().thread_pool = false;
  system.AddThread("main", {S::Mark("main")});
  system.process().threads.push_back(
      system.Thread("late", 5ms, {S::Mark("late")}));
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("main", "late"));
  const auto exited = ran.out.RecordsOf<record::ProcessExited>();
  ASSERT_THAT(exited, SizeIs(1));
  EXPECT_GT(exited[0].at, sim::Time{5ms});
}

// Neither work under way nor threads that were still to come hold it up.
TEST(Programs, AKilledProcessIsGoneAtOnce) {
  OneProcess system;
  system.AddThread("main", {S::Work(1s)});
  system.process().threads.push_back(
      system.Thread("late", 10s, {S::Mark("late")}));
  system.scenario.setup.events.push_back({5ms, Kill{{1}, false}, "/events/0"});
  Ran ran(system.scenario);
  const auto exited = ran.out.RecordsOf<record::ProcessExited>();
  ASSERT_THAT(exited, SizeIs(1));
  EXPECT_LT(exited[0].at, sim::Time{6ms});
  EXPECT_THAT(ran.out.Marks(), IsEmpty());
}

}  // namespace
}  // namespace bindersim::userspace
