// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/observed.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <tuple>

namespace bindersim::sim {
namespace {

struct State {
  uint32_t number = 0;
  Observed<uint64_t> seen{};

  auto Fields() const { return std::tie(number, seen); }
  bool operator==(const State&) const = default;
};

TEST(Observed, IsNoPartOfTheValue) {
  State one{1, {7}};
  const State other{1, {8}};
  EXPECT_EQ(one, other);
  EXPECT_EQ(HashOf(one), HashOf(other));
  one.number = 2;
  EXPECT_FALSE(one == other);
  EXPECT_NE(HashOf(one), HashOf(other));
}

TEST(Observed, IsCopied) {
  const State one{1, {7}};
  const State copy = one;
  EXPECT_EQ(copy.seen.value, 7u);
}

}  // namespace
}  // namespace bindersim::sim
