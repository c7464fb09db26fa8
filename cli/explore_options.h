// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_EXPLORE_OPTIONS_H_
#define BINDERSIM_CLI_EXPLORE_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "explore/explorer.h"
#include "explore/search.h"
#include "explore/trial.h"
#include "model/world.h"

namespace CLI {
class App;
}

namespace bindersim::cli {

// What the user asked `explore` for.
struct ExploreArguments {
  std::string file;
  std::optional<uint64_t> seed;
  std::optional<uint64_t> runs;  // at most kMostRuns
  uint32_t jobs = 0;
  std::optional<Timing> timing;
  std::string strategy = "portfolio";
  std::string out = "findings";
  uint64_t max_steps = explore::TrialOptions{}.max_steps;
  std::optional<uint64_t> check_every;
  uint64_t stop_after = UINT64_MAX;
  std::optional<explore::Reduction> reduction;
  bool stateless = false;
  bool no_symmetry = false;
  std::optional<uint64_t> max_states;
  std::string certificate;  // a file to write
  std::string verify;       // one to hold the search against
  bool with_fixes = false;
  bool estimate = false;
  bool json = false;
  bool quiet = false;

  // Whether states are searched, rather than schedules tried.
  bool is_search() const { return strategy == kSearch; }

  static constexpr char kSearch[] = "dfs";
  // At ten thousand a second they take twelve days.
  static constexpr uint64_t kMostRuns = 10'000'000'000;
};

// Adds the options to the subcommand; `arguments` must outlive it.
void AddExploreOptions(CLI::App& command, ExploreArguments& arguments);

// What is wrong with them together, because it would have no effect; empty if
// nothing is. Jobs and seed may always be there: scripts pass them to all.
std::string WrongTogether(const ExploreArguments& arguments);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_EXPLORE_OPTIONS_H_
