// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_DEBUG_FILES_H_
#define BINDERSIM_CLI_DEBUG_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "run/debug_files.h"
#include "sim/time.h"

namespace bindersim::cli {

// A moment as the user wrote it.
struct Moment {
  std::string text;
  sim::Time at{};
};

// "found X, allowed: ..." if `text` is no time.
absl::Status ParseMoment(const std::string& text, sim::Time& at);

// Writes the debug files of each moment into `folder`, or, if there are
// several, into a folder in it that is named after the moment. Without moments:
// those of the end, which are the last of `known`. Folders are made.
// REQUIRES: `known` has every moment.
absl::Status WriteDebugFiles(const std::string& folder,
                             const std::vector<Moment>& moments,
                             const std::vector<run::DebugFiles>& known);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_DEBUG_FILES_H_
