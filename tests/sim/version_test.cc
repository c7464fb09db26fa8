// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/version.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "sim/value.h"

namespace bindersim::sim {
namespace {

// Counts how often it is assigned to.
struct Counting {
  int value = 0;
  static inline int assigned = 0;

  Counting() = default;
  explicit Counting(int number) : value(number) {}
  Counting(const Counting&) = default;
  Counting& operator=(const Counting& other) {
    value = other.value;
    ++assigned;
    return *this;
  }
  bool operator==(const Counting&) const = default;
};

TEST(Version, IsNeverGivenTwiceInAnyThread) {
  std::vector<Version> versions[2];
  const auto draw = [](std::vector<Version>& into) {
    for (int i = 0; i < 1000; ++i) into.push_back(NewVersion());
  };
  // tidy: allow(threads) what is tested
  std::thread other(draw, std::ref(versions[1]));
  draw(versions[0]);
  other.join();
  std::set<Version> all;
  for (const auto& some : versions) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), 2000u);
  EXPECT_FALSE(all.contains(0));
}

TEST(OwnVersion, IsSharedByCopiesUntilOneChanges) {
  OwnVersion version;
  OwnVersion copy = version;
  EXPECT_TRUE(copy.IsSame(version));
  EXPECT_EQ(copy.Get(), version.Get());
  const Version before = version.Get();
  version.Change();
  EXPECT_FALSE(copy.IsSame(version));
  EXPECT_NE(version.Get(), before);
  EXPECT_EQ(copy.Get(), before);
  copy = version;
  EXPECT_TRUE(copy.IsSame(version));
}

TEST(OwnVersion, OfTwoThatNobodyAskedForAreNotTheSame) {
  const OwnVersion a;
  const OwnVersion b;
  EXPECT_FALSE(a.IsSame(b));
  EXPECT_NE(a.Get(), b.Get());
}

TEST(OwnVersion, IsTakenByWhatIsMovedTo) {
  OwnVersion version;
  const Version number = version.Get();
  OwnVersion taken = std::move(version);
  EXPECT_EQ(taken.Get(), number);
  EXPECT_NE(version.Get(), number);  // NOLINT(bugprone-use-after-move)
}

TEST(OwnVersion, IsTheSameForAllThreadsThatAsk) {
  for (int i = 0; i < 200; ++i) {
    const OwnVersion version;
    Version asked[2] = {};
    const auto ask = [&](int thread) { asked[thread] = version.Get(); };
    // tidy: allow(threads) what is tested
    std::thread other(ask, 1);
    ask(0);
    other.join();
    ASSERT_EQ(asked[0], asked[1]);
    ASSERT_EQ(asked[0], version.Get());
  }
}

TEST(Versioned, HasAnotherVersionOnlyAfterAChange) {
  Versioned<Counting> part(Counting(1));
  const Version version = part.version();
  EXPECT_EQ(part->value, 1);
  EXPECT_EQ((*part).value, 1);
  EXPECT_EQ(part.version(), version);
  part.Change().value = 2;
  EXPECT_NE(part.version(), version);
  EXPECT_EQ(part->value, 2);
}

TEST(Versioned, IsCopiedOnlyIfItHasAnotherVersion) {
  Versioned<Counting> part(Counting(1));
  Versioned<Counting> copy = part;
  Counting::assigned = 0;
  copy = part;
  EXPECT_EQ(Counting::assigned, 0);
  part.Change().value = 2;
  copy = part;
  EXPECT_EQ(Counting::assigned, 1);
  EXPECT_EQ(copy->value, 2);
  copy = part;
  EXPECT_EQ(Counting::assigned, 1);
}

TEST(Versioned, WhatIsMovedFromIsSomethingElse) {
  Versioned<std::vector<int>> part(std::vector<int>{1, 2});
  Versioned<std::vector<int>> taken = std::move(part);
  EXPECT_EQ(taken->size(), 2u);
  part = taken;  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(part, taken);
  taken = std::move(part);
  part = taken;
  EXPECT_EQ(part->size(), 2u);
}

TEST(Versioned, EqualityIsAboutTheValue) {
  Versioned<Counting> a(Counting(1));
  Versioned<Counting> b(Counting(1));
  EXPECT_NE(a.version(), b.version());
  EXPECT_EQ(a, b);
  b.Change().value = 2;
  EXPECT_NE(a, b);
}

TEST(VersionedVector, CopiesOnlyWhatHasAnotherVersion) {
  VersionedVector<Counting> parts(3);
  VersionedVector<Counting> copy = parts;
  parts[1].value = 5;
  EXPECT_NE(parts.VersionOf(1), copy.VersionOf(1));
  EXPECT_EQ(parts.VersionOf(2), copy.VersionOf(2));
  Counting::assigned = 0;
  copy = parts;
  EXPECT_EQ(Counting::assigned, 1);
  EXPECT_EQ(copy, parts);
  EXPECT_EQ(std::as_const(copy)[1].value, 5);
  EXPECT_EQ(copy.VersionOf(1), parts.VersionOf(1));
}

TEST(VersionedVector, MayBeAssignedOneOfAnotherLength) {
  VersionedVector<Counting> parts(3);
  parts[0].value = 1;
  VersionedVector<Counting> longer(5);
  longer = parts;
  EXPECT_EQ(longer, parts);
  VersionedVector<Counting> shorter;
  shorter = parts;
  EXPECT_EQ(shorter, parts);
}

TEST(VersionedVector, HashesAsItsValues) {
  VersionedVector<int> parts(2);
  parts[0] = 1;
  VersionedVector<int> other(2);
  other[0] = 1;
  EXPECT_EQ(HashOf(parts), HashOf(other));
  other[1] = 1;
  EXPECT_NE(HashOf(parts), HashOf(other));
}

}  // namespace
}  // namespace bindersim::sim
