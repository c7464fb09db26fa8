// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What users are told about scenarios that are wrong, word for word. To accept
// new words:
//   bazel run //tests/model/scenario:bad_scenarios_test -- --update

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "model/scenario/loader.h"
#include "tests/model/scenario/corpus.h"

namespace bindersim::scenario {
namespace {

// The messages, without the folder that their file names begin with.
std::string Messages(const LoadResult& result) {
  const std::string folder = std::string(kBadFolder) + "/";
  std::string text = result.ToString();
  for (size_t at = text.find(folder); at != std::string::npos;
       at = text.find(folder, at)) {
    text.erase(at, folder.size());
  }
  return text;
}

std::string ExpectedFile(const std::string& file) {
  return std::filesystem::path(file).replace_extension(".expected").string();
}

TEST(BadScenarios, MessagesAreAsExpected) {
  const std::vector<std::string> files = FilesIn(kBadFolder);
  ASSERT_GE(files.size(), 60u);
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const LoadResult result = LoadScenario(file);
    EXPECT_FALSE(result.scenario.has_value());
    EXPECT_EQ(result.exit_status(), result.unreadable ? 4 : 3);
    const std::string expected = ExpectedFile(file);
    if (!std::filesystem::exists(expected)) {
      ADD_FAILURE() << "no " << expected << " for:\n" << Messages(result);
      continue;
    }
    EXPECT_EQ(Messages(result), ReadFileOrDie(expected));
  }
}

TEST(BadScenarios, EachProblemSaysWhere) {
  for (const std::string& file : FilesIn(kBadFolder)) {
    SCOPED_TRACE(file);
    for (const Problem& problem : LoadScenario(file).problems) {
      EXPECT_FALSE(problem.found.empty());
      EXPECT_GT(problem.line, 0u) << problem.ToString();
      EXPECT_GT(problem.column, 0u) << problem.ToString();
      EXPECT_FALSE(problem.allowed.empty() && problem.note.empty() &&
                   problem.found.find("no JSON") == std::string::npos)
          << problem.ToString();
    }
  }
}

int Update() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace != nullptr) std::filesystem::current_path(workspace);
  for (const std::string& file : FilesIn(kBadFolder)) {
    std::ofstream(ExpectedFile(file), std::ios::binary)
        << Messages(LoadScenario(file));
  }
  return 0;
}

}  // namespace
}  // namespace bindersim::scenario

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1 && std::strcmp(argv[1], "--update") == 0) {
    return bindersim::scenario::Update();
  }
  return RUN_ALL_TESTS();
}
