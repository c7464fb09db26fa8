// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/distribution.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindersim::sim {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr Fixed32 kHalf = kFixedOne / 2;

std::vector<int64_t> Draws(const Distribution& distribution, int count,
                           const std::string& name = "golden") {
  Stream stream = MakeStream(1, name);
  std::vector<int64_t> draws;
  for (int i = 0; i < count; ++i) draws.push_back(Draw(distribution, stream));
  return draws;
}

std::vector<int64_t> Sorted(const Distribution& distribution) {
  std::vector<int64_t> draws = Draws(distribution, 100'000, "moments");
  std::sort(draws.begin(), draws.end());
  return draws;
}

double Mean(const std::vector<int64_t>& draws) {
  double sum = 0;
  for (const int64_t draw : draws) sum += static_cast<double>(draw);
  return sum / static_cast<double>(draws.size());
}

double Deviation(const std::vector<int64_t>& draws) {
  const double mean = Mean(draws);
  double sum = 0;
  for (const int64_t draw : draws) {
    sum +=
        (static_cast<double>(draw) - mean) * (static_cast<double>(draw) - mean);
  }
  return std::sqrt(sum / static_cast<double>(draws.size()));
}

int64_t Quantile(const std::vector<int64_t>& sorted, int percent) {
  return sorted[sorted.size() * static_cast<size_t>(percent) / 100];
}

// Equal on every compiler, machine and optimisation level.
TEST(DistributionTest, GoldenUniform) {
  EXPECT_EQ(
      Draws(Distribution::Uniform(64, 4096), 16),
      (std::vector<int64_t>{1917, 2684, 3172, 3790, 3098, 3807, 696, 717, 2059,
                            573, 3455, 1639, 1915, 2328, 670, 3036}));
}
TEST(DistributionTest, GoldenExponential) {
  EXPECT_EQ(
      Draws(Distribution::Exponential(2 * kMs), 16),
      (std::vector<int64_t>{1230967, 2098324, 2946526, 5154762, 2791116,
                            5265022, 341198, 353542, 1365589, 270335, 3676128,
                            990409, 1229293, 1649063, 326078, 2671722}));
}
TEST(DistributionTest, GoldenNormal) {
  EXPECT_EQ(
      Draws(Distribution::Normal(kMs, kMs / 4), 16),
      (std::vector<int64_t>{974653, 1096174, 1185390, 1358173, 1170440, 1365451,
                            748118, 753461, 996739, 714143, 1249515, 930531,
                            974367, 1038731, 741365, 1158583}));
}
TEST(DistributionTest, GoldenLognormal) {
  EXPECT_EQ(
      Draws(Distribution::Lognormal(kMs, kHalf), 16),
      (std::vector<int64_t>{950569, 1212093, 1448866, 2046942, 1406186, 2076951,
                            604252, 610744, 993500, 564557, 1647123, 870282,
                            950027, 1080542, 596146, 1373231}));
}
TEST(DistributionTest, GoldenChoice) {
  EXPECT_EQ(Draws(Distribution::Choice({10, 20, 30}), 16),
            (std::vector<int64_t>{20, 20, 30, 30, 30, 30, 10, 10, 20, 10, 30,
                                  20, 20, 20, 10, 30}));
}

// Bounds are at least four standard errors of 100,000 draws.
TEST(DistributionTest, UniformMoments) {
  const std::vector<int64_t> draws = Sorted(Distribution::Uniform(0, kMs));
  EXPECT_NEAR(Mean(draws), kMs / 2, 4'000);
  EXPECT_NEAR(Deviation(draws), 288'675, 2'000);
  EXPECT_GE(draws.front(), 0);
  EXPECT_LE(draws.back(), kMs);
}

TEST(DistributionTest, ExponentialMoments) {
  const std::vector<int64_t> draws = Sorted(Distribution::Exponential(kMs));
  EXPECT_NEAR(Mean(draws), kMs, 13'000);
  EXPECT_NEAR(Deviation(draws), kMs, 20'000);
  EXPECT_NEAR(Quantile(draws, 50), 693'147, 13'000);
  EXPECT_NEAR(Quantile(draws, 90), 2'302'585, 40'000);
  EXPECT_NEAR(Quantile(draws, 99), 4'605'170, 130'000);
}

TEST(DistributionTest, NormalMoments) {
  const std::vector<int64_t> draws =
      Sorted(Distribution::Normal(10 * kMs, kMs));
  EXPECT_NEAR(Mean(draws), 10 * kMs, 13'000);
  EXPECT_NEAR(Deviation(draws), kMs, 9'000);
  EXPECT_NEAR(Quantile(draws, 1), 7'673'652, 48'000);
  EXPECT_NEAR(Quantile(draws, 50), 10 * kMs, 16'000);
  EXPECT_NEAR(Quantile(draws, 99), 12'326'348, 48'000);
}

TEST(DistributionTest, LognormalMoments) {
  const std::vector<int64_t> draws =
      Sorted(Distribution::Lognormal(kMs, kHalf));
  EXPECT_NEAR(Mean(draws), 1'133'148, 8'000);  // e^(1/8)
  EXPECT_NEAR(Quantile(draws, 50), kMs, 8'000);
  EXPECT_NEAR(Quantile(draws, 90), 1'897'981, 27'000);
  EXPECT_NEAR(Quantile(draws, 99), 3'200'094, 76'000);
}

TEST(DistributionTest, ChoicesAreEquallyLikely) {
  const std::vector<int64_t> draws = Sorted(Distribution::Choice({5, 6, 7}));
  EXPECT_NEAR(Mean(draws), 6, 0.011);
  EXPECT_EQ(draws.front(), 5);
  EXPECT_EQ(draws.back(), 7);
}

TEST(DistributionTest, ResultsAreHeldInTheRange) {
  for (const int64_t draw : Draws(Distribution::Normal(0, kMs), 100)) {
    EXPECT_GE(draw, 0);
  }
  int64_t most = 0;
  for (const int64_t draw : Draws(Distribution::Exponential(kMaxDraw), 100)) {
    most = std::max(most, draw);
  }
  EXPECT_EQ(most, kMaxDraw);
  const std::vector<int64_t> wide =
      Draws(Distribution::Lognormal(kMs, kFixedOne * 1'000'000), 100);
  EXPECT_EQ(std::count(wide.begin(), wide.end(), 0) +
                std::count(wide.begin(), wide.end(), kMaxDraw),
            100);
  EXPECT_EQ(Draws(Distribution::Uniform(-10, -5), 1).front(), 0);
  EXPECT_EQ(Draws(Distribution::Constant(-1), 1).front(), 0);
}

TEST(DistributionTest, DegenerateCases) {
  EXPECT_EQ(Draws(Distribution::Exponential(0), 1).front(), 0);
  EXPECT_EQ(Draws(Distribution::Normal(7, 0), 1).front(), 7);
  EXPECT_EQ(Draws(Distribution::Lognormal(7, 0), 1).front(), 7);
  EXPECT_EQ(Draws(Distribution::Uniform(7, 7), 1).front(), 7);
  EXPECT_EQ(Draws(Distribution::Choice({7}), 1).front(), 7);
}

// So that a parameter can be changed while all other luck stays the same.
TEST(DistributionTest, OneDrawTakesOneNumber) {
  Stream stream = MakeStream(1, "counter");
  Draw(Distribution::Constant(5), stream);
  EXPECT_EQ(stream.counter, 0u);
  DrawExponential(stream, kMs);
  EXPECT_EQ(stream.counter, 1u);
  DrawNormal(stream, kMs, kMs);
  EXPECT_EQ(stream.counter, 2u);
  DrawLognormal(stream, kMs, kHalf);
  EXPECT_EQ(stream.counter, 3u);
  DrawUniform(stream, 0, kMs);
  EXPECT_EQ(stream.counter, 4u);
}

// The same number gives a high draw from every distribution or a low one.
TEST(DistributionTest, DrawsRiseWithTheRandomNumber) {
  const std::vector<int64_t> uniform =
      Draws(Distribution::Uniform(0, kMaxDraw - 1), 1'000);
  std::vector<size_t> order(uniform.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return uniform[a] < uniform[b]; });
  for (const Distribution& distribution :
       {Distribution::Exponential(kMs), Distribution::Normal(kMs, kMs / 9),
        Distribution::Lognormal(kMs, kHalf)}) {
    const std::vector<int64_t> draws = Draws(distribution, 1'000);
    for (size_t i = 1; i < order.size(); ++i) {
      EXPECT_LE(draws[order[i - 1]], draws[order[i]]);
    }
  }
}

TEST(DistributionDeathTest, ParametersOutsideTheRange) {
  Stream stream = MakeStream(1, "death");
  const auto dies = testing::ExitedWithCode(70);
  EXPECT_EXIT(DrawExponential(stream, -1), dies, "mean -1");
  EXPECT_EXIT(DrawNormal(stream, 0, -1), dies, "deviation -1");
  EXPECT_EXIT(DrawLognormal(stream, -1, 0), dies, "median -1");
  EXPECT_EXIT(DrawLognormal(stream, 1, -1), dies, "sigma -1");
  EXPECT_EXIT(DrawIndex(stream, 0), dies, "empty");
}

}  // namespace
}  // namespace bindersim::sim
