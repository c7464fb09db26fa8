// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What subcommands read.

#ifndef BINDERSIM_CLI_INPUT_H_
#define BINDERSIM_CLI_INPUT_H_

#include <string>

#include "absl/status/statusor.h"

namespace bindersim::cli {

// The bytes of a file, which may be a pipe. Errors name the file: "a.json: No
// such file or directory".
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_INPUT_H_
