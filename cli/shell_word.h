// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_SHELL_WORD_H_
#define BINDERSIM_CLI_SHELL_WORD_H_

#include <string>

namespace bindersim::cli {

// The word as a shell takes it for one. Whatever is not known to mean nothing
// to any shell is quoted.
inline std::string ShellWord(const std::string& word) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:+@";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// The same of a file's name, which is not to be taken for an option.
inline std::string ShellPath(const std::string& path) {
  return ShellWord(path.starts_with("-") ? "./" + path : path);
}

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_SHELL_WORD_H_
