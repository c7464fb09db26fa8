// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_SEARCH_COLLECTOR_H_
#define BINDERSIM_EXPLORE_SEARCH_COLLECTOR_H_

#include <set>
#include <string>
#include <vector>

#include "explore/outcome.h"
#include "explore/search.h"
#include "explore/trial.h"
#include "sim/transition.h"

namespace bindersim::explore {

// Keeps of each problem that a search meets the first, with the decisions that
// lead there.
class SearchCollector {
 public:
  // All must outlive the collector.
  SearchCollector(Trial& trial, const SearchOptions& options,
                  const SearchFinding& on_found)
      : trial_(trial), options_(options), on_found_(on_found) {}

  // The problems at the end of a path. Returns whether to go on.
  bool Add(const std::vector<Problem>& problems,
           const std::vector<sim::Transition>& path, SearchResult& result);

 private:
  // The run with that problem once more, for its decisions.
  SearchFound Follow(std::vector<sim::Transition> path, const Problem& problem);

  Trial& trial_;
  const SearchOptions& options_;
  const SearchFinding& on_found_;
  std::set<std::string> known_;  // signatures
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_SEARCH_COLLECTOR_H_
