// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/explore_options.h"
#include "cli/explore_search.h"
#include "cli/explore_summary.h"
#include "cli/finding_files.h"
#include "cli/input.h"
#include "cli/interrupts.h"
#include "cli/jobs.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "explore/explorer.h"
#include "explore/finding.h"
#include "model/scenario/loader.h"
#include "run/simulate.h"

namespace bindersim::cli {

namespace {

// Of timed explorations of scenarios that have none.
constexpr char kJitter[] = "10%";

// What is to be explored.
struct Subject {
  scenario::Scenario scenario;
  std::string json;  // of the same, as findings have it
  Timing timing = Timing::kUntimed;
};

// Says on standard error what is wrong. Returns an exit status.
int LoadSubject(const ExploreArguments& arguments, Subject& subject) {
  // Once: it may be a pipe, and what is explored has to be what findings have.
  const auto text = ReadFile(arguments.file);
  if (!text.ok()) return FileError(text.status());
  scenario::LoadResult loaded = scenario::ParseScenario(*text, arguments.file);
  if (!loaded.scenario) {
    std::fputs(loaded.ToString().c_str(), stderr);
    return loaded.exit_status();
  }
  subject.timing = arguments.timing.value_or(
      loaded.scenario->explore.timed ? Timing::kTimed : Timing::kUntimed);
  explore::EmbedOptions embed;
  embed.with_fixes = arguments.with_fixes;
  // Without any, time leaves next to nothing open.
  if (subject.timing == Timing::kTimed &&
      loaded.scenario->costs.scheduler.jitter_permille == 0) {
    embed.jitter = kJitter;
    if (!arguments.quiet) {
      std::fprintf(stderr, "the scenario has no jitter; it gets %s\n", kJitter);
    }
  }
  auto embedded = explore::Embeddable(*text, arguments.file, embed);
  if (!embedded.ok()) return FileError(embedded.status());
  loaded = scenario::ParseScenario(*embedded, arguments.file);
  if (!loaded.scenario) {
    std::fputs(loaded.ToString().c_str(), stderr);
    return loaded.exit_status();
  }
  subject.scenario = *std::move(loaded.scenario);
  subject.json = *std::move(embedded);
  return kExitOk;
}

explore::ExploreOptions OptionsOf(const ExploreArguments& arguments,
                                  const Subject& subject) {
  explore::ExploreOptions options;
  options.seed = arguments.seed.value_or(subject.scenario.seed);
  options.runs = arguments.runs.value_or(
      subject.scenario.explore.runs.value_or(options.runs));
  options.jobs = ThreadsOf(arguments.jobs);
  options.trial.timing = subject.timing;
  options.trial.max_steps = arguments.max_steps;
  options.stop_after = arguments.stop_after;
  options.interrupt = &CatchInterrupts::caught();
  if (arguments.estimate) {
    options.strategies = {"random"};
    options.check_every = 0;
  }
  options.check_every = arguments.check_every.value_or(options.check_every);
  if (arguments.strategy != "portfolio") {
    options.strategies = {arguments.strategy};
  }
  return options;
}

int ExploreSchedules(const ExploreArguments& arguments,
                     const explore::ExploreOptions& options,
                     const scenario::Scenario& scenario, Progress& progress) {
  explore::ExploreResult result;
  {
    const CatchInterrupts interrupts;
    result = explore::Explore(scenario, options, progress);
  }
  progress.Clear();
  if (!progress.status().ok()) return FileError(progress.status());
  const absl::Status printed = PrintText(
      arguments.json ? JsonOf(result, arguments.estimate, progress.paths())
                     : TextOf(result, arguments.estimate, progress.paths()));
  if (!printed.ok()) return FileError(printed);
  progress.SaySpeed(result.runs, "schedules");
  if (result.interrupted) return kExitInterrupted;
  if (!result.found.empty()) return run::kExitFound;
  return result.undecided > 0 ? run::kExitUndecided : run::kExitOk;
}

int ExploreScenario(const ExploreArguments& arguments) {
  if (const std::string wrong = WrongTogether(arguments); !wrong.empty()) {
    return UsageError(wrong);
  }
  Subject subject;
  if (const int wrong = LoadSubject(arguments, subject); wrong != kExitOk) {
    return wrong;
  }
  const bool timed = subject.timing == Timing::kTimed;
  if (arguments.estimate && !timed) {
    return UsageError(
        "--estimate: only with --timing timed is a schedule as likely as costs "
        "make it");
  }
  if (arguments.is_search() && timed) {
    return UsageError("--strategy " + arguments.strategy +
                      ": only without time are there states to search");
  }
  if (const absl::Status status = CanWriteFindings(arguments.out);
      !status.ok()) {
    return FileError(status);
  }
  const explore::ExploreOptions options = OptionsOf(arguments, subject);
  Progress progress({arguments.out, options.runs, arguments.quiet},
                    {arguments.file, subject.json, options.seed},
                    subject.scenario, options.trial);
  return arguments.is_search()
             ? SearchScenario(arguments, options, subject.scenario,
                              subject.json, progress)
             : ExploreSchedules(arguments, options, subject.scenario, progress);
}

}  // namespace

Command AddExplore(CLI::App& app) {
  auto arguments = std::make_shared<ExploreArguments>();
  CLI::App* command = app.add_subcommand(
      "explore",
      "Search for a schedule under which a scenario goes wrong\n\n"
      "  bindersim explore scenarios/races/nested_callbacks.json\n"
      "  bindersim explore boot.json --runs 100000 --strategy pct:3\n");
  AddExploreOptions(*command, *arguments);
  return {command, [arguments] { return ExploreScenario(*arguments); }};
}

}  // namespace bindersim::cli
