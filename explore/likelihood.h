// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_LIKELIHOOD_H_
#define BINDERSIM_EXPLORE_LIKELIHOOD_H_

#include <cstdint>
#include <string>

namespace bindersim::explore {

// How often something happens, in parts per billion.
struct Likelihood {
  uint64_t estimate_ppb = 0;
  // The true share is between these with 95 % confidence (Wilson, "Probable
  // inference", JASA 22, 1927).
  uint64_t low_ppb = 0;
  uint64_t high_ppb = 0;

  bool operator==(const Likelihood&) const = default;
};

// From `hits` of `runs` independent runs. REQUIRES: hits <= runs, 0 < runs,
// runs <= 10^10.
Likelihood EstimateLikelihood(uint64_t hits, uint64_t runs);
// The same if `undecided` of the runs were cut off: each of them may have
// become a hit or not. The estimate is that of the others.
Likelihood EstimateLikelihood(uint64_t hits, uint64_t undecided, uint64_t runs);

// "1.25 %", "0.000031 %": a share with two or three digits that count.
std::string ShareText(uint64_t ppb);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_LIKELIHOOD_H_
