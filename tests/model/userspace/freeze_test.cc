// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// "freeze" and "unfreeze" (FRZ), and "ioctl".

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include "model/userspace/status.h"
#include "tests/model/setup_for_test.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr uint32_t kSystemPid = 4000;
// Indices into Setup::processes.
constexpr uint32_t kServer = 1;

// A server "svc" with a synchronous method 1 and a oneway one 2, an app that
// calls it, and a system process that freezes it.
struct Cold : S {
  Cold() {
    Add("server", kServerPid)
        .objects.push_back(S::Service(
            "svc", {Method("sync", 1, {S::Work(100us), S::Mark("sync")}),
                    Method("async", 2, {S::Mark("async")}),
                    Method("slow", 3, {S::Sleep(5ms)})}));
    Add("app", kAppPid);
    Add("system", kSystemPid);
  }
  ProcessSetup& Process(size_t index) {
    return scenario.setup.processes[index];
  }
  void App(sim::Duration at, std::vector<ActionBody> bodies) {
    Process(2).threads.push_back(Thread("main", at, std::move(bodies)));
  }
  void System(std::vector<ActionBody> bodies) {
    Process(3).threads.push_back(Thread("main", 1ms, std::move(bodies)));
  }
  Freeze Ask(bool enable, uint32_t timeout_ms = 0) {
    return {{kServer}, enable, timeout_ms, Block({S::Mark("error")})};
  }
};

std::vector<int32_t> Statuses(const Collector& out) {
  std::vector<int32_t> statuses;
  for (const auto& end : out.All<record::CallEnd>()) {
    statuses.push_back(end.status);
  }
  return statuses;
}

// FRZ-08, FRZ-17: the driver refuses, libbinder says FAILED_TRANSACTION.
TEST(Freeze, ASynchronousCallToAFrozenProcessFails) {
  Cold system;
  system.System({system.Ask(true), S::Mark("frozen")});
  system.App(5ms, {S::CallService("svc", 1), S::Mark("on")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("frozen", "on"));
  EXPECT_EQ(Statuses(ran.out).back(), kFailedTransaction);
  const auto failed = ran.out.All<record::TransactionFailed>();
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed[0].error, uint32_t{BR_FROZEN_REPLY});
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// FRZ-06, 08, 12, TXN-60: a oneway call waits in the queue of the process, not
// with one of its threads, until the threads go on.
TEST(Freeze, OnewayCallsWaitUntilTheProcessThaws) {
  Cold system;
  system.System(
      {system.Ask(true), S::Sleep(20ms), S::Mark("thaw"), system.Ask(false)});
  system.App(5ms, {S::Oneway(S::CallService("svc", 2)),
                   S::Oneway(S::CallService("svc", 2)), S::Mark("sent")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("sent", "thaw", "async", "async"));
  for (const sim::Record& record :
       ran.out.RecordsOf<record::TransactionReceived>()) {
    if (record.tid / 100 != kServerPid / 100) continue;
    if (record.As<record::TransactionReceived>()->reply != 0) continue;
    EXPECT_GT(record.at, *ran.out.TimeOf("thaw"));
  }
  EXPECT_EQ(Statuses(ran.out).back(), kOk);
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// FRZ-02, 05: a call that the process serves.
TEST(Freeze, AProcessWithACallUnderWayIsBusy) {
  Cold system;
  system.App(1ms, {S::CallService("svc", 3)});
  system.System({S::Sleep(2ms), system.Ask(true), S::Mark("after")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("error", "after"));
  std::vector<uint32_t> errors;
  for (const auto& end : ran.out.All<record::IoctlEnd>()) {
    if (end.request == BINDER_FREEZE) errors.push_back(end.error);
  }
  EXPECT_THAT(errors, ElementsAre(uint32_t{EAGAIN}));
  EXPECT_EQ(Statuses(ran.out).back(), kOk);  // nothing was stopped
}

// FRZ-02, 18: the ioctl waits, and is woken when the call is over.
TEST(Freeze, WaitsForCallsUnderWay) {
  Cold system;
  system.App(1ms, {S::CallService("svc", 3), S::Mark("answered")});
  system.System({S::Sleep(2ms), system.Ask(true, 100), S::Mark("frozen")});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(),
              ::testing::UnorderedElementsAre("answered", "frozen"));
  EXPECT_LT(*ran.out.TimeOf("frozen"), sim::Time{10ms});
}

// FRZ-01: no such process any more.
TEST(Freeze, ADeadProcessCannotBeFrozen) {
  Cold system;
  system.System({Kill{{kServer}, false}, S::Sleep(1ms), system.Ask(true)});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("error"));
}

// EXT-28
TEST(Freeze, AFrozenProcessCanBeKilled) {
  Cold system;
  system.System({system.Ask(true), S::Sleep(1ms), Kill{{kServer}, false}});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.All<record::ProcessExited>(),
              Contains(::testing::Field(&record::ProcessExited::pid,
                                        uint32_t{kServerPid})));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// FRZ-07: the threads stop between two actions, also if they use no Binder, and
// a sleep is as long as it was.
TEST(Freeze, ThreadsOfTheProcessStop) {
  Cold system;
  system.Process(kServer).threads.push_back(system.Thread(
      "main", 0ns, {S::Sleep(3ms), S::Mark("slept"), S::Mark("went on")}));
  system.System({S::Sleep(1ms), system.Ask(true), S::Sleep(20ms),
                 S::Mark("thaw"), system.Ask(false)});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("thaw", "slept", "went on"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

TEST(Freeze, ASleepIsNotCutShort) {
  Cold system;
  system.Process(kServer).threads.push_back(
      system.Thread("main", 0ns, {S::Sleep(30ms), S::Mark("slept")}));
  system.System({S::Sleep(1ms), system.Ask(true), system.Ask(false)});
  Ran ran(system.scenario);
  EXPECT_GE(*ran.out.TimeOf("slept"), sim::Time{30ms});
}

struct RawIoctls : Cold {
  RawIoctl Of(uint32_t request, std::string argument = {}) {
    RawIoctl ioctl;
    ioctl.request = request;
    ioctl.argument = std::move(argument);
    ioctl.on_error = Block({S::Mark("error")});
    return ioctl;
  }
};

// CTL-24, CTL-40, FRZ-10: the driver's answer is the ioctl's.
TEST(RawIoctl, AnswersAreObservable) {
  RawIoctls system;
  RawIoctl frozen = system.Of(BINDER_GET_FROZEN_INFO);
  frozen.pid_of = kServer;
  system.System({system.Of(BINDER_VERSION), frozen, S::Mark("good"),
                 system.Of(BINDER_GET_FROZEN_INFO), S::Mark("unknown pid"),
                 system.Of(BINDER_SET_IDLE_TIMEOUT)});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(),
              ElementsAre("good", "error", "unknown pid", "error"));
  EXPECT_THAT(
      ran.out.All<record::IoctlEnd>(),
      Contains(::testing::AllOf(
          ::testing::Field(&record::IoctlEnd::request,
                           uint32_t{BINDER_SET_IDLE_TIMEOUT}),
          ::testing::Field(&record::IoctlEnd::error, uint32_t{EINVAL}))));
}

// THR-20: the driver asks for no more threads than it was told.
TEST(RawIoctl, ChangesTheDriversIdeaOfThePool) {
  const auto requests = [](bool with) {
    RawIoctls system;
    std::vector<ActionBody> before;
    if (with) {
      before = {system.Of(BINDER_SET_MAX_THREADS, std::string(4, '\0'))};
    }
    system.Process(kServer).threads.push_back(
        system.Thread("main", 0ns, before));
    for (const char* name : {"main", "b", "c", "d"}) {
      system.Process(2).threads.push_back(
          system.Thread(name, 5ms, {S::CallService("svc", 3)}));
    }
    Ran ran(system.scenario);
    return ran.out.All<record::LooperSpawnRequested>().size();
  };
  EXPECT_LT(requests(true), requests(false));
}

// CMD-06, CMD-07: commands as they are.
TEST(RawIoctl, WritesCommands) {
  RawIoctls system;
  RawIoctl good = system.Of(BINDER_WRITE_READ);
  const uint32_t enter = BC_ENTER_LOOPER;
  good.write.assign(reinterpret_cast<const char*>(&enter), sizeof(enter));
  RawIoctl bad = good;
  bad.write = "what";
  system.System({good, S::Mark("entered"), bad});
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("entered", "error"));
  EXPECT_THAT(
      ran.out.All<record::CommandExecuted>(),
      Contains(::testing::Field(&record::CommandExecuted::command, enter)));
}

// A process that makes itself target of calls to an object that it does not
// have is ended like one whose libbinder used a wild pointer.
TEST(RawIoctl, AnObjectThatIsNotThereEndsTheProcess) {
  RawIoctls system;
  system.scenario.setup.processes.erase(
      system.scenario.setup.processes.begin());  // no servicemanager
  system.scenario.setup.processes[0].objects.clear();
  system.scenario.setup.processes[0].threads.push_back(
      system.Thread("main", 0ns, {system.Of(BINDER_SET_CONTEXT_MGR)}));
  system.scenario.setup.processes[1].threads.push_back(
      system.Thread("main", 1ms, {GetService{LookUp::kCheck, "svc", {}, {}}}));
  Ran ran(system.scenario);
  ASSERT_THAT(ran.result.findings, Not(IsEmpty()));
  EXPECT_EQ(ran.result.findings[0].kind, "abort");
}

}  // namespace
}  // namespace bindersim::userspace
