// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/os/address_space.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gtest/gtest.h"
#include "sim/value.h"

namespace bindersim::os {
namespace {

constexpr uint64_t kHuge = uint64_t{1} << 44;

uint32_t ReadAt(const AddressSpace& space, uint64_t address) {
  uint32_t value = 0xdead;
  EXPECT_TRUE(space.ReadValue(address, value));
  return value;
}

TEST(AddressSpaceTest, WhatWasNeverWrittenIsZerosAndTakesNoSpace) {
  AddressSpace space;
  const uint64_t base = space.Map(kHuge, true);
  EXPECT_EQ(ReadAt(space, base + kHuge - 4), 0u);
  EXPECT_FALSE(space.IsMapped(base, kHuge + 1));
  EXPECT_TRUE(space.Zero(base, 2 * kPageSize));
}

TEST(AddressSpaceTest, ZerosThatWereWrittenAreTheSameValue) {
  AddressSpace space;
  const uint64_t base = space.Map(4 * kPageSize, true);
  const AddressSpace before = space;
  space.WriteValue(base + 2 * kPageSize, uint32_t{0});
  EXPECT_EQ(space, before);
  EXPECT_EQ(sim::HashOf(space), sim::HashOf(before));
  space.WriteValue(base + 2 * kPageSize, uint32_t{1});
  EXPECT_NE(space, before);
  EXPECT_NE(sim::HashOf(space), sim::HashOf(before));
}

// One after the other, pages that were never written among them.
TEST(AddressSpaceTest, IsReadInPieces) {
  AddressSpace space;
  const uint64_t base = space.Map(4 * kPageSize, true);
  space.WriteValue(base + kPageSize - 2, uint32_t{0x04030201});
  space.WriteValue(base + 3 * kPageSize, uint32_t{5});
  const uint64_t from = base + kPageSize - 3;
  const uint64_t size = 2 * kPageSize + 4;
  std::vector<std::byte> bytes(size);
  ASSERT_TRUE(space.Read(from, bytes));
  EXPECT_EQ(bytes[4], std::byte{4});
  EXPECT_EQ(bytes[size - 1], std::byte{5});

  std::vector<std::byte> pieces;
  EXPECT_TRUE(
      space.ReadPieces(from, size, [&](std::span<const std::byte> piece) {
        pieces.insert(pieces.end(), piece.begin(), piece.end());
      }));
  EXPECT_EQ(pieces, bytes);
  const auto unexpected = [](std::span<const std::byte>) { ADD_FAILURE(); };
  EXPECT_FALSE(space.ReadPieces(from, 4 * kPageSize, unexpected));
  EXPECT_TRUE(space.ReadPieces(0, 0, unexpected));
}

TEST(AddressSpaceTest, CopiesShareUntilWritten) {
  AddressSpace space;
  const uint64_t base = space.Map(kPageSize, true);
  space.WriteValue(base, uint32_t{1});
  AddressSpace copy = space;
  copy.WriteValue(base, uint32_t{2});
  EXPECT_EQ(ReadAt(space, base), 1u);
  EXPECT_EQ(ReadAt(copy, base), 2u);
}

// Unmapping a part leaves what is before it and behind it.
TEST(AddressSpaceTest, PartsOfAMappingCanBeRemoved) {
  AddressSpace space;
  const uint64_t base = space.Map(6 * kPageSize, true);
  const uint64_t other = space.Map(kPageSize, true);
  for (uint32_t page = 0; page < 6; ++page) {
    space.WriteValue(base + page * kPageSize, page + 1);
  }
  space.UnmapRange(base + 2 * kPageSize, kPageSize);
  EXPECT_TRUE(space.IsMapped(base, 2 * kPageSize));
  EXPECT_FALSE(space.IsMapped(base, 2 * kPageSize + 1));
  EXPECT_FALSE(space.MapsAny(base + 2 * kPageSize, kPageSize));
  EXPECT_EQ(ReadAt(space, base + kPageSize), 2u);
  EXPECT_EQ(ReadAt(space, base + 3 * kPageSize), 4u);
  EXPECT_EQ(ReadAt(space, base + 5 * kPageSize), 6u);

  space.UnmapRange(base, 5 * kPageSize);
  EXPECT_FALSE(space.MapsAny(base, 5 * kPageSize));
  EXPECT_EQ(ReadAt(space, base + 5 * kPageSize), 6u);
  space.UnmapRange(base + 5 * kPageSize, kPageSize);
  EXPECT_FALSE(space.MapsAny(base, 6 * kPageSize));
  EXPECT_TRUE(space.IsMapped(other, kPageSize));
}

TEST(AddressSpaceTest, ACopiedMappingIsIndependent) {
  AddressSpace space;
  const uint64_t base = space.Map(2 * kPageSize, false);
  space.Write(base + kPageSize, std::array{std::byte{7}}, Access::kKernel);
  AddressSpace kept;
  EXPECT_FALSE(space.CopyMappingTo(base + kPageSize, kept));
  EXPECT_TRUE(space.CopyMappingTo(base, kept));
  kept.Zero(base + kPageSize, 1, Access::kKernel);
  EXPECT_EQ(ReadAt(space, base + kPageSize), 7u);
  EXPECT_EQ(ReadAt(kept, base + kPageSize), 0u);
}

TEST(AddressSpaceTest, UsersCannotWriteWhatIsReadOnly) {
  AddressSpace space;
  const uint64_t base = space.Map(kPageSize, false);
  EXPECT_FALSE(space.WriteValue(base, uint32_t{1}));
  EXPECT_FALSE(space.Zero(base, 1));
  EXPECT_TRUE(space.Zero(base, 1, Access::kKernel));
}

}  // namespace
}  // namespace bindersim::os
