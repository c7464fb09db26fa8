// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/fixed_math.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "sim/random.h"

// The functions under test are exact on every machine; here they are judged by
// the C library, with room for its own errors.

namespace bindersim::sim {
namespace {

// u as the number in (0, 1) that it stands for.
long double Value(uint64_t u) {
  return (static_cast<long double>(u) + 0.5L) / 0x1p64L;
}

// Random bits of all magnitudes, near both ends of the range too.
std::vector<uint64_t> Samples(int count) {
  Stream stream = MakeStream(1, "fixed_math");
  std::vector<uint64_t> samples = {
      0, 1, 2, (uint64_t{1} << 57) - 1, uint64_t{1} << 57, uint64_t{1} << 63};
  while (samples.size() < static_cast<size_t>(count)) {
    samples.push_back(stream.Next64() >> stream.Below(64));
  }
  const std::vector<uint64_t> low = samples;
  for (const uint64_t u : low) samples.push_back(~u);
  return samples;
}

TEST(NegativeLogTest, AgreesWithTheCLibrary) {
  for (const uint64_t u : Samples(20'000)) {
    const long double expected =
        u >> 63 == 0 ? -std::log(Value(u)) : -std::log1p(-Value(~u));
    EXPECT_NEAR(static_cast<double>(NegativeLog(u) - expected * 0x1p58L), 0, 2)
        << u;
  }
}

TEST(NegativeLogTest, NeverRises) {
  std::vector<uint64_t> samples = Samples(20'000);
  std::sort(samples.begin(), samples.end());
  for (size_t i = 1; i < samples.size(); ++i) {
    EXPECT_LE(NegativeLog(samples[i]), NegativeLog(samples[i - 1]) + 1);
  }
}

// P(Z < z) for the standard normal Z, z <= 0.
long double NormalProbability(long double z) {
  return std::erfc(-z / std::sqrt(2.0L)) / 2;
}

TEST(NormalQuantileTest, InvertsTheDistribution) {
  for (const uint64_t u : Samples(20'000)) {
    if (u >> 63 != 0) continue;
    const long double z = NormalQuantile(u) / 0x1p58L;
    ASSERT_LE(z, 0);
    // A relative error e of z makes one of about z^2 e in the probability, and
    // near 1/2 one of z / 1.25.
    const long double expected = Value(u);
    EXPECT_LT(std::abs(NormalProbability(z) / expected - 1),
              1e-11L * (1 + z * z))
        << u;
  }
}

// Near 1/2 the quantile itself is small; its relative error must be too.
TEST(NormalQuantileTest, IsExactNearTheMedian) {
  for (int shift = 20; shift < 62; ++shift) {
    const uint64_t distance = uint64_t{1} << (62 - shift);
    const long double expected = (static_cast<long double>(distance) + 0.5L) /
                                 0x1p64L * std::sqrt(2 * std::acos(-1.0L));
    const long double z =
        NormalQuantile((uint64_t{1} << 63) + distance) / 0x1p58L;
    EXPECT_LT(std::abs(z / expected - 1), 1e-11L + 0x1p-57L / expected)
        << shift;
  }
}

TEST(NormalQuantileTest, KnownQuantiles) {
  const auto at = [](long double p) {
    const auto u = static_cast<uint64_t>(p * 0x1p64L);
    return static_cast<double>(NormalQuantile(u) / 0x1p58L);
  };
  EXPECT_NEAR(at(0.5L), 0, 1e-15);
  EXPECT_NEAR(at(0.975L), 1.959963984540054, 1e-12);
  EXPECT_NEAR(at(0.99L), 2.3263478740408408, 1e-12);
  EXPECT_NEAR(at(1e-9L), -5.997807015007687, 1e-11);
  EXPECT_NEAR(at(1e-15L), -7.941345326170998, 1e-5);
}

TEST(NormalQuantileTest, IsAntisymmetricAndRises) {
  std::vector<uint64_t> samples = Samples(20'000);
  std::sort(samples.begin(), samples.end());
  int64_t last = NormalQuantile(0);
  for (const uint64_t u : samples) {
    const int64_t z = NormalQuantile(u);
    EXPECT_EQ(NormalQuantile(~u), -z);
    // Up to the stated error; the rational functions of the three ranges meet
    // within it.
    EXPECT_GE(z, last - std::abs(last) / 100'000'000'000 - 1);
    last = z;
  }
}

TEST(ScaledExpTest, AgreesWithTheCLibrary) {
  Stream stream = MakeStream(1, "exp");
  for (int i = 0; i < 20'000; ++i) {
    const int64_t x =
        stream.Between(-(int64_t{45} << kExpPlaces), int64_t{45} << kExpPlaces);
    const int64_t scale = stream.Between(1, kMaxScaledExp) >> stream.Below(62);
    const long double expected = std::min<long double>(
        scale * std::exp(x / 0x1p55L), static_cast<long double>(kMaxScaledExp));
    EXPECT_LE(std::abs(ScaledExp(scale, x) - expected),
              0.5L + expected * 1e-15L)
        << scale << " e^ " << x;
  }
}

TEST(ScaledExpTest, EndsOfTheRange) {
  constexpr int64_t kOne = int64_t{1} << kExpPlaces;
  EXPECT_EQ(ScaledExp(1234, 0), 1234);
  EXPECT_EQ(ScaledExp(kMaxScaledExp, 0), kMaxScaledExp);
  EXPECT_EQ(ScaledExp(kMaxScaledExp, 1), kMaxScaledExp);
  EXPECT_EQ(ScaledExp(1, 128 * kOne), kMaxScaledExp);
  EXPECT_EQ(ScaledExp(0, 128 * kOne), 0);
  EXPECT_EQ(ScaledExp(kMaxScaledExp, -128 * kOne), 0);
  EXPECT_EQ(ScaledExp(1'000'000'000, kOne), 2'718'281'828);
}

}  // namespace
}  // namespace bindersim::sim
