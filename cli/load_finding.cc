// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/load_finding.h"

#include <cstdio>
#include <utility>

#include "cli/exit_status.h"
#include "cli/input.h"
#include "cli/output.h"
#include "model/scenario/loader.h"

namespace bindersim::cli {

int LoadFinding(const std::string& path, LoadedFinding& loaded) {
  const auto text = ReadFile(path);
  if (!text.ok()) return FileError(text.status());
  scenario::LoadResult result =
      explore::ParseFinding(*text, path, loaded.finding);
  if (!result.scenario) {
    std::fputs(result.ToString().c_str(), stderr);
    return result.exit_status();
  }
  loaded.scenario = *std::move(result.scenario);
  return kExitOk;
}

}  // namespace bindersim::cli
