// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/finding_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "cli/shell_word.h"

namespace bindersim::cli {

absl::StatusOr<std::string> NewFindingPath(const std::string& folder,
                                           const std::string& kind) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("{}: {}", folder, error.message()));
  }
  for (int n = 1;; ++n) {
    const std::string path =
        n == 1 ? fmt::format("{}/{}.json", folder, kind)
               : fmt::format("{}/{}-{}.json", folder, kind, n);
    if (!std::filesystem::exists(path, error)) return path;
  }
}

std::string ReplayCommand(const std::string& path) {
  return "bindersim replay " + ShellPath(path);
}

}  // namespace bindersim::cli
