// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// How fast records become a trace, statistics, and text. The run is one of
// synchronous and oneway calls between two processes, 20 records a call, with
// thread states. items_per_second counts records.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "sim/record.h"
#include "sim/sched_records.h"
#include "tests/viz/script.h"
#include "viz/byte_sink.h"
#include "viz/chrome_trace.h"
#include "viz/run_facts.h"
#include "viz/statistics.h"
#include "viz/statistics_sink.h"

namespace bindersim::viz {
namespace {

struct Recorded : sim::Sink {
  void OnRecord(const sim::Record& record,
                const sim::NameTable& names) override {
    records.push_back(record);
    texts = &names;
  }
  std::vector<sim::Record> records;
  const sim::NameTable* texts = nullptr;
};

// A run of `calls` calls; its script owns the names.
struct Run {
  explicit Run(int64_t calls) : script(137) {
    script.AddSink(&recorded);
    script.Process(100, "app");
    script.Process(200, "system_server");
    script.Thread(200, 201, "binder:200_1");
    Call call{.client = 100, .server = 201, .server_pid = 200};
    for (int64_t i = 1; i <= calls; ++i) {
      call.id = static_cast<uint32_t>(2'000 * (i / 1'000) + i % 1'000 + 1);
      call.number = static_cast<uint32_t>(i);
      call.oneway = i % 4 == 0;
      script.State(100, sim::RunState::kRunning, 0);
      script.Request(call);
      script.State(100, sim::RunState::kBlocked, 0, "proc.wait");
      script.State(201, sim::RunState::kRunning, 1);
      script.Handle(call);
      script.Reply(call);
      script.State(201, sim::RunState::kBlocked, 1, "proc.wait");
      if (!call.oneway) script.Return(call);
    }
    facts.end = sim::kStart + sim::Duration(script.now());
  }

  void Replay(sim::Sink& sink) const {
    for (const sim::Record& record : recorded.records) {
      sink.OnRecord(record, *recorded.texts);
    }
  }

  Recorded recorded;
  Script script;
  RunFacts facts;
};

class NullSink : public ByteSink {
 public:
  absl::Status Write(const std::string& bytes) override {
    written_ += bytes.size();
    return absl::OkStatus();
  }
  uint64_t written() const { return written_; }

 private:
  uint64_t written_ = 0;
};

void Finish(benchmark::State& state, const Run& run) {
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(run.recorded.records.size()));
}

void BM_ChromeTraceCollect(benchmark::State& state) {
  const Run run(state.range(0));
  for (auto _ : state) {
    ChromeTrace trace({});
    run.Replay(trace);
    benchmark::DoNotOptimize(&trace);
  }
  Finish(state, run);
}
BENCHMARK(BM_ChromeTraceCollect)->Arg(100)->Arg(10'000);

void BM_ChromeTraceWhole(benchmark::State& state) {
  const Run run(state.range(0));
  NullSink sink;
  for (auto _ : state) {
    ChromeTrace trace({});
    run.Replay(trace);
    if (!trace.Write(run.facts, &sink).ok()) state.SkipWithError("failed");
  }
  state.SetBytesProcessed(static_cast<int64_t>(sink.written()));
  Finish(state, run);
}
BENCHMARK(BM_ChromeTraceWhole)->Arg(100)->Arg(10'000);

void BM_Statistics(benchmark::State& state) {
  const Run run(state.range(0));
  for (auto _ : state) {
    Statistics statistics;
    run.Replay(statistics);
    benchmark::DoNotOptimize(statistics.Finish(run.facts));
  }
  Finish(state, run);
}
BENCHMARK(BM_Statistics)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace bindersim::viz
