// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Death recipients (USR-50..53, DTH).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include "model/userspace/status.h"
#include "tests/model/setup_for_test.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A server "svc" that dies at 10 ms, and an app that runs `program` at 1 ms.
struct Mortal : S {
  Mortal() {
    Add("server", kServerPid)
        .objects.push_back(S::Service(
            "svc", {Method("m1", 1, {}), Method("slow", 2, {S::Sleep(1s)})}));
    Add("app", kAppPid);
    scenario.setup.events.push_back({10ms, Kill{{1}, false}, "/events/0"});
  }
  ProcessSetup& app() { return scenario.setup.processes[2]; }
  void Program(std::vector<ActionBody> bodies) {
    app().threads = {Thread("main", 1ms, std::move(bodies))};
  }
  LinkToDeath Link(const std::string& mark) {
    return {ServiceRef{"svc"}, Block({S::Mark(mark)}), std::nullopt};
  }
};

std::vector<uint32_t> DeathCommands(const Collector& out, uint32_t pid) {
  std::vector<uint32_t> words;
  for (const sim::Record& record : out.records) {
    if (record.tid / 100 != pid / 100) continue;
    uint32_t word = 0;
    if (const auto bc = record.As<record::CommandExecuted>()) {
      word = bc->command;
    } else if (const auto br = record.As<record::ReturnDelivered>()) {
      word = br->command;
    }
    for (const uint32_t wanted :
         {uint32_t{BC_REQUEST_DEATH_NOTIFICATION},
          uint32_t{BC_CLEAR_DEATH_NOTIFICATION}, uint32_t{BR_DEAD_BINDER},
          uint32_t{BC_DEAD_BINDER_DONE},
          uint32_t{BR_CLEAR_DEATH_NOTIFICATION_DONE}}) {
      if (word == wanted) words.push_back(word);
    }
  }
  return words;
}

// USR-51: one notice for all recipients; CLEAR goes before DONE.
TEST(Death, AllRecipientsAreTold) {
  Mortal system;
  system.Program({system.Link("one"), system.Link("two")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("one", "two"));
  EXPECT_THAT(DeathCommands(ran.out, kAppPid),
              ElementsAre(BC_REQUEST_DEATH_NOTIFICATION, BR_DEAD_BINDER,
                          BC_CLEAR_DEATH_NOTIFICATION, BC_DEAD_BINDER_DONE,
                          BR_CLEAR_DEATH_NOTIFICATION_DONE));
  EXPECT_THAT(ran.out.All<record::BinderDied>(), SizeIs(2));
  // In a thread of the pool, after the death.
  for (const auto& record : ran.out.RecordsOf<record::BinderDied>()) {
    EXPECT_GT(record.tid, kAppPid);
    EXPECT_GT(record.at, sim::Time{10ms});
  }
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// USR-52.
TEST(Death, UnlinkedRecipientsAreNot) {
  Mortal system;
  system.Program({system.Link("one"), system.Link("two"),
                  UnlinkToDeath{ServiceRef{"svc"}}});
  EXPECT_THAT(Ran(system.scenario).out.Marks(), ElementsAre("two"));
  system.Program({system.Link("one"), UnlinkToDeath{ServiceRef{"svc"}}});
  Ran none(system.scenario);
  EXPECT_THAT(none.out.Marks(), IsEmpty());
  EXPECT_THAT(
      DeathCommands(none.out, kAppPid),
      ElementsAre(BC_REQUEST_DEATH_NOTIFICATION, BC_CLEAR_DEATH_NOTIFICATION,
                  BR_CLEAR_DEATH_NOTIFICATION_DONE));
}

TEST(Death, LinkingAfterTheObituaryFails) {
  Mortal system;
  LinkToDeath late = system.Link("late");
  late.on_error = system.Block({S::Mark("too late")});
  system.Program({system.Link("one"), S::Sleep(30ms), late});
  EXPECT_THAT(Ran(system.scenario).out.Marks(), ElementsAre("one", "too late"));
}

// DTH-03: linking to something dead, of which nobody was told yet.
TEST(Death, LinkingToADeadObjectReportsAtOnce) {
  Mortal system;
  system.Program({GetService{LookUp::kGet, "svc", {}, {}}, S::Sleep(30ms),
                  system.Link("dead")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("dead"));
  EXPECT_GT(*ran.out.TimeOf("dead"), sim::Time{31ms});
}

// JAV-10.
TEST(Death, LocalObjectsCannotDie) {
  Mortal system;
  system.app().objects = {S::Local("mine", {})};
  system.Program({LinkToDeath{LocalRef{0}, system.Block({S::Mark("no")}),
                              system.Block({S::Mark("error")})},
                  S::Mark("on")});
  EXPECT_THAT(Ran(system.scenario).out.Marks(), ElementsAre("on"));
}

// USR-40: recipients go with the last strong reference.
TEST(Death, RecipientsGoWithTheLastReference) {
  Mortal system;
  system.app().symbols = {"svc"};
  system.Program({GetService{LookUp::kGet, "svc", SymbolIndex{0}, {}},
                  LinkToDeath{KeptRef{0}, system.Block({S::Mark("no")}), {}},
                  Release{0}});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), IsEmpty());
  // servicemanager's proxy is left.
  EXPECT_EQ(ran.world.user.processes[2].proxies.size(), 1u);
}

// USR-53: the notice may come to a thread that waits for a reply, if it is the
// only one that reads.
TEST(Death, WorksWithoutAPool) {
  Mortal system;
  system.Add("other", 4000)
      .objects.push_back(
          S::Service("other", {system.Method("slow", 1, {S::Sleep(50ms)})}));
  system.Program({system.Link("died"), S::CallService("svc", 2),
                  S::CallService("other", 1), S::Mark("done")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("died", "done"));
}

// DTH-04, CTL-63: the calls of the dead process's clients fail.
TEST(Death, CallsUnderWayFail) {
  Mortal system;
  Call call = S::CallService("svc", 2);
  call.on_error = system.Block({S::Mark("failed")});
  system.Program({call});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("failed"));
  EXPECT_EQ(ran.out.All<record::CallEnd>().back().status, kDeadObject);
  EXPECT_THAT(ran.out.All<record::FaultInjected>(), SizeIs(1));
}

TEST(Death, ExitOnErrorEndsTheProcess) {
  Mortal system;
  Call call = S::CallService("svc", 2);
  call.exit_on_error = true;
  system.Program({call, S::Mark("never")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), IsEmpty());
  EXPECT_THAT(ran.out.All<record::ProcessExited>(), SizeIs(2));
}

}  // namespace
}  // namespace bindersim::userspace
