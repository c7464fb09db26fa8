// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What an exploration came to, for standard output.

#ifndef BINDERSIM_CLI_EXPLORE_SUMMARY_H_
#define BINDERSIM_CLI_EXPLORE_SUMMARY_H_

#include <string>
#include <vector>

#include "explore/explorer.h"

namespace bindersim::cli {

// `paths` are the files of what was found, in the same order. `estimate` adds
// how likely each finding is.
std::string TextOf(const explore::ExploreResult& result, bool estimate,
                   const std::vector<std::string>& paths);
std::string JsonOf(const explore::ExploreResult& result, bool estimate,
                   const std::vector<std::string>& paths);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_EXPLORE_SUMMARY_H_
