// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// `bindersim explore --strategy dfs`: the search of states.

#ifndef BINDERSIM_CLI_EXPLORE_SEARCH_H_
#define BINDERSIM_CLI_EXPLORE_SEARCH_H_

#include <string>

#include "cli/explore_options.h"
#include "cli/progress.h"
#include "explore/explorer.h"
#include "model/scenario/scenario.h"

namespace bindersim::cli {

// Searches, writes what is found and prints the summary. Returns an exit
// status. REQUIRES: `explored` is untimed.
// `json` is the scenario as findings have it.
int SearchScenario(const ExploreArguments& arguments,
                   const explore::ExploreOptions& explored,
                   const scenario::Scenario& scenario, const std::string& json,
                   Progress& progress);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_EXPLORE_SEARCH_H_
