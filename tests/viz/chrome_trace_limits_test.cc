// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The exporter at its limits: nothing takes time, nesting without end, windows
// that cut, records without their context, a sink that fails.

#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "tests/viz/script.h"
#include "tests/viz/traced_run.h"
#include "viz/chrome_trace.h"
#include "viz/trace_check.h"

namespace bindersim::viz {
namespace {

// A record of any kind about the thread, with small random numbers in it.
void EmitAny(Script& script, uint32_t tid, const auto& draw) {
  const uint32_t id = 1 + draw(6);
  const uint32_t begins = draw(2);
  const sim::Name name = script.Name("name");
  switch (draw(20)) {
    case 0:
    case 1:
      return script.State(tid, static_cast<sim::RunState>(draw(4)), draw(2));
    case 2:
      return script.Emit(tid, sim::LockWait{name, begins, 0});
    case 3:
      return script.Emit(tid, record::IoctlBegin{BINDER_WRITE_READ, 0});
    case 4:
      return script.Emit(tid, record::IoctlEnd{BINDER_WRITE_READ, 0, 0, 0});
    case 5:
    case 6:
    case 7:
      return script.Emit(
          tid, record::TransactionSent{id, 0, 200, 0, 1, 1, begins, 0, 64, 0});
    case 8:
      return script.Emit(
          tid, record::TransactionSent{10 + id, id, 0, 0, 0, 0, 0, 1, 4, 0});
    case 9:
      return script.Emit(tid,
                         record::TransactionQueued{id + 10 * begins, 1, 0, 0});
    case 10:
    case 11:
    case 12:
      return script.Emit(tid,
                         record::TransactionReceived{id + 10 * begins, begins});
    case 13:
      return script.Emit(
          tid, record::TransactionFailed{id, BR_FAILED_REPLY, -22, begins});
    case 14:
      return script.Emit(
          tid, record::CallBegin{id, begins, name, name, name, 0, 0, 1});
    case 15:
      return script.Emit(tid, record::CallEnd{id, 0});
    case 16:
      return script.Emit(tid, record::MethodBegin{id, 0, name, name, name});
    case 17:
      return script.Emit(tid, record::MethodEnd{id, 0});
    case 18:
      if (draw(10) == 0) return script.Emit(tid, record::ThreadExited{1, 0});
      return script.Emit(tid, record::CommandExecuted{BC_REPLY, 0});
    default:
      return script.Emit(
          tid, record::UserWait{record::UserWaitKind::kMutex, begins, name});
  }
}

TEST(ChromeTrace, KeepsTheRulesWhenNothingTakesTime) {
  for (const uint32_t calls : {1u, 10u, 300u}) {
    for (const int64_t step : {0, 1, 2, 3}) {
      TracedRun run(step);
      TwoProcesses(run.script);
      Call call = kCall;
      Call back{.id = 500'000,
                .client = 201,
                .server = 100,
                .server_pid = 100,
                .nested = true};
      for (uint32_t i = 0; i < calls; ++i) {
        call.id = i * 2 + 1;
        call.number = i + 1;
        call.oneway = i % 3 == 2;
        run.script.Request(call);
        run.script.Handle(call);
        if (i % 3 == 1) {
          back.id = 500'000 + i;
          back.number = i + 1;
          run.script.Complete(back);
        }
        run.script.Reply(call);
        if (!call.oneway) run.script.Return(call);
      }
      run.Checked();
      if (calls <= 10) {
        EXPECT_EQ(run.summary.flows_dropped, 0u) << step;
        EXPECT_EQ(run.summary.slices_dropped, 0u) << step;
      } else if (step == 0) {
        EXPECT_GT(run.summary.flows_dropped, 0u);
        EXPECT_GT(run.summary.slices_dropped, 0u);
      }
    }
  }
}

TEST(ChromeTrace, SaysByHowMuchASliceWasMoved) {
  TracedRun run(0);
  TwoProcesses(run.script);
  run.script.Complete(kCall);
  const Json json = run.Checked();
  const Json transaction = Only(json, "X", "binder transaction");
  EXPECT_GE(Ns(transaction["dur"]), 2);
  EXPECT_GT(transaction["args"]["shift_ns"], 0);
}

TEST(ChromeTrace, CutsTooDeepNesting) {
  TracedRun run(10);
  TwoProcesses(run.script);
  Call call = kCall;
  for (uint32_t i = 0; i < 600; ++i) {
    call.id = i + 1;
    call.number = i + 1;
    std::swap(call.client, call.server);
    run.script.Request(call);
    run.script.Handle(call);
  }
  run.Checked();
  EXPECT_GT(run.summary.slices_dropped, 0u);
}

TEST(ChromeTrace, LeavesOutFlowsOnRequest) {
  for (const FlowChoice flows : {FlowChoice::kSync, FlowChoice::kNone}) {
    TraceOptions options;
    options.flows = flows;
    TracedRun run(100, options);
    TwoProcesses(run.script);
    Call oneway = kCall;
    oneway.id = 2;
    oneway.number = 2;
    oneway.oneway = true;
    run.script.Complete(kCall);
    run.script.Complete(oneway);
    run.Checked();
    EXPECT_EQ(run.summary.flows, flows == FlowChoice::kSync ? 2u : 0u);
    EXPECT_EQ(run.summary.flows_dropped, 0u);
  }
}

TEST(ChromeTrace, LeavesOutRowsOnRequest) {
  TraceOptions options;
  options.cpus = options.thread_states = options.system_calls = false;
  TracedRun run(100, options);
  TwoProcesses(run.script);
  run.script.State(100, sim::RunState::kRunning, 0);
  run.script.Complete(kCall);
  const Json json = run.Checked();
  EXPECT_TRUE(Events(json, "X", "running").empty());
  EXPECT_TRUE(Events(json, "X", "BINDER_WRITE_READ").empty());
  EXPECT_TRUE(Events(json, "X", "app/main").empty());
}

TEST(ChromeTrace, CutsAtTheWindow) {
  // Where the transaction of kCall begins and ends.
  TracedRun whole(100);
  TwoProcesses(whole.script);
  whole.script.Complete(kCall);
  const Json slice = Only(whole.Checked(), "X", "binder transaction");
  const int64_t last = whole.script.now();

  // Every window, also those that cut slices and arrows.
  for (int64_t from = 0; from < last; from += 190) {
    for (int64_t to = from + 50; to < last + 100; to += 350) {
      TraceOptions options;
      options.from = sim::kStart + sim::Duration(from);
      options.to = sim::kStart + sim::Duration(to);
      TracedRun run(100, options);
      TwoProcesses(run.script);
      run.script.Complete(kCall);
      const Json json = run.Checked();
      for (const Json& event : json["traceEvents"]) {
        if (event["ph"] == "M") continue;
        EXPECT_GE(Begin(event), from);
        EXPECT_LE(event["ph"] == "X" ? End(event) : Begin(event), to);
      }
      const bool visible = Begin(slice) <= to && End(slice) > from;
      EXPECT_EQ(Events(json, "X", "binder transaction").size(), visible)
          << from << " " << to;
    }
  }
}

TEST(ChromeTrace, KeepsTheCounterAtTheWindowsBegin) {
  TraceOptions options;
  options.from = sim::kStart + sim::Duration(10'000);
  TracedRun run(100, options);
  TwoProcesses(run.script);
  run.script.Emit(201, record::PoolChanged{200, 1, 1, 0});
  run.script.Emit(201, record::PoolChanged{200, 2, 1, 0});
  const Json loopers = Only(run.Checked(), "C", "loopers");
  EXPECT_EQ(loopers["args"]["threads"], 2);
  EXPECT_EQ(Begin(loopers), 10'000);
}

TEST(ChromeTrace, CanCountRecordsInsteadOfTime) {
  TraceOptions options;
  options.axis = TimeAxis::kSteps;
  TracedRun run(0, options);
  TwoProcesses(run.script);
  for (uint32_t i = 0; i < 500; ++i) {
    Call call = kCall;
    call.id = call.number = i + 1;
    run.script.Complete(call);
  }
  const Json json = run.Checked();
  EXPECT_EQ(run.summary.flows, 1000u);
  EXPECT_EQ(run.summary.flows_dropped, 0u);
  EXPECT_EQ(Ns(Events(json, "X", "receive reply")[0]["dur"]), 2000);
}

TEST(ChromeTrace, SurvivesRecordsWithoutTheirBeginnings) {
  TracedRun run(100);
  run.script.Emit(5, record::TransactionReceived{3, 0});
  run.script.Emit(5, record::TransactionReceived{4, 1});
  run.script.Emit(6, record::CallEnd{1, 0});
  run.script.Emit(6, record::MethodEnd{3, 0});
  run.script.Emit(6, record::IoctlEnd{BINDER_WRITE_READ, 0, 0, 0});
  run.script.Emit(6, record::TransactionQueued{9, 1, 0, 0});
  run.script.Emit(6, sim::LockWait{run.script.Name("l"), 0, 0});
  const Json json = run.Checked();
  Only(json, "X", "binder reply");
}

// Any record at any moment, in runs where little takes time: a trace of
// nonsense obeys the rules all the same.
TEST(ChromeTrace, KeepsTheRulesWhateverHappens) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    uint64_t state = seed;
    const auto draw = [&state](uint64_t below) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return static_cast<uint32_t>((state >> 33) % below);
    };
    TraceOptions options;
    options.flows = static_cast<FlowChoice>(seed % 3);
    if (seed % 5 == 4) options.axis = TimeAxis::kSteps;
    if (seed % 7 == 6) {
      options.from = sim::kStart + sim::Duration(draw(300));
      options.to = options.from + sim::Duration(draw(300));
    }
    TracedRun run(0, options);
    TwoProcesses(run.script);
    const uint32_t threads[] = {100, 200, 201, 5};
    for (int i = 0; i < 400; ++i) {
      run.script.set_step(draw(2 + seed % 9));
      EmitAny(run.script, threads[draw(4)], draw);
    }
    for (const TraceViolation& violation : CheckTrace(run.Text())) {
      FAIL() << "seed " << seed << ": " << FormatViolation(violation);
    }
  }
}

TEST(ChromeTrace, GivesARequestOneArrow) {
  TracedRun run(100);
  TwoProcesses(run.script);
  run.script.Request(kCall);
  run.script.Receive(kCall);
  run.script.Emit(200, record::TransactionReceived{kCall.id, 0});
  const Json json = run.Checked();
  EXPECT_EQ(Only(json, "f", "request")["tid"], 201);
  EXPECT_EQ(Events(json, "X", "binder reply").size(), 2u);
}

TEST(ChromeTrace, RawOnewayCallsEndWithTheNextRead) {
  TracedRun run(100);
  TwoProcesses(run.script);
  Call call = kCall;
  call.oneway = true;
  run.script.Request(call);
  run.script.Receive(call);
  run.script.Emit(201, record::IoctlBegin{BINDER_WRITE_READ, 0});
  const Json receive = Only(run.Checked(), "X", "binder async rcv");
  EXPECT_EQ(Ns(receive["dur"]), 300);
  EXPECT_FALSE(receive["args"].contains("unfinished"));
}

TEST(ChromeTrace, EscapesNames) {
  TracedRun run(100);
  run.script.Process(100, "a\"b\\c\n\x01\xff</script>");
  const Json json = run.Checked();
  EXPECT_EQ(Only(json, "M", "process_name")["args"]["name"],
            "a\"b\\c\n\x01\xef\xbf\xbd</script>");
}

TEST(ChromeTrace, ReportsAFailingSink) {
  class Full : public ByteSink {
   public:
    absl::Status Write(const std::string&) override {
      return absl::ResourceExhaustedError("full");
    }
  };
  TracedRun run(100);
  TwoProcesses(run.script);
  Full full;
  EXPECT_EQ(run.trace.Write({}, &full).status().message(), "full");
}

TEST(ChromeTrace, IsTheSameEachTime) {
  const auto make = [] {
    TracedRun run(7);
    TwoProcesses(run.script);
    run.script.Complete(kCall);
    return run.Text();
  };
  EXPECT_EQ(make(), make());
}

}  // namespace
}  // namespace bindersim::viz
