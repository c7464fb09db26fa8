// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The fuzzer's corpus, replayed: inputs that reach all it has found to reach,
// and those that once showed a fault.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fuzz/calls.h"

namespace bindersim::fuzz {
namespace {

std::vector<std::filesystem::path> CorpusFiles() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator("tests/fuzz/corpus")) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

TEST(CorpusTest, FindsNothing) {
  const std::vector<std::filesystem::path> files = CorpusFiles();
  EXPECT_GE(files.size(), 100u);
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(RunInput(bytes), "") << path;
  }
}

TEST(CorpusTest, AnInputIsWhatItIsEachTime) {
  const std::vector<uint8_t> nothing;
  EXPECT_EQ(RunInput(nothing), "");
  EXPECT_EQ(RunInput(nothing), "");
}

}  // namespace
}  // namespace bindersim::fuzz
