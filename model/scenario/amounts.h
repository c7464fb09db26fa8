// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Times and sizes as scenarios write them: "1.5ms", "64KiB", plain integers
// (nanoseconds, bytes) and the random forms. Everything is exact: no value
// passes through floating point.

#ifndef BINDERSIM_MODEL_SCENARIO_AMOUNTS_H_
#define BINDERSIM_MODEL_SCENARIO_AMOUNTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "model/scenario/reader.h"
#include "model/userspace/quantity.h"
#include "sim/time.h"

namespace bindersim::scenario {

enum class Unit { kTime, kSize };

// The largest time in a scenario, ns: small enough that sums of random ones
// stay far from the end of virtual time.
inline constexpr int64_t kMaxTimeNs = 1'000'000'000'000'000;
// The largest size in a scenario, bytes.
inline constexpr int64_t kMaxSizeBytes = int64_t{1} << 40;

// The value of an amount's text in ns or bytes; nothing if it is no such text,
// no whole number or above the limit.
std::optional<int64_t> ParseAmount(const std::string& text, Unit unit);

// The fixed amount at `place`, or 0 and a problem. REQUIRES: the value fits the
// schema's "time" or "size".
int64_t ReadAmount(const Reporter& reporter, const Place& place, Unit unit);
sim::Duration ReadTime(const Reporter& reporter, const Place& place);

// An amount that may be random. REQUIRES: as the schema's "random_time" or
// "random_size".
userspace::Quantity ReadQuantity(const Reporter& reporter, const Place& place,
                                 Unit unit);

// The largest value that is certain to be possible: the upper end of a uniform
// or choice, else the constant, mean or median.
int64_t UpperBound(const userspace::Quantity& quantity);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_AMOUNTS_H_
