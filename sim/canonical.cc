// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/canonical.h"

#include <bit>
#include <cstring>

namespace bindersim::sim {

void CanonicalHasher::AddBytes(std::span<const std::byte> bytes) {
  words_.push_back(bytes.size());
  for (size_t at = 0; at < bytes.size(); at += sizeof(uint64_t)) {
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof(word) && at + i < bytes.size(); ++i) {
      word |= static_cast<uint64_t>(bytes[at + i]) << (8 * i);
    }
    words_.push_back(word);
  }
}

Hash128 CanonicalHasher::HashWords() const {
  ByteHasher hasher;
  if constexpr (std::endian::native == std::endian::little) {
    hasher.Append(words_.data(), words_.size() * sizeof(uint64_t));
  } else {
    for (const uint64_t word : words_) {
      unsigned char bytes[sizeof(word)];
      for (size_t i = 0; i < sizeof(word); ++i) {
        bytes[i] = static_cast<unsigned char>(word >> (8 * i));
      }
      hasher.Append(bytes, sizeof(bytes));
    }
  }
  return hasher.Value();
}

}  // namespace bindersim::sim
