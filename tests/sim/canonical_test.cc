// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/canonical.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/hash128.h"

namespace bindersim::sim {
namespace {

class BytesHasher final : private CanonicalHasher {
 public:
  Hash128 Hash(const std::vector<std::byte>& bytes) {
    Clear();
    AddBytes(bytes);
    return HashWords();
  }

 private:
  uint64_t OnMention(uint32_t, uint32_t, uint32_t) override { return 1; }
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

}  // namespace
}  // namespace bindersim::sim
