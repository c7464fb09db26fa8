// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/distribution.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace bindersim::viz {

Distribution::Distribution(std::vector<int64_t> samples)
    : samples_(std::move(samples)) {
  std::ranges::sort(samples_);
}

int64_t Distribution::Mean() const {
  if (empty()) return 0;
  __extension__ using Wide = __int128;
  Wide sum = 0;
  for (const int64_t sample : samples_) sum += sample;
  const auto count = static_cast<int64_t>(samples_.size());
  const Wide half = sum < 0 ? -(count / 2) : count / 2;
  return static_cast<int64_t>((sum + half) / count);
}

int64_t Distribution::Percentile(uint32_t per_10000) const {
  SIM_CHECK(per_10000 <= 10'000) << per_10000;
  if (empty()) return 0;
  const uint64_t rank = (samples_.size() * per_10000 + 9'999) / 10'000;
  return samples_[rank == 0 ? 0 : rank - 1];
}

}  // namespace bindersim::viz
