// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/growing_array.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace bindersim::explore {
namespace {

TEST(GrowingArray, HasWhatWasPushed) {
  GrowingArray<uint64_t> array;
  EXPECT_EQ(array.size(), 0u);
  constexpr size_t kCount = 1'000'000;  // the last blocks have huge pages
  for (size_t i = 0; i < kCount; ++i) array.push_back(i * i);
  ASSERT_EQ(array.size(), kCount);
  for (size_t i = 0; i < kCount; ++i) ASSERT_EQ(array[i], i * i);
  array[kCount / 2] = 7;
  EXPECT_EQ(array[kCount / 2], 7u);
}

TEST(GrowingArray, ElementsStayWhereTheyAre) {
  GrowingArray<std::string> array;
  array.push_back("first");
  const std::string* const first = &array[0];
  for (int i = 0; i < 10'000; ++i) array.push_back("another");
  EXPECT_EQ(&array[0], first);
  EXPECT_EQ(*first, "first");
}

TEST(GrowingArray, DestroysItsElements) {
  const auto counted = std::make_shared<int>();
  {
    GrowingArray<std::shared_ptr<int>> array;
    for (int i = 0; i < 100; ++i) array.push_back(counted);
    EXPECT_EQ(counted.use_count(), 101);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

}  // namespace
}  // namespace bindersim::explore
