// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "viz/statistics.h"
#include "viz/text_table.h"
#include "viz/units.h"

namespace bindersim::viz {
namespace {

std::string Count(uint64_t count) { return std::to_string(count); }

// "1 tie", "2 ties".
std::string Counted(uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void AddTimes(const Distribution& times, std::vector<std::string>& row) {
  if (times.empty()) return;
  row.push_back(HumanTime(times.Min()));
  row.push_back(HumanTime(times.Mean()));
  for (const uint32_t percentile : {5000, 9000, 9900, 9990}) {
    row.push_back(HumanTime(times.Percentile(percentile)));
  }
  row.push_back(HumanTime(times.Max()));
}

void AddPart(const char* name, const Distribution& times, TextTable& table) {
  if (times.empty()) return;
  std::vector<std::string> row{std::string("  ") + name, Count(times.count())};
  AddTimes(times, row);
  table.Add(std::move(row));
}

std::string Head(const RunStatistics& run) {
  const RunFacts& facts = run.facts;
  std::string text =
      fmt::format("{}, seed {}: {}, {}, {}, {}\n", facts.scenario, facts.seed,
                  HumanTime((facts.end - sim::kStart).count()),
                  Counted(facts.records, "record", "records"),
                  Counted(facts.ties, "tie", "ties"),
                  Counted(facts.findings.size(), "finding", "findings"));
  text += fmt::format(
      "{}, {} replied to, {} failed; {}\n",
      Counted(run.transactions, "transaction", "transactions"), run.replies,
      run.failed_transactions,
      Counted(run.context_switches, "context switch", "context switches"));
  text += fmt::format("{}, {} delivered\n",
                      Counted(run.deaths, "process ended", "processes ended"),
                      Counted(run.obituaries, "obituary", "obituaries"));
  if (!facts.digest.empty()) text += "digest " + facts.digest + "\n";
  return text;
}

// Calls of one kind: latencies, and below each method their parts.
std::string CallTable(const RunStatistics& run, CallKind kind,
                      const char* title) {
  TextTable table(
      {title, "count", "min", "mean", "p50", "p90", "p99", "p99.9", "max"});
  for (const MethodStatistics& method : run.methods) {
    if (method.kind != kind) continue;
    std::vector<std::string> row{method.Name(), Count(method.calls)};
    AddTimes(method.latency, row);
    table.Add(std::move(row));
    AddPart("prepare", method.prepare, table);
    AddPart("kernel", method.kernel, table);
    AddPart("waiting for a thread", method.waiting, table);
    AddPart("server", method.server, table);
    AddPart("reply", method.reply, table);
    AddPart("delivery", method.delivery, table);
    AddPart("handling", method.handling, table);
    AddPart("not ok", method.failed_latency, table);
  }
  return table.empty() ? "" : "\n" + table.Text();
}

// What went otherwise than well.
std::string OutcomeLines(const RunStatistics& run) {
  std::string text;
  for (const MethodStatistics& method : run.methods) {
    std::string line;
    const auto add = [&line](uint64_t count, const char* what) {
      if (count == 0) return;
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, what);
    };
    for (size_t i = 1; i < kOutcomes; ++i) {
      add(method.outcomes[i], OutcomeName(static_cast<Outcome>(i)));
    }
    add(method.pending, "not delivered yet");
    add(method.lost, "lost");
    if (line.empty()) continue;
    text += fmt::format("{} ({}): {}\n", method.Name(),
                        CallKindName(method.kind), line);
  }
  return text.empty() ? "" : "\nnot ok:\n" + text;
}

std::string ProcessTable(const RunStatistics& run) {
  TextTable cpu({"process", "pid", "CPU", "running", "spinning", "runnable",
                 "buffer peak", "async peak", "no room", "end"});
  for (const ProcessStatistics& process : run.processes) {
    const char* end = "";
    if (process.exit) {
      end = *process.exit == record::ExitReason::kKilled    ? "killed"
            : *process.exit == record::ExitReason::kAborted ? "aborted"
                                                            : "exited";
    }
    cpu.Add({process.name, Count(process.pid),
             HumanPermille(process.running_permille),
             HumanTime(process.running), HumanTime(process.spinning),
             HumanTime(process.runnable), HumanSize(process.buffer_high_water),
             HumanSize(process.async_buffer_high_water),
             Count(process.failed_allocations), end});
  }
  return cpu.empty() ? "" : "\n" + cpu.Text();
}

std::string PoolTable(const RunStatistics& run) {
  TextTable pool({"thread pool", "loopers", "most busy", "mean busy",
                  "all busy", "share", "spawns", "starved"});
  for (const ProcessStatistics& process : run.processes) {
    if (process.max_loopers == 0) continue;
    // The mean is in thousandths of a thread.
    const uint64_t mean = process.mean_busy_permille;
    pool.Add({process.name, Count(process.max_loopers), Count(process.max_busy),
              fmt::format("{}.{:03}", mean / 1000, mean % 1000),
              HumanTime(process.all_busy),
              HumanPermille(process.all_busy_permille),
              Count(process.spawn_requests), HumanTime(process.starved)});
  }
  return pool.empty() ? "" : "\n" + pool.Text();
}

std::string MachineTables(const RunStatistics& run) {
  TextTable cpus({"CPU", "busy", "time", "switches"});
  for (const CpuStatistics& cpu : run.cpus) {
    cpus.Add({Count(cpu.cpu), HumanPermille(cpu.busy_permille),
              HumanTime(cpu.busy), Count(cpu.switches)});
  }
  TextTable locks({"waits for lock", "count", "min", "mean", "p50", "p90",
                   "p99", "p99.9", "max"});
  for (const LockStatistics& lock : run.locks) {
    std::vector<std::string> row{lock.name, Count(lock.waits.count())};
    AddTimes(lock.waits, row);
    locks.Add(std::move(row));
  }
  TextTable marks({"mark", "count", "first", "last"});
  for (const MarkStatistics& mark : run.marks) {
    marks.Add({mark.text, Count(mark.count), HumanTime(mark.first),
               HumanTime(mark.last)});
  }
  std::string text;
  for (const TextTable* table : {&cpus, &locks, &marks}) {
    if (!table->empty()) text += "\n" + table->Text();
  }
  return text;
}

std::string FindingLines(const RunStatistics& run) {
  if (run.facts.findings.empty()) return "";
  std::string text = "\nfindings:\n";
  for (const FindingFact& finding : run.facts.findings) {
    text += fmt::format("{}: {}: {}\n",
                        HumanTime((finding.at - sim::kStart).count()),
                        finding.kind, finding.detail);
  }
  return text;
}

}  // namespace

std::string StatisticsText(const RunStatistics& run) {
  return Head(run) + CallTable(run, CallKind::kSync, "calls") +
         CallTable(run, CallKind::kOneway, "oneway calls") +
         CallTable(run, CallKind::kLocal, "local calls") + OutcomeLines(run) +
         ProcessTable(run) + PoolTable(run) + MachineTables(run) +
         FindingLines(run);
}

}  // namespace bindersim::viz
