// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/hash128.h"

// The whole of the library in this file: only so is the size of its streaming
// state known, and short inputs are hashed without a call into a shared object.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <new>

namespace bindersim::sim {
namespace {

Hash128 FromXxh(XXH128_hash_t hash) { return {hash.high64, hash.low64}; }

}  // namespace

std::string Hash128::ToHex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (const uint64_t half : {high, low}) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      text += kDigits[(half >> shift) & 15];
    }
  }
  return text;
}

Hash128 HashBytes(std::span<const std::byte> bytes) {
  return FromXxh(XXH3_128bits(bytes.data(), bytes.size()));
}

void ByteHasher::AppendSlow(const void* data, size_t size) {
  static_assert(sizeof(XXH3_state_t) <= kStateSize);
  static_assert(alignof(XXH3_state_t) <= 64);
  auto* state = reinterpret_cast<XXH3_state_t*>(state_);
  if (!streaming_) {
    new (state_) XXH3_state_t;
    XXH3_INITSTATE(state);
    XXH3_128bits_reset(state);
    streaming_ = true;
  }
  XXH3_128bits_update(state, buffer_, used_);
  used_ = 0;
  if (size <= kBufferSize) {
    std::memcpy(buffer_, data, size);
    used_ = size;
  } else {
    XXH3_128bits_update(state, data, size);
  }
}

Hash128 ByteHasher::Value() const {
  if (!streaming_) return FromXxh(XXH3_128bits(buffer_, used_));
  XXH3_state_t state;
  XXH3_copyState(&state, reinterpret_cast<const XXH3_state_t*>(state_));
  XXH3_128bits_update(&state, buffer_, used_);
  return FromXxh(XXH3_128bits_digest(&state));
}

}  // namespace bindersim::sim
