// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/hash128.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindersim::sim {
namespace {

Hash128 HashText(const std::string& text) {
  return HashBytes(std::as_bytes(std::span<const char>(text)));
}

// Values printed by xxh128sum.
TEST(Hash128Test, PublishedValues) {
  EXPECT_EQ(HashText("").ToHex(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(HashText("binder").ToHex(), "ca2eb338dcf9417072bb1fcd39dc1a92");
}

TEST(Hash128Test, HexKeepsLeadingZeros) {
  EXPECT_EQ((Hash128{0x1f, 0xa}).ToHex(), "000000000000001f000000000000000a");
}

// Lengths around those of the buffer and of the library's own.
TEST(ByteHasherTest, PiecesDoNotMatter) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += static_cast<char>(i * 7 + i / 256);
  for (const size_t size :
       {0, 1, 16, 255, 256, 257, 1024, 2047, 2048, 2049, 4096, 4999}) {
    const Hash128 expected = HashText(text.substr(0, size));
    for (const size_t piece : {1, 3, 64, 1000, 2047, 2048, 2049, 5000}) {
      ByteHasher hasher;
      for (size_t at = 0; at < size; at += piece) {
        hasher.Append(text.data() + at, std::min(piece, size - at));
      }
      EXPECT_EQ(hasher.Value(), expected) << size << " by " << piece;
      EXPECT_EQ(hasher.Value(), expected) << "asking again";
    }
  }
}

TEST(ByteHasherTest, CopiesGoOnByThemselves) {
  const std::string head(3000, 'h');
  ByteHasher a;
  a.Append(head.data(), head.size());
  ByteHasher b = a;
  a.Append("a", 1);
  b.Append("b", 1);
  EXPECT_EQ(a.Value(), HashText(head + "a"));
  EXPECT_EQ(b.Value(), HashText(head + "b"));
}

}  // namespace
}  // namespace bindersim::sim
