// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// libbinder's command streams, seen through the records of whole runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include "model/userspace/status.h"
#include "tests/model/userspace/server_and_app.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// USR-15: the first pool thread's first read asks for a second thread; the
// second finds the first one waiting.
TEST(Libbinder, ASecondPoolThreadAppearsAtStartUp) {
  Ran ran(ServerAndApp({{}}, {}).scenario);
  std::vector<std::string> names;
  for (const auto& started : ran.out.All<record::ThreadStarted>()) {
    if (started.pid == kServerPid &&
        started.role == record::ThreadRole::kPool) {
      names.push_back(ran.out.Text(started.name));
    }
  }
  EXPECT_THAT(names, ElementsAre("binder:2000_1", "binder:2000_2"));
  EXPECT_THAT(Commands(ran.out, kServerPid + 1, sim::kStart),
              ElementsAre(BC_ENTER_LOOPER, BR_SPAWN_LOOPER));
  EXPECT_THAT(Commands(ran.out, kServerPid + 2, sim::kStart),
              ElementsAre(BC_REGISTER_LOOPER));
}

// THR-24, USR-04: with no threads allowed there is the first one only.
TEST(Libbinder, NoSecondThreadWithoutPermission) {
  S system = ServerAndApp({{}}, {S::CallService("svc", 1), S::Mark("ok")});
  system.scenario.setup.processes[1].max_threads = 0;
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("ok"));
  EXPECT_THAT(ran.out.All<record::LooperSpawnRequested>(),
              SizeIs(1));  // the app's
}

// USR-28, USR-34: one ioctl on the client; the server gives up the request
// ahead of its reply.
TEST(Libbinder, ACallTakesOneIoctlOfTheClientAndTwoOfTheServer) {
  Ran ran(ServerAndApp({{S::Work(10us)}},
                       {S::CallService("svc", 1), S::Mark("x"),
                        S::CallService("svc", 1, 100), S::Mark("y")})
              .scenario);
  const sim::Time from = *ran.out.TimeOf("x");
  const auto client = Commands(ran.out, kAppPid, from);
  EXPECT_THAT(client, ElementsAre(BC_TRANSACTION, BR_TRANSACTION_COMPLETE,
                                  BR_REPLY, BC_FREE_BUFFER));
  uint32_t server = 0;
  for (const sim::Record& record : ran.out.records) {
    const auto begin = record.As<record::MethodBegin>();
    if (begin && record.at > from) server = record.tid;
  }
  EXPECT_THAT(Commands(ran.out, server, from),
              ElementsAre(BR_TRANSACTION, BC_FREE_BUFFER, BC_REPLY,
                          BR_TRANSACTION_COMPLETE));
}

// The sizes of a call's data: token, objects with stability, payload.
TEST(Libbinder, TransactionsHaveTheSizesOfRealParcels) {
  S system = ServerAndApp(
      {{}}, {S::With(S::CallService("svc", 1, 510), {LocalRef{0}})});
  system.scenario.setup.processes[2].objects.push_back(S::Local("cb", {}));
  Ran ran(system.scenario);
  const auto sent = ran.out.All<record::TransactionSent>();
  const auto call = std::ranges::find_if(sent, [](const auto& transaction) {
    return transaction.to_pid == kServerPid && transaction.reply == 0;
  });
  ASSERT_NE(call, sent.end());
  // "test.Isvc": 12 + 4 + 20; object 24 + 4; payload 512.
  EXPECT_EQ(call->data_size, 36u + 28u + 512u);
  EXPECT_EQ(call->offsets_size, 8u);
  EXPECT_EQ(call->flags, uint32_t{TF_ACCEPT_FDS});
  const auto reply = std::ranges::find_if(sent, [&](const auto& transaction) {
    return transaction.in_reply_to == call->debug_id;
  });
  EXPECT_EQ(reply->data_size, 4u + 64u);  // USR-66
}

// USR-37: the buffer of a oneway call is freed after the handler.
TEST(Libbinder, AOnewayCallReturnsWhenTheDriverHasIt) {
  Ran ran(ServerAndApp({{S::Work(5ms), S::Mark("handled")}},
                       {S::Oneway(S::CallService("svc", 1)), S::Mark("sent"),
                        S::Oneway(S::CallService("svc", 1))})
              .scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("sent", "handled", "handled"));
  const auto methods = ran.out.RecordsOf<record::MethodBegin>();
  const auto ends = ran.out.RecordsOf<record::MethodEnd>();
  // TXN-51: one after the other, although two threads are free.
  EXPECT_GT(methods.back().at, ends[ends.size() - 2].at);
}

// USR-36, USR-61: an unknown code comes back as a status.
TEST(Libbinder, AnUnknownMethodIsAnUnknownTransaction) {
  Call call = S::CallService("svc", 99);
  S system = ServerAndApp({{}}, {});
  call.on_error = system.Block({S::Mark("error")});
  system.scenario.setup.processes[2].threads[0].body =
      system.Block({call, S::Mark("on")});
  Ran ran(system.scenario);
  EXPECT_THAT(Statuses(ran.out, kAppPid),
              ElementsAre(kOk, kUnknownTransaction));
  EXPECT_THAT(ran.out.Marks(), ElementsAre("error", "on"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// THR-30, USR-30: the thread that waits for its reply serves the call back.
TEST(Libbinder, ANestedCallRunsOnTheWaitingThread) {
  S system = ServerAndApp(
      {{S::Call(ArgumentRef{0}, "$0", 1), S::Mark("called back")}},
      {S::With(S::CallService("svc", 1), {LocalRef{0}}), S::Mark("done")});
  system.scenario.setup.processes[2].objects.push_back(
      S::Local("cb", {system.Method("m1", 1, {S::Mark("nested")})}));
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("nested", "called back", "done"));
  for (const sim::Record& record : ran.out.RecordsOf<record::MethodBegin>()) {
    const auto begin = *record.As<record::MethodBegin>();
    if (ran.out.Text(begin.object) == "app.cb") {
      EXPECT_EQ(record.tid, kAppPid);
    }
  }
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

// In records an object has one name, whoever calls it how.
TEST(Libbinder, CallersAndHandlersNameObjectsAlike) {
  S system = ServerAndApp({{S::Call(ArgumentRef{0}, "$0", 1)}},
                          {S::With(S::CallService("svc", 1), {LocalRef{0}})});
  system.scenario.setup.processes[2].objects.push_back(
      S::Local("cb", {system.Method("m1", 1, {})}));
  Ran ran(system.scenario);
  std::vector<std::string> targets;
  for (const auto& call : ran.out.All<record::CallBegin>()) {
    targets.push_back(ran.out.Text(call.target));
  }
  std::vector<std::string> objects;
  for (const auto& method : ran.out.All<record::MethodBegin>()) {
    EXPECT_NE(method.debug_id, 0u);
    objects.push_back(ran.out.Text(method.object));
  }
  EXPECT_THAT(targets, ElementsAre("manager", "manager", "svc", "app.cb"));
  EXPECT_EQ(targets, objects);
}

// USR-40: counting proxies; a proxy that is let go gives its handle back.
TEST(Libbinder, ProxiesGoWithTheirLastReference) {
  S system = ServerAndApp(
      {{Keep{ArgumentRef{0}, 0}}, {Release{0}, S::Mark("released")}},
      {S::With(S::CallService("svc", 1), {LocalRef{0}}),
       S::CallService("svc", 2)});
  system.scenario.setup.processes[1].symbols = {"kept"};
  system.scenario.setup.processes[2].objects.push_back(S::Local("cb", {}));
  Ran ran(system.scenario);
  const auto words =
      Commands(ran.out, kServerPid + 2, *ran.out.TimeOf("released"));
  EXPECT_THAT(words, ElementsAre(BC_RELEASE, BC_DECREFS, BC_FREE_BUFFER,
                                 BC_REPLY, BR_TRANSACTION_COMPLETE));
  // What is left is the proxy for servicemanager.
  EXPECT_EQ(ran.world.user.processes[1].proxies.size(), 1u);
  // The owner was told: only the process's own reference is left.
  EXPECT_EQ(ran.world.user.processes[2].objects[0].strong, 1u);
  EXPECT_EQ(ran.world.user.processes[2].objects[0].weak, 1u);
}

// USR-23: threads outside of the pool do not leave commands lying about.
TEST(Libbinder, AThreadOutsideOfThePoolFlushesEachCommand) {
  Ran ran(
      ServerAndApp({{}}, {S::CallService("svc", 1), S::Mark("done")}).scenario);
  for (const auto& [id, thread] : ran.world.user.threads) {
    EXPECT_EQ(thread.ipc.out_size, 0u) << thread.name;
  }
  EXPECT_EQ(ran.world.driver.Usages().size(), 3u);
  for (const auto& usage : ran.world.driver.Usages()) {
    EXPECT_EQ(usage.buffers_delivered, 0u) << usage.pid;
  }
}

// USR-13.
TEST(Libbinder, AStarvedPoolIsReported) {
  S system = ServerAndApp({{S::Sleep(150ms)}}, {S::CallService("svc", 1)});
  system.scenario.setup.processes[1].max_threads = 1;
  Ran ran(system.scenario);
  const auto starved = ran.out.All<record::PoolStarved>();
  ASSERT_THAT(starved, SizeIs(1));
  EXPECT_EQ(starved[0].pid, kServerPid);
  EXPECT_EQ(starved[0].threads, 1u);
  EXPECT_GE(starved[0].starved_ns, 150'000'000u);
}

// USR-30: more data than the target can take (ALLOC-50).
TEST(Libbinder, ACallThatIsTooLargeFails) {
  Ran ran(ServerAndApp({{}}, {S::CallService("svc", 1, 1050000),
                              S::CallService("svc", 1, 950000)})
              .scenario);
  EXPECT_THAT(Statuses(ran.out, kAppPid),
              ElementsAre(kOk, kFailedTransaction, kOk));
}

// USR-31.
TEST(Libbinder, WhoseCallFailsAsksForTheExtendedError) {
  Ran ran(ServerAndApp({{}},
                       {S::Mark("fails"), S::CallService("svc", 1, 1050000),
                        S::Mark("ok"), S::CallService("svc", 1), S::Sleep(1ms)})
              .scenario);
  std::vector<uint32_t> failed;
  std::vector<uint32_t> well;
  for (const sim::Record& record : ran.out.RecordsOf<record::IoctlBegin>()) {
    if (record.tid != kAppPid || record.at < *ran.out.TimeOf("fails")) continue;
    auto& requests = record.at < *ran.out.TimeOf("ok") ? failed : well;
    requests.push_back(record.As<record::IoctlBegin>()->request);
  }
  ASSERT_THAT(failed, Not(IsEmpty()));
  EXPECT_EQ(failed.back(), uint32_t{BINDER_GET_EXTENDED_ERROR});
  EXPECT_THAT(well, Not(Contains(uint32_t{BINDER_GET_EXTENDED_ERROR})));
}

// USR-45, USR-30: the call under way dies with the server; the next one does
// not even reach the driver.
TEST(Libbinder, ADeadServersProxyAnswersByItself) {
  S system = ServerAndApp(
      {{S::Sleep(1s)}},
      {S::CallService("svc", 1), S::Mark("dead"), S::CallService("svc", 1)});
  system.scenario.setup.events.push_back({10ms, Kill{{1}, false}, "/events/0"});
  Ran ran(system.scenario);
  EXPECT_THAT(Statuses(ran.out, kAppPid),
              ElementsAre(kOk, kDeadObject, kDeadObject));
  EXPECT_THAT(Commands(ran.out, kAppPid, *ran.out.TimeOf("dead")), IsEmpty());
  EXPECT_LT(ran.world.machine.now(), sim::Time{20ms});
}

// USR-54, USR-61: BBinder answers some codes by itself.
TEST(Libbinder, PingAndInterfaceNeedNoMethod) {
  Ran ran(ServerAndApp(
              {{}}, {S::CallService("svc", B_PACK_CHARS('_', 'P', 'N', 'G')),
                     S::CallService("svc", B_PACK_CHARS('_', 'N', 'T', 'F'))})
              .scenario);
  EXPECT_THAT(Statuses(ran.out, kAppPid), ElementsAre(kOk, kOk, kOk));
  // "test.Isvc" as a String16.
  const auto sent = ran.out.All<record::TransactionSent>();
  EXPECT_EQ(sent.back().reply, 1u);
  EXPECT_EQ(sent.back().data_size, 4u + 20u);
}

// USR-12.
TEST(Libbinder, AThreadThatEndsTellsTheDriver) {
  Ran ran(ServerAndApp({{}}, {S::CallService("svc", 1)}).scenario);
  uint32_t last = 0;
  for (const sim::Record& record : ran.out.RecordsOf<record::IoctlBegin>()) {
    if (record.tid == kAppPid) {
      last = record.As<record::IoctlBegin>()->request;
    }
  }
  EXPECT_EQ(last, uint32_t{BINDER_THREAD_EXIT});
}

// What Java adds to both sides.
TEST(Libbinder, JavaCostsMore) {
  const auto duration = [](record::Language language) {
    S system = ServerAndApp({{}}, {S::CallService("svc", 1), S::Mark("a"),
                                   S::CallService("svc", 1), S::Mark("b")});
    for (ProcessSetup& process : system.scenario.setup.processes) {
      process.language = language;
    }
    Ran ran(system.scenario);
    return *ran.out.TimeOf("b") - *ran.out.TimeOf("a");
  };
  const UserspaceCosts costs;
  EXPECT_EQ(duration(record::Language::kJava),
            duration(record::Language::kCpp) + 3 * costs.java);
}

}  // namespace
}  // namespace bindersim::userspace
