// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/distribution.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace bindersim::sim {
namespace {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

int64_t Clamp(Int128 value) {
  return static_cast<int64_t>(
      std::clamp<Int128>(value, Int128{0}, Int128{kMaxDraw}));
}

// x / 2^places, rounded to the nearest, halves upwards.
constexpr Uint128 RoundOff(Uint128 x, int places) {
  return (x + (Uint128{1} << (places - 1))) >> places;
}

}  // namespace

int64_t DrawUniform(Stream& stream, int64_t low, int64_t high) {
  return Clamp(stream.Between(low, high));
}

int64_t DrawExponential(Stream& stream, int64_t mean) {
  SIM_CHECK(mean >= 0 && mean <= kMaxDraw) << "mean " << mean;
  // The complement, so that the draw rises with the random number.
  const uint64_t log = NegativeLog(~stream.Next64());
  const Uint128 product = Uint128{static_cast<uint64_t>(mean)} * log;
  return Clamp(static_cast<Int128>(RoundOff(product, kQuantilePlaces)));
}

int64_t DrawNormal(Stream& stream, int64_t mean, int64_t deviation) {
  SIM_CHECK(mean >= -kMaxDraw && mean <= kMaxDraw) << "mean " << mean;
  SIM_CHECK(deviation >= 0 && deviation <= kMaxDraw)
      << "deviation " << deviation;
  const int64_t z = NormalQuantile(stream.Next64());
  const uint64_t size = static_cast<uint64_t>(z < 0 ? -z : z);
  const Uint128 product = Uint128{static_cast<uint64_t>(deviation)} * size;
  const Int128 offset = static_cast<Int128>(RoundOff(product, kQuantilePlaces));
  return Clamp(mean + (z < 0 ? -offset : offset));
}

int64_t DrawLognormal(Stream& stream, int64_t median, Fixed32 sigma) {
  SIM_CHECK(median >= 0 && median <= kMaxDraw) << "median " << median;
  SIM_CHECK(sigma >= 0) << "sigma " << sigma;
  const Int128 product = Int128{NormalQuantile(stream.Next64())} * sigma;
  // Beyond e^128 and e^-128 every result is at an end of the range.
  constexpr Int128 kLimit = Int128{128} << kExpPlaces;
  const Int128 exponent = std::clamp(
      product >> (kQuantilePlaces + 32 - kExpPlaces), -kLimit, kLimit);
  return ScaledExp(median, static_cast<int64_t>(exponent));
}

size_t DrawIndex(Stream& stream, size_t size) {
  return static_cast<size_t>(stream.Below(size));
}

Distribution Distribution::Constant(int64_t value) {
  return {Kind::kConstant, value, 0, {}};
}
Distribution Distribution::Uniform(int64_t low, int64_t high) {
  return {Kind::kUniform, low, high, {}};
}
Distribution Distribution::Exponential(int64_t mean) {
  return {Kind::kExponential, mean, 0, {}};
}
Distribution Distribution::Normal(int64_t mean, int64_t deviation) {
  return {Kind::kNormal, mean, deviation, {}};
}
Distribution Distribution::Lognormal(int64_t median, Fixed32 sigma) {
  return {Kind::kLognormal, median, sigma, {}};
}
Distribution Distribution::Choice(std::vector<int64_t> choices) {
  return {Kind::kChoice, 0, 0, std::move(choices)};
}

int64_t Draw(const Distribution& distribution, Stream& stream) {
  const int64_t a = distribution.a;
  const int64_t b = distribution.b;
  switch (distribution.kind) {
    case Distribution::Kind::kConstant:
      return Clamp(a);
    case Distribution::Kind::kUniform:
      return DrawUniform(stream, a, b);
    case Distribution::Kind::kExponential:
      return DrawExponential(stream, a);
    case Distribution::Kind::kNormal:
      return DrawNormal(stream, a, b);
    case Distribution::Kind::kLognormal:
      return DrawLognormal(stream, a, b);
    case Distribution::Kind::kChoice:
      return Clamp(
          distribution.choices[DrawIndex(stream, distribution.choices.size())]);
  }
  SIM_CHECK(false) << "unknown kind of distribution";
  return 0;
}

}  // namespace bindersim::sim
