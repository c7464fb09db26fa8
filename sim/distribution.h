// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Random times and sizes by the distributions that scenarios can name, computed
// with integers alone, so that they are the same on every machine.
//
//   Stream stream = MakeStream(seed, "app/main/sleep");
//   int64_t pause_ns = DrawExponential(stream, 2'000'000);
//   int64_t size_bytes = Draw(Distribution::Uniform(64, 4096), stream);
//
// Results are whole nanoseconds or bytes, rounded to the nearest, and lie in
// [0, kMaxDraw]: what would be less or more is set to the end of the range.
// Each draw uses one number of the stream (uniform and choice, with very small
// probability, more) and rises with it, so that runs which differ in a
// parameter share their luck. Before rounding, the relative error of quantiles
// is below 10^-10.

#ifndef BINDERSIM_SIM_DISTRIBUTION_H_
#define BINDERSIM_SIM_DISTRIBUTION_H_

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/fixed_math.h"
#include "sim/random.h"

namespace bindersim::sim {

// The largest result.
inline constexpr int64_t kMaxDraw = kMaxScaledExp;

// A number with 32 binary places: kFixedOne stands for 1.
using Fixed32 = int64_t;
inline constexpr Fixed32 kFixedOne = int64_t{1} << 32;

// Uniform in [low, high], both included. REQUIRES: low <= high.
int64_t DrawUniform(Stream& stream, int64_t low, int64_t high);

// Exponential. REQUIRES: 0 <= mean <= kMaxDraw.
int64_t DrawExponential(Stream& stream, int64_t mean);

// Normal. REQUIRES: |mean| <= kMaxDraw, 0 <= deviation <= kMaxDraw.
int64_t DrawNormal(Stream& stream, int64_t mean, int64_t deviation);

// Lognormal: half of the draws are below `median`; `sigma` is the standard
// deviation of the logarithm. REQUIRES: 0 <= median <= kMaxDraw, sigma >= 0.
int64_t DrawLognormal(Stream& stream, int64_t median, Fixed32 sigma);

// A uniform index of a list of `size` elements. REQUIRES: size > 0.
size_t DrawIndex(Stream& stream, size_t size);

// A distribution as a value.
struct Distribution {
  enum class Kind : uint8_t {
    kConstant,     // a
    kUniform,      // [a, b]
    kExponential,  // mean a
    kNormal,       // mean a, standard deviation b
    kLognormal,    // median a, sigma b (Fixed32)
    kChoice,       // one of `choices`, each as likely
  };

  Kind kind = Kind::kConstant;
  int64_t a = 0;
  int64_t b = 0;
  std::vector<int64_t> choices;

  static Distribution Constant(int64_t value);
  static Distribution Uniform(int64_t low, int64_t high);
  static Distribution Exponential(int64_t mean);
  static Distribution Normal(int64_t mean, int64_t deviation);
  static Distribution Lognormal(int64_t median, Fixed32 sigma);
  static Distribution Choice(std::vector<int64_t> choices);

  auto Fields() const { return std::tie(kind, a, b, choices); }
  bool operator==(const Distribution&) const = default;
};

// Draws once. The parameters must satisfy what the functions above require. A
// constant uses no random number.
int64_t Draw(const Distribution& distribution, Stream& stream);

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_DISTRIBUTION_H_
