// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_SCENARIO_TEXT_FILE_H_
#define BINDERSIM_MODEL_SCENARIO_TEXT_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace bindersim::scenario {

// The bytes of a file, or why they cannot be had in the system's words ("No
// such file or directory"). Reads no more than shows that there are more than
// kMaxFileBytes.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_TEXT_FILE_H_
