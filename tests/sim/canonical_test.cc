// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/canonical.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "sim/hash128.h"
#include "sim/id.h"
#include "sim/os_number.h"
#include "sim/serial_number.h"
#include "sim/time.h"

namespace bindersim::sim {
namespace {

struct ThingTag {
  static constexpr uint32_t kSpace = 7;
};
using ThingId = Id<ThingTag>;

CanonicalForm FormOf(const auto& value) {
  CanonicalWriter writer;
  writer.Begin();
  writer.Add(value);
  CanonicalForm form;
  writer.Finish(form);
  return form;
}

Hash128 HashOfBytes(const std::vector<std::byte>& bytes) {
  CanonicalWriter writer;
  writer.Begin();
  writer.AddBytes(bytes);
  CanonicalForm form;
  writer.Finish(form);
  return form.bytes;
}

// Of short blocks and of those that are hashed where they lie.
TEST(CanonicalWriter, EachByteMakesADifferenceAndTheirNumber) {
  for (const size_t size : {7, 8, 100, 4095, 4096, 10'001}) {
    const std::vector<std::byte> bytes(size, std::byte{5});
    const Hash128 hash = HashOfBytes(bytes);
    EXPECT_EQ(HashOfBytes(bytes), hash);
    for (const size_t at : {size_t{0}, size / 2, size - 1}) {
      std::vector<std::byte> other = bytes;
      other[at] = std::byte{6};
      EXPECT_NE(HashOfBytes(other), hash) << at << " of " << size;
    }
    std::vector<std::byte> longer = bytes;
    longer.push_back({});
    EXPECT_NE(HashOfBytes(longer), hash) << size;
  }
}

TEST(CanonicalWriter, ListsWhatIsMentionedAndLeavesItOutOfTheBytes) {
  const auto value = [](uint32_t number) {
    return std::tuple(uint32_t{1}, ThingId{number, number + 1}, Tid(number + 2),
                      Uid(number + 3), Time(Duration(-5)));
  };
  const CanonicalForm form = FormOf(value(10));
  EXPECT_EQ(form.bytes, FormOf(value(20)).bytes);
  ASSERT_EQ(form.mentions.size(), 4u);
  EXPECT_EQ(form.mentions[0].space, ThingTag::kSpace);
  EXPECT_EQ(form.mentions[0].index, 10u);
  EXPECT_EQ(form.mentions[0].generation, 11u);
  EXPECT_EQ(form.mentions[1].space, Mention::kTid);
  EXPECT_EQ(form.mentions[1].index, 12u);
  EXPECT_EQ(form.mentions[2].space, Mention::kUid);
  EXPECT_EQ(form.mentions[2].index, 13u);
  EXPECT_EQ(form.mentions[3].space, Mention::kTime);
  EXPECT_EQ(form.mentions[3].time(), Time(Duration(-5)));
}

TEST(CanonicalWriter, ANullIdIsNoMentionButMakesADifference) {
  const CanonicalForm null = FormOf(ThingId());
  EXPECT_TRUE(null.mentions.empty());
  EXPECT_NE(null.bytes, FormOf(ThingId{1, 1}).bytes);
}

TEST(CanonicalWriter, LeavesOutSerialNumbers) {
  EXPECT_EQ(FormOf(SerialNumber(1)).bytes, FormOf(SerialNumber(2)).bytes);
  EXPECT_NE(FormOf(uint32_t{1}).bytes, FormOf(uint32_t{2}).bytes);
}

TEST(CanonicalWriter, BeginsEachFormAnew) {
  CanonicalWriter writer;
  CanonicalForm form;
  writer.Begin();
  writer.SetOwner(3);
  writer.RenameAddresses({{{4096, 100}}});
  writer.Add(ThingId{1, 1}).Add(uint64_t{4096});
  writer.Finish(form);
  EXPECT_EQ(form.mentions[0].owner, 3u);
  writer.Begin();
  writer.Add(ThingId{1, 1}).Add(uint64_t{4096});
  writer.Finish(form);
  const CanonicalForm other = FormOf(std::tuple(ThingId{1, 1}, uint64_t{4096}));
  EXPECT_EQ(form.bytes, other.bytes);
  ASSERT_EQ(form.mentions.size(), 1u);
  EXPECT_EQ(form.mentions[0].owner, 0u);
}

// Whether `adds(writer, block)` comes to the same for a block of 100 bytes here
// and for one there, each beside another one.
template <class Adds>
bool SameWhereverTheBlockIs(Adds adds) {
  std::vector<Hash128> hashes;
  for (const uint64_t block : {4096, 8192}) {
    CanonicalWriter writer;
    writer.Begin();
    writer.RenameAddresses({{{}, {block, 100}, {12288, 8}}});
    adds(writer, block);
    CanonicalForm form;
    writer.Finish(form);
    hashes.push_back(form.bytes);
  }
  return hashes[0] == hashes[1];
}

TEST(CanonicalWriter, AddressesAreRenamedFromTheFirstToTheLast) {
  for (const uint64_t at : {0, 1, 99}) {
    EXPECT_TRUE(SameWhereverTheBlockIs([&](auto& writer, uint64_t block) {
      writer.Add(block + at);
    })) << at;
  }
  EXPECT_FALSE(SameWhereverTheBlockIs(
      [](auto& writer, uint64_t block) { writer.Add(block + 100); }));
  EXPECT_FALSE(SameWhereverTheBlockIs(
      [](auto& writer, uint64_t block) { writer.Add(block - 1); }));
}

TEST(CanonicalWriter, AddressesAreRenamedInBytes) {
  const auto add = [](auto& writer, uint64_t block, uint64_t unlike) {
    const std::array<uint64_t, 3> numbers = {7, block + 8, unlike};
    writer.AddBytes(std::as_bytes(std::span(numbers)).first(20));
  };
  EXPECT_TRUE(SameWhereverTheBlockIs(
      [&](auto& writer, uint64_t block) { add(writer, block, 9); }));
  EXPECT_FALSE(SameWhereverTheBlockIs([&](auto& writer, uint64_t block) {
    add(writer, block, block);
  })) << "half an address";
}

TEST(CanonicalWriter, OnlyNumbersOfAnAddressesWidthAreRenamedAndNotForEver) {
  EXPECT_FALSE(SameWhereverTheBlockIs([](auto& writer, uint64_t block) {
    writer.Add(static_cast<uint32_t>(block));
  }));
  EXPECT_FALSE(SameWhereverTheBlockIs([](auto& writer, uint64_t block) {
    writer.RenameAddresses({});
    writer.Add(block);
  }));
}

// Addresses of different blocks are different things.
TEST(CanonicalWriter, BlocksAreToldApart) {
  const auto hash = [](uint64_t number) {
    CanonicalWriter writer;
    writer.Begin();
    writer.RenameAddresses({{{4096, 8}, {8192, 8}}});
    writer.Add(number);
    CanonicalForm form;
    writer.Finish(form);
    return form.bytes;
  };
  EXPECT_NE(hash(4096), hash(8192));
  EXPECT_NE(hash(4096), hash(4097));
}

}  // namespace
}  // namespace bindersim::sim
