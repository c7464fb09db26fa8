// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/digest.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindersim::sim {
namespace {

void Add(RunDigest& digest, const std::string& record) {
  digest.Update(std::as_bytes(std::span<const char>(record)));
}

// `count` records that are equal in all runs but for record number `odd`.
RunDigest Simulate(uint64_t count, uint64_t odd = 0) {
  RunDigest digest;
  for (uint64_t i = 1; i <= count; ++i) {
    Add(digest, "record " + std::to_string(i) + (i == odd ? "!" : "."));
  }
  return digest;
}

std::optional<DifferenceWindow> Difference(const RunDigest& a,
                                           const RunDigest& b) {
  return FirstDifference(a.Prefixes(), b.Prefixes());
}

TEST(RunDigestTest, DependsOnEveryByteAndOnTheOrder) {
  const auto digest = [](std::vector<std::string> records) {
    RunDigest digest;
    for (const std::string& record : records) Add(digest, record);
    return digest.Value();
  };
  EXPECT_EQ(digest({"a", "b"}), digest({"a", "b"}));
  EXPECT_NE(digest({"a", "b"}), digest({"b", "a"}));
  EXPECT_NE(digest({"a", "b"}), digest({"a", "c"}));
  EXPECT_NE(digest({"ab"}), digest({"a", "b"})) << "cut differently";
  EXPECT_NE(digest({"a"}), digest({"a", ""})) << "an empty record";
}

TEST(RunDigestTest, GoldenValue) {
  EXPECT_EQ(RunDigest().Value().ToHex(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(Simulate(1000).Value().ToHex(), "dd4adf656575f4fab561a4433c9c2f03");
}

TEST(RunDigestTest, CopiesGoOnByThemselves) {
  RunDigest a = Simulate(100);
  RunDigest b = a;
  Add(a, "x");
  EXPECT_EQ(b.count(), 100u);
  EXPECT_EQ(b.Value(), Simulate(100).Value());
  Add(b, "x");
  EXPECT_EQ(a.Value(), b.Value());
}

TEST(RunDigestTest, KeepsPrefixesAtPowersOfTwo) {
  const std::vector<PrefixDigest> prefixes = Simulate(100).Prefixes();
  std::vector<uint64_t> counts;
  for (const PrefixDigest& prefix : prefixes) {
    counts.push_back(prefix.count);
    EXPECT_EQ(prefix.digest, Simulate(prefix.count).Value());
  }
  EXPECT_EQ(counts, (std::vector<uint64_t>{1, 2, 4, 8, 16, 32, 64, 100}));
  EXPECT_EQ(Simulate(64).Prefixes().back().count, 64u);
  EXPECT_EQ(Simulate(64).Prefixes().size(), 7u);
}

TEST(FirstDifferenceTest, EqualRunsHaveNone) {
  for (const uint64_t count : {0, 1, 2, 3, 64, 100}) {
    EXPECT_EQ(Difference(Simulate(count), Simulate(count)), std::nullopt)
        << count;
  }
}

TEST(FirstDifferenceTest, WindowHoldsTheFirstDifferentRecord) {
  for (uint64_t odd = 1; odd <= 100; ++odd) {
    const auto window = Difference(Simulate(100), Simulate(100, odd));
    ASSERT_TRUE(window.has_value()) << odd;
    EXPECT_LT(window->equal_records, odd);
    EXPECT_GE(window->different_by, odd);
    EXPECT_LE(window->different_by,
              std::max<uint64_t>(1, 2 * window->equal_records));
  }
  EXPECT_EQ(Difference(Simulate(100), Simulate(100, 5)),
            (DifferenceWindow{4, 8}));
  EXPECT_EQ(Difference(Simulate(100), Simulate(100, 65)),
            (DifferenceWindow{64, 100}));
}

TEST(FirstDifferenceTest, OneRunIsLonger) {
  EXPECT_EQ(Difference(Simulate(64), Simulate(100)),
            (DifferenceWindow{64, 65}));
  EXPECT_EQ(Difference(Simulate(100), Simulate(70)),
            (DifferenceWindow{64, 71}));
  EXPECT_EQ(Difference(Simulate(100), Simulate(70, 3)),
            (DifferenceWindow{2, 4}));
  EXPECT_EQ(Difference(Simulate(0), Simulate(3)), (DifferenceWindow{0, 1}));
  // Record 66 is beyond the last common prefix.
  EXPECT_EQ(Difference(Simulate(100), Simulate(70, 66)),
            (DifferenceWindow{64, 71}));
}

}  // namespace
}  // namespace bindersim::sim
