// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/interrupts.h"
#include "cli/option_values.h"
#include "cli/output.h"
#include "model/scenario/problem.h"
#include "run/simulate.h"

namespace bindersim::cli {
namespace {

constexpr char kFooter[] =
    "Exit status:\n"
    "  0    all well\n"
    "  1    an expectation failed, or something was found\n"
    "  2    wrong usage\n"
    "  3    invalid scenario\n"
    "  4    a file could not be read or written\n"
    "  5    a limit was reached and nothing decided\n"
    "  70   a fault of bindersim itself\n"
    "  130  interrupted";

// The word that should have been a subcommand, if that is what went wrong.
std::string UnknownCommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return {};
  const std::string word = argv[1];
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    names.push_back(command->get_name());
  }
  if (std::ranges::find(names, word) != names.end()) return {};
  std::string text = "unknown command \"" + word + "\"";
  const std::string nearest = scenario::Nearest(word, names);
  if (!nearest.empty()) text += "; did you mean \"" + nearest + "\"?";
  return text;
}

// The option of a "--trace=", if there is one: CLI11 would take the next word
// for its value.
std::string OptionWithoutValue(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") break;
    if (word.starts_with("--") && word.ends_with("=")) {
      return word.substr(0, word.size() - 1);
    }
  }
  return {};
}

int Main(int argc, char** argv) {
  EndWhenInterrupted();
  // A file that would be too large is an error of writing like any other.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app(
      "bindersim: a deterministic discrete-event simulator of Android's "
      "Binder IPC\n\n"
      "  bindersim run scenarios/first_call.json\n"
      "  bindersim run scenarios/start_service.json --trace trace.json\n",
      "bindersim");
  app.set_version_flag("--version", std::string("bindersim ") + run::kVersion);
  app.set_help_flag("-h,--help", "Show this help");
  app.require_subcommand(1);
  app.footer(kFooter);
  const std::vector<Command> commands = {AddRun(app),     AddValidate(app),
                                         AddExplore(app), AddReplay(app),
                                         AddShrink(app),  AddScript(app)};
  if (const std::string option = OptionWithoutValue(argc, argv);
      !option.empty()) {
    return UsageError(option + ": " + FoundAllowed("", "a value"));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    if (asked) return app.exit(error);
    const std::string unknown = UnknownCommand(app, argc, argv);
    std::fprintf(stderr,
                 "bindersim: %s\nTry 'bindersim --help' or 'bindersim COMMAND "
                 "--help'.\n",
                 unknown.empty() ? error.what() : unknown.c_str());
    return kExitUsage;
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  return kExitUsage;
}

}  // namespace
}  // namespace bindersim::cli

int main(int argc, char** argv) {
  try {
    return bindersim::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bindersim: internal fault: %s\n", error.what());
    return bindersim::cli::kExitInternalFault;
  }
}
