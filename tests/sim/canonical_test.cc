// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/canonical.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/hash128.h"

namespace bindersim::sim {
namespace {

class BytesHasher final : private CanonicalHasher {
 public:
  Hash128 Hash(const std::vector<std::byte>& bytes) {
    Clear();
    AddBytes(bytes);
    return Value();
  }

 private:
  uint32_t OnMention(uint32_t, uint32_t, uint32_t) override { return 1; }
};

// Of short blocks and of those that are hashed where they lie.
TEST(CanonicalHasher, EachByteMakesADifferenceAndTheirNumber) {
  BytesHasher hasher;
  for (const size_t size : {7, 8, 100, 4095, 4096, 10'001}) {
    const std::vector<std::byte> bytes(size, std::byte{5});
    const Hash128 hash = hasher.Hash(bytes);
    EXPECT_EQ(hasher.Hash(bytes), hash);
    for (const size_t at : {size_t{0}, size / 2, size - 1}) {
      std::vector<std::byte> other = bytes;
      other[at] = std::byte{6};
      EXPECT_NE(hasher.Hash(other), hash) << at << " of " << size;
    }
    std::vector<std::byte> longer = bytes;
    longer.push_back({});
    EXPECT_NE(hasher.Hash(longer), hash) << size;
  }
}

// Names addresses by where they are in a block of 100 bytes.
class BlockHasher final : public CanonicalHasher {
 public:
  explicit BlockHasher(uint64_t block) : block_(block) {
    RenameAddresses(block, block + 100);
  }
  void Leave() { RenameAddresses(0, 0); }
  using CanonicalHasher::Value;

 private:
  uint32_t OnMention(uint32_t, uint32_t, uint32_t) override { return 1; }
  uint64_t OnAddress(uint64_t address) override {
    EXPECT_GE(address, block_);
    EXPECT_LT(address, block_ + 100);
    return uint64_t{1} << 62 | (address - block_);
  }

  const uint64_t block_;
};

// `adds(hasher, block)` for a block here and for one there.
template <class Adds>
bool SameWhereverTheBlockIs(Adds adds) {
  BlockHasher here(4096);
  BlockHasher there(8192);
  adds(here, uint64_t{4096});
  adds(there, uint64_t{8192});
  return here.Value() == there.Value();
}

TEST(CanonicalHasher, AddressesAreRenamedFromTheFirstToTheLast) {
  for (const uint64_t at : {0, 1, 99}) {
    EXPECT_TRUE(SameWhereverTheBlockIs([&](auto& hasher, uint64_t block) {
      hasher.Add(block + at);
    })) << at;
  }
  EXPECT_FALSE(SameWhereverTheBlockIs(
      [](auto& hasher, uint64_t block) { hasher.Add(block + 100); }));
  EXPECT_FALSE(SameWhereverTheBlockIs(
      [](auto& hasher, uint64_t block) { hasher.Add(block - 1); }));
}

TEST(CanonicalHasher, AddressesAreRenamedInBytes) {
  const auto add = [](auto& hasher, uint64_t block, uint64_t unlike) {
    const std::array<uint64_t, 3> numbers = {7, block + 8, unlike};
    hasher.AddBytes(std::as_bytes(std::span(numbers)).first(20));
  };
  EXPECT_TRUE(SameWhereverTheBlockIs(
      [&](auto& hasher, uint64_t block) { add(hasher, block, 9); }));
  EXPECT_FALSE(SameWhereverTheBlockIs([&](auto& hasher, uint64_t block) {
    add(hasher, block, block);
  })) << "half an address";
}

TEST(CanonicalHasher, OnlyNumbersOfAnAddressesWidthAreRenamedAndNotForEver) {
  EXPECT_FALSE(SameWhereverTheBlockIs([](auto& hasher, uint64_t block) {
    hasher.Add(static_cast<uint32_t>(block));
  }));
  EXPECT_FALSE(SameWhereverTheBlockIs([](auto& hasher, uint64_t block) {
    hasher.Leave();
    hasher.Add(block);
  }));
}

}  // namespace
}  // namespace bindersim::sim
