// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What findings say about threads that wait for ever, and when they say
// nothing.

#include "model/wait_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
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

constexpr uint32_t kOtherPid = 4000;

Wait WaitFor(SymbolIndex condition) { return {condition, {}, {}}; }

// A server with a condition and so many Binder threads. Its method 1 waits for
// that, and 2 notifies it.
S Notifying(uint32_t threads) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.max_threads = threads - 1;
  server.symbols = {"ready", "m"};
  server.objects.push_back(
      S::Service("svc", {system.Method("m1", 1, {WaitFor(0)}),
                         system.Method("m2", 2, {Notify{0, false}})}));
  return system;
}

// --- conditions that a queued call would notify ---

TEST(Notifier, MayBeACallForWhichNoThreadIsFree) {
  S system = Notifying(1);
  system.Add("app", kAppPid).threads = {
      system.Thread("one", 1ms, {S::CallService("svc", 1)}),
      system.Thread("two", 5ms, {S::CallService("svc", 2)})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(ran.result.findings[0].tids, ElementsAre(kServerPid + 1));
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("waits for condition ready, which svc.m2 could "
                              "notify; transaction"),
                    HasSubstr("the call of it by app/two (tid 3004), is queued "
                              "for server: all 1 of its Binder threads are "
                              "busy"),
                    Not(HasSubstr("nobody")),
                    HasSubstr("2 more threads wait behind it")));
}

TEST(Notifier, MayBeACallThatIsMadeByTheQueuedOne) {
  S system = Notifying(1);
  ProcessSetup& relay = system.Add("relay", kOtherPid);
  relay.max_threads = 0;
  relay.symbols = {"never"};
  relay.objects.push_back(S::Service(
      "relay",
      {system.Method("m3", 3,
                     {Repeat{2, system.Block({S::CallService("svc", 2)})}}),
       system.Method("m4", 4, {WaitFor(0)})}));
  system.Add("app", kAppPid).threads = {
      system.Thread("one", 1ms, {S::Oneway(S::CallService("svc", 1))}),
      system.Thread("two", 2ms, {S::Oneway(S::CallService("relay", 4))}),
      system.Thread("three", 5ms, {S::CallService("relay", 3)})};
  Ran ran(system.scenario);
  // It waits behind the relay, for whose condition there is nobody.
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].pids, ElementsAre(kOtherPid));
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("condition never, which nobody notifies"),
                    HasSubstr("2 more threads wait behind it")));
}

// TXN-51: other threads are free, but not for that object.
TEST(Notifier, MayBeBehindAnotherOnewayCall) {
  S system = Notifying(3);
  system.Add("app", kAppPid).threads = {
      system.Thread("one", 1ms, {S::Oneway(S::CallService("svc", 1))}),
      system.Thread("two", 5ms, {S::Oneway(S::CallService("svc", 2))})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(
      ran.result.findings[0].text,
      HasSubstr("the call of it by app, is queued for server, behind an "
                "earlier oneway call to the same object"));
}

// --- and threads that would ---

TEST(Notifier, MayBeAThreadThatWaitsForTheWaiter) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready", "m"};
  app.threads = {
      system.Thread("one", 0ns, {Lock{1}, WaitFor(0), Unlock{1}}),
      system.Thread("two", 1ms, {Lock{1}, Notify{0, false}, Unlock{1}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(ran.result.findings[0].tids, SizeIs(2));
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("condition ready, which app/two (tid 3004) could "
                        "notify"));
}

TEST(Notifier, IsNotWhoHasNotifiedAlready) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready", "never"};
  app.threads = {system.Thread("one", 0ns, {WaitFor(0), WaitFor(0)}),
                 system.Thread("two", 1ms, {Notify{0, false}, WaitFor(1)})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(2));
  EXPECT_THAT(ran.result.findings[0].text, HasSubstr("nobody notifies"));
}

// What is left: loops, branches, what runs on errors, threads to be started.
TEST(Notifier, MayBeAnywhereInWhatIsLeft) {
  const auto notifies = [](S& system) {
    return system.Block({Notify{0, true}});
  };
  S system;
  Call failing = S::CallService("svc", 1);
  failing.on_error = notifies(system);
  system.Add("server", kServerPid)
      .objects.push_back(S::Service("svc", {system.Method("m1", 1, {})}));
  for (const ActionBody& action : std::vector<ActionBody>{
           Repeat{1, notifies(system)}, Choose{{1}, {notifies(system)}},
           Spawn{"other", notifies(system)},
           LinkToDeath{ServiceRef{"svc"}, notifies(system), {}}, failing}) {
    S one = system;
    ProcessSetup& app = one.Add("app", kAppPid);
    app.symbols = {"ready", "never"};
    app.threads = {one.Thread("one", 0ns, {WaitFor(0)}),
                   one.Thread("two", 0ns, {WaitFor(1), action})};
    Ran ran(one.scenario);
    ASSERT_THAT(ran.result.findings, SizeIs(1));
    EXPECT_THAT(ran.result.findings[0].text,
                AllOf(HasSubstr("app/two (tid 3004) waits for condition never"),
                      HasSubstr("1 more thread waits behind it")));
  }
}

// Before the end there may always be another one.
TEST(Notifier, MayStillCome) {
  S system = Notifying(1);
  system.scenario.setup.processes.back().threads = {
      system.Thread("late", 80ms, {Notify{0, false}})};
  system.Add("app", kAppPid).threads = {
      system.Thread("one", 1ms, {S::CallService("svc", 1)}),
      system.Thread("two", 5ms, {S::CallService("svc", 2)})};
  Ran ran(system.scenario, {sim::Time{50ms}});
  EXPECT_EQ(ran.result.end, sim::RunEnd::kUntil);
  EXPECT_THAT(ran.result.findings, IsEmpty());
  ran.Continue();
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// Fifteen threads of one kind are shown once.
TEST(Notifier, ManyThatWaitInTheSameWayAreOneLine) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready"};
  for (int i = 0; i < 9; ++i) {
    app.threads.push_back(system.Thread("t" + std::to_string(i), 0ns,
                                        {WaitFor(0), Notify{0, true}}));
  }
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].tids, SizeIs(9));
  EXPECT_EQ(ran.result.findings[0].text,
            "app/t0 (tid 3003) waits for condition ready, which app/t1 (tid "
            "3004) or 7 more threads could notify\n8 more threads wait like "
            "that");
}

// --- conditions that were notified ---

TEST(Notified, WhileNobodyWaited) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready"};
  app.threads = {
      system.Thread("one", 0ns,
                    {Wait{0, {}, Quantity::Constant(1'000'000)}, S::Sleep(5ms),
                     WaitFor(0)}),
      system.Thread("two", 3ms, {Notify{0, false}, Notify{0, false}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "lost_wakeup");
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("was notified 2 times while nobody waited"));
}

TEST(Notified, ButAnotherThreadGotIt) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready"};
  app.threads = {system.Thread("one", 0ns, {WaitFor(0)}),
                 system.Thread("two", 1ms, {WaitFor(0)}),
                 system.Thread("three", 2ms, {Notify{0, false}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "deadlock");
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("app/two"),
                    HasSubstr("was notified once, but another thread that "
                              "waited got that")));
}

// That was before the one who waits now.
TEST(Notified, WhenOthersWaited) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready"};
  app.threads = {system.Thread("one", 0ns, {WaitFor(0)}),
                 system.Thread("two", 0ns, {WaitFor(0)}),
                 system.Thread("three", 1ms, {Notify{0, false}}),
                 system.Thread("four", 2ms, {Notify{0, false}}),
                 system.Thread("five", 3ms, {WaitFor(0)})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].text, HasSubstr("nobody notifies"));
}

// Two worlds are the same, whoever was notified.
TEST(Notified, IsNoPartOfTheWorldsIdentity) {
  S system;
  ProcessSetup& app = system.Add("app", kAppPid);
  app.symbols = {"ready"};
  app.threads = {system.Thread("main", 0ns, {WaitFor(0)})};
  Ran ran(system.scenario);
  World other = ran.world;
  ++other.user.processes[1].conditions[0].passed_by.value;
  EXPECT_EQ(other, ran.world);
}

// --- services ---

TEST(Service, WhoseProcessIsGone) {
  S system;
  system.Add("server", kServerPid)
      .objects.push_back(S::Service("svc", {system.Method("m1", 1, {})}));
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms,
                    {Kill{{1}, false}, S::Sleep(5ms),
                     GetService{LookUp::kWait, "svc", {}, {}}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "missing_service");
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("service svc, whose process server has ended"));
}

TEST(Service, ThatAProgramOfADeadProcessAdded) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.objects.push_back(S::Local("obj", {system.Method("m1", 1, {})}));
  server.threads = {
      system.Thread("main", 1ms, {AddService{"svc", LocalRef{0}, {}}})};
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 5ms,
                    {Kill{{1}, false}, S::Sleep(5ms),
                     GetService{LookUp::kWait, "svc", {}, {}}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("service svc, whose process server has ended"));
}

TEST(Service, ManagerThatIsGone) {
  S system;
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms,
                    {Kill{{0}, false}, S::Sleep(5ms),
                     GetService{LookUp::kGet, "svc", {}, {}}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "missing_service");
  EXPECT_THAT(
      ran.result.findings[0].text,
      HasSubstr("service manager, whose process servicemanager has ended"));
}

TEST(Service, ThatAStuckThreadWouldAdd) {
  S system;
  ProcessSetup& server = system.Add("server", kServerPid);
  server.symbols = {"never"};
  server.objects.push_back(S::Local("obj", {system.Method("m1", 1, {})}));
  server.threads = {system.Thread(
      "main", 1ms, {WaitFor(0), AddService{"svc", LocalRef{0}, {}}})};
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms, {GetService{LookUp::kWait, "svc", {}, {}}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("condition never, which nobody notifies"),
                    HasSubstr("1 more thread waits behind it")));
}

TEST(Service, ThatNobodyAdds) {
  S system;
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms, {GetService{LookUp::kWait, "svc", {}, {}}})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].text,
              HasSubstr("service svc, which nobody adds"));
}

// --- servers that died waiting (TXN-83) ---

TEST(DeadServer, ThatWaitedLeavesItsCallerBehindItsOwnCall) {
  S system = Notifying(1);
  system.Add("middle", kOtherPid)
      .objects.push_back(S::Service(
          "middle", {system.Method("m1", 1, {S::CallService("svc", 1)})}));
  system.Add("app", kAppPid).threads = {
      system.Thread("main", 1ms, {S::CallService("middle", 1)})};
  system.scenario.setup.events.push_back({10ms, Kill{{2}, false}, ""});
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].pids, ElementsAre(kServerPid));
  EXPECT_THAT(ran.result.findings[0].text,
              AllOf(HasSubstr("waits for condition ready"),
                    HasSubstr("1 more thread waits behind it")));
  const std::vector<Waiter> waiters = StuckWaiters(ran.world, true);
  ASSERT_THAT(waiters, SizeIs(2));
  EXPECT_THAT(waiters[1].text,
              AllOf(HasSubstr("app/main (tid 3000) waits for the reply to "
                              "middle.m1"),
                    HasSubstr("whose server died waiting for the reply to"),
                    HasSubstr("served by server/binder:2000_1 (tid 2001)")));
}

TEST(DeadServer, AlsoWithACallThatIsQueued) {
  S system = Notifying(1);
  for (const auto& [name, next, pid] :
       {std::tuple{"first", "second", kOtherPid},
        std::tuple{"second", "svc", kOtherPid + 1000}}) {
    system.Add(name, pid).objects.push_back(
        S::Service(name, {system.Method("m1", 1, {S::CallService(next, 1)})}));
  }
  system.Add("app", kAppPid).threads = {
      system.Thread("other", 1ms, {S::Oneway(S::CallService("svc", 1))}),
      system.Thread("main", 2ms, {S::CallService("first", 1)})};
  // Both links of the chain.
  system.scenario.setup.events.push_back({10ms, Kill{{2, 3}, false}, ""});
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_THAT(ran.result.findings[0].pids, ElementsAre(kServerPid));
  const std::vector<Waiter> waiters = StuckWaiters(ran.world, true);
  ASSERT_THAT(waiters, SizeIs(2));
  EXPECT_THAT(waiters[1].text,
              AllOf(HasSubstr("the reply to first.m1"),
                    HasSubstr("queued for server: all 1 of its Binder threads "
                              "are busy")));
}

}  // namespace
}  // namespace bindersim
