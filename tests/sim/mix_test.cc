// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/mix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bindersim::sim {
namespace {

// Of sums of random numbers, two of these would be the same once in a million
// times. Many pairs of the numbers themselves have the same sum.
TEST(Mix, SumsOfScrambledNeighboursDiffer) {
  constexpr uint64_t kNumbers = 4000;
  for (const uint64_t first : {uint64_t{1}, uint64_t{7} << 32}) {
    std::vector<uint64_t> sums;
    for (uint64_t i = 0; i < kNumbers; ++i) {
      for (uint64_t k = i; k < kNumbers; ++k) {
        sums.push_back(Scramble(first + i) + Scramble(first + k));
      }
    }
    std::ranges::sort(sums);
    EXPECT_EQ(std::ranges::adjacent_find(sums), sums.end());
  }
}

TEST(Mix, TheOrderOfASequenceCounts) {
  EXPECT_NE(Mix(Mix(0, 1), 2), Mix(Mix(0, 2), 1));
  EXPECT_NE(Mix(0, 1), Mix(Mix(0, 1), 0));
}

TEST(Mix, NothingAddsNothing) { EXPECT_EQ(Scramble(0), 0u); }

}  // namespace
}  // namespace bindersim::sim
