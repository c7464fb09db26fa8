// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_FINDING_FILES_H_
#define BINDERSIM_CLI_FINDING_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "explore/finding.h"

namespace bindersim::cli {

// Whether WriteFinding can be expected to work. Makes nothing.
absl::Status CanWriteFindings(const std::string& folder);
// Writes a new file in the folder, which is made if it is not there, and
// returns its name: "findings/deadlock.json", "findings/deadlock-2.json", ...
// None is replaced, even if others write to the folder too.
absl::StatusOr<std::string> WriteFinding(const std::string& folder,
                                         const explore::FindingFile& finding);
// "bindersim replay findings/deadlock.json"
std::string ReplayCommand(const std::string& path);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_FINDING_FILES_H_
