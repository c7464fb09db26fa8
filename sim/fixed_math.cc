// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/fixed_math.h"

#include <array>
#include <bit>
#include <cstddef>

#include "sim/check.h"

// "Qn" in a name means n binary places.

namespace bindersim::sim {
namespace {

__extension__ using Uint128 = unsigned __int128;
__extension__ using Int128 = __int128;

// The upper half of the product: the product of two fractions of 2^64.
constexpr uint64_t MulHigh(uint64_t a, uint64_t b) {
  return static_cast<uint64_t>((Uint128{a} * b) >> 64);
}

// 1 / n with 64 places, n > 1.
constexpr uint64_t ReciprocalQ64(uint64_t n) {
  return static_cast<uint64_t>((Uint128{1} << 64) / n);
}

// The integer part of the square root.
constexpr uint64_t SquareRoot(Uint128 x) {
  uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const uint64_t next = root | uint64_t{1} << bit;
    if (Uint128{next} * next <= x) root = next;
  }
  return root;
}

// ---------------------------------------------------------------------------
// Tables, made by the compiler.

// A table cuts an octave into 2^kTableBits parts.
constexpr int kTableBits = 7;
constexpr uint64_t kTableSize = 1 << kTableBits;

// ln(1 + j / 128) with 64 places, by 2 atanh(z) = 2 (z + z^3/3 + z^5/5 + ...)
// with z = j / (256 + j). ln(2), the last one, is below 1 too.
constexpr uint64_t TableLogQ64(uint64_t j) {
  constexpr int kPlaces = 108;
  const uint64_t numerator = j;
  const uint64_t denominator = 2 * kTableSize + j;
  Uint128 term = (Uint128{numerator} << kPlaces) / denominator;
  Uint128 sum = 0;
  for (uint64_t n = 1; term != 0; n += 2) {
    sum += term / n;
    term = term * (numerator * numerator) / (denominator * denominator);
  }
  // The factor 2 is the missing place of the shift.
  constexpr int kShift = kPlaces - 64 - 1;
  return static_cast<uint64_t>((sum + (Uint128{1} << (kShift - 1))) >> kShift);
}

constexpr auto kLogQ64 = [] {
  std::array<uint64_t, kTableSize + 1> table{};
  for (uint64_t j = 0; j <= kTableSize; ++j) table[j] = TableLogQ64(j);
  return table;
}();
constexpr uint64_t kLn2Q64 = kLogQ64[kTableSize];
constexpr int64_t kLog2EQ62 =
    static_cast<int64_t>((Uint128{1} << 126) / kLn2Q64);

// 2^(j / 128) with 63 places: a product of the roots 2^(1/2), 2^(1/4), ...
constexpr auto kPowerQ63 = [] {
  std::array<uint64_t, kTableSize> table{};
  table[0] = uint64_t{1} << 63;
  uint64_t root = SquareRoot(Uint128{1} << 127);
  for (uint64_t step = kTableSize / 2; step > 0; step /= 2) {
    for (uint64_t j = step; j < kTableSize; j += 2 * step) {
      table[j] = static_cast<uint64_t>((Uint128{table[j - step]} * root) >> 63);
    }
    root = SquareRoot(Uint128{root} << 63);
  }
  return table;
}();

// ---------------------------------------------------------------------------
// Polynomials of the normal quantile.

constexpr int kPlaces = 46;

// A decimal number such as "3.38713e+0" with kPlaces places.
consteval uint64_t Decimal(const char* text) {
  constexpr int kGuard = 8;
  Uint128 mantissa = 0;
  int tens = 0;
  bool fraction = false;
  for (; *text != 'e'; ++text) {
    if (*text == '.') {
      fraction = true;
    } else {
      mantissa = mantissa * 10 + static_cast<unsigned>(*text - '0');
      tens -= fraction;
    }
  }
  const bool negative = *++text == '-';
  int exponent = 0;
  while (*++text != 0) exponent = exponent * 10 + (*text - '0');
  tens += negative ? -exponent : exponent;
  mantissa <<= kPlaces + kGuard;
  for (; tens < 0; ++tens) mantissa /= 10;
  return static_cast<uint64_t>((mantissa + (1 << (kGuard - 1))) >> kGuard);
}

using Polynomial = std::array<uint64_t, 8>;

constexpr uint64_t kOne = uint64_t{1} << kPlaces;

constexpr Polynomial kCentreNumerator = {
    Decimal("3.3871328727963666080e+0"), Decimal("1.3314166789178437745e+2"),
    Decimal("1.9715909503065514427e+3"), Decimal("1.3731693765509461125e+4"),
    Decimal("4.5921953931549871457e+4"), Decimal("6.7265770927008700853e+4"),
    Decimal("3.3430575583588128105e+4"), Decimal("2.5090809287301226727e+3")};
constexpr Polynomial kCentreDenominator = {kOne,
                                           Decimal("4.2313330701600911252e+1"),
                                           Decimal("6.8718700749205790830e+2"),
                                           Decimal("5.3941960214247511077e+3"),
                                           Decimal("2.1213794301586595867e+4"),
                                           Decimal("3.9307895800092710610e+4"),
                                           Decimal("2.8729085735721942674e+4"),
                                           Decimal("5.2264952788528545610e+3")};
constexpr Polynomial kTailNumerator = {
    Decimal("1.42343711074968357734e+0"), Decimal("4.63033784615654529590e+0"),
    Decimal("5.76949722146069140550e+0"), Decimal("3.64784832476320460504e+0"),
    Decimal("1.27045825245236838258e+0"), Decimal("2.41780725177450611770e-1"),
    Decimal("2.27238449892691845833e-2"), Decimal("7.74545014278341407640e-4")};
constexpr Polynomial kTailDenominator = {kOne,
                                         Decimal("2.05319162663775882187e+0"),
                                         Decimal("1.67638483018380384940e+0"),
                                         Decimal("6.89767334985100004550e-1"),
                                         Decimal("1.48103976427480074590e-1"),
                                         Decimal("1.51986665636164571966e-2"),
                                         Decimal("5.47593808499534494600e-4"),
                                         Decimal("1.05075007164441684324e-9")};
constexpr Polynomial kFarNumerator = {
    Decimal("6.65790464350110377720e+0"), Decimal("5.46378491116411436990e+0"),
    Decimal("1.78482653991729133580e+0"), Decimal("2.96560571828504891230e-1"),
    Decimal("2.65321895265761230930e-2"), Decimal("1.24266094738807843860e-3"),
    Decimal("2.71155556874348757815e-5"), Decimal("2.01033439929228813265e-7")};
constexpr Polynomial kFarDenominator = {kOne,
                                        Decimal("5.99832206555887937690e-1"),
                                        Decimal("1.36929880922735805310e-1"),
                                        Decimal("1.48753612908506148525e-2"),
                                        Decimal("7.86869131145613259100e-4"),
                                        Decimal("1.84631831751005468180e-5"),
                                        Decimal("1.42151175831644588870e-7"),
                                        Decimal("2.04426310338993978564e-15")};

// numerator(x) / denominator(x) with `out` places; x has `in` places.
uint64_t Ratio(const Polynomial& numerator, const Polynomial& denominator,
               uint64_t x, int in, int out) {
  const auto evaluate = [=](const Polynomial& polynomial) {
    uint64_t sum = 0;
    for (size_t i = polynomial.size(); i-- > 0;) {
      sum = polynomial[i] + static_cast<uint64_t>((Uint128{sum} * x) >> in);
    }
    return sum;
  };
  return static_cast<uint64_t>((Uint128{evaluate(numerator)} << out) /
                               evaluate(denominator));
}

// The quantile of u for u > 1/2, with kQuantilePlaces places.
uint64_t UpperQuantile(uint64_t u) {
  // u - 1/2 as a fraction; its lowest bit stands for half a unit of u.
  const uint64_t distance_q65 = (u << 1) | 1;
  constexpr uint64_t kCentreQ65 =
      static_cast<uint64_t>((Uint128{425} << 65) / 1000);
  constexpr uint64_t kCentreSquareQ64 =
      static_cast<uint64_t>((Uint128{180'625} << 64) / 1'000'000);
  if (distance_q65 <= kCentreQ65) {
    const uint64_t square_q64 =
        static_cast<uint64_t>((Uint128{distance_q65} * distance_q65) >> 66);
    const uint64_t ratio_q60 = Ratio(kCentreNumerator, kCentreDenominator,
                                     kCentreSquareQ64 - square_q64, 64, 60);
    return static_cast<uint64_t>((Uint128{distance_q65} * ratio_q60) >>
                                 (65 + 60 - kQuantilePlaces));
  }
  const uint64_t root_q60 = SquareRoot(Uint128{NegativeLog(~u)} << 62);
  constexpr uint64_t kOneQ60 = uint64_t{1} << 60;
  if (root_q60 <= 5 * kOneQ60) {
    return Ratio(kTailNumerator, kTailDenominator, root_q60 - 8 * (kOneQ60 / 5),
                 60, kQuantilePlaces);
  }
  return Ratio(kFarNumerator, kFarDenominator, root_q60 - 5 * kOneQ60, 60,
               kQuantilePlaces);
}

}  // namespace

uint64_t NegativeLog(uint64_t u) {
  constexpr int kTerms = 9;
  constexpr int kDown = 64 - kQuantilePlaces;
  const uint64_t rest_q64 = ~u;
  if (rest_q64 >> (64 - kTableBits) == 0) {
    // Near 1 the logarithm is small and its own series keeps its digits:
    // -ln(1 - d) = d + d^2 (1/2 + d (1/3 + ...)) with d below 2^-7.
    const uint64_t d_q71 = rest_q64 << kTableBits;
    uint64_t sum_q64 = 0;
    for (int n = kTerms; n > 1; --n) {
      sum_q64 = ReciprocalQ64(n) + (MulHigh(sum_q64, d_q71) >> kTableBits);
    }
    const uint64_t square_q64 = MulHigh(d_q71, d_q71) >> (2 * kTableBits);
    const uint64_t log_q64 = rest_q64 + MulHigh(square_q64, sum_q64);
    return (log_q64 + (uint64_t{1} << (kDown - 1))) >> kDown;
  }
  // u = 2^-octave * mantissa, with the mantissa in [1, 2) and 63 places.
  const int zeros = std::countl_zero(u);
  const uint64_t mantissa =
      static_cast<uint64_t>(((Uint128{u} << 1 | 1) << zeros) >> 1);
  const uint64_t octave = static_cast<uint64_t>(zeros) + 1;
  // mantissa = (1 + j / 128) (1 + r), r below 2^-7.
  const uint64_t j = (mantissa >> (63 - kTableBits)) & (kTableSize - 1);
  const uint64_t r_q64 = (mantissa << (1 + kTableBits)) / (kTableSize + j);
  // ln(1 + r) = r - r^2 (1/2 - r (1/3 - r (1/4 - ...))).
  uint64_t sum_q64 = 0;
  for (int n = kTerms; n > 1; --n) {
    sum_q64 = ReciprocalQ64(n) - MulHigh(sum_q64, r_q64);
  }
  const uint64_t log_q64 = r_q64 - MulHigh(MulHigh(r_q64, r_q64), sum_q64);
  const Uint128 result_q64 = Uint128{kLn2Q64} * octave - kLogQ64[j] - log_q64;
  return static_cast<uint64_t>((result_q64 + (1u << (kDown - 1))) >> kDown);
}

int64_t NormalQuantile(uint64_t u) {
  if (u >> 63 != 0) return static_cast<int64_t>(UpperQuantile(u));
  return -static_cast<int64_t>(UpperQuantile(~u));
}

int64_t ScaledExp(int64_t scale, int64_t x) {
  SIM_CHECK(scale >= 0 && scale <= kMaxScaledExp) << scale;
  if (scale == 0) return 0;
  // e^x = 2^(octave + part / 128) * e^rest, rest below ln(2) / 128.
  constexpr int kProductPlaces = kExpPlaces + 62;
  const Int128 binary = Int128{x} * kLog2EQ62;
  const int64_t octave = static_cast<int64_t>(binary >> kProductPlaces);
  if (octave >= 63) return kMaxScaledExp;
  if (octave < -64) return 0;
  const uint64_t fraction_q64 =
      static_cast<uint64_t>(binary >> (kProductPlaces - 64));
  const uint64_t part = fraction_q64 >> (64 - kTableBits);
  const uint64_t rest_q64 =
      MulHigh(fraction_q64 & (~uint64_t{0} >> kTableBits), kLn2Q64);
  // e^r = 1 + r (1 + r/2 (1 + r/3 (1 + ...))).
  constexpr uint64_t kOneQ63 = uint64_t{1} << 63;
  uint64_t sum_q63 = kOneQ63;
  for (int n = 7; n > 0; --n) {
    sum_q63 = kOneQ63 + MulHigh(sum_q63, rest_q64) / static_cast<unsigned>(n);
  }
  const uint64_t power_q62 = MulHigh(kPowerQ63[part], sum_q63);
  const int places = 62 - static_cast<int>(octave);
  Uint128 result = Uint128{static_cast<uint64_t>(scale)} * power_q62;
  if (places > 0) {
    result = (result + (Uint128{1} << (places - 1))) >> places;
  }
  return result > Uint128{kMaxScaledExp} ? kMaxScaledExp
                                         : static_cast<int64_t>(result);
}

}  // namespace bindersim::sim
