// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// IPCThreadState's streams: when they are written and read, and what becomes
// of references meanwhile.

#include "model/userspace/ipc_thread_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <set>

#include "tests/model/userspace/server_and_app.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr uint32_t kServer = 1;  // index of the process
constexpr uint32_t kApp = 2;

// An app that lends its object "cb" to the server, which calls it.
S CallingBack() {
  S system = ServerAndApp(
      {{S::Call(ArgumentRef{0}, "$0", 1), S::Mark("called back")}},
      {S::With(S::CallService("svc", 1), {LocalRef{0}}), S::Mark("first"),
       S::With(S::CallService("svc", 1), {LocalRef{0}}), S::Mark("second")});
  system.scenario.setup.processes[kApp].objects.push_back(
      S::Local("cb", {system.Method("m1", 1, {S::Mark("nested")})}));
  return system;
}

std::vector<uint32_t> CommandsOnly(const std::vector<uint32_t>& words) {
  std::vector<uint32_t> commands;
  for (const uint32_t word : words) {
    // The kernel writes returns (_IOR of 'r'), user space commands ('c').
    if (_IOC_TYPE(word) == 'c') commands.push_back(word);
  }
  return commands;
}

// USR-11: streams of their own for every thread, of 256 bytes each.
TEST(IpcThreadState, EveryThreadHasItsOwnStreams) {
  const Ran ran(CallingBack().scenario, {sim::Time{20ms}});
  std::set<std::pair<ProcessIndex, uint64_t>> streams;
  size_t threads = 0;
  for (const auto& [id, thread] : ran.world.user.threads) {
    if (thread.ipc.exchange == 0) continue;
    ++threads;
    streams.insert({thread.process, thread.ipc.in_data});
    streams.insert({thread.process, thread.ipc.out_data});
    EXPECT_EQ(thread.ipc.out_capacity, 256u) << thread.name;
  }
  EXPECT_GE(threads, 5u);
  EXPECT_THAT(streams, SizeIs(2 * threads));
}

// USR-11, USR-25: what is there is read together, up to 256 bytes: here the
// references to "cb", the call's completion and the call back.
TEST(IpcThreadState, OneReadBringsSeveralReturns) {
  const Ran ran(CallingBack().scenario);
  std::vector<std::vector<uint32_t>> all;
  for (const Exchange& exchange : Exchanges(ran.out, 0)) {
    EXPECT_LE(exchange.end.read_consumed, 256u);
    if (exchange.tid == kAppPid) all.push_back(exchange.words);
  }
  EXPECT_THAT(all,
              Contains(ElementsAre(BC_TRANSACTION, BR_INCREFS, BR_ACQUIRE,
                                   BR_TRANSACTION_COMPLETE, BR_TRANSACTION)));
}

// USR-20: what has been read is used up before the driver is called again.
TEST(IpcThreadState, NoIoctlWhileThereIsSomethingToExecute) {
  const Ran ran(ServerAndApp({{}}, {S::CallService("svc", 1), S::Mark("from"),
                                    S::CallService("svc", 1, 0), S::Mark("to")})
                    .scenario);
  const auto calls = Exchanges(ran.out, kAppPid, *ran.out.TimeOf("from"));
  // Completion and reply may come in one read or in two; never is the driver
  // called only to find what was there already.
  for (const Exchange& exchange : calls) {
    if (exchange.end.request != BINDER_WRITE_READ) continue;
    EXPECT_GT(exchange.end.read_consumed + exchange.end.write_consumed, 0u);
  }
  ASSERT_THAT(calls, Not(IsEmpty()));
  EXPECT_THAT(calls[0].words,
              ElementsAre(BC_TRANSACTION, BR_TRANSACTION_COMPLETE, BR_REPLY));
}

// USR-20, FRZ-12: an interrupted exchange goes on behind what was written.
TEST(IpcThreadState, AnInterruptedExchangeDoesNotWriteAgain) {
  S system = ServerAndApp(
      {{}}, {S::Sleep(10ms), S::CallService("svc", 1), S::Mark("done")});
  system.Add("system", 4000)
      .threads.push_back(system.Thread(
          "main", 3ms,
          {Freeze{{kServer}, true, 0, std::nullopt}, S::Sleep(2ms),
           Freeze{{kServer}, false, 0, std::nullopt}, S::Mark("thawed")}));
  const Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("thawed", "done"));
  // The second thread of the pool wrote this ahead of its first long wait.
  const uint32_t waiter = kServerPid + 2;
  const auto exchanges = Exchanges(ran.out, waiter);
  ASSERT_GE(exchanges.size(), 2u);
  EXPECT_THAT(CommandsOnly(exchanges[0].words),
              ElementsAre(BC_REGISTER_LOOPER));
  EXPECT_THAT(exchanges,
              Contains(Field(&Exchange::end, Field(&record::IoctlEnd::error,
                                                   uint32_t{EINTR}))));
  const auto commands = CommandsOnly(Commands(ran.out, waiter, sim::kStart));
  EXPECT_EQ(
      std::ranges::count(commands, static_cast<uint32_t>(BC_REGISTER_LOOPER)),
      1);
}

// USR-21: nothing is ever written behind a transaction or a reply, as the
// driver would leave it if they fail.
TEST(IpcThreadState, TransactionsAreTheLastThatIsWritten) {
  const Ran ran(CallingBack().scenario);
  size_t transactions = 0;
  for (const Exchange& exchange : Exchanges(ran.out, 0)) {
    const auto written = CommandsOnly(exchange.words);
    for (size_t i = 0; i < written.size(); ++i) {
      if (written[i] != static_cast<uint32_t>(BC_TRANSACTION) &&
          written[i] != static_cast<uint32_t>(BC_REPLY)) {
        continue;
      }
      ++transactions;
      EXPECT_EQ(i + 1, written.size());
    }
  }
  EXPECT_GT(transactions, 10u);
}

// USR-22: a reference that has only been queued keeps its proxy until the
// driver has the command, even if nobody wants the proxy any more.
TEST(IpcThreadState, AQueuedAcquireKeepsTheProxyUntilItIsWritten) {
  S system = ServerAndApp({{S::Mark("served")}},
                          {S::With(S::CallService("svc", 1), {LocalRef{0}})});
  system.scenario.setup.processes[kApp].objects.push_back(S::Local("cb", {}));
  const Ran ran(system.scenario);
  uint32_t server = 0;
  for (const sim::Record& record : ran.out.RecordsOf<record::MethodBegin>()) {
    server = record.tid;
  }
  const auto served = Commands(ran.out, server, *ran.out.TimeOf("served"));
  // The proxy goes with the request, before BC_REPLY is written.
  EXPECT_THAT(CommandsOnly(served),
              ElementsAre(BC_INCREFS, BC_ACQUIRE, BC_FREE_BUFFER, BC_REPLY,
                          BC_RELEASE, BC_DECREFS));
}

// USR-24: a flush writes and does not read.
TEST(IpcThreadState, AFlushOnlyWrites) {
  const Ran ran(
      ServerAndApp({{}}, {S::CallService("svc", 1), S::Mark("done")}).scenario);
  size_t flushes = 0;
  for (const Exchange& exchange : Exchanges(ran.out, kAppPid)) {
    const auto written = CommandsOnly(exchange.words);
    if (written.empty() ||
        written.back() == static_cast<uint32_t>(BC_TRANSACTION)) {
      continue;
    }
    ++flushes;
    EXPECT_EQ(exchange.end.read_consumed, 0u);
    EXPECT_EQ(exchange.words, written);
  }
  // Both replies' buffers, and the references to both proxies.
  EXPECT_GE(flushes, 4u);
}

// USR-26: what a local object is owed is given back when all that was read is
// executed, not while there is more.
TEST(IpcThreadState, AReferenceIsDroppedWhenAllIsExecuted) {
  const Ran ran(CallingBack().scenario, {sim::Time{50ms}});
  for (const auto& [id, thread] : ran.world.user.threads) {
    EXPECT_THAT(thread.ipc.pending_strong_derefs, IsEmpty()) << thread.name;
    EXPECT_THAT(thread.ipc.pending_weak_derefs, IsEmpty()) << thread.name;
  }
  EXPECT_EQ(ran.world.user.processes[kApp].objects[0].strong, 1u);
  EXPECT_EQ(ran.world.user.processes[kApp].objects[0].weak, 1u);
}

// USR-26: without its descriptor a thread leaves the pool quietly.
TEST(IpcThreadState, AThreadWithoutADriverLeavesThePool) {
  Ran ran(
      ServerAndApp({{}}, {S::Sleep(5ms), S::CallService("svc", 1)}).scenario,
      {sim::Time{3ms}});
  ran.world.user.processes[kServer].driver_fd = -1;
  ran.Continue();
  EXPECT_THAT(ran.result.findings,
              Not(Contains(Field(&Finding::kind, "abort"))));
  size_t left = 0;
  for (const sim::Record& record : ran.out.RecordsOf<record::ThreadExited>()) {
    left += record.tid > kServerPid && record.tid < kAppPid;
  }
  EXPECT_GE(left, 1u);
}

// RET-30, REF-20, OBJ-11: libbinder takes what the driver says of an object for
// its addresses. The driver says so of "cb", which is called, and of "gift",
// which comes home.
TEST(IpcThreadState, AnObjectThatIsNotWhereTheDriverSaysAborts) {
  for (const size_t moved : {0, 1}) {
    S system = ServerAndApp(
        {{S::Sleep(5ms),
          S::With(S::Call(ArgumentRef{0}, "$0", 1), {ArgumentRef{1}})}},
        {S::With(S::CallService("svc", 1), {LocalRef{0}, LocalRef{1}})});
    system.scenario.setup.processes[kApp].objects = {
        S::Local("cb", {system.Method("m1", 1, {S::Mark("called")})}),
        S::Local("gift", {})};
    Ran ran(system.scenario, {sim::Time{3ms}});
    EXPECT_THAT(ran.result.findings, IsEmpty());
    ran.world.user.processes[kApp].objects[moved].cookie += 8;
    ran.Continue();
    EXPECT_THAT(ran.result.findings, Contains(Field(&Finding::kind, "abort")));
    EXPECT_THAT(ran.out.Marks(), IsEmpty());
  }
}

// USR-26: any other failure is fatal.
TEST(IpcThreadState, AnExchangeThatFailsAborts) {
  Ran ran(
      ServerAndApp({{}}, {S::Sleep(5ms), S::CallService("svc", 1)}).scenario,
      {sim::Time{3ms}});
  for (auto [id, thread] : ran.world.user.threads) {
    if (thread.process != kServer) continue;
    ran.world.kernel.process(ran.world.user.processes[kServer].id)
        .memory.UnmapRange(thread.ipc.in_data & ~(os::kPageSize - 1),
                           os::kPageSize);
  }
  ran.Continue();
  EXPECT_THAT(
      ran.result.findings,
      Contains(Field(&Finding::text, HasSubstr("getAndExecuteCommand"))));
}

// The one call that is being served; null if there is none.
const ServeTransaction* Serving(const Ran& ran) {
  for (const auto& [id, thread] : ran.world.user.threads) {
    const auto* frame = ran.world.machine.thread(thread.machine_thread)
                            .stack.Find<ServeTransaction>();
    if (frame != nullptr) return frame;
  }
  return nullptr;
}

// USR-33: the handler sees who called, and holds its object meanwhile.
TEST(IpcThreadState, AHandlerHasItsCallersIdentityAndItsObject) {
  Ran ran(ServerAndApp({{S::Mark("serving"), S::Sleep(10ms)}},
                       {S::CallService("svc", 1)})
              .scenario,
          {sim::Time{5ms}});
  ASSERT_THAT(ran.out.Marks(), ElementsAre("serving"));
  const LocalObject& object = ran.world.user.processes[kServer].objects[0];
  const uint32_t during = object.strong;
  const ServeTransaction* serving = Serving(ran);
  ASSERT_NE(serving, nullptr);
  EXPECT_EQ(serving->incoming.sender_pid, kAppPid);
  EXPECT_EQ(serving->incoming.sender_uid, kAppUid);
  ran.Continue();
  EXPECT_EQ(ran.world.user.processes[kServer].objects[0].strong + 1, during);
}

// USR-39, TXN-32.
TEST(IpcThreadState, AHandlerOfAOnewayCallKnowsItsCallersUidOnly) {
  Ran ran(ServerAndApp({{S::Sleep(10ms)}},
                       {S::Oneway(S::CallService("svc", 1)), S::Sleep(20ms)})
              .scenario,
          {sim::Time{5ms}});
  const ServeTransaction* serving = Serving(ran);
  ASSERT_NE(serving, nullptr);
  EXPECT_EQ(serving->incoming.sender_pid, 0u);
  EXPECT_EQ(serving->incoming.sender_uid, kAppUid);
}

}  // namespace
}  // namespace bindersim::userspace
