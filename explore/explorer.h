// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Searching schedules at random: many runs of one scenario, by strategies that
// take turns.
//
//   ExploreOptions options;
//   options.runs = 20'000;
//   const ExploreResult result = Explore(scenario, options, observer);
//
// Run i is made by strategy i modulo their number with the seed number i of the
// base seed, so what is found, and in which order, is the same for any number
// of jobs.

#ifndef BINDERSIM_EXPLORE_EXPLORER_H_
#define BINDERSIM_EXPLORE_EXPLORER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "explore/decision.h"
#include "explore/interrupt.h"
#include "explore/outcome.h"
#include "explore/trial.h"
#include "model/scenario/scenario.h"

namespace bindersim::explore {

struct ExploreOptions {
  TrialOptions trial;
  uint64_t seed = 1;
  uint64_t runs = 10'000;
  uint32_t jobs = 1;
  std::vector<std::string> strategies;  // names; empty = the portfolio
  // The driver's invariants are checked in every run whose number is a multiple
  // of this; 0 = in none. Checked runs take much longer.
  uint64_t check_every = 16;
  uint64_t stop_after = UINT64_MAX;  // different findings
  Interrupt interrupt = nullptr;     // ends with the runs under way
};

// A problem, and the run that showed it first.
struct Found {
  Problem problem;
  uint64_t run = 0;
  std::string strategy;
  Schedule schedule;
};

// What the runs of one strategy came to.
struct StrategyCount {
  std::string name;
  std::string guarantee;
  uint64_t runs = 0;
  uint64_t failures = 0;                 // runs with a problem
  std::map<std::string, uint64_t> hits;  // runs by signature
  // The first run with a problem, counting this strategy's from 1; 0 = none.
  uint64_t first_hit = 0;
};

struct ExploreResult {
  uint64_t runs = 0;
  uint64_t undecided = 0;  // runs that were cut off
  uint64_t choices = 0;    // in all
  uint64_t steps = 0;
  driver::ProtocolCells cells;  // shown by any run
  std::vector<StrategyCount> strategies;
  std::vector<Found> found;  // different ones, by the run that showed them
  bool interrupted = false;  // before the runs were made

  uint64_t Hits(const std::string& signature) const;
};

// Is told what happens, in the order of runs, on the thread that called
// Explore.
class ExploreObserver {
 public:
  virtual ~ExploreObserver() = default;
  virtual void OnFound(const Found&) {}
  // Some more runs were made. Returns whether to go on.
  virtual bool OnProgress(const ExploreResult&) { return true; }
};

// REQUIRES: MakeStrategy knows the strategies.
ExploreResult Explore(const scenario::Scenario& scenario,
                      const ExploreOptions& options, ExploreObserver& observer);

// A few runs whose results strategies build on. Depends on `seed` only; it ends
// before, and says nothing, when `interrupt` is set.
struct Learned;
Learned Learn(Trial& trial, uint64_t seed, Interrupt interrupt = nullptr);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_EXPLORER_H_
