// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/finding_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "cli/output.h"
#include "cli/shell_word.h"

namespace bindersim::cli {

absl::Status CanWriteFindings(const std::string& folder) {
  std::error_code error;
  std::filesystem::path there = std::filesystem::absolute(folder, error);
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  if (!std::filesystem::is_directory(there, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  } else if (access(there.c_str(), W_OK | X_OK) != 0) {
    error = std::error_code(errno, std::generic_category());
  } else {
    return absl::OkStatus();
  }
  return absl::UnavailableError(fmt::format("{}: {}", folder, error.message()));
}

absl::StatusOr<std::string> WriteFinding(const std::string& folder,
                                         const explore::FindingFile& finding) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("{}: {}", folder, error.message()));
  }
  const std::string& kind = finding.problem.kind;
  for (int n = 1;; ++n) {
    const std::string path =
        n == 1 ? fmt::format("{}/{}.json", folder, kind)
               : fmt::format("{}/{}-{}.json", folder, kind, n);
    if (std::filesystem::exists(path, error)) continue;
    const absl::Status written =
        WriteNewText(path, ToJson(finding, ReplayCommand(path)));
    if (absl::IsAlreadyExists(written)) continue;  // taken in the meantime
    if (!written.ok()) return written;
    return path;
  }
}

std::string ReplayCommand(const std::string& path) {
  return "bindersim replay " + ShellPath(path);
}

}  // namespace bindersim::cli
