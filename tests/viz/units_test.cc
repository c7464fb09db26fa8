// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/units.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace bindersim::viz {
namespace {

TEST(Units, WritesTimesWithFourDigits) {
  EXPECT_EQ(HumanTime(0), "0");
  EXPECT_EQ(HumanTime(7), "7ns");
  EXPECT_EQ(HumanTime(999), "999ns");
  EXPECT_EQ(HumanTime(1'000), "1.000us");
  EXPECT_EQ(HumanTime(12'345), "12.35us");
  EXPECT_EQ(HumanTime(123'449), "123.4us");
  EXPECT_EQ(HumanTime(123'450), "123.5us");
  EXPECT_EQ(HumanTime(999'949), "999.9us");
  EXPECT_EQ(HumanTime(999'950), "1.000ms");
  EXPECT_EQ(HumanTime(9'999'499), "9.999ms");
  EXPECT_EQ(HumanTime(9'999'500), "10.00ms");
  EXPECT_EQ(HumanTime(90'000'000'000), "90.00s");
  EXPECT_EQ(HumanTime(12'345'600'000'000), "12346s");
  EXPECT_EQ(HumanTime(-1'500), "-1.500us");
  EXPECT_EQ(HumanTime(std::numeric_limits<int64_t>::min()), "-9223372037s");
}

TEST(Units, WritesSizes) {
  EXPECT_EQ(HumanSize(0), "0B");
  EXPECT_EQ(HumanSize(1'023), "1023B");
  EXPECT_EQ(HumanSize(1'024), "1KiB");
  EXPECT_EQ(HumanSize(1'536), "1.5KiB");
  EXPECT_EQ(HumanSize(2'047), "2KiB");
  EXPECT_EQ(HumanSize(1'016 * 1'024), "1016KiB");
  EXPECT_EQ(HumanSize(uint64_t{1'536} * 1'024), "1.5MiB");
}

TEST(Units, WritesShares) {
  EXPECT_EQ(HumanPermille(0), "0.0%");
  EXPECT_EQ(HumanPermille(123), "12.3%");
  EXPECT_EQ(HumanPermille(2'000), "200.0%");
}

}  // namespace
}  // namespace bindersim::viz
