// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Logarithm, exponential and normal quantile by integers alone. The C library's
// functions and floating point differ between machines; these do not.
//
// A probability is given as 64 random bits: `u` stands for (u + 1/2) / 2^64,
// which is never 0 or 1, and ~u stands for 1 minus it.

#ifndef BINDERSIM_SIM_FIXED_MATH_H_
#define BINDERSIM_SIM_FIXED_MATH_H_

#include <cstdint>

namespace bindersim::sim {

// Binary places of the results of NegativeLog and NormalQuantile.
inline constexpr int kQuantilePlaces = 58;
// Binary places of the argument of ScaledExp.
inline constexpr int kExpPlaces = 55;
// The largest result of ScaledExp.
inline constexpr int64_t kMaxScaledExp = int64_t{1} << 62;

// -ln(u), between 0 and 45.1. Absolute error below 2^-57.
uint64_t NegativeLog(uint64_t u);

// The standard normal quantile of u, between -9.2 and 9.2. Relative error below
// 10^-11 plus one unit of the last place. The quantile of ~u is exactly the
// negative of that of u.
//
// Source: Wichura, "Algorithm AS 241: the percentage points of the normal
// distribution", Applied Statistics 37(3), 1988, routine PPND16.
int64_t NormalQuantile(uint64_t u);

// scale * e^x, rounded to the nearest integer and at most kMaxScaledExp; x has
// kExpPlaces binary places. Relative error before rounding below 10^-15.
// REQUIRES: 0 <= scale <= kMaxScaledExp.
int64_t ScaledExp(int64_t scale, int64_t x);

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_FIXED_MATH_H_
