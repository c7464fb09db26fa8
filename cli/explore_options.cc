// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/explore_options.h"

#include <CLI/CLI.hpp>

#include "cli/jobs.h"
#include "cli/option_values.h"
#include "explore/strategies/strategy.h"

namespace bindersim::cli {

namespace {

constexpr char kStrategies[] =
    "portfolio, random, pct:DEPTH, window:DEPTH, pos, urw, delay:COUNT, "
    "starve; dfs (all schedules)";

std::string CheckStrategy(const std::string& name) {
  if (name == "portfolio" || name == ExploreArguments::kSearch ||
      explore::MakeStrategy(name) != nullptr)
    return {};
  return FoundAllowed(
      name, std::string(kStrategies) + "; DEPTH and COUNT are 1 to 1000");
}

// Of the search of states.
void AddSearchOptions(CLI::App& command, ExploreArguments& arguments) {
  AddNumber(command, "--max-states", arguments.max_states, {1, UINT64_MAX},
            "Of dfs: give up after so many");
  AddChoice<explore::Reduction>(
      command, "--reduction", arguments.reduction,
      {{"persistent", explore::Reduction::kPersistentSets},
       {"sleep", explore::Reduction::kSleepSets},
       {"none", explore::Reduction::kNone}},
      "Of dfs: which schedules not to try, because others come to the same "
      "(default: persistent)");
  command.add_flag("--stateless", arguments.stateless,
                   "Of dfs: do not recognise states; for comparisons");
  command.add_flag("--no-symmetry", arguments.no_symmetry,
                   "Of dfs: tell processes and pool threads that are alike "
                   "apart; for comparisons");
  AddPath(command, "--certificate", arguments.certificate,
          "Of dfs: write what an exhausted search has seen to a file")
      ->option_text("FILE");
  AddPath(command, "--verify", arguments.verify,
          "Of dfs: search again, and compare with a certificate")
      ->option_text("FILE");
}

}  // namespace

void AddExploreOptions(CLI::App& command, ExploreArguments& arguments) {
  AddPath(command, "FILE", arguments.file, "The scenario file")->required();
  AddNumber(command, "--runs", arguments.runs, {1, ExploreArguments::kMostRuns},
            "How many schedules (default: the scenario's, or 10000); dfs "
            "takes all");
  AddNumber(command, "--seed", arguments.seed, {},
            "Of the search, instead of the scenario's seed; dfs needs none");
  command.add_option("--strategy", arguments.strategy, kStrategies)
      ->check(CheckStrategy)
      ->option_text("NAME");
  AddChoice<Timing>(
      command, "--timing", arguments.timing,
      {{"untimed", Timing::kUntimed}, {"timed", Timing::kTimed}},
      "untimed: any order that causality allows; timed: as costs have it");
  AddJobs(command, arguments.jobs, "; dfs has one");
  AddPath(command, "--out", arguments.out,
          "Folder for findings, one file each (default: findings)");
  AddNumber(command, "--stop-after", arguments.stop_after, {1, UINT64_MAX},
            "Stop after so many different findings");
  command.add_flag("--estimate", arguments.estimate,
                   "Say how often it happens under the cost profile, with an "
                   "interval; needs --timing timed");
  command.add_flag("--with-fixes", arguments.with_fixes,
                   "With all steps of the driver, whatever the scenario's "
                   "without_fix says");
  AddSearchOptions(command, arguments);
  AddNumber(command, "--max-steps", arguments.max_steps, {},
            "Give up a schedule after so many simulated steps");
  AddNumber(command, "--check-every", arguments.check_every, {},
            "Check the driver's invariants after every transition "
            "of every so manieth schedule (0 = of none)");
  AddChoice<bool>(command, "--format", arguments.json,
                  {{"text", false}, {"json", true}}, "The summary: text, json");
  command.add_flag("-q,--quiet", arguments.quiet, "The summary only");
}

std::string WrongTogether(const ExploreArguments& arguments) {
  if (arguments.certificate == "-") {
    return "--certificate: " +
           FoundAllowed("-", "a file; standard output has the summary");
  }
  // Who stops at what is found has made too few runs, or one too many.
  if (arguments.estimate && arguments.stop_after != UINT64_MAX) {
    return "--estimate: not with --stop-after, which says when to stop by what "
           "is found";
  }
  if (arguments.is_search()) return {};
  std::string useless;
  const auto add = [&](bool given, const char* name) {
    if (given) useless += (useless.empty() ? "" : ", ") + std::string(name);
  };
  add(arguments.max_states.has_value(), "--max-states");
  add(arguments.reduction.has_value(), "--reduction");
  add(arguments.stateless, "--stateless");
  add(arguments.no_symmetry, "--no-symmetry");
  add(!arguments.certificate.empty(), "--certificate");
  add(!arguments.verify.empty(), "--verify");
  if (!useless.empty()) return useless + ": only --strategy dfs knows that";
  return {};
}

}  // namespace bindersim::cli
