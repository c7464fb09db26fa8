// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/load_finding.h"
#include "cli/option_values.h"
#include "cli/output.h"
#include "cli/trace_file.h"
#include "explore/finding.h"
#include "explore/trial.h"
#include "run/simulate.h"
#include "sim/machine.h"
#include "viz/chrome_trace.h"
#include "viz/run_facts.h"

namespace bindersim::cli {

namespace {

struct Options {
  std::string file;
  std::string trace;
  bool quiet = false;
};

viz::RunFacts FactsOf(const explore::Trial& trial,
                      const explore::Replayed& replayed) {
  viz::RunFacts facts;
  facts.scenario = trial.scenario().name;
  facts.version = run::kVersion;
  facts.digest = replayed.digest;
  facts.seed = trial.scenario().seed;
  facts.end = trial.world().machine.stamp();
  facts.records = replayed.records;
  for (const explore::Problem& problem : replayed.outcome.problems) {
    facts.findings.push_back({problem.at, 0, problem.kind, problem.text});
  }
  return facts;
}

// How the run differs from the one that was found.
std::string Differences(const explore::FindingFile& finding,
                        const explore::Replayed& replayed) {
  std::string text;
  for (const size_t i : replayed.unused) {
    text +=
        "left out, since it does not fit: " + finding.schedule[i].ToString() +
        "\n";
  }
  if (replayed.digest != finding.digest) {
    text += "the records differ from those that were found: digest " +
            replayed.digest + ", was " + finding.digest + "\n";
  }
  if (replayed.outcome.end == sim::RunEnd::kSteps) {
    text +=
        fmt::format("cut off after {} steps, the max_steps of the finding\n",
                    finding.max_steps);
  }
  return text;
}

// Nothing is decided by a run that was not the one that was found, or that was
// cut off, unless it shows something.
int StatusOf(const explore::Replayed& replayed) {
  if (!replayed.outcome.problems.empty()) return run::kExitFound;
  const bool is_whole =
      replayed.unused.empty() && replayed.outcome.end != sim::RunEnd::kSteps;
  return is_whole ? run::kExitOk : run::kExitUndecided;
}

int ReplayFinding(const Options& options) {
  LoadedFinding loaded;
  if (const int status = LoadFinding(options.file, loaded); status != kExitOk) {
    return status;
  }
  const explore::FindingFile& finding = loaded.finding;
  explore::Trial trial(loaded.scenario, {finding.timing, finding.max_steps});
  viz::ChromeTrace trace((viz::TraceOptions()));
  std::vector<sim::Sink*> sinks;
  if (!options.trace.empty()) sinks.push_back(&trace);
  const explore::Replayed replayed =
      explore::Replay(trial, finding.schedule, finding.checking, sinks);
  if (!options.trace.empty()) {
    const auto written =
        WriteTrace(options.trace, FactsOf(trial, replayed), trace);
    if (!written.ok()) return FileError(written.status());
  }
  std::fputs(Differences(finding, replayed).c_str(), stderr);
  std::string text;
  if (!options.quiet) {
    for (const explore::Decision& decision : finding.schedule) {
      text += decision.ToString() + "\n";
    }
  }
  const bool same = replayed.outcome.Has(finding.problem.signature);
  for (const explore::Problem& problem : replayed.outcome.problems) {
    text +=
        "found: " + problem.signature + "\n  " + Indented(problem.text) + "\n";
  }
  if (!same) text += "not found: " + finding.problem.signature + "\n";
  text += "digest: " + replayed.digest + "\n";
  if (options.trace != "-") {
    const absl::Status status = PrintText(text);
    if (!status.ok()) return FileError(status);
  }
  return StatusOf(replayed);
}

}  // namespace

Command AddReplay(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "replay",
      "Run what `explore` found again, decision by decision\n\n"
      "  bindersim replay findings/deadlock.json\n"
      "  bindersim replay findings/deadlock.json --trace trace.json\n");
  command->footer(
      "Exit status: 1 if something is found; 5 if not, and the run was cut off "
      "or decisions\ndid not fit, so that nothing is decided; else 0.");
  AddPath(*command, "FINDING", options->file, "The finding's file")->required();
  AddPath(*command, "--trace", options->trace,
          "Write a trace for Perfetto and chrome://tracing to this file (- = "
          "standard output)");
  command->add_flag("-q,--quiet", options->quiet, "Without the decisions");
  return {command, [options] { return ReplayFinding(*options); }};
}

}  // namespace bindersim::cli
