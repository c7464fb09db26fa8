// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Runs the project's scripts in a folder of their own.

#ifndef BINDERSIM_TESTS_TOOLS_SHELL_H_
#define BINDERSIM_TESTS_TOOLS_SHELL_H_

#include <string>

namespace bindersim {

struct Outcome {
  int status = -1;  // as the shell gives it
  std::string out;
  std::string err;
};

// A fresh folder; `name` tells the folders of one test apart.
std::string FreshFolder(const std::string& name);

// The path of a file of the tree, which the test has among its data.
std::string DataFile(const std::string& path);

void WriteFile(const std::string& path, const std::string& text);
// A bash script, `text` without its first line.
void WriteScript(const std::string& path, const std::string& text);
std::string ReadFile(const std::string& path);
void CopyFile(const std::string& from, const std::string& to);

// Runs `command` with bash, in `folder`.
Outcome RunIn(const std::string& folder, const std::string& command);

}  // namespace bindersim

#endif  // BINDERSIM_TESTS_TOOLS_SHELL_H_
