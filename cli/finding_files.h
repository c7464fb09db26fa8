// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_FINDING_FILES_H_
#define BINDERSIM_CLI_FINDING_FILES_H_

#include <string>

#include "absl/status/statusor.h"

namespace bindersim::cli {

// A name for a new finding in the folder, which is made if it is not there:
// "findings/deadlock.json", "findings/deadlock-2.json", ...
absl::StatusOr<std::string> NewFindingPath(const std::string& folder,
                                           const std::string& kind);
// "bindersim replay findings/deadlock.json"
std::string ReplayCommand(const std::string& path);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_FINDING_FILES_H_
