// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/likelihood.h"

#include <gtest/gtest.h>

namespace bindersim::explore {
namespace {

// The closed formula, computed in floating point.
TEST(Likelihood, IsWilsonsInterval) {
  const Likelihood ten = EstimateLikelihood(10, 100);
  EXPECT_EQ(ten.estimate_ppb, 100'000'000u);
  EXPECT_NEAR(static_cast<double>(ten.low_ppb), 55'228'542, 2);
  EXPECT_NEAR(static_cast<double>(ten.high_ppb), 174'367'304, 2);
  const Likelihood half = EstimateLikelihood(500'000, 1'000'000);
  EXPECT_NEAR(static_cast<double>(half.low_ppb), 499'020'002, 2);
  EXPECT_NEAR(static_cast<double>(half.high_ppb), 500'979'998, 2);
}

TEST(Likelihood, HasEndsWhereNothingOrEverythingWasHit) {
  const Likelihood none = EstimateLikelihood(0, 1000);
  EXPECT_EQ(none.estimate_ppb, 0u);
  EXPECT_EQ(none.low_ppb, 0u);
  EXPECT_NEAR(static_cast<double>(none.high_ppb), 3'826'898, 2);
  const Likelihood all = EstimateLikelihood(1000, 1000);
  EXPECT_EQ(all.high_ppb, 1'000'000'000u);
  EXPECT_LT(all.low_ppb, 1'000'000'000u);
  EXPECT_EQ(EstimateLikelihood(10'000'000'000, 10'000'000'000).high_ppb,
            1'000'000'000u);
}

TEST(Likelihood, MoreRunsNarrowIt) {
  const Likelihood few = EstimateLikelihood(5, 100);
  const Likelihood many = EstimateLikelihood(500, 10'000);
  EXPECT_LT(few.low_ppb, many.low_ppb);
  EXPECT_GT(few.high_ppb, many.high_ppb);
}

TEST(Likelihood, RunsThatWereCutOffMayBeHits) {
  const Likelihood all_cut_off = EstimateLikelihood(0, 100, 100);
  EXPECT_EQ(all_cut_off.low_ppb, 0u);
  EXPECT_EQ(all_cut_off.high_ppb, 1'000'000'000u);
  const Likelihood some = EstimateLikelihood(10, 20, 100);
  EXPECT_EQ(some.estimate_ppb, 125'000'000u);  // of the 80 others
  EXPECT_EQ(some.low_ppb, EstimateLikelihood(10, 100).low_ppb);
  EXPECT_EQ(some.high_ppb, EstimateLikelihood(30, 100).high_ppb);
  EXPECT_EQ(EstimateLikelihood(10, 0, 100), EstimateLikelihood(10, 100));
}

TEST(Likelihood, SharesHaveThreeDigitsThatCount) {
  EXPECT_EQ(ShareText(0), "0 %");
  EXPECT_EQ(ShareText(1), "0.0000001 %");
  EXPECT_EQ(ShareText(12'345'678), "1.23 %");
  EXPECT_EQ(ShareText(1'234), "0.000123 %");
  EXPECT_EQ(ShareText(100'000'000), "10 %");
  EXPECT_EQ(ShareText(999'999'999), "99.9 %");
  EXPECT_EQ(ShareText(1'000'000'000), "100 %");
}

}  // namespace
}  // namespace bindersim::explore
