// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The subcommands. Each adds itself to the application with its options and
// help; when it was the one that the user asked for, main calls what it
// returned, which does the work and returns the exit status.

#ifndef BINDERSIM_CLI_COMMANDS_H_
#define BINDERSIM_CLI_COMMANDS_H_

#include <functional>

namespace CLI {
class App;
}

namespace bindersim::cli {

struct Command {
  CLI::App* app = nullptr;
  std::function<int()> run;
};

Command AddExplore(CLI::App& app);
Command AddReplay(CLI::App& app);
Command AddRun(CLI::App& app);
Command AddScript(CLI::App& app);
Command AddShrink(CLI::App& app);
Command AddValidate(CLI::App& app);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_COMMANDS_H_
