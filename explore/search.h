// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Stateful depth-first search over all schedules of an untimed scenario.
//
// States are recognised by their hash (model/state_hash.h) and visited once. So
// are states in which threads or processes that are alike have changed places;
// what was seen below one of them holds for the others under other names.
//
// Schedules that differ only in the order of neighbours that touch nothing in
// common (sim::Footprint) lead to the same; most of them are left out:
//
//  - persistent sets: from a state, only those are tried whose actions can get
//    into conflict with something below (explore/backtracks.h). Fewest states;
//    no end of a run is lost, and no problem on the way that lasts to the end.
//  - sleep sets: every state is visited, but not from everywhere. Together with
//    states they are sound only if a visit is skipped when an earlier one had
//    no more asleep; else what slept then and is awake now is made up for.
//    Source: Godefroid, "Partial-order methods for the verification of
//    concurrent systems", LNCS 1032, 1996, sections 5 and 6.

#ifndef BINDERSIM_EXPLORE_SEARCH_H_
#define BINDERSIM_EXPLORE_SEARCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explore/decision.h"
#include "explore/interrupt.h"
#include "explore/outcome.h"
#include "explore/trial.h"
#include "model/state_hash.h"
#include "sim/hash128.h"

namespace bindersim::explore {

enum class Reduction : uint8_t {
  kNone,  // every transition from every state
  kSleepSets,
  kPersistentSets,
};

struct SearchOptions {
  Reduction reduction = Reduction::kPersistentSets;
  // Whether threads and processes that are alike (userspace::Symmetry) may
  // change places in a state. In the ends that are counted they always may.
  Symmetric symmetric = Symmetric::kYes;
  bool use_states = true;  // else every schedule that the reduction leaves
  // With states and persistent sets: whether not to take a transition of which
  // it is known where it leads (explore/diamonds.h); for comparisons.
  bool recognise_diamonds = true;
  // Whether to take one all the same and to see whether it leads there: a test
  // of what footprints say, along the whole search.
  bool verify_diamonds = false;
  Checking checking = Checking::kOff;
  uint64_t max_states = 10'000'000;  // without states: visits
  uint64_t max_transitions = UINT64_MAX;
  uint64_t stop_after = UINT64_MAX;  // different problems
  Interrupt interrupt = nullptr;
};

// A problem, and the first path to it.
struct SearchFound {
  Problem problem;
  Schedule schedule;
};

struct SearchResult {
  uint64_t states = 0;
  uint64_t transitions = 0;
  uint64_t recognised = 0;      // of these: it was known where they lead
  uint64_t mistaken = 0;        // of these: they led elsewhere
  uint64_t revisits = 0;        // of states seen before
  uint64_t runs = 0;            // that went to their end
  uint64_t deepest = 0;         // transitions
  uint64_t cut_off = 0;         // paths, after TrialOptions::max_steps
  driver::ProtocolCells cells;  // shown on the way to any state
  bool exhausted = false;       // everything there is has been seen
  bool interrupted = false;
  // The sum of all states' hashes: the same in any order of visiting.
  sim::Hash128 digest;
  // The different states in which a run can end, but for those that a problem
  // cut short: the same with any reduction, and without states.
  uint64_t ends = 0;
  sim::Hash128 ends_digest;
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

// Whether a run of the trial that has come to `from` can still end without a
// problem of this signature. None if the limits were reached before that was
// known. Threads that are alike are told apart: the signature may name them.
// REQUIRES: the trial is untimed.
std::optional<bool> CanAvoid(const Trial& trial, const World& from,
                             const std::string& signature,
                             const SearchOptions& options);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_SEARCH_H_
