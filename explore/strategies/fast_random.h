// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_STRATEGIES_FAST_RANDOM_H_
#define BINDERSIM_EXPLORE_STRATEGIES_FAST_RANDOM_H_

#include <bit>
#include <cstdint>

#include "sim/mix.h"

namespace bindersim::explore {

// A bijection of 64 bits that looks random. Source: Steele, Lea, Flood, "Fast
// splittable pseudorandom number generators", OOPSLA 2014.
constexpr uint64_t Mix(uint64_t x) {
  return sim::Scramble(x + 0x9e3779b97f4a7c15);
}

// The seed of a run, by its number.
constexpr uint64_t SeedOf(uint64_t seed, uint64_t run) {
  return Mix(seed) ^ Mix(~run);
}

// For choices, of which there are millions a second; sim/random.h is for
// everything else.
class FastRandom {
 public:
  explicit FastRandom(uint64_t seed = 0) : state_(Mix(seed)) {}

  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15); }
  // Uniform in [0, n), but for a bias of n / 2^64. REQUIRES: n > 0.
  uint64_t Below(uint64_t n) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * n) >>
                                 64);
  }
  // In [1, n], each power of two as likely. REQUIRES: n > 0.
  uint64_t LogUniform(uint64_t n) {
    const uint64_t limit = uint64_t{1} << Below(std::bit_width(n));
    return 1 + Below(limit < n ? limit : n);
  }

 private:
  uint64_t state_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_STRATEGIES_FAST_RANDOM_H_
