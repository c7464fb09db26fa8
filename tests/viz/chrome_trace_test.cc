// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/chrome_trace.h"

#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <cerrno>
#include <string>
#include <vector>

#include "tests/viz/script.h"
#include "tests/viz/traced_run.h"

namespace bindersim::viz {
namespace {

TEST(ChromeTrace, HasContainerAndFacts) {
  TracedRun run(100);
  TwoProcesses(run.script);
  const Json json = run.Checked();
  EXPECT_EQ(json["displayTimeUnit"], "ns");
  EXPECT_EQ(json["metadata"]["scenario"], "test");
  EXPECT_EQ(json["metadata"]["seed"], "18446744073709551615");
  EXPECT_EQ(json["metadata"]["digest"], "00ff");
  EXPECT_EQ(json["metadata"]["version"], "0.1.0");
}

TEST(ChromeTrace, NamesProcessesAndThreadsInOrder) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Complete(kCall);
  const Json json = run.Checked();
  const std::vector<Json> processes = Events(json, "M", "process_name");
  ASSERT_GE(processes.size(), 2u);
  EXPECT_EQ(processes[0]["args"]["name"], "app");
  EXPECT_EQ(processes[0]["pid"], 100);
  EXPECT_EQ(processes[1]["args"]["name"], "system_server");
  const std::vector<Json> threads = Events(json, "M", "thread_name");
  ASSERT_GE(threads.size(), 3u);
  EXPECT_EQ(threads[0]["args"]["name"], "main");
  EXPECT_EQ(threads[0]["tid"], 100);
  EXPECT_EQ(threads[2]["args"]["name"], "binder:200_1");
  EXPECT_EQ(threads[2]["pid"], 200);
}

TEST(ChromeTrace, ShowsASynchronousCall) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Complete(kCall);
  const Json json = run.Checked();
  const Json client =
      Only(json, "X", "AIDL::cpp::IActivityManager::startService::cppClient");
  const Json transaction = Only(json, "X", "binder transaction");
  const Json receive = Only(json, "X", "receive reply");
  const Json reply = Only(json, "X", "binder reply");
  const Json server =
      Only(json, "X", "AIDL::cpp::IActivityManager::startService::cppServer");

  EXPECT_EQ(transaction["tid"], 100);
  EXPECT_EQ(reply["tid"], 201);
  EXPECT_EQ(reply["pid"], 200);
  // CallBegin, IoctlBegin, CommandExecuted, TransactionSent: 100 ns each.
  EXPECT_EQ(Begin(transaction), Begin(client) + 300);
  EXPECT_LT(Begin(transaction), Begin(reply));
  EXPECT_EQ(Begin(server), Begin(reply) + 300);
  EXPECT_LT(End(server), End(reply));
  EXPECT_EQ(End(transaction), End(reply) + 100);
  EXPECT_EQ(Begin(receive), End(transaction));
  EXPECT_EQ(End(receive), Begin(receive) + 200);
  EXPECT_EQ(End(client), End(receive) + 100);
  EXPECT_EQ(transaction["args"]["debug_id"], 1);
  EXPECT_EQ(transaction["args"]["data_size"], 64);
  EXPECT_EQ(transaction["args"]["flags"], "0x0");
  EXPECT_EQ(client["args"]["status"], "OK");
  EXPECT_FALSE(transaction["args"].contains("shift_ns"));

  ASSERT_EQ(run.summary.flows, 2u);
  const Json request_out = Only(json, "s", "request");
  const Json request_in = Only(json, "f", "request");
  EXPECT_EQ(Begin(request_out), Begin(transaction) + 1);
  EXPECT_EQ(Begin(request_in), Begin(reply) + 1);
  EXPECT_EQ(request_in["bp"], "e");
  EXPECT_EQ(Begin(Only(json, "s", "reply")), End(reply) - 1);
  EXPECT_EQ(Begin(Only(json, "f", "reply")), Begin(receive) + 1);
}

TEST(ChromeTrace, WritesExactMicroseconds) {
  TracedRun run(0);
  run.script.Pass(1'234'567'890'123);
  TwoProcesses(run.script);
  run.script.Emit(100, record::Mark{run.script.Name("x")});
  EXPECT_NE(run.Text().find("\"ts\":1234567890.123,"), std::string::npos);
}

TEST(ChromeTrace, NamesJavaHandlersAsJavaDoes) {
  TracedRun run(100);
  run.script.Process(100, "app", record::Language::kJava);
  run.script.Process(200, "system_server", record::Language::kJava);
  run.script.Thread(200, 201, "binder:200_1");
  run.script.Complete(kCall);
  const Json json = run.Checked();
  Only(json, "X", "AIDL::java::IActivityManager::startService::client");
  Only(json, "X", "AIDL::java::IActivityManager::startService::server");
}

// Perfetto takes interface and method from between the "::".
TEST(ChromeTrace, KeepsColonsOutOfAidlNames) {
  TracedRun run(100);
  TwoProcesses(run.script);
  Call call = kCall;
  call.interface = "os::IFoo";
  call.method = "";
  run.script.Complete(call);
  call.id = call.number = 2;
  call.interface = "";
  call.method = "get:::x";
  run.script.Complete(call);
  const Json json = run.Checked();
  Only(json, "X", "AIDL::cpp::os.IFoo::unknown::cppServer");
  // Without an interface, the target stands for it.
  Only(json, "X", "AIDL::cpp::activity::get.:x::cppClient");
}

TEST(ChromeTrace, ShowsAOnewayCall) {
  TracedRun run(100);
  TwoProcesses(run.script);
  Call call = kCall;
  call.oneway = true;
  run.script.Complete(call);
  const Json json = run.Checked();
  const Json send = Only(json, "X", "binder transaction async");
  const Json receive = Only(json, "X", "binder async rcv");
  const Json server =
      Only(json, "X", "AIDL::cpp::IActivityManager::startService::cppServer");
  EXPECT_EQ(End(send), Begin(send) + 100);
  EXPECT_EQ(End(receive), End(server));
  EXPECT_EQ(send["args"]["flags"], "0x1");
  EXPECT_EQ(Begin(Only(json, "f", "oneway")), Begin(receive) + 1);
}

TEST(ChromeTrace, ShowsNestedCallbacks) {
  TracedRun run(100);
  TwoProcesses(run.script);
  const Call back{.id = 2,
                  .client = 201,
                  .server = 100,
                  .server_pid = 100,
                  .nested = true,
                  .interface = "ICallback",
                  .method = "done"};
  const Call again{.id = 3,
                   .client = 100,
                   .server = 201,
                   .server_pid = 200,
                   .number = 2,
                   .nested = true,
                   .interface = "IAgain",
                   .method = "more"};
  run.script.Request(kCall);
  run.script.Handle(kCall);
  run.script.Request(back);
  run.script.Handle(back);
  run.script.Complete(again);
  run.script.Reply(back);
  run.script.Return(back);
  run.script.Reply(kCall);
  run.script.Return(kCall);
  const Json json = run.Checked();
  EXPECT_EQ(Events(json, "X", "binder transaction").size(), 3u);
  EXPECT_EQ(Events(json, "X", "binder reply").size(), 3u);
  EXPECT_EQ(run.summary.flows, 6u);
  EXPECT_EQ(run.summary.flows_dropped, 0u);
  const Json outer = Events(json, "X", "binder transaction")[0];
  const Json inner = Only(json, "X", "AIDL::cpp::ICallback::done::cppServer");
  EXPECT_EQ(inner["tid"], 100);
  EXPECT_GT(Begin(inner), Begin(outer));
  EXPECT_LT(End(inner), End(outer));
}

TEST(ChromeTrace, EndsAFailedCallWithItsError) {
  TracedRun run(100);
  TwoProcesses(run.script);
  Call call = kCall;
  call.status = -32;
  run.script.Request(call);
  run.script.Fail(call, BR_DEAD_REPLY, -ESRCH);
  const Json json = run.Checked();
  const Json transaction = Only(json, "X", "binder transaction");
  EXPECT_EQ(transaction["args"]["error"], "BR_DEAD_REPLY");
  EXPECT_EQ(transaction["args"]["errno"], ESRCH);
  EXPECT_EQ(
      Only(json, "X",
           "AIDL::cpp::IActivityManager::startService::cppClient")["args"]
                                                                  ["status"],
      "DEAD_OBJECT");
}

// TXN-75: the server is not told that its reply has failed.
TEST(ChromeTrace, EndsTheSliceOfAFailedReply) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Request(kCall);
  run.script.Handle(kCall);
  run.script.Emit(201, record::MethodEnd{1, 0});
  run.script.Emit(201, record::IoctlBegin{BINDER_WRITE_READ, 0});
  run.script.Emit(201, record::CommandExecuted{BC_REPLY, 0});
  run.script.Fail(kCall, BR_FAILED_REPLY, -ENOSPC);
  const Json json = run.Checked();
  const Json reply = Only(json, "X", "binder reply");
  EXPECT_FALSE(reply["args"].contains("unfinished"));
  EXPECT_EQ(End(reply), End(Only(json, "X", "binder transaction")));
  EXPECT_EQ(run.summary.flows, 1u);
}

// The same when there is no caller left to tell.
TEST(ChromeTrace, EndsTheSliceOfAReplyToNobody) {
  for (const bool takes_another : {false, true}) {
    TracedRun run(100);
    TwoProcesses(run.script);
    run.script.Request(kCall);
    run.script.Handle(kCall);
    run.script.Emit(100, record::ThreadExited{100, 0});
    run.script.Emit(201, record::MethodEnd{1, 0});
    run.script.Emit(201, record::IoctlBegin{BINDER_WRITE_READ, 0});
    run.script.Emit(201, record::CommandExecuted{BC_REPLY, 0});
    const int64_t end = run.script.now() + 100;
    if (takes_another) {
      run.script.Emit(201, record::TransactionReceived{2, 0});
    } else {
      run.script.Emit(201, record::IoctlEnd{BINDER_WRITE_READ, 0, 0, 0});
    }
    const Json reply = Events(run.Checked(), "X", "binder reply")[0];
    EXPECT_EQ(End(reply), end);
    EXPECT_FALSE(reply["args"].contains("unfinished"));
  }
}

TEST(ChromeTrace, ShowsAFailureBeforeTheTargetIsKnownAsInstant) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Emit(100, record::TransactionFailed{9, BR_FAILED_REPLY, -22, 0});
  const Json failure = Only(run.Checked(), "i", "BR_FAILED_REPLY");
  EXPECT_EQ(failure["s"], "t");
  EXPECT_EQ(failure["args"]["errno"], 22);
}

TEST(ChromeTrace, EndsTheSlicesOfADyingServer) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Request(kCall);
  run.script.Handle(kCall);
  run.script.Emit(0, record::FaultInjected{200, 0});
  run.script.Emit(201, record::ThreadExited{200, 0});
  run.script.State(201, sim::RunState::kExited, 0);
  run.script.Emit(0, record::ProcessExited{200, record::ExitReason::kKilled});
  run.script.Fail(kCall, BR_DEAD_REPLY, 0);
  const Json json = run.Checked();
  const Json reply = Only(json, "X", "binder reply");
  EXPECT_EQ(reply["args"]["interrupted"], true);
  EXPECT_FALSE(reply["args"].contains("unfinished"));
  EXPECT_EQ(Only(json, "i", "process killed")["s"], "p");
  EXPECT_EQ(Only(json, "i", "fault injected")["pid"], 200);
  EXPECT_LT(End(reply), End(Only(json, "X", "binder transaction")));
}

TEST(ChromeTrace, LeavesAQueuedOnewayCallWithoutArrow) {
  TracedRun run(100);
  TwoProcesses(run.script);
  Call call = kCall;
  call.oneway = true;
  run.script.Request(call);
  const Json json = run.Checked();
  Only(json, "X", "binder transaction async");
  EXPECT_TRUE(Events(json, "s", "oneway").empty());
  EXPECT_EQ(run.summary.flows_dropped, 0u);
}

TEST(ChromeTrace, EndsOpenSlicesWithTheRun) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Request(kCall);
  run.script.Handle(kCall);
  const Json json = run.Checked();
  const Json transaction = Only(json, "X", "binder transaction");
  EXPECT_EQ(transaction["args"]["unfinished"], true);
  EXPECT_EQ(End(transaction), run.script.now() + 1000);
  EXPECT_EQ(Only(json, "X", "binder reply")["args"]["unfinished"], true);
}

TEST(ChromeTrace, NamesAnIdleProcess) {
  TracedRun run(100);
  run.script.Process(300, "idle");
  const Json json = run.Checked();
  EXPECT_EQ(Only(json, "M", "process_name")["args"]["name"], "idle");
  EXPECT_EQ(run.summary.events, json["traceEvents"].size());
}

// Many things in one nanosecond: the arrows move slices a little, and where
// that is not enough they are given up and counted.
TEST(ChromeTrace, ShowsStatesAndCpus) {
  TracedRun run(0);
  TwoProcesses(run.script);
  run.script.State(100, sim::RunState::kRunning, 1);
  run.script.Pass(500);
  run.script.Emit(100, sim::ThreadWakened{201, 0});
  run.script.State(100, sim::RunState::kBlocked, 1, "proc.wait");
  run.script.State(201, sim::RunState::kRunnable, 1);
  run.script.State(201, sim::RunState::kRunning, 1);
  run.script.Pass(300);
  const Json json = run.Checked();
  const Json running = Events(json, "X", "running")[0];
  EXPECT_EQ(Ns(running["dur"]), 500);
  EXPECT_EQ(running["args"]["cpu"], 1);
  EXPECT_EQ(Ns(Only(json, "X", "blocked: proc.wait")["dur"]), 1300);
  // Of no length, so not shown.
  EXPECT_TRUE(Events(json, "X", "runnable").empty());
  EXPECT_EQ(Ns(Only(json, "X", "app/main")["dur"]), 500);
  EXPECT_EQ(Ns(Only(json, "X", "system_server/binder:200_1")["dur"]), 1300);
  bool has_row = false;
  for (const Json& name : Events(json, "M", "thread_name")) {
    has_row |= name["args"]["name"] == "CPU 1";
  }
  EXPECT_TRUE(has_row);
}

TEST(ChromeTrace, ShowsSystemCallsWithCommandsAndLockWaits) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Emit(100, record::IoctlBegin{BINDER_WRITE_READ, 0});
  run.script.Emit(100, record::CommandExecuted{BC_FREE_BUFFER, 0});
  run.script.Emit(100, record::CommandExecuted{BC_TRANSACTION, 0});
  run.script.Emit(100, sim::LockWait{run.script.Name("inner_lock"), 1, 201});
  run.script.Emit(100, sim::LockWait{run.script.Name("inner_lock"), 0, 201});
  run.script.Emit(100, record::ReturnDelivered{BR_NOOP, 0, 0});
  run.script.Emit(100, record::IoctlEnd{BINDER_WRITE_READ, 4, 80, 4});
  const Json json = run.Checked();
  const Json ioctl = Only(json, "X", "BINDER_WRITE_READ");
  EXPECT_EQ(ioctl["args"]["commands"], "BC_FREE_BUFFER BC_TRANSACTION");
  EXPECT_EQ(ioctl["args"]["returns"], "BR_NOOP");
  EXPECT_EQ(ioctl["args"]["write_consumed"], 80);
  EXPECT_EQ(ioctl["args"]["errno"], 4);
  const Json wait = Only(json, "X", "wait for lock inner_lock");
  EXPECT_EQ(Ns(wait["dur"]), 100);
  EXPECT_EQ(wait["tid"], ioctl["tid"]);
  EXPECT_EQ(wait["args"]["holder_tid"], 201);
}

TEST(ChromeTrace, CountsBuffersAndPool) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Emit(100, record::BufferAllocated{1, 200, 0, 64, 0, 1, 64, 500});
  run.script.Emit(100, record::BufferAllocated{2, 200, 64, 64, 0, 0, 128, 500});
  run.script.Emit(201, record::BufferFreed{1, 200, 0, 64, 0, 0, 64, 500});
  run.script.Emit(201, record::PoolChanged{200, 2, 1, 1});
  const Json json = run.Checked();
  const std::vector<Json> in_use = Events(json, "C", "buffer in use");
  ASSERT_EQ(in_use.size(), 3u);
  EXPECT_EQ(in_use[1]["args"], (Json{{"bytes", 128}}));
  EXPECT_EQ(in_use[1]["pid"], 200);
  // Only changes are written.
  EXPECT_EQ(Events(json, "C", "async space free").size(), 1u);
  EXPECT_EQ(Only(json, "C", "loopers")["args"]["threads"], 2);
  EXPECT_EQ(Only(json, "C", "busy loopers")["args"]["threads"], 1);
}

TEST(ChromeTrace, ShowsInstants) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Emit(201, record::LooperSpawnRequested{200, 0});
  run.script.Emit(100, record::DeathNotification{
                           100, record::DeathEvent::kDelivered, 7, 0, 5});
  run.script.Emit(100, record::BinderDied{run.script.Name("activity")});
  run.script.Emit(100, record::Mark{run.script.Name("created")});
  run.script.Emit(0, record::Mark{run.script.Name("storm")});
  run.script.Emit(0, record::PoolStarved{200, 4, 150'000'000});
  run.findings = {
      {sim::kStart + sim::Duration(300), 201, "deadlock", "a <-> b"}};
  const Json json = run.Checked();
  EXPECT_EQ(Only(json, "i", "BR_SPAWN_LOOPER")["tid"], 201);
  EXPECT_EQ(Only(json, "i", "BR_DEAD_BINDER")["args"]["node_debug_id"], 7);
  EXPECT_EQ(Only(json, "i", "binderDied activity")["s"], "t");
  EXPECT_EQ(Only(json, "i", "mark: created")["tid"], 100);
  EXPECT_EQ(Only(json, "i", "mark: storm")["s"], "g");
  EXPECT_EQ(Only(json, "i", "binder thread pool starved")["pid"], 200);
  const Json finding = Only(json, "i", "finding: deadlock");
  EXPECT_EQ(finding["s"], "g");
  EXPECT_EQ(Begin(finding), 300);
  EXPECT_EQ(finding["args"]["detail"], "a <-> b");
}

TEST(ChromeTrace, ShowsWaitsAndLocalCalls) {
  TracedRun run(100);
  TwoProcesses(run.script);
  const sim::Name target = run.script.Name("cache");
  const sim::Name get = run.script.Name("get");
  run.script.Emit(100, record::CallBegin{1, 0, target, {}, get, 0, 1, 1});
  run.script.Emit(100, record::MethodBegin{0, 0, target, {}, get});
  run.script.Emit(100, record::UserWait{record::UserWaitKind::kMutex, 1,
                                        run.script.Name("m")});
  run.script.Emit(100, record::UserWait{record::UserWaitKind::kMutex, 0,
                                        run.script.Name("m")});
  run.script.Emit(100, record::MethodEnd{0, 0});
  run.script.Emit(100, record::CallEnd{1, 0});
  for (const uint32_t begins : {1u, 0u}) {
    run.script.Emit(100, record::UserWait{record::UserWaitKind::kSleep, begins,
                                          run.script.Name("sleep")});
  }
  const Json json = run.Checked();
  Only(json, "X", "sleep");
  const Json call = Only(json, "X", "local call cache.get");
  const Json method = Only(json, "X", "cache.get");
  const Json wait = Only(json, "X", "wait for mutex m");
  EXPECT_EQ(Ns(call["dur"]), 500);
  EXPECT_EQ(Ns(method["dur"]), 300);
  EXPECT_EQ(Ns(wait["dur"]), 100);
}

}  // namespace
}  // namespace bindersim::viz
