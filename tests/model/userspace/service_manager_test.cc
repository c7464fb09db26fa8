// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/userspace/service_client.h"
#include "tests/model/setup_for_test.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Registered(const World& world) {
  std::vector<std::string> names;
  for (const auto& [name, binder] : world.user.processes[0].registry) {
    names.push_back(name);
  }
  return names;
}

S TwoProcesses() {
  S system;
  system.Add("server", kServerPid);
  system.Add("app", kAppPid);
  return system;
}
ProcessSetup& Server(S& system) { return system.scenario.setup.processes[1]; }
ProcessSetup& App(S& system) { return system.scenario.setup.processes[2]; }

// SVM-01, SVM-10.
TEST(ServiceManager, KnowsItselfAndWhatWasAdded) {
  S system = TwoProcesses();
  Server(system).objects = {S::Service("b", {}), S::Service("a", {})};
  Ran ran(system.scenario);
  EXPECT_THAT(Registered(ran.world), ElementsAre("a", "b", "manager"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// CTL-60, SVM-01: the thread that polls counts as idle in between.
TEST(ServiceManager, IsIdleWhileItPolls) {
  S system = TwoProcesses();
  Server(system).objects = {S::Service("x", {})};
  Ran ran(system.scenario);
  std::vector<uint32_t> busy;
  for (const auto& pool : ran.out.All<record::PoolChanged>()) {
    if (pool.pid != kManagerPid || pool.loopers == 0) continue;
    EXPECT_EQ(pool.waiting + pool.busy, 1u);
    busy.push_back(pool.busy);
  }
  EXPECT_THAT(busy, ::testing::Contains(1u));  // for addService
  EXPECT_EQ(busy.back(), 0u);
}

// SVM-03.
TEST(ServiceManager, RefusesApplications) {
  S system = TwoProcesses();
  Server(system).uid = 10005;
  Server(system).objects = {S::Local("x", {})};
  const BlockIndex refused = system.Block({S::Mark("refused")});
  Server(system).threads = {
      system.Thread("main", 0ns, {AddService{"x", LocalRef{0}, refused}})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("refused"));
  EXPECT_THAT(Registered(ran.world), ElementsAre("manager"));
}

TEST(ServiceManager, ChecksNames) {
  EXPECT_TRUE(IsValidServiceName("android.hardware.foo.IFoo/default-1_x"));
  EXPECT_TRUE(IsValidServiceName(std::string(127, 'a')));
  EXPECT_FALSE(IsValidServiceName(std::string(128, 'a')));
  EXPECT_FALSE(IsValidServiceName(""));
  EXPECT_FALSE(IsValidServiceName("a b"));
  EXPECT_FALSE(IsValidServiceName("a\xc3\xa4"));
}

TEST(ServiceManager, RefusesNullAndBadNames) {
  S system = TwoProcesses();
  Server(system).symbols = {"nothing"};
  Server(system).objects = {S::Local("x", {})};
  const BlockIndex refused = system.Block({S::Mark("refused")});
  Server(system).threads = {
      system.Thread("main", 0ns,
                    {AddService{"x", KeptRef{0}, refused},
                     AddService{"no good", LocalRef{0}, refused}})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("refused", "refused"));
}

// SVM-03: the entry is replaced; the old object is let go of.
TEST(ServiceManager, ReplacesAnEntry) {
  S system = TwoProcesses();
  Server(system).objects = {
      S::Service("x", {system.Method("m1", 1, {S::Mark("old")})})};
  App(system).objects = {
      S::Local("mine", {system.Method("m1", 1, {S::Mark("new")})})};
  App(system).threads = {system.Thread(
      "main", 1ms, {S::CallService("x", 1), AddService{"x", LocalRef{0}, {}}})};
  system.Add("third", 4000)
      .threads.push_back(system.Thread("main", 5ms, {S::CallService("x", 1)}));
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("old", "new"));
  // The manager has no proxy for the server's object any more, and the app,
  // which cached its own, still has.
  EXPECT_EQ(ran.world.user.processes[0].proxies.size(), 1u);
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// SVM-06: a lookup polls each second, five seconds long.
TEST(ServiceManager, GetServicePollsAndGivesUp) {
  S system = TwoProcesses();
  const BlockIndex none = system.Block({S::Mark("none")});
  App(system).threads = {system.Thread(
      "main", 0ns,
      {S::Mark("begin"), GetService{LookUp::kGet, "x", {}, none}})};
  Ran ran(system.scenario);
  const auto took = *ran.out.TimeOf("none") - *ran.out.TimeOf("begin");
  EXPECT_GE(took, 5s);
  EXPECT_LT(took, 5s + 2ms);
  EXPECT_THAT(ran.out.All<record::CallBegin>(), SizeIs(6));
}

TEST(ServiceManager, CheckServiceAsksOnce) {
  S system = TwoProcesses();
  const BlockIndex none = system.Block({S::Mark("none")});
  App(system).threads = {
      system.Thread("main", 0ns, {GetService{LookUp::kCheck, "x", {}, none}})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("none"));
  EXPECT_THAT(ran.out.All<record::CallBegin>(), SizeIs(1));
}

TEST(ServiceManager, GetServiceFindsALateService) {
  S system = TwoProcesses();
  Server(system).objects = {S::Local("x", {system.Method("m1", 1, {})})};
  Server(system).threads = {
      system.Thread("main", 2500ms, {AddService{"x", LocalRef{0}, {}}})};
  App(system).threads = {
      system.Thread("main", 0ns, {S::CallService("x", 1), S::Mark("called")})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.out.Marks(), ElementsAre("called"));
  EXPECT_GT(*ran.out.TimeOf("called"), sim::Time{3s});
  EXPECT_LT(*ran.out.TimeOf("called"), sim::Time{3010ms});
}

// SVM-07.
TEST(ServiceManager, WaitForServiceWaitsAsLongAsItTakes) {
  S system = TwoProcesses();
  Server(system).objects = {S::Local("x", {})};
  Server(system).threads = {
      system.Thread("main", 12500ms, {AddService{"x", LocalRef{0}, {}}})};
  App(system).threads = {system.Thread(
      "main", 0ns, {GetService{LookUp::kWait, "x", {}, {}}, S::Mark("got")})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.out.Marks(), ElementsAre("got"));
  // It is told, and does not find out at its next look.
  EXPECT_LT(*ran.out.TimeOf("got"), sim::Time{12501ms});
  EXPECT_THAT(ran.world.user.processes[0].callbacks, IsEmpty());
  std::vector<uint32_t> codes;
  for (const auto& begin : ran.out.All<record::CallBegin>()) {
    codes.push_back(begin.code);
  }
  EXPECT_EQ(std::ranges::count(codes, kRegisterForNotifications), 1);
  EXPECT_EQ(std::ranges::count(codes, kUnregisterForNotifications), 1);
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// SVM-03, SVM-07: whoever waits is told, each for its own name; a thread may
// wait for another service afterwards.
TEST(ServiceManager, EveryWaiterIsTold) {
  S system = TwoProcesses();
  Server(system).objects = {S::Local("x", {}), S::Local("y", {})};
  Server(system).threads = {
      system.Thread("main", 2500ms,
                    {AddService{"y", LocalRef{1}, {}}, S::Sleep(100ms),
                     AddService{"x", LocalRef{0}, {}}})};
  App(system).threads = {
      system.Thread("main", 0ns,
                    {GetService{LookUp::kWait, "y", {}, {}}, S::Mark("1y"),
                     GetService{LookUp::kWait, "x", {}, {}}, S::Mark("1x")}),
      system.Thread("b", 1ms,
                    {GetService{LookUp::kWait, "x", {}, {}}, S::Mark("2x")})};
  system.Add("other", 5000).threads = {system.Thread(
      "main", 2ms, {GetService{LookUp::kWait, "x", {}, {}}, S::Mark("3x")})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(),
              ::testing::UnorderedElementsAre("1y", "1x", "2x", "3x"));
  EXPECT_LT(*ran.out.TimeOf("1y"), sim::Time{2501ms});
  for (const char* mark : {"1x", "2x", "3x"}) {
    EXPECT_LT(*ran.out.TimeOf(mark), sim::Time{2601ms}) << mark;
  }
  EXPECT_THAT(ran.world.user.processes[0].callbacks, IsEmpty());
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// A service that is registered at any moment between the first look and the
// wait is not missed.
TEST(ServiceManager, NoRegistrationIsMissed) {
  for (auto at = 0us; at < 100us; at += 2us) {
    S system = TwoProcesses();
    Server(system).objects = {S::Local("x", {})};
    Server(system).threads = {
        system.Thread("main", 100ms + at, {AddService{"x", LocalRef{0}, {}}})};
    App(system).threads = {system.Thread(
        "main", 100ms,
        {GetService{LookUp::kWait, "x", {}, {}}, S::Mark("got")})};
    Ran ran(system.scenario);
    ASSERT_THAT(ran.out.Marks(), ElementsAre("got"));
    EXPECT_LT(*ran.out.TimeOf("got"), sim::Time{101ms}) << at.count();
    EXPECT_THAT(ran.result.findings, IsEmpty());
  }
}

// SVM-04.
TEST(ServiceManager, ForgetsTheCallbacksOfADeadProcess) {
  S system = TwoProcesses();
  App(system).threads = {
      system.Thread("main", 0ns, {GetService{LookUp::kWait, "x", {}, {}}}),
      system.Thread("b", 0ns, {GetService{LookUp::kWait, "y", {}, {}}})};
  system.scenario.setup.events.push_back({10ms, Kill{{2}, false}, "/events/0"});
  const Ran before(system.scenario, {sim::Time{9ms}});
  EXPECT_THAT(before.world.user.processes[0].callbacks, SizeIs(2));
  const Ran after(system.scenario);
  for (const auto& [name, callbacks] :
       after.world.user.processes[0].callbacks) {
    EXPECT_THAT(callbacks, IsEmpty()) << name;
  }
  EXPECT_THAT(after.result.findings, IsEmpty());
}

TEST(ServiceManager, AWaitThatNobodyEndsIsFound) {
  S system = TwoProcesses();
  App(system).threads = {system.Thread(
      "main", 0ns, {GetService{LookUp::kWait, "x", {}, {}}, S::Mark("got")})};
  Ran ran(system.scenario);
  EXPECT_EQ(ran.result.end, sim::RunEnd::kQuiescent);
  ASSERT_THAT(ran.result.findings, SizeIs(1));
  EXPECT_EQ(ran.result.findings[0].kind, "missing_service");
}

// JAV-12, OBJ-13: the owner gets its own object back from the manager.
TEST(ServiceManager, TheOwnerOfAServiceCallsItLocally) {
  S system = TwoProcesses();
  Server(system).objects = {
      S::Service("x", {system.Method("m1", 1, {S::Mark("in")})})};
  Server(system).threads = {
      system.Thread("main", 0ns, {S::CallService("x", 1)})};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("in"));
  EXPECT_EQ(ran.out.All<record::CallBegin>().back().local, 1u);
}

// SVM-04.
TEST(ServiceManager, ForgetsTheServicesOfADeadProcess) {
  S system = TwoProcesses();
  Server(system).objects = {S::Service("x", {}), S::Service("y", {})};
  const BlockIndex none = system.Block({S::Mark("none")});
  App(system).threads = {
      system.Thread("main", 50ms, {GetService{LookUp::kCheck, "y", {}, none}})};
  system.scenario.setup.events.push_back({10ms, Kill{{1}, false}, "/events/0"});
  Ran ran(system.scenario);
  EXPECT_THAT(Registered(ran.world), ElementsAre("manager"));
  EXPECT_THAT(ran.out.Marks(), ElementsAre("none"));
  EXPECT_THAT(ran.world.user.processes[0].proxies, SizeIs(0));
}

// SVM-02: a call of listServices through the manager's own binder.
TEST(ServiceManager, ListsItsServices) {
  S system = TwoProcesses();
  Server(system).objects = {S::Service("abc", {})};
  App(system).threads = {
      system.Thread("main", 1ms, {S::CallService("manager", 4)})};
  Ran ran(system.scenario);
  EXPECT_EQ(ran.out.All<record::CallEnd>().back().status, 0);
  // Exception, count, "abc", "manager".
  EXPECT_EQ(ran.out.All<record::TransactionSent>().back().data_size,
            4u + 4u + (4u + 8u) + (4u + 16u));
}

// SVM-26, CTL-05: each device has a manager and handles of its own.
TEST(ServiceManager, EachDeviceHasItsOwn) {
  S system = TwoProcesses();
  ProcessSetup& manager = system.Add("hwservicemanager", 1100);
  manager.is_service_manager = true;
  manager.device = "hwbinder";
  Server(system).device = "hwbinder";
  Server(system).objects = {S::Service("x", {})};
  const BlockIndex none = system.Block({S::Mark("none")});
  App(system).threads = {
      system.Thread("main", 1ms, {GetService{LookUp::kCheck, "x", {}, none}})};
  Ran ran(system.scenario);
  EXPECT_THAT(Registered(ran.world), ElementsAre("manager"));
  EXPECT_EQ(ran.world.user.processes[3].registry.size(), 2u);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("none"));
}

// SVM-08: no manager, no service.
TEST(ServiceManager, ClientsWaitForTheManagerItself) {
  S system = TwoProcesses();
  system.scenario.setup.processes[0].at = 1500ms;
  Server(system).objects = {S::Service("x", {system.Method("m1", 1, {})})};
  App(system).threads = {
      system.Thread("main", 0ns, {S::CallService("x", 1), S::Mark("called")})};
  Ran ran(system.scenario);
  ASSERT_THAT(ran.out.Marks(), ElementsAre("called"));
  EXPECT_GT(*ran.out.TimeOf("called"), sim::Time{2s});
}

}  // namespace
}  // namespace bindersim::userspace
