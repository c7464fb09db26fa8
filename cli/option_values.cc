// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/option_values.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace bindersim::cli {

std::string FoundAllowed(const std::string& found, const std::string& allowed) {
  return fmt::format("found \"{}\", allowed: {}", found, allowed);
}

CLI::Validator NumberIn(Range range) {
  const auto check = [range](const std::string& text) -> std::string {
    uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const bool octal = text.size() > 1 && text.starts_with("0");
    if (error == std::errc() && stop == end && !octal &&
        number >= range.least && number <= range.most) {
      return {};
    }
    return FoundAllowed(
        text,
        fmt::format("a whole number from {} to {}{}", range.least, range.most,
                    octal ? ", without zeros before it" : ""));
  };
  return {check, ""};
}

CLI::Validator NotEmpty(const std::string& allowed) {
  const auto check = [allowed](const std::string& text) {
    return text.empty() ? FoundAllowed(text, allowed) : std::string();
  };
  return {check, ""};
}

CLI::Option* AddPath(CLI::App& command, const std::string& name,
                     std::string& variable, const std::string& help) {
  return command.add_option(name, variable, help)
      ->check(NotEmpty("the name of a file or folder"));
}

}  // namespace bindersim::cli
