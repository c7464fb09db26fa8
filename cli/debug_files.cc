// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/debug_files.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "cli/output.h"
#include "model/scenario/amounts.h"

namespace bindersim::cli {

namespace {

absl::Status WriteFile(const std::string& path, const std::string& text) {
  std::error_code error;
  const auto folder = std::filesystem::path(path).parent_path();
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(folder.string() + ": " + error.message());
  }
  return WriteText(path, text);
}

absl::Status WriteAll(const std::string& folder,
                      const run::DebugFiles& moment) {
  for (const run::DebugFile& file : moment.files) {
    const absl::Status status = WriteFile(folder + "/" + file.path, file.text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseMoment(const std::string& text, sim::Time& at) {
  const bool plain = text.find_first_not_of("0123456789") == std::string::npos;
  const std::optional<int64_t> ns =
      scenario::ParseAmount(plain ? text + "ns" : text, scenario::Unit::kTime);
  if (!ns) {
    return absl::InvalidArgumentError(
        "found \"" + text +
        "\", allowed: a time such as \"30ms\" or a number of nanoseconds");
  }
  at = sim::kStart + sim::Duration{*ns};
  return absl::OkStatus();
}

absl::Status WriteDebugFiles(const std::string& folder,
                             const std::vector<Moment>& moments,
                             const std::vector<run::DebugFiles>& known) {
  if (moments.empty()) return WriteAll(folder, known.back());
  for (const Moment& moment : moments) {
    const auto files =
        std::ranges::find(known, moment.at, &run::DebugFiles::at);
    const absl::Status status = WriteAll(
        moments.size() == 1 ? folder : folder + "/" + moment.text, *files);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace bindersim::cli
