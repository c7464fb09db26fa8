// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/time.h"

#include "gtest/gtest.h"

namespace bindersim::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(TimeTest, SaturatingAddStopsAtTheEnds) {
  static_assert(SaturatingAdd(kStart, Duration(5)) == Time(Duration(5)));
  static_assert(SaturatingAdd(kNever, Duration(1)) == kNever);
  static_assert(SaturatingAdd(kNever, Duration(-1)) < kNever);
  static_assert(SaturatingAdd(Time::min(), Duration(-1)) == Time::min());
  static_assert(SaturatingAdd(Duration::max(), milliseconds(1)) ==
                Duration::max());
  EXPECT_EQ(SaturatingAdd(kStart, microseconds(3)).time_since_epoch().count(),
            3000);
}

TEST(TimeTest, FormatIsExactAndShort) {
  EXPECT_EQ(FormatDuration(Duration(0)), "0ns");
  EXPECT_EQ(FormatDuration(Duration(999)), "999ns");
  EXPECT_EQ(FormatDuration(Duration(1000)), "1us");
  EXPECT_EQ(FormatDuration(Duration(12345)), "12.345us");
  EXPECT_EQ(FormatDuration(Duration(1500000)), "1.5ms");
  EXPECT_EQ(FormatDuration(Duration(1000001)), "1.000001ms");
  EXPECT_EQ(FormatDuration(Duration(61'000'000'000)), "61s");
  EXPECT_EQ(FormatDuration(Duration(1'020'000'000)), "1.02s");
  EXPECT_EQ(FormatDuration(Duration(-1050)), "-1.05us");
  EXPECT_EQ(FormatDuration(Duration::min()), "-9223372036.854775808s");
}

TEST(TimeTest, FormatTimeNamesNever) {
  EXPECT_EQ(FormatTime(kStart + microseconds(2)), "2us");
  EXPECT_EQ(FormatTime(kNever), "never");
}

}  // namespace
}  // namespace bindersim::sim
