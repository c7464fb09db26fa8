// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Stateful depth-first search over all schedules of an untimed scenario.
//
// States are recognised by their hash (model/state_hash.h) and visited once.
// Sleep sets leave out schedules that differ from one already tried only in the
// order of neighbours that touch nothing in common (sim::Footprint). Together
// the two are sound only if a visit is skipped when an earlier one had no more
// asleep; else what slept then and is awake now is made up for.
//
// Source: Godefroid, "Partial-order methods for the verification of concurrent
// systems", LNCS 1032, 1996, sections 5 and 6 (sleep sets, and with states).

#ifndef BINDERSIM_EXPLORE_SEARCH_H_
#define BINDERSIM_EXPLORE_SEARCH_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "explore/decision.h"
#include "explore/outcome.h"
#include "explore/trial.h"
#include "sim/hash128.h"

namespace bindersim::explore {

struct SearchOptions {
  bool use_states = true;      // else every schedule that sleep sets leave
  bool use_sleep_sets = true;  // else every transition from every state
  // Of the driver's invariants after every section.
  Checking checking = Checking::kOff;
  uint64_t max_states = 10'000'000;
  uint64_t max_transitions = UINT64_MAX;
  uint64_t stop_after = UINT64_MAX;  // different problems
};

// A problem, and the first path to it.
struct SearchFound {
  Problem problem;
  Schedule schedule;
};

struct SearchResult {
  uint64_t states = 0;
  uint64_t transitions = 0;
  uint64_t revisits = 0;   // of states seen before
  uint64_t runs = 0;       // that went to their end
  uint64_t deepest = 0;    // transitions
  bool exhausted = false;  // everything there is has been seen
  // The sum of all states' hashes: the same in any order of visiting.
  sim::Hash128 digest;
  std::vector<SearchFound> found;
  // While the search goes on: how much of the tree is behind it, in millionths,
  // if what is still to come is like what was (Knuth's estimate).
  uint64_t done_ppm = 0;
};

// Returns whether to go on.
using SearchProgress = std::function<bool(const SearchResult&)>;
using SearchFinding = std::function<void(const SearchFound&)>;

// REQUIRES: the trial is untimed.
SearchResult Search(Trial& trial, const SearchOptions& options,
                    const SearchFinding& on_found = {},
                    const SearchProgress& on_progress = {});

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_SEARCH_H_
