// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Options with values, for all subcommands. A wrong value is refused with what
// was found and what is allowed.

#ifndef BINDERSIM_CLI_OPTION_VALUES_H_
#define BINDERSIM_CLI_OPTION_VALUES_H_

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bindersim::cli {

// Both ends are allowed.
struct Range {
  uint64_t least = 0;
  uint64_t most = UINT64_MAX;
};

// A whole number in decimal digits. CLI11 by itself wraps negative ones around,
// cuts large ones off and reads "010" as 8.
CLI::Validator NumberIn(Range range);

// Anything but "", which would count as not given. `allowed`: "a file's name".
CLI::Validator NotEmpty(const std::string& allowed);

// "found \"x\", allowed: y"
std::string FoundAllowed(const std::string& found, const std::string& allowed);

// Adds an option that is a number. `variable` may be a std::optional, and must
// outlive `command`.
template <class Number>
CLI::Option* AddNumber(CLI::App& command, const std::string& name,
                       Number& variable, Range range, const std::string& help) {
  return command.add_option(name, variable, help)->check(NumberIn(range));
}

// Adds an option that is the name of a file or a folder.
CLI::Option* AddPath(CLI::App& command, const std::string& name,
                     std::string& variable, const std::string& help);

// Names and what they stand for.
template <class Value>
using Choices = std::vector<std::pair<std::string, Value>>;

// Adds an option that is one of several words. `variable` may be a
// std::optional, and must outlive `command`. CLI11's own transformers let the
// numbers behind the words pass too.
template <class Value, class Variable>
CLI::Option* AddChoice(CLI::App& command, const std::string& name,
                       Variable& variable, const Choices<Value>& choices,
                       const std::string& help) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  const auto check = [words](const std::string& word) {
    return std::ranges::count(words, word) > 0
               ? std::string()
               : FoundAllowed(word, fmt::format("{}", fmt::join(words, ", ")));
  };
  const auto take = [&variable, choices](const std::string& word) {
    for (const auto& [known, value] : choices) {
      if (known == word) variable = value;
    }
  };
  return command.add_option_function<std::string>(name, take, help)
      ->check(check)
      ->option_text(fmt::format("{}", fmt::join(words, "|")));
}

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_OPTION_VALUES_H_
