// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/finding_files.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "cli/exit_status.h"
#include "cli/shell_word.h"
#include "viz/atomic_file.h"

namespace bindersim::cli {

namespace {

absl::Status WriteTo(absl::StatusOr<viz::AtomicFile> file,
                     const std::string& text) {
  if (!file.ok()) return file.status();
  if (absl::Status status = file->Write(text); !status.ok()) return status;
  return file->Commit();
}

}  // namespace

int FileError(const absl::Status& status) {
  std::fprintf(stderr, "bindersim: %s\n",
               std::string(status.message()).c_str());
  return kExitFile;
}

absl::Status PrintText(const std::string& text) {
  return WriteTo(viz::AtomicFile::ForDescriptor(1, "stdout"), text);
}

absl::Status WriteText(const std::string& path, const std::string& text) {
  return WriteTo(viz::AtomicFile::Open(path), text);
}

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
  return "bindersim replay " + ShellWord(path);
}

std::string Indented(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "  ";
  }
  return result;
}

}  // namespace bindersim::cli
