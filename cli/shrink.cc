// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/shrink.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/finding_files.h"
#include "cli/interrupts.h"
#include "cli/jobs.h"
#include "cli/load_finding.h"
#include "cli/option_values.h"
#include "cli/output.h"
#include "explore/finding.h"
#include "run/simulate.h"

namespace bindersim::cli {

namespace {

constexpr char kStandardOutput[] = "-";

struct Options {
  std::string file;
  std::string out;
  explore::ShrinkOptions shrink;
  uint32_t jobs = 0;
  bool schedule_only = false;
};

// "findings/deadlock.json" -> "findings/deadlock.shrunk.json"
std::string ShrunkName(const std::string& path) {
  const std::string ending = ".json";
  const std::string stem = path.ends_with(ending)
                               ? path.substr(0, path.size() - ending.size())
                               : path;
  return stem + ".shrunk" + ending;
}

std::string Summary(const explore::ShrinkReport& report) {
  const explore::FindingFile& finding = report.finding;
  std::string text = fmt::format(
      "found: {}\n  {}\n{} of {} decisions are left; {} smaller scenarios were "
      "tried\n",
      finding.problem.signature, Indented(finding.problem.text),
      finding.schedule.size(), report.decisions_before, report.scenarios_tried);
  for (const explore::Decision& decision : finding.schedule) {
    text += "  " + decision.ToString() + "\n";
  }
  if (finding.critical) {
    const explore::CriticalStep& step = *finding.critical;
    text += fmt::format(
        "{}: {} (transition {} of {}; {})\n",
        step.certain ? "from here on it is lost" : "lost here or later",
        step.transition, step.before + 1, step.of,
        step.certain ? "all ways on from there were tried"
                     : "no way on that was tried from there ends well");
  }
  if (report.interrupted) {
    text += report.is_smallest ? "interrupted: the critical step is not known\n"
                               : "interrupted: even less may do\n";
  }
  return text;
}

// The finding to standard output, what is said of it out of its way.
absl::Status Print(const explore::ShrinkReport& report) {
  std::fputs(Summary(report).c_str(), stderr);
  return PrintText(ToJson(report.finding, ReplayCommand("/dev/stdin")));
}

absl::Status Write(const explore::ShrinkReport& report,
                   const std::string& path) {
  const absl::Status status =
      WriteText(path, ToJson(report.finding, ReplayCommand(path)));
  return status.ok() ? PrintText(Summary(report) + path + "\n") : status;
}

int ShrinkFinding(const Options& options) {
  LoadedFinding loaded;
  if (const int status = LoadFinding(options.file, loaded); status != kExitOk) {
    return status;
  }
  const std::string path =
      options.out.empty() ? ShrunkName(options.file) : options.out;
  if (path != kStandardOutput) {
    const absl::Status status = CanWrite(path);
    if (!status.ok()) return FileError(status);
  }
  explore::ShrinkReport report;
  {
    const CatchInterrupts interrupts;
    report = explore::Shrink(loaded.finding, options.shrink);
  }
  if (!report.reproduced) {
    std::fprintf(stderr,
                 "bindersim: %s: its schedule does not lead to \"%s\" any "
                 "more; see `%s`\n",
                 options.file.c_str(), loaded.finding.problem.signature.c_str(),
                 ReplayCommand(options.file).c_str());
    return run::kExitUndecided;
  }
  const absl::Status status =
      path == kStandardOutput ? Print(report) : Write(report, path);
  if (!status.ok()) return FileError(status);
  return report.interrupted ? kExitInterrupted : run::kExitFound;
}

}  // namespace

Command AddShrink(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("shrink",
                         "Leave out of a finding whatever it does not need\n\n"
                         "  bindersim shrink findings/deadlock.json\n");
  AddPath(*command, "FINDING", options->file, "The finding's file")->required();
  AddPath(*command, "--out", options->out,
          "The file to write (- = standard output; default: FINDING's name "
          "with .shrunk)");
  command->add_flag("--schedule-only", options->schedule_only,
                    "Leave the scenario as it is");
  AddNumber(*command, "--tries", options->shrink.tries, {},
            "Schedules to try for each smaller scenario");
  AddNumber(*command, "--max-states", options->shrink.max_states, {},
            "States to search to make sure of the critical step");
  AddJobs(*command, options->jobs);
  return {command, [options] {
            options->shrink.scenario = !options->schedule_only;
            options->shrink.jobs = ThreadsOf(options->jobs);
            options->shrink.interrupt = &CatchInterrupts::caught();
            return ShrinkFinding(*options);
          }};
}

}  // namespace bindersim::cli
