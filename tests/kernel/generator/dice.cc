// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/generator/dice.h"

#include <numeric>

namespace bindersim::generator {

size_t Dice::Weighted(const std::vector<uint64_t>& weights) {
  uint64_t draw =
      Below(std::accumulate(weights.begin(), weights.end(), uint64_t{0}));
  size_t index = 0;
  while (draw >= weights[index]) draw -= weights[index++];
  return index;
}

}  // namespace bindersim::generator
