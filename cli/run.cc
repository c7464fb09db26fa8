// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/debug_files.h"
#include "cli/exit_status.h"
#include "cli/option_values.h"
#include "cli/output.h"
#include "cli/shell_word.h"
#include "cli/trace_file.h"
#include "model/scenario/loader.h"
#include "run/simulate.h"
#include "viz/chrome_trace.h"

namespace bindersim::cli {

namespace {

enum class StatsFormat { kText, kJson, kNone };

struct Options {
  std::string file;
  std::optional<uint64_t> seed;
  std::string until;
  std::string trace;
  viz::FlowChoice flows = viz::FlowChoice::kAll;
  StatsFormat stats = StatsFormat::kText;
  run::ScheduleKind schedule = run::ScheduleKind::kFirstCome;
  uint64_t max_steps = run::SimulateOptions{}.max_steps;
  bool check = false;
  std::string debugfs;
  std::vector<std::string> at;
  bool quiet = false;
};

std::string ReproduceCommand(const Options& options, uint64_t seed) {
  std::string command = "bindersim run " + ShellPath(options.file) +
                        " --seed " + std::to_string(seed);
  if (options.schedule == run::ScheduleKind::kRandom) {
    command += " --schedule random";
  }
  if (!options.until.empty()) {
    command += " --until " + ShellWord(options.until);
  }
  if (options.check) command += " --check";
  if (options.max_steps != run::SimulateOptions{}.max_steps) {
    command += " --max-steps " + std::to_string(options.max_steps);
  }
  return command;
}

absl::Status WriteAndAnnounceTrace(const Options& options,
                                   const run::Report& report,
                                   viz::ChromeTrace& trace) {
  const auto summary =
      WriteTrace(options.trace, report.statistics.facts, trace);
  if (!summary.ok()) return summary.status();
  if (options.quiet || options.trace == "-") return absl::OkStatus();
  std::fprintf(stderr,
               "trace: %s, %llu events; open it in ui.perfetto.dev or "
               "chrome://tracing\n",
               options.trace.c_str(),
               static_cast<unsigned long long>(summary->events));
  if (summary->events > viz::kManyTraceEvents) {
    std::fprintf(stderr,
                 "trace: that is more than viewers take well; use --until\n");
  }
  return absl::OkStatus();
}

absl::Status PrintStatistics(const Options& options,
                             const run::Report& report) {
  switch (options.stats) {
    case StatsFormat::kText:
      return PrintText(viz::StatisticsText(report.statistics));
    case StatsFormat::kJson:
      return PrintText(viz::StatisticsJson(report.statistics));
    case StatsFormat::kNone:
      break;
  }
  return absl::OkStatus();
}

// What is wrong, for people, on standard error.
void Complain(const Options& options, const run::Report& report) {
  for (const Finding& finding : report.findings) {
    std::fprintf(stderr, "found: %s at %s\n  %s\n", finding.kind.c_str(),
                 sim::FormatTime(finding.at).c_str(), finding.text.c_str());
  }
  for (const run::Verdict& verdict : report.verdicts) {
    if (verdict.met) continue;
    std::fprintf(stderr, "expectation not met: %s: %s (actual: %s)\n",
                 verdict.pointer.c_str(), verdict.text.c_str(),
                 verdict.actual.c_str());
  }
  if (report.end == sim::RunEnd::kSteps) {
    std::fprintf(stderr, "stopped after %llu steps at %s; see --max-steps\n",
                 static_cast<unsigned long long>(options.max_steps),
                 sim::FormatTime(report.statistics.facts.end).c_str());
  }
  if (report.exit_status() != kExitOk) {
    std::fprintf(
        stderr, "reproduce: %s\n",
        ReproduceCommand(options, report.statistics.facts.seed).c_str());
  }
}

// What is to be simulated. Returns an exit status; kExitOk if all is well.
int ReadOptions(const Options& options, run::SimulateOptions& simulate,
                std::vector<Moment>& moments) {
  simulate.seed = options.seed;
  simulate.schedule = options.schedule;
  simulate.max_steps = options.max_steps;
  if (options.check) simulate.checking = Checking::kEverySection;
  if (!options.until.empty()) {
    sim::Time until{};
    const absl::Status status = ParseMoment(options.until, until);
    if (!status.ok()) {
      return UsageError("--until: " + std::string(status.message()));
    }
    simulate.until = until - sim::kStart;
  }
  if (!options.at.empty() && options.debugfs.empty()) {
    return UsageError("--at: needs --debugfs, the folder to write to");
  }
  for (const std::string& text : options.at) {
    moments.push_back({text, {}});
    const absl::Status status = ParseMoment(text, moments.back().at);
    if (!status.ok()) {
      return UsageError("--at: " + std::string(status.message()));
    }
    simulate.debug_files_at.push_back(moments.back().at);
  }
  simulate.debug_files_at_end = !options.debugfs.empty() && moments.empty();
  return kExitOk;
}

// The first moment that the run did not reach, or null.
const Moment* NotReached(const std::vector<Moment>& moments,
                         const run::Report& report) {
  const auto missing = [&](const Moment& moment) {
    return std::ranges::find(report.debug_files, moment.at,
                             &run::DebugFiles::at) == report.debug_files.end();
  };
  const auto found = std::ranges::find_if(moments, missing);
  return found == moments.end() ? nullptr : &*found;
}

int RunScenario(const Options& options) {
  run::SimulateOptions simulate;
  std::vector<Moment> moments;
  if (const int wrong = ReadOptions(options, simulate, moments); wrong != 0) {
    return wrong;
  }
  const scenario::LoadResult loaded = scenario::LoadScenario(options.file);
  if (!loaded.scenario) {
    std::fputs(loaded.ToString().c_str(), stderr);
    return loaded.exit_status();
  }
  viz::TraceOptions trace_options;
  trace_options.flows = options.flows;
  viz::ChromeTrace trace(trace_options);
  std::vector<sim::Sink*> sinks;
  if (!options.trace.empty()) sinks.push_back(&trace);

  const run::Report report = run::Simulate(*loaded.scenario, simulate, sinks);
  if (const Moment* late = NotReached(moments, report)) {
    return UsageError("--at " + late->text + ": the run ends at " +
                      sim::FormatTime(report.statistics.facts.end));
  }
  if (!options.debugfs.empty()) {
    const absl::Status status =
        WriteDebugFiles(options.debugfs, moments, report.debug_files);
    if (!status.ok()) return FileError(status);
  }
  // The trace first: whoever waits for the statistics then has it.
  if (!options.trace.empty()) {
    const absl::Status status = WriteAndAnnounceTrace(options, report, trace);
    if (!status.ok()) return FileError(status);
  }
  const absl::Status status = PrintStatistics(options, report);
  if (!status.ok()) return FileError(status);
  Complain(options, report);
  return report.exit_status();
}

}  // namespace

Command AddRun(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Run a scenario: statistics on standard output, a trace if asked for\n\n"
      "  bindersim run scenarios/first_call.json\n"
      "  bindersim run scenarios/boot_rush.json --seed 7 --trace trace.json\n"
      "  bindersim run scenarios/frozen_app.json --debugfs binder --at "
      "105ms\n");
  AddPath(*command, "FILE", options->file, "The scenario file")->required();
  AddNumber(*command, "--seed", options->seed, {},
            "Instead of the scenario's seed (0..2^64-1)");
  command
      ->add_option("--until", options->until,
                   "Stop at this virtual time, e.g. 30ms")
      ->check(NotEmpty("a time such as \"30ms\""));
  AddPath(*command, "--trace", options->trace,
          "Write a trace for Perfetto and chrome://tracing to this file (- = "
          "standard output)");
  AddChoice<viz::FlowChoice>(*command, "--flows", options->flows,
                             {{"all", viz::FlowChoice::kAll},
                              {"sync", viz::FlowChoice::kSync},
                              {"none", viz::FlowChoice::kNone}},
                             "Arrows in the trace: all, sync, none");
  AddChoice<StatsFormat>(*command, "--stats,--format", options->stats,
                         {{"text", StatsFormat::kText},
                          {"json", StatsFormat::kJson},
                          {"none", StatsFormat::kNone}},
                         "Statistics: text, json, none");
  AddChoice<run::ScheduleKind>(
      *command, "--schedule", options->schedule,
      {{"first-come", run::ScheduleKind::kFirstCome},
       {"random", run::ScheduleKind::kRandom}},
      "What happens where anything could: first-come, or random (drawn from "
      "the seed)");
  command->add_flag("--check", options->check,
                    "Check the driver's invariants after every section; a "
                    "violation is found as invariant_violated");
  AddNumber(*command, "--max-steps", options->max_steps, {},
            "Give up after so many simulated steps (status 5)");
  AddPath(*command, "--debugfs", options->debugfs,
          "Write the driver's debug files (state, stats, transactions, "
          "proc/PID, the logs) into this folder, as the kernel has them in "
          "/sys/kernel/debug/binder");
  command
      ->add_option("--at", options->at,
                   "At this virtual time, e.g. 12ms, instead of the end; with "
                   "several, each gets a folder of its own")
      ->option_text("TIME ...")
      ->allow_extra_args(false);
  command->add_flag("-q,--quiet", options->quiet,
                    "No messages about what was written");
  return {command, [options] { return RunScenario(*options); }};
}

}  // namespace bindersim::cli
