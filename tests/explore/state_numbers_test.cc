// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/state_numbers.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sim/hash128.h"

namespace bindersim::explore {
namespace {

sim::Hash128 HashOf(const uint32_t& number) {
  return sim::HashBytes(std::as_bytes(std::span(&number, 1)));
}

TEST(StateNumbers, CountsStatesInTheOrderOfMeeting) {
  StateNumbers numbers;
  constexpr uint32_t kStates = 200'000;
  for (uint32_t i = 0; i < kStates; ++i) {
    numbers.Prefetch(HashOf(i));
    ASSERT_EQ(numbers.Meet(HashOf(i)), std::pair(i, true));
  }
  for (uint32_t i = 0; i < kStates; i += 7) {
    ASSERT_EQ(numbers.Meet(HashOf(i)), std::pair(i, false));
  }
  EXPECT_EQ(numbers.Meet(HashOf(kStates)), std::pair(kStates, true));
}

TEST(StateNumbers, TellsStatesApartByBothHalves) {
  StateNumbers numbers;
  EXPECT_TRUE(numbers.Meet({1, 2}).second);
  EXPECT_TRUE(numbers.Meet({2, 2}).second);
  EXPECT_TRUE(numbers.Meet({1, 1}).second);
  EXPECT_EQ(numbers.Meet({2, 2}), std::pair(1u, false));
}

}  // namespace
}  // namespace bindersim::explore
