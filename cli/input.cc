// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/input.h"

#include "model/scenario/text_file.h"

namespace bindersim::cli {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  auto text = scenario::ReadTextFile(path);
  if (text.ok()) return text;
  return absl::UnavailableError(path + ": " +
                                std::string(text.status().message()));
}

}  // namespace bindersim::cli
