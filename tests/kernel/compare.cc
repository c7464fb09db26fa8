// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
//   compare [--numbers] SCRIPTS.jsonl RESULTS.jsonl
//
// runs kernel scripts on the simulated driver and prints those that show
// something else than their recorded results, both sides step by step; with
// --numbers, only their numbers in the file, from 0. The exit status is 1 if
// there are any.

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "model/script/result.h"
#include "model/script/runner.h"
#include "model/script/script.h"
#include "tests/kernel/recordings.h"

namespace bindersim::script {
namespace {

// What the simulated driver shows, or why it shows nothing.
std::string Simulate(const std::string& text) {
  const auto script = ParseScript(text);
  Result result;
  result.name = NameOf(text);
  if (!script.ok()) {
    result.failure = {Failure::Kind::kScript,
                      std::string(script.status().message()), std::nullopt};
    return ToJson(result);
  }
  try {
    return ToJson(Run(*script));
  } catch (const std::exception& error) {
    result.failure = {Failure::Kind::kHang, error.what(), std::nullopt};
    return ToJson(result);
  }
}

int Main(int argc, char** argv) {
  CLI::App app("Compares the simulated driver with recordings of the real one.",
               "compare");
  bool numbers = false;
  std::vector<std::string> paths;
  app.add_flag("--numbers", numbers, "print only which scripts differ");
  app.add_option("files", paths, "SCRIPTS.jsonl RESULTS.jsonl")
      ->required()
      ->expected(2);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  size_t number = 0;
  size_t different = 0;
  for (const Recording& recording : ReadRecordings(paths[0], paths[1])) {
    const std::string actual = Simulate(recording.script);
    const std::string difference = Difference(recording, actual);
    if (!difference.empty()) {
      ++different;
      if (numbers) {
        std::cout << number << "\n";
      } else {
        std::cout << SideBySide(recording, actual) << "the first difference:\n"
                  << difference << "\n";
      }
    }
    ++number;
  }
  if (!numbers) {
    std::cout << number << " scripts, " << different << " differ\n";
  }
  return different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bindersim::script

int main(int argc, char** argv) { return bindersim::script::Main(argc, argv); }
