// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/explore_options.h"

#include <CLI/CLI.hpp>
#include <map>

#include "cli/jobs.h"
#include "explore/strategies/strategy.h"

namespace bindersim::cli {

namespace {

std::string CheckStrategy(const std::string& name) {
  if (name == "portfolio" || name == ExploreArguments::kSearch ||
      explore::MakeStrategy(name) != nullptr)
    return {};
  std::string known = "portfolio";
  for (const std::string& each : explore::StrategyNames()) {
    known += ", " + each;
  }
  return "\"" + name + "\" is no strategy; there are " + known;
}

// Of the search of states.
void AddSearchOptions(CLI::App& command, ExploreArguments& arguments) {
  command.add_option("--max-states", arguments.max_states,
                     "Of dfs: give up after so many");
  command
      .add_option("--reduction", arguments.reduction,
                  "Of dfs: which schedules not to try, because others come to "
                  "the same (default: persistent)")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, explore::Reduction>{
              {"persistent", explore::Reduction::kPersistentSets},
              {"sleep", explore::Reduction::kSleepSets},
              {"none", explore::Reduction::kNone}}))
      ->option_text("persistent|sleep|none");
  command.add_flag("--stateless", arguments.stateless,
                   "Of dfs: do not recognise states; for comparisons");
  command.add_flag("--no-symmetry", arguments.no_symmetry,
                   "Of dfs: tell processes and pool threads that are alike "
                   "apart; for comparisons");
  command
      .add_option("--certificate", arguments.certificate,
                  "Of dfs: write what an exhausted search has seen to a file")
      ->option_text("FILE");
  command
      .add_option("--verify", arguments.verify,
                  "Of dfs: search again, and compare with a certificate")
      ->option_text("FILE");
}

}  // namespace

void AddExploreOptions(CLI::App& command, ExploreArguments& arguments) {
  command.add_option("FILE", arguments.file, "The scenario file")->required();
  command
      .add_option("--runs", arguments.runs,
                  "How many schedules (default: the scenario's, or 10000)")
      ->check(CLI::PositiveNumber);
  command.add_option("--seed", arguments.seed,
                     "Of the search, instead of the scenario's seed");
  command
      .add_option("--strategy", arguments.strategy,
                  "portfolio, random, pct:DEPTH, window:DEPTH, pos, urw, "
                  "delay:COUNT, starve; dfs (all schedules)")
      ->check(CheckStrategy)
      ->option_text("NAME");
  command
      .add_option("--timing", arguments.timing,
                  "untimed: any order that causality allows; timed: as costs "
                  "have it")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Timing>{
          {"untimed", Timing::kUntimed}, {"timed", Timing::kTimed}}))
      ->option_text("timed|untimed");
  AddJobs(command, arguments.jobs);
  command.add_option("--out", arguments.out,
                     "Folder for findings, one file each (default: findings)");
  command
      .add_option("--stop-after", arguments.stop_after,
                  "Stop after so many different findings")
      ->check(CLI::PositiveNumber);
  command.add_flag("--estimate", arguments.estimate,
                   "Say how often it happens under the cost profile, with an "
                   "interval; needs --timing timed");
  command.add_flag("--with-fixes", arguments.with_fixes,
                   "With all steps of the driver, whatever the scenario's "
                   "without_fix says");
  AddSearchOptions(command, arguments);
  command.add_option("--max-steps", arguments.max_steps,
                     "Give up a schedule after so many simulated steps");
  command.add_option("--check-every", arguments.check_every,
                     "Check the driver's invariants after every transition "
                     "of every so manieth schedule (0 = of none)");
  command.add_option("--format", arguments.json, "The summary: text, json")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, bool>{{"text", false}, {"json", true}}))
      ->option_text("text|json");
  command.add_flag("-q,--quiet", arguments.quiet, "The summary only");
}

}  // namespace bindersim::cli
