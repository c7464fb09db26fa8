// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Prints generated kernel scripts: generate --seed S --count N.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <string>

#include "tests/kernel/generator/generator.h"

namespace bindersim::generator {
namespace {

// "20-60" or "40".
bool ParseRange(const std::string& text, Options& options) {
  try {
    size_t used = 0;
    options.min_steps = std::stoul(text, &used);
    options.max_steps = options.min_steps;
    if (used < text.size()) {
      if (text[used] != '-') return false;
      options.max_steps = std::stoul(text.substr(used + 1));
    }
  } catch (const std::exception&) {
    return false;
  }
  return options.min_steps >= 1 && options.min_steps <= options.max_steps;
}

int Main(int argc, char** argv) {
  CLI::App app("Prints random kernel scripts, one JSON object a line.",
               "generate");
  uint64_t seed = 1;
  uint64_t first = 0;
  uint64_t count = 1;
  Options options;
  std::string steps = "20-60";
  app.add_option("--seed", seed, "the seed (1)");
  app.add_option("--first", first, "the number of the first script (0)");
  app.add_option("--count", count, "how many scripts (1)");
  app.add_option("--profile", options.profile,
                 "the kind of scripts (a different one for each)")
      ->check(CLI::IsMember(ProfileNames()));
  app.add_option("--steps", steps, "how long scripts are: MIN-MAX (20-60)")
      ->check([&](const std::string& text) {
        return ParseRange(text, options) ? "" : "not a range: " + text;
      });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  for (uint64_t index = first; index < first + count; ++index) {
    std::cout << Generate(seed, index, options) << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace bindersim::generator

int main(int argc, char** argv) {
  return bindersim::generator::Main(argc, argv);
}
