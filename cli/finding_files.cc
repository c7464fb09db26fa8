// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/finding_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "cli/output.h"
#include "cli/shell_word.h"

namespace bindersim::cli {

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
