// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace bindersim::viz {
namespace {

TEST(Distribution, IsZeroWithoutSamples) {
  const Distribution none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.Min(), 0);
  EXPECT_EQ(none.Max(), 0);
  EXPECT_EQ(none.Mean(), 0);
  EXPECT_EQ(none.Percentile(5000), 0);
}

TEST(Distribution, SortsSamples) {
  const Distribution three({30, 10, 20});
  EXPECT_EQ(three.count(), 3u);
  EXPECT_EQ(three.Min(), 10);
  EXPECT_EQ(three.Max(), 30);
  EXPECT_EQ(three, Distribution({10, 20, 30}));
}

TEST(Distribution, RoundsTheMean) {
  EXPECT_EQ(Distribution({1, 2}).Mean(), 2);
  EXPECT_EQ(Distribution({1, 1, 2}).Mean(), 1);
  EXPECT_EQ(Distribution({1, 2, 2}).Mean(), 2);
  EXPECT_EQ(Distribution({-1, -2}).Mean(), -2);
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(Distribution({most, most, most}).Mean(), most);
}

TEST(Distribution, TakesTheNearestRank) {
  std::vector<int64_t> samples;
  for (int64_t i = 1; i <= 100; ++i) samples.push_back(i);
  const Distribution hundred(samples);
  EXPECT_EQ(hundred.Percentile(0), 1);
  EXPECT_EQ(hundred.Percentile(1), 1);
  EXPECT_EQ(hundred.Percentile(5000), 50);
  EXPECT_EQ(hundred.Percentile(5001), 51);
  EXPECT_EQ(hundred.Percentile(9900), 99);
  EXPECT_EQ(hundred.Percentile(9990), 100);
  EXPECT_EQ(hundred.Percentile(10'000), 100);
  EXPECT_EQ(Distribution({7}).Percentile(9990), 7);
}

// By definition: the smallest sample that enough others do not exceed.
TEST(Distribution, AgreesWithTheDefinition) {
  std::vector<int64_t> samples;
  for (int64_t i = 0; i < 37; ++i) samples.push_back(i * i % 23);
  const Distribution distribution(samples);
  std::ranges::sort(samples);
  for (uint32_t per = 1; per <= 10'000; per += 7) {
    int64_t expected = samples.back();
    for (const int64_t candidate : samples) {
      const auto covered = static_cast<uint64_t>(std::ranges::count_if(
          samples, [&](int64_t sample) { return sample <= candidate; }));
      if (covered * 10'000 >= uint64_t{per} * samples.size()) {
        expected = candidate;
        break;
      }
    }
    ASSERT_EQ(distribution.Percentile(per), expected) << per;
  }
}

}  // namespace
}  // namespace bindersim::viz
