// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What subcommands write, to standard output and to files.

#ifndef BINDERSIM_CLI_OUTPUT_H_
#define BINDERSIM_CLI_OUTPUT_H_

#include <string>

#include "absl/status/status.h"

namespace bindersim::cli {

// Says what is wrong with a file; returns kExitFile.
int FileError(const absl::Status& status);
// Says what is wrong with what was read, which names its file; returns
// kExitInvalidScenario.
int InvalidInput(const absl::Status& status);
// Says what is wrong with the command line; returns kExitUsage.
int UsageError(const std::string& message);
// Writes to standard output.
absl::Status PrintText(const std::string& text);
// Writes a file, whole or not at all.
absl::Status WriteText(const std::string& path, const std::string& text);
// The same, unless there is one of that name: kAlreadyExists.
absl::Status WriteNewText(const std::string& path, const std::string& text);
// Whether WriteText can be expected to work. For those who have long to work
// until there is something to write.
absl::Status CanWrite(const std::string& path);
// All lines but the first moved to the right.
std::string Indented(const std::string& text);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_OUTPUT_H_
