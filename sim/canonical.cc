// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/canonical.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace bindersim::sim {

namespace {

Hash128 HashOfWords(std::span<const uint64_t> words) {
  if constexpr (std::endian::native == std::endian::little) {
    return HashBytes(std::as_bytes(words));
  }
  ByteHasher hasher;
  for (const uint64_t word : words) {
    unsigned char bytes[sizeof(word)];
    for (size_t i = 0; i < sizeof(word); ++i) {
      bytes[i] = static_cast<unsigned char>(word >> (8 * i));
    }
    hasher.Append(bytes, sizeof(bytes));
  }
  return hasher.Value();
}

constexpr size_t kLong = 4096;

}  // namespace

void CanonicalHasher::Grow() {
  const size_t used = Size();
  words_.resize(std::max<size_t>(1024, 2 * words_.size()));
  next_ = words_.data() + used;
  end_ = words_.data() + words_.size();
}

void CanonicalHasher::AddBytes(std::span<const std::byte> bytes) {
  AddWord(bytes.size());
  if (bytes.size() >= kLong) {  // need not be copied to be hashed
    const Hash128 hash = HashBytes(bytes);
    AddWord(hash.high);
    AddWord(hash.low);
    return;
  }
  size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; at + sizeof(uint64_t) <= bytes.size(); at += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, &bytes[at], sizeof(word));
      AddWord(word);
    }
  }
  for (; at < bytes.size(); at += sizeof(uint64_t)) {
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof(word) && at + i < bytes.size(); ++i) {
      word |= static_cast<uint64_t>(bytes[at + i]) << (8 * i);
    }
    AddWord(word);
  }
}

Hash128 CanonicalHasher::HashWords() const {
  return HashOfWords({words_.data(), Size()});
}

Hash128 CanonicalHasher::TakeBack(size_t size) {
  const Hash128 hash = HashOfWords({words_.data() + size, Size() - size});
  next_ = words_.data() + size;
  return hash;
}

}  // namespace bindersim::sim
