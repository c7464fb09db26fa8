// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/value.h"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "gtest/gtest.h"
#include "sim/time.h"

namespace bindersim::sim {
namespace {

struct Small {
  uint32_t a = 0;
  uint32_t b = 0;

  auto Fields() const { return std::tie(a, b); }
  bool operator==(const Small&) const = default;
};

// The members that make counting by braces go wrong: an array, a nested
// aggregate, and ones that can be made from anything.
struct Large {
  std::array<int16_t, 3> array = {};
  Small small;
  std::optional<std::string> optional;
  std::variant<std::monostate, uint8_t, Small> variant;
  std::vector<Large> children;
  std::map<uint8_t, std::string> map;
  std::pair<bool, uint64_t> pair;
  std::vector<bool> bits;
  Duration span{};
  Time time;

  auto Fields() const {
    return std::tie(array, small, optional, variant, children, map, pair, bits,
                    span, time);
  }
  bool operator==(const Large&) const = default;
};

struct Padded {
  uint8_t a = 1;
  uint32_t b = 2;

  auto Fields() const { return std::tie(a, b); }
};

struct Empty {
  auto Fields() const { return std::tuple<>(); }
};

struct Swapped {
  uint8_t a = 1;
  uint32_t b = 2;

  auto Fields() const { return std::tie(b, a); }
};

struct Repeated {
  std::string a;
  std::string b;

  auto Fields() const { return std::tie(a, a); }
};

class Private {
 public:
  explicit Private(int secret) : secret_(secret) {}
  void AddTo(Hasher& hasher) const { hasher.Add(secret_); }

 private:
  int secret_;
};

enum class Colour : uint16_t { kRed = 0x1234 };

TEST(ValueTest, FieldsMustNameAllMembersInOrder) {
  static_assert(FieldsNameAllMembers<Small>());
  static_assert(FieldsNameAllMembers<Large>());
  static_assert(FieldsNameAllMembers<Empty>());
  static_assert(!FieldsNameAllMembers<Swapped>());
}

#ifndef NDEBUG
TEST(ValueDeathTest, FieldsMustNotNameAMemberTwice) {
  EXPECT_EXIT(HashOf(Repeated{}), testing::ExitedWithCode(70), "twice");
}
#endif

TEST(ValueTest, WhatIsNotTheSameInEveryRunIsNotHashable) {
  static_assert(!Hashable<double>);
  static_assert(!Hashable<int*>);
  static_assert(!Hashable<const char*>);
  static_assert(!Hashable<std::unordered_map<int, int>>);
  static_assert(!Hashable<std::unordered_set<int>>);
  static_assert(!Hashable<absl::flat_hash_map<int, int>>);
  static_assert(!Hashable<std::chrono::duration<double>>);
  static_assert(Hashable<absl::btree_map<int, int>>);
  static_assert(Hashable<std::set<int>>);
}

Hash128 HashRaw(const std::vector<uint8_t>& bytes) {
  return HashBytes(std::as_bytes(std::span<const uint8_t>(bytes)));
}

TEST(ValueTest, ScalarsAreLittleEndianBytes) {
  EXPECT_EQ(HashOf(uint8_t{7}), HashRaw({7}));
  EXPECT_EQ(HashOf(uint32_t{0x01020304}), HashRaw({4, 3, 2, 1}));
  EXPECT_EQ(HashOf(int16_t{-2}), HashRaw({0xfe, 0xff}));
  EXPECT_EQ(HashOf(true), HashRaw({1}));
  EXPECT_EQ(HashOf(Colour::kRed), HashRaw({0x34, 0x12}));
  EXPECT_EQ(HashOf(Duration(258)), HashRaw({2, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(HashOf(Time(Duration(3))), HashRaw({3, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(ValueTest, CompositesAreTheirPartsInOrder) {
  EXPECT_EQ(HashOf(Small{1, 2}), HashRaw({1, 0, 0, 0, 2, 0, 0, 0}));
  EXPECT_EQ(HashOf(Padded{}), HashRaw({1, 2, 0, 0, 0}));
  EXPECT_EQ(HashOf(Empty{}), HashRaw({}));
  EXPECT_EQ(HashOf(std::pair<uint8_t, uint8_t>(5, 6)), HashRaw({5, 6}));
  EXPECT_EQ(HashOf(std::array<uint8_t, 2>{5, 6}), HashRaw({5, 6}));
  EXPECT_EQ(HashOf(std::optional<uint8_t>()), HashRaw({0}));
  EXPECT_EQ(HashOf(std::optional<uint8_t>(9)), HashRaw({1, 9}));
  EXPECT_EQ((HashOf(std::variant<uint8_t, std::monostate>(uint8_t{9}))),
            HashRaw({0, 0, 0, 0, 9}));
  EXPECT_EQ(HashOf(Private(1)), HashRaw({1, 0, 0, 0}));
}

TEST(ValueTest, SequencesBeginWithTheirSize) {
  const std::vector<uint8_t> expected = {2, 0, 0, 0, 0, 0, 0, 0, 'h', 'i'};
  EXPECT_EQ(HashOf(std::string("hi")), HashRaw(expected));
  EXPECT_EQ(HashOf(std::vector<char>{'h', 'i'}), HashRaw(expected));
  EXPECT_EQ(HashOf(std::deque<char>{'h', 'i'}), HashRaw(expected));
  EXPECT_EQ(HashOf(std::set<char>{'h', 'i'}), HashRaw(expected));
  EXPECT_EQ(HashOf(std::vector<bool>{true, false}),
            HashRaw({2, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ((HashOf(std::map<char, char>{{'a', 'b'}})),
            HashRaw({1, 0, 0, 0, 0, 0, 0, 0, 'a', 'b'}));
  EXPECT_EQ((HashOf(absl::btree_map<char, char>{{'a', 'b'}})),
            (HashOf(std::map<char, char>{{'a', 'b'}})));
  Hasher by_hand;
  by_hand.AddSize(2).AddBytes(std::as_bytes(std::span("hi", 2)));
  EXPECT_EQ(by_hand.Value(), HashRaw(expected));
  // The size keeps neighbours apart.
  using Strings = std::vector<std::string>;
  EXPECT_NE(HashOf(Strings{"ab", "c"}), HashOf(Strings{"a", "bc"}));
}

// Structs without padding are hashed as they lie in memory, also in vectors;
// the result must be the one of the long way.
TEST(ValueTest, FlatArraysHashLikeTheirElements) {
  static_assert(internal::IsFlat<Small>());
  static_assert(internal::IsFlat<std::array<Small, 2>>());
  static_assert(!internal::IsFlat<Padded>());
  static_assert(!internal::IsFlat<Large>());
  static_assert(!internal::IsFlat<Private>());
  std::vector<Small> smalls;
  Hasher by_element;
  by_element.AddSize(300);
  for (uint32_t i = 0; i < 300; ++i) {
    smalls.push_back({i, i * i});
    by_element.Add(i).Add(i * i);
  }
  EXPECT_EQ(HashOf(smalls), by_element.Value());
}

TEST(ValueTest, EveryMemberCounts) {
  const Large base;
  std::set<Hash128> hashes = {HashOf(base)};
  const auto changed = [&](auto change) {
    Large value;
    change(value);
    EXPECT_NE(value, base);
    return hashes.insert(HashOf(value)).second;
  };
  EXPECT_TRUE(changed([](Large& x) { x.array[2] = 1; }));
  EXPECT_TRUE(changed([](Large& x) { x.small.b = 1; }));
  EXPECT_TRUE(changed([](Large& x) { x.optional = ""; }));
  EXPECT_TRUE(changed([](Large& x) { x.variant = uint8_t{0}; }));
  EXPECT_TRUE(changed([](Large& x) { x.children.emplace_back(); }));
  EXPECT_TRUE(changed([](Large& x) { x.map[0] = ""; }));
  EXPECT_TRUE(changed([](Large& x) { x.pair.second = 1; }));
  EXPECT_TRUE(changed([](Large& x) { x.bits.push_back(false); }));
  EXPECT_TRUE(changed([](Large& x) { x.span = Duration(1); }));
  EXPECT_TRUE(changed([](Large& x) { x.time = Time(Duration(1)); }));
}

// Equal on every compiler, machine and optimisation level.
TEST(ValueTest, GoldenHash) {
  Large value;
  value.array = {1, -2, 3};
  value.optional = "text";
  value.variant = Small{7, 8};
  value.children.resize(2);
  value.map = {{1, "one"}, {2, "two"}};
  value.bits = {true, false, true};
  value.span = Duration(-1);
  EXPECT_EQ(HashOf(value).ToHex(), "5072eae99325bc18a35291cd133f7ccc");
}

}  // namespace
}  // namespace bindersim::sim
