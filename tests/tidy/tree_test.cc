// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Holds every file of the tree to the rules of tidy; see rules.h.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tidy/rules.h"
#include "tests/tidy/source.h"

namespace bindersim::tidy {
namespace {

namespace fs = std::filesystem;

// The top of the tree: where the link to one of its files leads.
fs::path Root() {
  const char* runfiles = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (runfiles == nullptr || workspace == nullptr) return fs::current_path();
  return fs::canonical(fs::path(runfiles) / workspace / "BUILD.bazel")
      .parent_path();
}

// Path in the tree -> contents, of all files but hidden folders' and Bazel's.
std::map<std::string, std::string> ReadTree() {
  std::map<std::string, std::string> files;
  fs::path root = Root();
  for (fs::recursive_directory_iterator at(root), end; at != end; ++at) {
    std::string name = at->path().filename().string();
    if (at->is_symlink()) continue;
    if (at->is_directory()) {
      bool hidden = name.starts_with(".") && name != ".ci";
      if (hidden || name == "__pycache__") at.disable_recursion_pending();
      continue;
    }
    std::ifstream stream(at->path(), std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    files[fs::relative(at->path(), root).string()] = text.str();
  }
  return files;
}

const std::vector<Finding>& AllFindings() {
  static const auto* findings = [] {
    auto* all = new std::vector<Finding>;
    std::map<std::string, std::string> files = ReadTree();
    for (const auto& [path, text] : files) {
      std::string header;
      if (path.ends_with(".cc")) {
        auto found = files.find(path.substr(0, path.size() - 2) + "h");
        if (found != files.end()) header = found->second;
      }
      std::vector<Finding> more = Check(Scan(path, text), header);
      all->insert(all->end(), more.begin(), more.end());
    }
    return all;
  }();
  return *findings;
}

class TidyTreeTest : public testing::TestWithParam<std::string> {};

TEST_P(TidyTreeTest, NothingBreaksTheRule) {
  for (const Finding& finding : AllFindings()) {
    if (finding.rule == GetParam()) ADD_FAILURE() << ToString(finding);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, TidyTreeTest, testing::ValuesIn(RuleNames()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(TidyTree, SeesTheRealTree) {
  std::map<std::string, std::string> files = ReadTree();
  for (const char* path :
       {"WORKSPACE", "sim/BUILD.bazel", ".ci/run", "tests/tidy/tree_test.cc"}) {
    EXPECT_TRUE(files.contains(path)) << path;
  }
}

}  // namespace
}  // namespace bindersim::tidy
