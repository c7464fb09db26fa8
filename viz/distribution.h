// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The exact distribution of measured times: all samples, sorted.

#ifndef BINDERSIM_VIZ_DISTRIBUTION_H_
#define BINDERSIM_VIZ_DISTRIBUTION_H_

#include <cstdint>
#include <vector>

namespace bindersim::viz {

class Distribution {
 public:
  Distribution() = default;
  // `samples` in nanoseconds, in any order.
  explicit Distribution(std::vector<int64_t> samples);

  uint64_t count() const { return samples_.size(); }
  bool empty() const { return samples_.empty(); }

  // All in nanoseconds, and 0 if there are no samples.
  int64_t Min() const { return empty() ? 0 : samples_.front(); }
  int64_t Max() const { return empty() ? 0 : samples_.back(); }
  // Rounded to the nearest nanosecond, halves away from 0.
  int64_t Mean() const;
  // The nearest rank: the smallest sample that at least so many of 10,000 do
  // not exceed. 5000 is the median, 9990 is p99.9; 0 is the minimum.
  int64_t Percentile(uint32_t per_10000) const;

  bool operator==(const Distribution&) const = default;

 private:
  std::vector<int64_t> samples_;  // sorted
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_DISTRIBUTION_H_
