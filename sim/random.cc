// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/random.h"

#include <span>

#include "sim/check.h"
#include "sim/hash128.h"

namespace bindersim::sim {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr uint32_t kMultiplier0 = 0xD2511F53;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57;
// The golden ratio and the square root of 3 less 1, as fractions of 2^32.
constexpr uint32_t kKeyStep0 = 0x9E3779B9;
constexpr uint32_t kKeyStep1 = 0xBB67AE85;
constexpr int kRounds = 10;

constexpr uint32_t High32(uint64_t x) { return static_cast<uint32_t>(x >> 32); }
constexpr uint32_t Low32(uint64_t x) { return static_cast<uint32_t>(x); }

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {High32(product1) ^ counter[1] ^ key[0], Low32(product1),
               High32(product0) ^ counter[3] ^ key[1], Low32(product0)};
    key[0] += kKeyStep0;
    key[1] += kKeyStep1;
  }
  return counter;
}

uint64_t Stream::Next64() {
  const std::array<uint32_t, 4> block = Philox4x32(
      {Low32(counter), High32(counter), Low32(key[1]), High32(key[1])},
      {Low32(key[0]), High32(key[0])});
  ++counter;
  return uint64_t{block[1]} << 32 | block[0];
}

// Lemire, "Fast random integer generation in an interval", 2019.
uint64_t Stream::Below(uint64_t n) {
  SIM_CHECK(n > 0) << "empty interval";
  Wide product = Wide{Next64()} * n;
  if (static_cast<uint64_t>(product) < n) {
    // 2^64 mod n: the low halves below it are the surplus.
    const uint64_t surplus = (0 - n) % n;
    while (static_cast<uint64_t>(product) < surplus) {
      product = Wide{Next64()} * n;
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

int64_t Stream::Between(int64_t low, int64_t high) {
  SIM_CHECK(low <= high) << low << " > " << high;
  const uint64_t first = static_cast<uint64_t>(low);
  const uint64_t size = static_cast<uint64_t>(high) - first + 1;
  // The size of the full range of 64 bits is 2^64, which has wrapped to 0.
  return static_cast<int64_t>(first + (size == 0 ? Next64() : Below(size)));
}

bool Stream::Bernoulli(uint64_t numerator, uint64_t denominator) {
  SIM_CHECK(numerator <= denominator)
      << numerator << " / " << denominator << " is not a probability";
  return Below(denominator) < numerator;
}

Stream MakeStream(uint64_t seed, const std::string& name) {
  const Hash128 hash = HashBytes(std::as_bytes(std::span<const char>(name)));
  return Stream{{seed, hash.low}, 0};
}

}  // namespace bindersim::sim
