// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

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

// Two processes, each with one Binder thread and a service that calls the
// other's, called from outside at the same time: the example of a deadlock by
// exhausted pools.
S CrossedCalls() {
  S system;
  for (const auto& [name, other, pid] :
       {std::tuple{"a", "b", 2000u}, std::tuple{"b", "a", 3000u}}) {
    ProcessSetup& process = system.Add(name, pid);
    process.max_threads = 0;
    process.objects.push_back(S::Service(
        name,
        {system.Method("cross", 1, {S::Work(1ms), S::CallService(other, 2)}),
         system.Method("leaf", 2, {})}));
  }
  system.Add("app", 4000).threads = {
      system.Thread("one", 1ms, {S::CallService("a", 1)}),
      system.Thread("two", 1ms, {S::CallService("b", 1)})};
  return system;
}

TEST(Findings, ExhaustedPoolsThatWaitForEachOther) {
  Ran ran(CrossedCalls().scenario);
  EXPECT_EQ(ran.result.end, sim::RunEnd::kQuiescent);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  const Finding& finding = ran.result.findings[0];
  EXPECT_EQ(finding.kind, "deadlock");
  EXPECT_THAT(finding.pids, ElementsAre(2000, 3000));
  EXPECT_THAT(finding.tids, ElementsAre(2001, 3001));
  EXPECT_THAT(
      finding.text,
      AllOf(HasSubstr("a/binder:2000_1 (tid 2001) waits for the reply to b.m2"),
            HasSubstr("queued for b: all 1 of its Binder threads are busy"),
            HasSubstr("2 more threads wait behind them")));
}

// The same is certain long before everything else has come to rest.
TEST(Findings, ADeadlockIsFoundWhileOthersGoOn) {
  S system = CrossedCalls();
  system.Add("ticker", 5000).threads = {
      system.Thread("main", 0ns, {Repeat{1000, system.Block({S::Sleep(1s)})}})};
  Ran ran(system.scenario, {sim::Time{1s}});
  EXPECT_EQ(ran.result.end, sim::RunEnd::kUntil);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
}

// Nor does it starve a pool (USR-13) or make a call slow as well.
TEST(Findings, ADeadlockIsFoundOnce) {
  S system = CrossedCalls();
  system.Add("ticker", 5000).threads = {
      system.Thread("main", 0ns, {Repeat{1000, system.Block({S::Sleep(1s)})}})};
  Ran ran(system.scenario, {sim::Time{20s}});
  EXPECT_EQ(ran.result.end, sim::RunEnd::kUntil);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
}

TEST(Findings, ALongCallIsNoDeadlock) {
  S system;
  system.Add("server", kServerPid)
      .objects.push_back(
          S::Service("svc", {system.Method("m1", 1, {S::Sleep(10s)})}));
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms, {S::CallService("svc", 1)})};
  Ran ran(system.scenario, {sim::Time{1s}});
  EXPECT_EQ(ran.result.end, sim::RunEnd::kUntil);
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// Mutex, call, mutex: a cycle through two processes.
TEST(Findings, ACycleThroughAMutexAndACall) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.symbols = {"state"};
  server.objects.push_back(S::Service(
      "svc", {system.Method("m1", 1, {Lock{0}, S::Mark("in"), Unlock{0}})}));
  server.threads = {system.Thread(
      "main", 1ms, {Lock{0}, S::CallService("other", 1), Unlock{0}})};
  system.Add("other", kAppPid)
      .objects.push_back(S::Service(
          "other",
          {system.Method("m1", 1, {S::Work(1ms), S::CallService("svc", 1)})}));
  Ran ran(system.scenario);
  // The nested call comes back to the thread that holds the mutex (THR-30).
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("waits for mutex state, held by itself"),
                    HasSubstr("1 more thread waits behind it")));
}

TEST(Findings, TwoMutexesInBothOrders) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"x", "y"};
  app.threads = {system.Thread("one", 0ns, {Lock{0}, S::Sleep(1ms), Lock{1}}),
                 system.Thread("two", 0ns, {Lock{1}, S::Sleep(1ms), Lock{0}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(ran.result.findings[0].tids, SizeIs(2));
}

TEST(Findings, ANotificationBeforeTheWaitIsLost) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready"};
  app.threads = {system.Thread("main", 5ms, {Wait{0, {}, {}}}),
                 system.Thread("two", 0ns, {Notify{0, false}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "lost_wakeup");
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("was notified once while nobody waited"));
}

TEST(Findings, AWaitThatNobodyNotifies) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready"};
  app.threads = {system.Thread("main", 0ns, {Wait{0, {}, {}}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(ran.result.findings[0].text, HasSubstr("nobody notifies"));
}

TEST(Findings, AMutexOfAThreadThatHasEnded) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"x"};
  app.threads = {system.Thread("one", 0ns, {Lock{0}}),
                 system.Thread("two", 1ms, {Lock{0}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].text, HasSubstr("which has ended"));
}

// A process without Binder threads accepts calls and never serves them.
TEST(Findings, ACallThatNobodyWillServe) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.thread_pool = false;
  server.objects.push_back(S::Service("svc", {system.Method("m1", 1, {})}));
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms, {S::CallService("svc", 1)})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "unanswered_call");
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("queued for server, which has no Binder threads"));
}

// A buffer that no Parcel of the process knows any more.
TEST(Findings, ABufferThatWasForgotten) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.symbols = {"never"};
  server.objects.push_back(
      S::Service("svc", {system.Method("m1", 1, {Wait{0, {}, {}}})}));
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms, {S::Oneway(S::CallService("svc", 1))})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));  // the wait
  auto& parcels = ran.world.user.processes[1].parcels;
  for (auto [id, parcel] : parcels) {
    if (parcel.from_driver) parcels.Erase(id);
  }
  const RunResult again = bindersim::Run(ran.world, ran.recorder, ran.chooser);
  ASSERT_THAT(again.findings, SizeIs(2));
  EXPECT_EQ(again.findings[1].kind, "leaked_buffer");
  EXPECT_THAT(again.findings[1].pids, ElementsAre(kServerPid));
}

// What lies in a buffer holds references, and nobody has forgotten them.
TEST(Findings, ACallThatIsQueuedHoldsItsObjects) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.max_threads = 0;
  server.symbols = {"never", "kept"};
  server.objects.push_back(S::Service(
      "svc",
      {system.Method("m1", 1, {Keep{ArgumentRef{0}, 1}}),
       system.Method("m2", 2, {Wait{0, {}, {}}}), system.Method("m3", 3, {})}));
  ProcessSetup& app = system.Add("app", kAppPid);
  app.objects = {S::Local("known", {}), S::Local("new", {})};
  app.threads = {system.Thread(
      "main", 1ms,
      {S::With(S::CallService("svc", 1), {LocalRef{0}}),
       S::Oneway(S::CallService("svc", 2)), S::Sleep(1ms),
       S::With(S::CallService("svc", 3), {LocalRef{0}, LocalRef{1}})})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].text, HasSubstr("nobody notifies"));
  // One reference more is one too many.
  for (const char* kind : {"leaked_reference", "reference_drift"}) {
    World world = ran.world;
    const auto& handles = world.user.processes[1].handles;
    for (auto [id, ref] : world.driver.refs) {
      if (world.driver.procs[ref.proc].pid == kServerPid && ref.desc != 0 &&
          handles.contains(ref.desc) == (kind[0] == 'r')) {
        ++ref.strong;
      }
    }
    const auto findings = FindingsAtEnd(world, sim::RunEnd::kQuiescent);
    ASSERT_THAT(findings, SizeIs(2));
    EXPECT_EQ(findings[1].kind, kind);
  }
}

// An app that has called a service and holds a proxy of it.
class AfterACall : public ::testing::Test {
 protected:
  AfterACall() : ran_(System().scenario) {
    EXPECT_THAT(ran_.result.findings, IsEmpty());
  }

  static S System() {
    S system;
    system.Add("server", kServerPid)
        .objects.push_back(S::Service("svc", {system.Method("m1", 1, {})}));
    system.Add("app", kAppPid).threads = {
        system.Thread("main", 1ms, {S::CallService("svc", 1)})};
    return system;
  }

  ProcessState& app() { return ran_.world.user.processes[2]; }
  Proxy& proxy() { return app().proxies[app().handles.at(1)]; }
  driver::Ref& ref() {
    driver::Driver& driver = ran_.world.driver;
    for (auto [id, ref] : driver.refs) {
      if (driver.procs[ref.proc].pid == kAppPid && ref.desc == 1) return ref;
    }
    throw std::logic_error("the app is gone");
  }
  // What would be found if it were so.
  std::vector<std::string> KindsNow() {
    std::vector<std::string> kinds;
    for (const Finding& finding :
         FindingsAtEnd(ran_.world, sim::RunEnd::kQuiescent)) {
      kinds.push_back(finding.kind);
      EXPECT_THAT(finding.pids, ElementsAre(kAppPid));
    }
    return kinds;
  }

  Ran ran_;
};

TEST_F(AfterACall, TheDriverCountsAsLibbinderDoes) {
  ++ref().strong;
  EXPECT_THAT(KindsNow(), ElementsAre("reference_drift"));
  --ref().strong;
  --ref().weak;
  EXPECT_THAT(KindsNow(), ElementsAre("reference_drift"));
  ++ref().weak;
  EXPECT_THAT(KindsNow(), IsEmpty());
}

TEST_F(AfterACall, TheDriverKnowsWhoseDeathMatters) {
  proxy().linked = true;
  EXPECT_THAT(KindsNow(), ElementsAre("reference_drift"));
  ref().death = ran_.world.driver.deaths.Insert({});
  EXPECT_THAT(KindsNow(), IsEmpty());
  proxy().linked = false;
  EXPECT_THAT(KindsNow(), ElementsAre("reference_drift"));
}

// Who is frozen, or has something left to tell, has forgotten nothing yet.
TEST_F(AfterACall, WhoIsNotDoneHasForgottenNothing) {
  const ProxyId id = app().handles.at(1);
  app().handles.erase(1);
  EXPECT_THAT(KindsNow(), ElementsAre("leaked_reference"));
  app().frozen = true;
  EXPECT_THAT(KindsNow(), IsEmpty());
  app().frozen = false;
  for (auto [thread_id, thread] : ran_.world.user.threads) {
    if (thread.process == 2) thread.ipc.out_size += 8;
  }
  EXPECT_THAT(KindsNow(), IsEmpty());
  app().handles[1] = id;
  ++ref().strong;
  EXPECT_THAT(KindsNow(), IsEmpty());
}

// The model noticed that it used something that was gone.
TEST(Findings, AStaleIdEndsTheRun) {
  S system;
  system.Add("server", kServerPid)
      .objects.push_back(S::Service("svc", {system.Method("m1", 1, {})}));
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms,
                    {S::CallService("svc", 1), S::Sleep(5ms),
                     S::CallService("svc", 1), S::Mark("no")})};
  Ran ran(system.scenario, {sim::Time{4ms}});
  ProcessState& app = ran.world.user.processes[2];
  for (const auto& [name, binder] : app.services) {
    app.proxies.Erase(binder.proxy);
  }
  RunResult result = bindersim::Run(ran.world, ran.recorder, ran.chooser);
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_EQ(result.findings[0].kind, "use_after_free");
  EXPECT_THAT(result.findings[0].text, HasSubstr("BpBinder"));
  result = bindersim::Run(ran.world, ran.recorder, ran.chooser);
  EXPECT_THAT(result.findings, SizeIs(1));
  EXPECT_THAT(ran.out.Marks(), IsEmpty());
}

TEST(Findings, TheStepLimit) {
  S system;
  system.Add("app", kAppPid).threads = {system.Thread(
      "main", 0ns, {Repeat{UINT64_MAX, system.Block({S::Work(1us)})}})};
  Ran ran(system.scenario, {sim::kNever, 10'000});
  EXPECT_EQ(ran.result.end, sim::RunEnd::kSteps);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "limit");
}

TEST(Findings, WaitsAreTheSameForOthersOfTheirKind) {
  EXPECT_THAT(WaitsOf("deadlock",
                      "app[1]/binder:2000_A (tid 7) waits for m\n"
                      "sys/main (tid 8) is queued, behind an earlier call\n"
                      "3 more threads wait behind them"),
              ElementsAre("app/binder:_ (tid ) waits for m",
                          "sys/main (tid ) is queued, behind an earlier call"));
  EXPECT_THAT(WaitsOf("misuse", "app/main unlocks m"), IsEmpty());
}

}  // namespace
}  // namespace bindersim
