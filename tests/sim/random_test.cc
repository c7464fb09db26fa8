// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/random.h"

#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace bindersim::sim {
namespace {

using Block = std::array<uint32_t, 4>;

// The known-answer vectors of Random123 (philox4x32, 10 rounds).
TEST(PhiloxTest, PublishedVectors) {
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                       {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(StreamTest, IsAFunctionOfSeedNameAndIndex) {
  Stream a = MakeStream(1, "app[0]/main/sleep");
  Stream b = a;
  EXPECT_EQ(a.Next64(), b.Next64());
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.counter, 1u);
  EXPECT_NE(MakeStream(1, "app[1]/main/sleep").Next64(),
            MakeStream(1, "app[0]/main/sleep").Next64());
  EXPECT_NE(MakeStream(2, "app[0]/main/sleep").Next64(),
            MakeStream(1, "app[0]/main/sleep").Next64());
  // Any draw can be had without those before it.
  Stream later = MakeStream(1, "app[0]/main/sleep");
  later.counter = 1;
  EXPECT_EQ(later.Next64(), a.Next64());
}

TEST(StreamTest, GoldenDraws) {
  Stream stream = MakeStream(42, "golden");
  const std::vector<uint64_t> expected = {
      0x855456ed0a97565b, 0xcdb0fed4373f96c6, 0x72594b256bfa01c0,
      0x1aaf0f5a9856caf8, 0xdea43290efb7ba23, 0xfcc0a91317587b54,
      0xdec01946eaa8e778, 0x199fa3367ed3d3f6, 0x52166bf4795cbb65,
      0x75e4e5ba9f478f83, 0x52368b3d201e8610, 0xc99a3aaf1f7c194e,
      0xebbe8412efcb0927, 0x49177042535d8509, 0x25b0fb889136f074,
      0x9aafed19c3ff1903};
  for (const uint64_t draw : expected) EXPECT_EQ(stream.Next64(), draw);
}

TEST(StreamTest, BelowCoversTheRangeEvenly) {
  Stream stream = MakeStream(1, "below");
  std::array<int, 7> seen = {};
  for (int i = 0; i < 70'000; ++i) ++seen.at(stream.Below(7));
  // Each is 10,000 with a standard deviation of 93.
  for (const int count : seen) {
    EXPECT_GT(count, 9'600);
    EXPECT_LT(count, 10'400);
  }
  EXPECT_EQ(stream.Below(1), 0u);
}

// With n = 3 * 2^62 a quarter of the numbers is surplus; without rejection the
// results that two numbers map to would come twice as often as the others.
TEST(StreamTest, BelowRejectsTheSurplus) {
  Stream stream = MakeStream(1, "surplus");
  const uint64_t n = uint64_t{3} << 62;
  int multiples_of_three = 0;
  for (int i = 0; i < 30'000; ++i) {
    multiples_of_three += stream.Below(n) % 3 == 0;
  }
  EXPECT_NEAR(multiples_of_three, 10'000, 400);
  // A quarter of all draws was thrown away: 30,000 / (3/4) draws in all.
  EXPECT_NEAR(static_cast<double>(stream.counter), 40'000, 500);
}

TEST(StreamTest, BetweenIncludesBothEnds) {
  Stream stream = MakeStream(1, "between");
  std::array<int, 3> seen = {};
  for (int i = 0; i < 300; ++i) {
    ++seen.at(static_cast<size_t>(stream.Between(-1, 1) + 1));
  }
  for (const int count : seen) EXPECT_GT(count, 50);
  EXPECT_EQ(stream.Between(5, 5), 5);
  // The full range: no overflow, and both signs occur.
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  int negative = 0;
  for (int i = 0; i < 100; ++i) negative += stream.Between(kMin, kMax) < 0;
  EXPECT_GT(negative, 20);
  EXPECT_LT(negative, 80);
}

TEST(StreamTest, BernoulliIsARatio) {
  Stream stream = MakeStream(1, "bernoulli");
  int hits = 0;
  for (int i = 0; i < 90'000; ++i) hits += stream.Bernoulli(1, 3);
  EXPECT_NEAR(hits, 30'000, 600);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(stream.Bernoulli(0, 3));
    EXPECT_TRUE(stream.Bernoulli(3, 3));
  }
}

TEST(StreamDeathTest, ImpossibleRequests) {
  Stream stream = MakeStream(1, "death");
  EXPECT_EXIT(stream.Below(0), testing::ExitedWithCode(70), "empty interval");
  EXPECT_EXIT(stream.Between(2, 1), testing::ExitedWithCode(70), "2 > 1");
  EXPECT_EXIT(stream.Bernoulli(4, 3), testing::ExitedWithCode(70), "4 / 3");
}

}  // namespace
}  // namespace bindersim::sim
