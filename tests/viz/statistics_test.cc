// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/statistics.h"

#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/viz/script.h"
#include "viz/statistics_sink.h"

namespace bindersim::viz {
namespace {

// A script whose records are counted.
struct CountedRun {
  explicit CountedRun(int64_t step) : script(step) {
    script.AddSink(&statistics);
  }

  // The run ends so many ns after the last record.
  RunStatistics Finish(int64_t later = 0) {
    RunFacts facts;
    facts.scenario = "test";
    facts.version = "0.1.0";
    facts.digest = "00ff";
    facts.seed = 7;
    facts.end = sim::kStart + sim::Duration(script.now() + later);
    facts.records = 42;
    facts.ties = 1;
    facts.findings = {{sim::kStart, 201, "deadlock", "a <-> b"}};
    facts.expectations = {{true, "/expect/0", "{}", "2 found"}};
    return statistics.Finish(facts);
  }

  Statistics statistics;
  Script script;
};

const Call kCall{.id = 1, .client = 100, .server = 201, .server_pid = 200};

void TwoProcesses(Script& script) {
  script.Process(100, "app");
  script.Process(200, "system_server");
  script.Thread(200, 201, "binder:200_1");
}

MethodStatistics Method(const RunStatistics& run,
                        const std::string& name = "activity.startService") {
  const MethodStatistics* method = run.Find(name);
  EXPECT_NE(method, nullptr) << name;
  return method == nullptr ? MethodStatistics{} : *method;
}

TEST(Statistics, SplitsTheLatencyOfACall) {
  CountedRun run(100);
  TwoProcesses(run.script);
  run.script.Request(kCall);
  run.script.Pass(5'000);
  run.script.Handle(kCall);
  run.script.Pass(70'000);
  run.script.Reply(kCall);
  run.script.Pass(600);
  run.script.Return(kCall);
  const RunStatistics result = run.Finish();
  const MethodStatistics method = Method(result);
  EXPECT_EQ(method.target, "activity");
  EXPECT_EQ(method.method, "startService");
  EXPECT_EQ(method.kind, CallKind::kSync);
  EXPECT_EQ(method.calls, 1u);
  EXPECT_EQ(method.Count(Outcome::kOk), 1u);
  EXPECT_EQ(method.prepare.Max(), 100);
  EXPECT_EQ(method.kernel.Max(), 300 + 100);
  EXPECT_EQ(method.waiting.Max(), 5'100);
  // Received, delivered, ioctl's end, begin, 70 us, end, ioctl, command, sent.
  EXPECT_EQ(method.server.Max(), 700 + 70'000);
  EXPECT_EQ(method.reply.Max(), 600 + 400);
  EXPECT_EQ(method.latency.Max(), method.prepare.Max() + method.kernel.Max() +
                                      method.waiting.Max() +
                                      method.server.Max() + method.reply.Max());
  EXPECT_EQ(result.transactions, 1u);
  EXPECT_EQ(result.replies, 1u);
}

TEST(Statistics, KeepsEverySample) {
  CountedRun run(10);
  TwoProcesses(run.script);
  for (uint32_t i = 1; i <= 100; ++i) {
    Call call = kCall;
    call.id = call.number = i;
    run.script.Request(call);
    run.script.Handle(call);
    run.script.Pass(1'000 * i);
    run.script.Reply(call);
    run.script.Return(call);
  }
  const RunStatistics result = run.Finish();
  const MethodStatistics method = Method(result);
  const int64_t fixed = method.latency.Min() - 1'000;
  EXPECT_EQ(method.latency.Percentile(5000), fixed + 50'000);
  EXPECT_EQ(method.latency.Percentile(9900), fixed + 99'000);
  EXPECT_EQ(method.latency.Percentile(9990), fixed + 100'000);
  EXPECT_EQ(method.latency.Mean(), fixed + 50'500);
}

TEST(Statistics, SeparatesWaysOfCalling) {
  CountedRun run(100);
  TwoProcesses(run.script);
  Call oneway = kCall;
  oneway.id = oneway.number = 2;
  oneway.oneway = true;
  run.script.Complete(oneway);
  run.script.Complete(kCall);
  const sim::Name target = run.script.Name("activity");
  const sim::Name method = run.script.Name("startService");
  run.script.Emit(201, record::CallBegin{1, 0, target, {}, method, 0, 1, 1});
  run.script.Emit(201, record::CallEnd{1, 0});
  const RunStatistics result = run.Finish();
  ASSERT_EQ(result.methods.size(), 3u);
  EXPECT_EQ(Method(result).kind, CallKind::kSync);
  const auto* local = result.Find("activity.startService", CallKind::kLocal);
  ASSERT_NE(local, nullptr);
  EXPECT_EQ(local->latency.Max(), 100);
  EXPECT_EQ(result.Find("activity.other"), nullptr);
  EXPECT_EQ(result.Find("activity"), nullptr);
}

TEST(Statistics, MeasuresOnewayCalls) {
  CountedRun run(100);
  TwoProcesses(run.script);
  Call call = kCall;
  call.oneway = true;
  run.script.Request(call);
  run.script.Pass(9'000);
  run.script.Handle(call);
  run.script.Pass(50'000);
  run.script.Reply(call);
  const RunStatistics result = run.Finish();
  const MethodStatistics method = Method(result);
  EXPECT_EQ(method.kind, CallKind::kOneway);
  EXPECT_EQ(method.latency.Max(), 700);
  // Queued, complete, ioctl's end, call's end, 9 us, received.
  EXPECT_EQ(method.delivery.Max(), 9'000 + 400);
  EXPECT_EQ(method.handling.Max(), 50'000 + 400);
  EXPECT_TRUE(method.waiting.empty());
  EXPECT_EQ(method.pending, 0u);
}

TEST(Statistics, MeasuresDeliveryFromTheFirstQueue) {
  CountedRun run(100);
  TwoProcesses(run.script);
  Call call = kCall;
  call.oneway = true;
  run.script.Request(call);
  run.script.Emit(201, record::TransactionQueued{1, 200, 0, 0});
  run.script.Receive(call);
  EXPECT_EQ(Method(run.Finish()).delivery.Max(), 500);
}

TEST(Statistics, CountsPendingAndLostOnewayCalls) {
  CountedRun run(100);
  TwoProcesses(run.script);
  run.script.Process(300, "other");
  Call call = kCall;
  call.oneway = true;
  run.script.Request(call);
  call.id = call.number = 2;
  call.server_pid = 300;
  run.script.Request(call);
  run.script.Emit(0, record::ProcessExited{300, record::ExitReason::kKilled});
  const MethodStatistics method = Method(run.Finish());
  EXPECT_EQ(method.Count(Outcome::kOk), 2u);
  EXPECT_EQ(method.pending, 1u);
  EXPECT_EQ(method.lost, 1u);
}

TEST(Statistics, CountsOutcomes) {
  CountedRun run(100);
  TwoProcesses(run.script);
  const auto fail = [&](int32_t status, uint32_t error) {
    Call call = kCall;
    call.status = status;
    run.script.Request(call);
    run.script.Fail(call, error, 0);
  };
  const int32_t failed = std::numeric_limits<int32_t>::min() + 2;
  fail(-32, BR_DEAD_REPLY);
  fail(failed, BR_FAILED_REPLY);
  fail(failed, BR_FAILED_REPLY);
  fail(failed, BR_FROZEN_REPLY);
  fail(-1, BR_FAILED_REPLY);
  Call unknown = kCall;
  unknown.status = -74;
  run.script.Complete(unknown);
  run.script.Request(kCall);
  run.script.Emit(100, record::ThreadExited{100, 0});
  Call last = kCall;
  last.client = 201;
  run.script.Request(last);
  const RunStatistics result = run.Finish();
  const MethodStatistics method = Method(result);
  EXPECT_EQ(method.calls, 8u);
  EXPECT_EQ(method.Count(Outcome::kOk), 0u);
  EXPECT_EQ(method.Count(Outcome::kDead), 1u);
  EXPECT_EQ(method.Count(Outcome::kFailed), 2u);
  EXPECT_EQ(method.Count(Outcome::kFrozen), 1u);
  EXPECT_EQ(method.Count(Outcome::kOther), 1u);
  EXPECT_EQ(method.Count(Outcome::kUnknown), 1u);
  EXPECT_EQ(method.Count(Outcome::kAbandoned), 1u);
  EXPECT_EQ(method.Count(Outcome::kUnfinished), 1u);
  EXPECT_TRUE(method.latency.empty());
  EXPECT_EQ(method.failed_latency.count(), 6u);
  EXPECT_EQ(result.failed_transactions, 5u);
}

TEST(Statistics, GivesNestedCallsTheirOwnTimes) {
  CountedRun run(100);
  TwoProcesses(run.script);
  const Call back{.id = 2,
                  .client = 201,
                  .server = 100,
                  .server_pid = 100,
                  .nested = true,
                  .target = "app.callback",
                  .method = "done"};
  run.script.Request(kCall);
  run.script.Handle(kCall);
  run.script.Complete(back);
  run.script.Reply(kCall);
  run.script.Return(kCall);
  const RunStatistics result = run.Finish();
  const MethodStatistics inner = Method(result, "app.callback.done");
  const MethodStatistics outer = Method(result);
  EXPECT_EQ(inner.latency.Max(), 1'700);
  EXPECT_EQ(outer.latency.Max(), 1'700 + 1'800);
  EXPECT_EQ(outer.server.Max(), 700 + 1'800);
}

TEST(Statistics, FollowsThePool) {
  CountedRun run(0);
  TwoProcesses(run.script);
  run.script.Emit(201, record::PoolChanged{200, 2, 2, 0});
  run.script.Pass(1'000);
  run.script.Emit(201, record::PoolChanged{200, 2, 1, 1});
  run.script.Pass(2'000);
  run.script.Emit(201, record::PoolChanged{200, 2, 0, 2});
  run.script.Pass(1'000);
  run.script.Emit(201, record::PoolChanged{200, 2, 2, 0});
  run.script.Emit(201, record::LooperSpawnRequested{200, 0});
  run.script.Emit(201, record::PoolStarved{200, 2, 150});
  const RunStatistics result = run.Finish(6'000);
  ASSERT_EQ(result.processes.size(), 2u);
  const ProcessStatistics& server = result.processes[1];
  EXPECT_EQ(server.name, "system_server");
  EXPECT_EQ(server.lifetime, 10'000);
  EXPECT_EQ(server.max_loopers, 2u);
  EXPECT_EQ(server.max_busy, 2u);
  EXPECT_EQ(server.mean_busy_permille, 400u);
  EXPECT_EQ(server.all_busy, 1'000);
  EXPECT_EQ(server.all_busy_permille, 100u);
  EXPECT_EQ(server.spawn_requests, 1u);
  EXPECT_EQ(server.starvations, 1u);
  EXPECT_EQ(server.starved, 150);
}

TEST(Statistics, StopsThePoolWithItsProcess) {
  CountedRun run(0);
  TwoProcesses(run.script);
  run.script.Emit(201, record::PoolChanged{200, 1, 0, 1});
  run.script.Pass(1'000);
  run.script.Emit(0, record::ProcessExited{200, record::ExitReason::kKilled});
  run.script.Emit(100, record::DeathNotification{
                           100, record::DeathEvent::kDelivered, 7, 0, 5});
  const RunStatistics result = run.Finish(9'000);
  const ProcessStatistics& server = result.processes[1];
  EXPECT_EQ(server.lifetime, 1'000);
  EXPECT_EQ(server.mean_busy_permille, 1'000u);
  EXPECT_EQ(server.all_busy, 1'000);
  EXPECT_EQ(server.exit, record::ExitReason::kKilled);
  EXPECT_EQ(result.processes[0].exit, std::nullopt);
  EXPECT_EQ(result.deaths, 1u);
  EXPECT_EQ(result.obituaries, 1u);
}

TEST(Statistics, FollowsBuffers) {
  CountedRun run(10);
  TwoProcesses(run.script);
  run.script.Emit(100, record::BufferAllocated{1, 200, 0, 64, 0, 1, 64, 500});
  run.script.Emit(100, record::BufferAllocated{2, 200, 64, 32, 1, 0, 96, 468});
  run.script.Emit(201, record::BufferFreed{1, 200, 0, 64, 0, 0, 32, 468});
  run.script.Emit(100, record::BufferAllocated{3, 200, 0, 8, 1, 0, 40, 460});
  run.script.Emit(201, record::BufferFreed{2, 200, 64, 32, 1, 0, 8, 492});
  run.script.Emit(100, record::BufferAllocated{4, 200, 64, 16, 1, 0, 24, 476});
  // No room, TXN-43; and a failure of another kind.
  run.script.Request(kCall);
  run.script.Fail(kCall, BR_FAILED_REPLY, -ENOSPC);
  run.script.Request(kCall);
  run.script.Fail(kCall, BR_FAILED_REPLY, -EPERM);
  const ProcessStatistics server = run.Finish().processes[1];
  EXPECT_EQ(server.buffer_high_water, 96u);
  EXPECT_EQ(server.async_buffer_high_water, 40u);
  EXPECT_EQ(server.allocations, 4u);
  EXPECT_EQ(server.failed_allocations, 1u);
}

TEST(Statistics, FollowsCpusAndLocks) {
  CountedRun run(0);
  TwoProcesses(run.script);
  run.script.State(100, sim::RunState::kRunning, 0);
  run.script.Pass(300);
  run.script.State(100, sim::RunState::kBlocked, 0, "proc.wait");
  run.script.State(201, sim::RunState::kRunnable, 0);
  run.script.Pass(200);
  run.script.State(201, sim::RunState::kRunning, 0);
  run.script.Pass(100);
  run.script.Emit(201, sim::LockWait{run.script.Name("inner"), 1, 100});
  run.script.State(201, sim::RunState::kSpinning, 0, "inner");
  run.script.Pass(50);
  run.script.Emit(201, sim::LockWait{run.script.Name("inner"), 0, 100});
  run.script.State(201, sim::RunState::kRunning, 0);
  run.script.Pass(50);
  run.script.State(201, sim::RunState::kBlocked, 0, "proc.wait");
  run.script.State(201, sim::RunState::kRunning, 0);
  run.script.State(100, sim::RunState::kRunning, 1);
  const RunStatistics result = run.Finish(300);
  const ProcessStatistics& app = result.processes[0];
  const ProcessStatistics& server = result.processes[1];
  EXPECT_EQ(app.running, 300 + 300);
  EXPECT_EQ(app.running_permille, 600u);
  EXPECT_EQ(server.running, 200 + 300);
  EXPECT_EQ(server.spinning, 50);
  EXPECT_EQ(server.runnable, 200);
  ASSERT_EQ(result.cpus.size(), 2u);
  EXPECT_EQ(result.cpus[0].busy, 800);
  EXPECT_EQ(result.cpus[0].busy_permille, 800u);
  EXPECT_EQ(result.cpus[0].switches, 1u);
  EXPECT_EQ(result.cpus[1].busy, 300);
  EXPECT_EQ(result.context_switches, 1u);
  ASSERT_EQ(result.locks.size(), 1u);
  EXPECT_EQ(result.locks[0].name, "inner");
  EXPECT_EQ(result.locks[0].waits, Distribution({50}));
}

TEST(Statistics, CountsMarks) {
  CountedRun run(10);
  run.script.Emit(1, record::Mark{run.script.Name("b")});
  run.script.Emit(1, record::Mark{run.script.Name("a")});
  run.script.Emit(0, record::Mark{run.script.Name("b")});
  const RunStatistics result = run.Finish();
  EXPECT_EQ(result.MarkCount("a"), 1u);
  EXPECT_EQ(result.MarkCount("b"), 2u);
  EXPECT_EQ(result.MarkCount("c"), 0u);
  ASSERT_EQ(result.marks.size(), 2u);
  EXPECT_EQ(result.marks[1].first, 10);
  EXPECT_EQ(result.marks[1].last, 30);
}

TEST(Statistics, SurvivesRecordsWithoutTheirBeginnings) {
  CountedRun run(10);
  run.script.Emit(5, record::TransactionReceived{3, 0});
  run.script.Emit(5, record::TransactionQueued{3, 1, 0, 0});
  run.script.Emit(5, record::TransactionFailed{4, BR_FROZEN_REPLY, 0, 0});
  run.script.Emit(6, record::CallEnd{1, 0});
  run.script.Emit(6, record::MethodEnd{3, 0});
  run.script.Emit(6, record::BufferFreed{1, 9, 0, 64, 1, 0, 0, 0});
  run.script.Emit(6, sim::LockWait{run.script.Name("l"), 0, 0});
  run.script.Return(kCall);
  const RunStatistics result = run.Finish();
  EXPECT_TRUE(result.methods.empty());
  EXPECT_TRUE(result.locks.empty());
}

TEST(Statistics, AreTheSameEachTime) {
  const auto make = [] {
    CountedRun run(7);
    TwoProcesses(run.script);
    run.script.Complete(kCall);
    return run.Finish();
  };
  EXPECT_EQ(make(), make());
  EXPECT_EQ(StatisticsText(make()), StatisticsText(make()));
  EXPECT_EQ(StatisticsJson(make()), StatisticsJson(make()));
}

// --- as text ---

RunStatistics Sample() {
  CountedRun run(100);
  TwoProcesses(run.script);
  run.script.State(100, sim::RunState::kRunning, 0);
  run.script.Emit(100,
                  record::BufferAllocated{1, 200, 0, 64, 0, 1, 1'536, 500});
  run.script.Emit(201, record::PoolChanged{200, 1, 0, 1});
  run.script.Complete(kCall);
  Call oneway = kCall;
  oneway.id = oneway.number = 2;
  oneway.oneway = true;
  run.script.Request(oneway);
  run.script.Emit(100, record::Mark{run.script.Name("created")});
  return run.Finish();
}

// Without the spaces that align columns; text_table_test.cc has those.
std::string Squeezed(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' || !result.ends_with(' ')) result += c;
  }
  return result;
}

TEST(StatisticsText, ShowsTables) {
  EXPECT_EQ(Squeezed(StatisticsText(Sample())),
            R"(test, seed 7: 3.500us, 42 records, 1 tie, 1 finding
2 transactions, 1 replied to, 0 failed; 0 context switches
0 processes ended, 0 obituaries delivered
digest 00ff

calls count min mean p50 p90 p99 p99.9 max
activity.startService 1 1.700us 1.700us 1.700us 1.700us 1.700us 1.700us 1.700us
 prepare 1 100ns 100ns 100ns 100ns 100ns 100ns 100ns
 kernel 1 400ns 400ns 400ns 400ns 400ns 400ns 400ns
 waiting for a thread 1 100ns 100ns 100ns 100ns 100ns 100ns 100ns
 server 1 700ns 700ns 700ns 700ns 700ns 700ns 700ns
 reply 1 400ns 400ns 400ns 400ns 400ns 400ns 400ns

oneway calls count min mean p50 p90 p99 p99.9 max
activity.startService 1 700ns 700ns 700ns 700ns 700ns 700ns 700ns

not ok:
activity.startService (oneway): 1 not delivered yet

process pid CPU running spinning runnable buffer peak async peak no room end
app 100 82.8% 2.900us 0 0 0B 0B 0
system_server 200 0.0% 0 0 0 1.5KiB 0B 0

thread pool loopers most busy mean busy all busy share spawns starved
system_server 1 1 0.843 2.700us 84.3% 0 0

CPU busy time switches
0 82.8% 2.900us 0

mark count first last
created 1 3.500us 3.500us

findings:
0: deadlock: a <-> b
)");
}

TEST(StatisticsText, LeavesOutEmptyTables) {
  CountedRun run(1);
  RunStatistics result = run.Finish();
  result.facts.findings.clear();
  result.facts.digest.clear();
  EXPECT_EQ(StatisticsText(result),
            "test, seed 7: 0, 42 records, 1 tie, 0 findings\n"
            "0 transactions, 0 replied to, 0 failed; 0 context switches\n"
            "0 processes ended, 0 obituaries delivered\n");
}

TEST(StatisticsJson, HasEveryNumber) {
  const nlohmann::json json = nlohmann::json::parse(StatisticsJson(Sample()));
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["run"]["scenario"], "test");
  EXPECT_EQ(json["run"]["seed"], "7");
  EXPECT_EQ(json["run"]["digest"], "00ff");
  EXPECT_EQ(json["run"]["ties"], 1);
  ASSERT_EQ(json["methods"].size(), 2u);
  const nlohmann::json& sync = json["methods"][0];
  EXPECT_EQ(sync["kind"], "sync");
  EXPECT_EQ(sync["outcomes"], nlohmann::json({{"ok", 1}}));
  EXPECT_EQ(sync["latency_ns"]["p99.9"], 1'700);
  EXPECT_EQ(sync["waiting_ns"]["mean"], 100);
  const nlohmann::json& oneway = json["methods"][1];
  EXPECT_EQ(oneway["pending"], 1);
  EXPECT_EQ(oneway["delivery_ns"], nlohmann::json({{"count", 0}}));
  const nlohmann::json& server = json["processes"][1];
  EXPECT_EQ(server["name"], "system_server");
  EXPECT_EQ(server["pool"]["max_busy"], 1);
  EXPECT_EQ(server["buffer"]["high_water_bytes"], 1'536);
  EXPECT_EQ(json["cpus"][0]["busy_ns"], json["processes"][0]["running_ns"]);
  EXPECT_EQ(json["marks"][0]["text"], "created");
  EXPECT_EQ(json["findings"][0]["kind"], "deadlock");
  EXPECT_EQ(json["expectations"],
            nlohmann::json::parse(R"([{"met": true, "pointer": "/expect/0",
                                       "expected": "{}",
                                       "actual": "2 found"}])"));
  EXPECT_TRUE(json["locks"].empty());
}

}  // namespace
}  // namespace bindersim::viz
