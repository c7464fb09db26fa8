// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs the program itself and looks at what comes out.

#ifndef BINDERSIM_TESTS_CLI_CLI_FIXTURE_H_
#define BINDERSIM_TESTS_CLI_CLI_FIXTURE_H_

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace bindersim {

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

inline std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class CliTest : public ::testing::Test {
 protected:
  CliTest()
      : folder_(
            std::string(std::getenv("TEST_TMPDIR")) + "/" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
  }

  // `input`: a file for standard input.
  Outcome Run(const std::string& arguments,
              const std::string& input = "/dev/null") {
    const std::string out = folder_ + "/stdout";
    const std::string err = folder_ + "/stderr";
    const int raw = std::system(
        ("cli/bindersim " + arguments + " >" + out + " 2>" + err + " <" + input)
            .c_str());
    return {WIFEXITED(raw) ? WEXITSTATUS(raw) : -1, Read(out), Read(err)};
  }
  std::string Scenario(const std::string& text) {
    const std::string path = folder_ + "/scenario.json";
    std::ofstream(path) << text;
    return path;
  }
  size_t Files() const {
    return static_cast<size_t>(
        std::distance(std::filesystem::directory_iterator(folder_),
                      std::filesystem::directory_iterator()));
  }

  std::string folder_;
};

}  // namespace bindersim

#endif  // BINDERSIM_TESTS_CLI_CLI_FIXTURE_H_
