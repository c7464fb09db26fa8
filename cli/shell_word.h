// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_SHELL_WORD_H_
#define BINDERSIM_CLI_SHELL_WORD_H_

#include <string>

namespace bindersim::cli {

// The word as a shell takes it for one.
inline std::string ShellWord(const std::string& word) {
  if (!word.empty() &&
      word.find_first_of(" \t'\"\\$&;|<>()*?[]#~`!") == std::string::npos) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_SHELL_WORD_H_
