// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "viz/byte_sink.h"
#include "viz/json_writer.h"
#include "viz/statistics.h"

namespace bindersim::viz {
namespace {

int64_t Ns(sim::Time time) { return (time - sim::kStart).count(); }

void WriteTimes(const char* key, const Distribution& times, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  json.Field("count", times.count());
  if (!times.empty()) {
    json.Field("min", times.Min());
    json.Field("mean", times.Mean());
    json.Field("p50", times.Percentile(5000));
    json.Field("p90", times.Percentile(9000));
    json.Field("p99", times.Percentile(9900));
    json.Field("p99.9", times.Percentile(9990));
    json.Field("max", times.Max());
  }
  json.EndObject();
}

void WriteRun(const RunStatistics& run, JsonWriter& json) {
  const RunFacts& facts = run.facts;
  json.Key("run");
  json.BeginObject();
  json.Field("scenario", facts.scenario);
  json.Field("version", facts.version);
  // As text: a seed need not fit in a double.
  json.Field("seed", std::to_string(facts.seed));
  json.Field("digest", facts.digest);
  json.Field("end_ns", Ns(facts.end));
  json.Field("records", facts.records);
  json.Field("ties", facts.ties);
  json.Field("transactions", run.transactions);
  json.Field("replies", run.replies);
  json.Field("failed_transactions", run.failed_transactions);
  json.Field("context_switches", run.context_switches);
  json.Field("deaths", run.deaths);
  json.Field("obituaries", run.obituaries);
  json.EndObject();
}

void WriteMethod(const MethodStatistics& method, JsonWriter& json) {
  json.BeginObject();
  json.Field("target", method.target);
  json.Field("method", method.method);
  json.Field("kind", CallKindName(method.kind));
  json.Field("calls", method.calls);
  json.Key("outcomes");
  json.BeginObject();
  for (size_t i = 0; i < kOutcomes; ++i) {
    if (method.outcomes[i] == 0) continue;
    json.Field(OutcomeName(static_cast<Outcome>(i)), method.outcomes[i]);
  }
  json.EndObject();
  WriteTimes("latency_ns", method.latency, json);
  if (!method.failed_latency.empty()) {
    WriteTimes("failed_latency_ns", method.failed_latency, json);
  }
  if (method.kind == CallKind::kSync) {
    WriteTimes("prepare_ns", method.prepare, json);
    WriteTimes("kernel_ns", method.kernel, json);
    WriteTimes("waiting_ns", method.waiting, json);
    WriteTimes("server_ns", method.server, json);
    WriteTimes("reply_ns", method.reply, json);
  } else if (method.kind == CallKind::kOneway) {
    WriteTimes("delivery_ns", method.delivery, json);
    WriteTimes("handling_ns", method.handling, json);
    json.Field("pending", method.pending);
    json.Field("lost", method.lost);
  }
  json.EndObject();
}

const char* ExitName(record::ExitReason reason) {
  switch (reason) {
    case record::ExitReason::kExited:
      return "exited";
    case record::ExitReason::kKilled:
      return "killed";
    case record::ExitReason::kAborted:
      return "aborted";
  }
  return "";
}

void WriteProcess(const ProcessStatistics& process, JsonWriter& json) {
  json.BeginObject();
  json.Field("pid", process.pid);
  json.Field("name", process.name);
  if (process.exit) json.Field("exit", ExitName(*process.exit));
  json.Field("lifetime_ns", process.lifetime);
  json.Field("running_ns", process.running);
  json.Field("spinning_ns", process.spinning);
  json.Field("runnable_ns", process.runnable);
  json.Field("running_permille", process.running_permille);
  json.Key("pool");
  json.BeginObject();
  json.Field("max_loopers", process.max_loopers);
  json.Field("max_busy", process.max_busy);
  json.Field("mean_busy_permille", process.mean_busy_permille);
  json.Field("all_busy_ns", process.all_busy);
  json.Field("all_busy_permille", process.all_busy_permille);
  json.Field("spawn_requests", process.spawn_requests);
  json.Field("starvations", process.starvations);
  json.Field("starved_ns", process.starved);
  json.EndObject();
  json.Key("buffer");
  json.BeginObject();
  json.Field("high_water_bytes", process.buffer_high_water);
  json.Field("async_high_water_bytes", process.async_buffer_high_water);
  json.Field("allocations", process.allocations);
  json.Field("failed_allocations", process.failed_allocations);
  json.EndObject();
  json.EndObject();
}

void WriteMachine(const RunStatistics& run, JsonWriter& json) {
  json.Key("cpus");
  json.BeginArray();
  for (const CpuStatistics& cpu : run.cpus) {
    json.BeginObject();
    json.Field("cpu", cpu.cpu);
    json.Field("busy_ns", cpu.busy);
    json.Field("busy_permille", cpu.busy_permille);
    json.Field("switches", cpu.switches);
    json.EndObject();
  }
  json.EndArray();
  json.Key("locks");
  json.BeginArray();
  for (const LockStatistics& lock : run.locks) {
    json.BeginObject();
    json.Field("name", lock.name);
    WriteTimes("waits_ns", lock.waits, json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteWords(const RunStatistics& run, JsonWriter& json) {
  json.Key("marks");
  json.BeginArray();
  for (const MarkStatistics& mark : run.marks) {
    json.BeginObject();
    json.Field("text", mark.text);
    json.Field("count", mark.count);
    json.Field("first_ns", mark.first);
    json.Field("last_ns", mark.last);
    json.EndObject();
  }
  json.EndArray();
  json.Key("findings");
  json.BeginArray();
  for (const FindingFact& finding : run.facts.findings) {
    json.BeginObject();
    json.Field("at_ns", Ns(finding.at));
    json.Field("tid", finding.tid);
    json.Field("kind", finding.kind);
    json.Field("detail", finding.detail);
    json.EndObject();
  }
  json.EndArray();
  json.Key("expectations");
  json.BeginArray();
  for (const ExpectationFact& expectation : run.facts.expectations) {
    json.BeginObject();
    json.Field("met", expectation.met);
    json.Field("pointer", expectation.pointer);
    json.Field("expected", expectation.text);
    json.Field("actual", expectation.actual);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string StatisticsJson(const RunStatistics& run) {
  StringSink sink;
  JsonWriter json(&sink, JsonWriter::Style::kIndented);
  json.BeginObject();
  json.Field("schema_version", 1);
  WriteRun(run, json);
  json.Key("methods");
  json.BeginArray();
  for (const MethodStatistics& method : run.methods) WriteMethod(method, json);
  json.EndArray();
  json.Key("processes");
  json.BeginArray();
  for (const ProcessStatistics& process : run.processes) {
    WriteProcess(process, json);
  }
  json.EndArray();
  WriteMachine(run, json);
  WriteWords(run, json);
  json.EndObject();
  // Writing to memory does not fail.
  json.Finish().IgnoreError();
  return sink.text();
}

}  // namespace bindersim::viz
