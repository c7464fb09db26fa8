// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/canonical.h"

#include <algorithm>
#include <cstring>

namespace bindersim::sim {

namespace {

constexpr size_t kLong = 4096;

}  // namespace

void CanonicalHasher::Grow(size_t bytes) {
  const size_t used = Size();
  bytes_.resize(std::max({size_t{8192}, 2 * bytes_.size(), used + 2 * bytes}));
  next_ = bytes_.data() + used;
  end_ = bytes_.data() + bytes_.size();
}

void CanonicalHasher::AddBytes(std::span<const std::byte> bytes) {
  Put(static_cast<uint64_t>(bytes.size()));
  if (bytes.size() >= kLong) {  // need not be copied to be hashed
    Add(HashBytes(bytes));
    return;
  }
  if (addresses_ > 0) {
    while (bytes.size() >= sizeof(uint64_t)) {
      uint64_t number = 0;
      std::memcpy(&number, bytes.data(), sizeof(number));
      Put(Named(LittleEndian(number)));
      bytes = bytes.subspan(sizeof(number));
    }
  }
  if (bytes.empty()) return;
  if (Left() < bytes.size()) Grow(bytes.size());
  std::memcpy(next_, bytes.data(), bytes.size());
  next_ += bytes.size();
}

Hash128 CanonicalHasher::Value() const {
  return HashBytes({bytes_.data(), Size()});
}

Hash128 CanonicalHasher::TakeBack(size_t size) {
  const Hash128 hash = HashBytes({bytes_.data() + size, Size() - size});
  next_ = bytes_.data() + size;
  return hash;
}

}  // namespace bindersim::sim
