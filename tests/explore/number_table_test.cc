// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/number_table.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bindersim::explore {
namespace {

TEST(NumberTable, AsksOnceWhatAKeyStandsFor) {
  NumberTable<uint64_t> table;
  // More of them than are found without a look into the map.
  constexpr uint64_t kKeys = 10'000;
  std::vector<size_t> others;
  for (int round = 0; round < 2; ++round) {
    for (uint64_t key = 0; key < kKeys; ++key) {
      const auto first = [&](size_t n) {
        others.push_back(n);
        return key * key;
      };
      ASSERT_EQ(table.Get(key, first), key * key);
      ASSERT_EQ(table.Get(key, first), key * key);
    }
  }
  ASSERT_EQ(others.size(), kKeys);
  for (size_t n = 0; n < kKeys; ++n) EXPECT_EQ(others[n], n);
}

TEST(NumberTable, TakesAnyOtherKey) {
  NumberTable<int> table;
  int asked = 0;
  const auto first = [&](size_t) { return ++asked; };
  EXPECT_EQ(table.Get(0, first), 1);
  EXPECT_EQ(table.Get(UINT64_MAX - 1, first), 2);
  EXPECT_EQ(table.Get(UINT32_MAX, first), 3);
  EXPECT_EQ(table.Get(0, first), 1);
}

}  // namespace
}  // namespace bindersim::explore
