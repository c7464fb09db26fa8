// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/option_values.h"
#include "cli/output.h"
#include "model/scenario/loader.h"

namespace bindersim::cli {

namespace {

struct Options {
  std::vector<std::string> files;
};

// The worst of the files decides: unreadable, then invalid.
int Validate(const Options& options) {
  int status = kExitOk;
  std::string valid;
  for (const std::string& file : options.files) {
    const scenario::LoadResult loaded = scenario::LoadScenario(file);
    if (loaded.scenario) {
      valid += file + ": ok\n";
    } else {
      std::fputs(loaded.ToString().c_str(), stderr);
    }
    status = std::max(status, loaded.exit_status());
  }
  const absl::Status printed = PrintText(valid);
  return printed.ok() ? status : FileError(printed);
}

}  // namespace

Command AddValidate(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("validate",
                         "Check scenario files without running them\n\n"
                         "  bindersim validate scenarios/first_call.json\n"
                         "  bindersim validate scenarios/*.json\n");
  command->add_option("FILE", options->files, "Scenario files")
      ->required()
      ->check(NotEmpty("the name of a file"));
  return {command, [options] { return Validate(*options); }};
}

}  // namespace bindersim::cli
