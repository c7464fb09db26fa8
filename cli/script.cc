// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/script.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/option_values.h"
#include "model/script/result.h"
#include "model/script/runner.h"

namespace bindersim::cli {

namespace {

struct Options {
  std::string file;
};

// What a line of the file comes to.
script::Result ResultOf(const std::string& line) {
  const absl::StatusOr<script::Script> script = script::ParseScript(line);
  if (script.ok()) return script::Run(*script);
  script::Result result;
  result.name = script::NameOf(line);
  result.failure = {script::Failure::Kind::kScript,
                    std::string(script.status().message()),
                    {}};
  return result;
}

int RunAll(std::istream& in, const std::string& name) {
  int status = kExitOk;
  std::string line;
  for (uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const script::Result result = ResultOf(line);
    const std::string text = script::ToJson(result) + "\n";
    if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size()) break;
    if (!result.failure) continue;
    status = kExitInvalidScenario;
    std::fprintf(stderr, "bindersim: %s:%llu: %s\n", name.c_str(),
                 static_cast<unsigned long long>(number),
                 result.failure->what.c_str());
  }
  if (in.bad()) {
    std::fprintf(stderr, "bindersim: %s: cannot be read\n", name.c_str());
    return kExitFile;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "bindersim: stdout: %s\n", std::strerror(errno));
    return kExitFile;
  }
  return status;
}

int RunScripts(const Options& options) {
  if (options.file == "-") return RunAll(std::cin, "<stdin>");
  std::ifstream in(options.file, std::ios::binary);
  // A folder can be opened, and only reading it fails.
  if (!in || (in.peek(), in.bad())) {
    std::fprintf(stderr, "bindersim: %s: %s\n", options.file.c_str(),
                 std::strerror(errno));
    return kExitFile;
  }
  in.clear();  // it may be empty
  return RunAll(in, options.file);
}

}  // namespace

Command AddScript(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "script",
      "Run kernel scripts, raw Binder system calls in lockstep, on the "
      "simulated driver\n\n"
      "  bindersim script tests/kernel/recordings/handwritten.jsonl\n"
      "  echo '{\"name\": \"hello\", \"processes\": {\"p\": {\"threads\": "
      "[\"t\"]}},\n"
      "         \"steps\": [{\"t\": \"p.t\", \"op\": \"open\"}, {\"t\": "
      "\"p.t\", \"op\": \"version\"}]}' |\n"
      "    tr -d '\\n' | bindersim script -\n");
  AddPath(*command, "FILE", options->file,
          "Scripts as JSON lines (- = standard input)")
      ->required();
  command->footer(
      "Results are JSON lines on standard output, in the order of the scripts; "
      "the format\nis that of the recordings of the real driver: "
      "tests/kernel/README.md. A line that\nis no script gets a result with "
      "\"error\": \"script\", and the exit status is 3.");
  return {command, [options] { return RunScripts(*options); }};
}

}  // namespace bindersim::cli
