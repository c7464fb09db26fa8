// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Random choices of the generator.

#ifndef BINDERSIM_TESTS_KERNEL_GENERATOR_DICE_H_
#define BINDERSIM_TESTS_KERNEL_GENERATOR_DICE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/random.h"

namespace bindersim::generator {

class Dice {
 public:
  Dice(uint64_t seed, const std::string& name)
      : stream_(sim::MakeStream(seed, name)) {}

  // Uniform in [0, n). REQUIRES: n > 0.
  uint64_t Below(uint64_t n) { return stream_.Below(n); }
  // Uniform in [low, high].
  int64_t Between(int64_t low, int64_t high) {
    return stream_.Between(low, high);
  }
  bool Percent(uint64_t percent) { return stream_.Bernoulli(percent, 100); }
  // REQUIRES: the list is not empty.
  template <class T>
  const T& Pick(const std::vector<T>& list) {
    return list[Below(list.size())];
  }
  uint64_t Number(const std::vector<uint64_t>& list) { return Pick(list); }
  // An index, with probability proportional to its weight. REQUIRES: some
  // weight is not 0.
  size_t Weighted(const std::vector<uint64_t>& weights);

 private:
  sim::Stream stream_;
};

}  // namespace bindersim::generator

#endif  // BINDERSIM_TESTS_KERNEL_GENERATOR_DICE_H_
