// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/digest.h"

#include <algorithm>
#include <bit>

namespace bindersim::sim {

void RunDigest::Update(std::span<const std::byte> record) {
  // Little-endian by hand: the digest is the same on every machine.
  std::byte size[8];
  for (int i = 0; i < 8; ++i) {
    size[i] = static_cast<std::byte>(uint64_t{record.size()} >> (8 * i));
  }
  bytes_.Append(size, sizeof(size));
  bytes_.Append(record.data(), record.size());
  ++count_;
  if (std::has_single_bit(count_)) prefixes_.push_back({count_, Value()});
}

std::vector<PrefixDigest> RunDigest::Prefixes() const {
  std::vector<PrefixDigest> prefixes = prefixes_;
  if (!std::has_single_bit(count_)) prefixes.push_back({count_, Value()});
  return prefixes;
}

std::optional<DifferenceWindow> FirstDifference(
    std::span<const PrefixDigest> a, std::span<const PrefixDigest> b) {
  const uint64_t size_a = a.empty() ? 0 : a.back().count;
  const uint64_t size_b = b.empty() ? 0 : b.back().count;
  uint64_t equal = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].count != b[j].count) {
      ++(a[i].count < b[j].count ? i : j);
    } else if (a[i].digest != b[j].digest) {
      return DifferenceWindow{equal, a[i].count};
    } else {
      equal = a[i].count;
      ++i;
      ++j;
    }
  }
  if (size_a == size_b) return std::nullopt;
  return DifferenceWindow{equal, std::min(size_a, size_b) + 1};
}

}  // namespace bindersim::sim
