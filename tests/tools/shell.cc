// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/tools/shell.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bindersim {
namespace fs = std::filesystem;

std::string FreshFolder(const std::string& name) {
  fs::path folder = fs::path(std::getenv("TEST_TMPDIR")) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder.string();
}

std::string DataFile(const std::string& path) {
  return (fs::path(std::getenv("TEST_SRCDIR")) / std::getenv("TEST_WORKSPACE") /
          path)
      .string();
}

void WriteFile(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void WriteScript(const std::string& path, const std::string& text) {
  WriteFile(path, "#!/bin/bash\n" + text);
  fs::permissions(path, fs::perms::owner_all);
}

std::string ReadFile(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void CopyFile(const std::string& from, const std::string& to) {
  WriteFile(to, ReadFile(from));
  fs::permissions(to, fs::perms::owner_all);
}

Outcome RunIn(const std::string& folder, const std::string& command) {
  std::string logs = FreshFolder("logs");
  WriteScript(logs + "/run", "cd '" + folder + "' && " + command + "\n");
  int status = std::system(
      ("'" + logs + "/run' >'" + logs + "/out' 2>'" + logs + "/err'").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(logs + "/out"),
          ReadFile(logs + "/err")};
}

}  // namespace bindersim
