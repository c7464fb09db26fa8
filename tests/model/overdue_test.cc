// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
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
using ::testing::Not;
using ::testing::SizeIs;
using namespace userspace;  // NOLINT: the actions' names

constexpr uint32_t kServer = 1;  // index in Setup::processes
constexpr uint32_t kSystemPid = 4000;

// A server with one Binder thread whose method m1 takes `span`, and so many
// threads of an app that call it, 10 ms one after the other.
S Busy(sim::Duration span, int callers,
       const std::vector<ActionBody>& calls = {S::CallService("svc", 1)}) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.max_threads = 0;
  server.objects.push_back(
      S::Service("svc", {system.Method("m1", 1, {S::Sleep(span)})}));
  ProcessSetup& app = system.Add("app", kAppPid);
  for (int i = 0; i < callers; ++i) {
    app.threads.push_back(
        system.Thread("t" + std::to_string(i), 1ms + 10ms * i, calls));
  }
  return system;
}

std::vector<std::string> KindsOf(const RunResult& result) {
  std::vector<std::string> kinds;
  for (const Finding& finding : result.findings) kinds.push_back(finding.kind);
  return kinds;
}

// --- pools (USR-13) ---

TEST(Starvation, OneCallerThatWaitsIsEnough) {
  Ran ran(Busy(150ms, 2).scenario);
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("pool_starvation"));
  const Finding& finding = ran.result.findings[0];
  EXPECT_THAT(finding.pids, ElementsAre(kServerPid));
  EXPECT_GT(finding.at, sim::Time{150ms});
  EXPECT_LT(finding.at, sim::Time{160ms});
  EXPECT_THAT(
      finding.text,
      AllOf(HasSubstr("server: its only Binder thread was busy for 14"),
            HasSubstr("of app lay in its work list"), Not(HasSubstr("with"))));
}

TEST(Starvation, ABusyPoolForWhichNobodyWaitsIsFine) {
  EXPECT_THAT(Ran(Busy(150ms, 1).scenario).result.findings, IsEmpty());
}

TEST(Starvation, AWaitBelowTheBoundIsFine) {
  EXPECT_THAT(Ran(Busy(105ms, 2).scenario).result.findings, IsEmpty());
}

// libbinder's own clock starts anew with each command; the caller's does not.
TEST(Starvation, ACallMayWaitForSeveralOthers) {
  Ran ran(Busy(60ms, 4).scenario);
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("pool_starvation"));
  EXPECT_THAT(ran.out.All<record::PoolStarved>(), IsEmpty());
}

TEST(Starvation, AllThreadsOfThePoolMustBeBusy) {
  S system = Busy(150ms, 3);
  system.scenario.setup.processes[kServer].max_threads = 2;
  EXPECT_THAT(Ran(system.scenario).result.findings, IsEmpty());
  system.scenario.setup.processes[kServer].max_threads = 1;
  Ran ran(system.scenario);
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("pool_starvation"));
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("all 2 of its Binder threads were busy"));
}

TEST(Starvation, OfAPoolThatStillStarvesAtTheEnd) {
  Ran ran(Busy(4s, 3).scenario, {sim::Time{1s}});
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("pool_starvation"));
  EXPECT_EQ(ran.result.findings[0].at, sim::Time{1s});
  EXPECT_THAT(
      ran.result.findings[0].text,
      AllOf(HasSubstr("has lain in its work list, with 1 transaction behind"),
            HasSubstr("binder:2000_1 (tid 2001) is busy with svc.m1")));
}

// The caller learns of the death; that it waited before is still true.
TEST(Starvation, OfAProcessThatDies) {
  S system = Busy(4s, 2);
  system.scenario.setup.events.push_back(
      {200ms, Kill{{kServer}, false}, "/events/0"});
  Ran ran(system.scenario);
  EXPECT_THAT(KindsOf(ran.result), ElementsAre("pool_starvation"));
}

TEST(Starvation, TheBoundIsTheScenarios) {
  S system = Busy(150ms, 2);
  system.scenario.setup.bounds.starvation = 145ms;
  EXPECT_THAT(Ran(system.scenario).result.findings, IsEmpty());
  system.scenario.setup.bounds.starvation = sim::Duration::max();
  EXPECT_THAT(Ran(system.scenario).result.findings, IsEmpty());
  system = Busy(15ms, 2);
  system.scenario.setup.bounds.starvation = 2ms;
  EXPECT_THAT(KindsOf(Ran(system.scenario).result),
              ElementsAre("pool_starvation"));
}

// TXN-51: they wait for each other, not for a thread.
TEST(Starvation, OnewayCallsOfOneObjectWaitForEachOther) {
  EXPECT_THAT(
      Ran(Busy(150ms, 3, {S::Oneway(S::CallService("svc", 1))}).scenario)
          .result.findings,
      IsEmpty());
}

// But when its turn has come, the next one does wait for the pool: from 150 ms
// on, behind a caller that has waited for less.
TEST(Starvation, AOnewayCallWhoseTurnHasComeWaitsForAThread) {
  S system = Busy(150ms, 2);
  std::vector<ThreadSetup>& threads =
      system.scenario.setup.processes[2].threads;
  threads[0] = system.Thread("t0", 1ms,
                             {S::Oneway(S::CallService("svc", 1)),
                              S::Oneway(S::CallService("svc", 1))});
  system.scenario.setup.bounds.starvation = 145ms;
  Ran ran(system.scenario);
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("pool_starvation"));
  EXPECT_GT(ran.result.findings[0].at, sim::Time{300ms});
}

// FRZ-12: no thread is busy, but none may take anything.
TEST(Starvation, AFrozenProcessDoesNotStarve) {
  for (const bool thaws : {true, false}) {
    S system;
    system.Add("server", kServerPid)
        .objects.push_back(S::Service("svc", {system.Method("m1", 1, {})}));
    system.Add("app", kAppPid).threads = {
        system.Thread("main", 10ms, {S::Oneway(S::CallService("svc", 1))})};
    std::vector<ActionBody> actions = {Freeze{{kServer}, true, 0, {}},
                                       S::Sleep(500ms)};
    if (thaws) actions.push_back(Freeze{{kServer}, false, 0, {}});
    system.Add("system", kSystemPid).threads = {
        system.Thread("main", 1ms, std::move(actions))};
    const auto findings =
        Ran(system.scenario, {sim::Time{400ms}}).result.findings;
    EXPECT_THAT(findings, IsEmpty());
    for (const Finding& finding : Ran(system.scenario).result.findings) {
      EXPECT_NE(finding.kind, "pool_starvation") << finding.text;
    }
  }
}

// --- calls ---

TEST(SlowCall, AnAnswerThatComesTooLate) {
  Ran ran(Busy(6s, 1).scenario);
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("slow_call"));
  const Finding& finding = ran.result.findings[0];
  EXPECT_THAT(finding.pids, ElementsAre(kAppPid));
  EXPECT_THAT(finding.tids, SizeIs(1));
  EXPECT_GT(finding.at, sim::Time{6s});
  EXPECT_THAT(finding.text,
              AllOf(HasSubstr("app/t0"),
                    HasSubstr("got the answer to svc.m1 only after 6.")));
}

TEST(SlowCall, AnAnswerInTimeIsFine) {
  EXPECT_THAT(Ran(Busy(4900ms, 1).scenario).result.findings, IsEmpty());
}

TEST(SlowCall, OnewayCallsWaitForNothing) {
  EXPECT_THAT(Ran(Busy(6s, 1, {S::Oneway(S::CallService("svc", 1))}).scenario)
                  .result.findings,
              IsEmpty());
}

TEST(SlowCall, OneThatStillWaitsAtTheEnd) {
  Ran ran(Busy(20s, 1).scenario, {sim::Time{6s}});
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("slow_call"));
  EXPECT_EQ(ran.result.findings[0].at, sim::Time{6s});
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("has no answer to svc.m1 after 5.99"));
  // The run goes on: it is the same call, which is answered now.
  ran.Continue();
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("slow_call"));
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("only after 20."), Not(HasSubstr("more call"))));
}

TEST(SlowCall, OneFindingForEachMethod) {
  S system = Busy(6s, 3);
  system.scenario.setup.bounds.starvation = sim::Duration::max();
  Ran ran(system.scenario);
  ASSERT_THAT(KindsOf(ran.result), ElementsAre("slow_call"));
  EXPECT_THAT(ran.result.findings[0].pids, ElementsAre(kAppPid));
  EXPECT_THAT(ran.result.findings[0].tids, SizeIs(3));
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("only after 17."), HasSubstr("2 more calls")));
}

TEST(SlowCall, TheBoundIsTheScenarios) {
  S system = Busy(6s, 1);
  system.scenario.setup.bounds.answer = 7s;
  EXPECT_THAT(Ran(system.scenario).result.findings, IsEmpty());
  system.scenario.setup.bounds.answer = sim::Duration::max();
  EXPECT_THAT(Ran(system.scenario).result.findings, IsEmpty());
  system.scenario.setup.bounds.answer = 50us;
  system.scenario.setup.processes[kServer].objects[0].methods[0].body =
      system.Block({S::Sleep(60us)});
  EXPECT_THAT(KindsOf(Ran(system.scenario).result), ElementsAre("slow_call"));
}

// A lock that its holder gives up too late is no deadlock.
TEST(SlowCall, ThroughAMutex) {
  S system = Busy(0ns, 1);
  ProcessSetup& server = system.scenario.setup.processes[kServer];
  server.symbols = {"state"};
  server.objects[0].methods[0].body = system.Block({Lock{0}, Unlock{0}});
  server.threads = {
      system.Thread("main", 0ns, {Lock{0}, S::Sleep(6s), Unlock{0}})};
  Ran ran(system.scenario, {sim::Time{5500ms}});
  EXPECT_THAT(KindsOf(ran.result), ElementsAre("slow_call"));
}

// --- both ---

TEST(Overdue, NothingTakesLongWithoutTime) {
  World world(Busy(6s, 3).scenario);
  sim::Recorder recorder;
  ASSERT_TRUE(BringUp(world, recorder, Timing::kUntimed));
  Stepper stepper(world, recorder, Checking::kOff);
  std::vector<sim::Transition> transitions;
  while (stepper.List(transitions)) stepper.Take(transitions[0]);
  EXPECT_GT(world.machine.now(), sim::Time{6s});
  EXPECT_THAT(FindingsAtEnd(world, sim::RunEnd::kQuiescent), IsEmpty());
  EXPECT_THAT(world.user.slow_calls, IsEmpty());
}

TEST(Overdue, LeavesNoTraceInTheRecords) {
  S system = Busy(6s, 2);
  const Ran strict(system.scenario);
  system.scenario.setup.bounds = {sim::Duration::max(), sim::Duration::max()};
  const Ran easy(system.scenario);
  EXPECT_THAT(strict.result.findings, SizeIs(2));
  EXPECT_THAT(easy.result.findings, IsEmpty());
  EXPECT_EQ(strict.out.digest.Value(), easy.out.digest.Value());
}

}  // namespace
}  // namespace bindersim
