// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/likelihood.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sim/check.h"

namespace bindersim::explore {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr uint64_t kBillion = 1'000'000'000;
// All terms are in this unit.
constexpr uint64_t kUnit = 100'000'000;
// The square of 1.96, the 97.5 % quantile of the normal distribution.
constexpr uint64_t kZSquared = 384'160'000;

Wide SquareRoot(Wide x) {
  Wide root = 0;
  for (Wide bit = Wide{1} << 63; bit != 0; bit >>= 1) {
    const Wide next = root | bit;
    if (next * next <= x) root = next;
  }
  return root;
}

}  // namespace

Likelihood EstimateLikelihood(uint64_t hits, uint64_t runs) {
  SIM_CHECK(runs > 0 && hits <= runs) << hits << " of " << runs;
  // (hits + z^2 / 2 +- z sqrt(hits (runs - hits) / runs + z^2 / 4)) /
  // (runs + z^2)
  const Wide below = Wide{runs} * kUnit + kZSquared;
  const Wide middle = Wide{hits} * kUnit + kZSquared / 2;
  const Wide radicand = Wide{hits} * (runs - hits) * kUnit * kUnit / runs +
                        Wide{kZSquared} * kUnit / 4;
  const Wide spread = SquareRoot(radicand) * 196 / 100;
  Likelihood result;
  result.estimate_ppb = static_cast<uint64_t>(Wide{hits} * kBillion / runs);
  result.low_ppb =
      middle > spread
          ? static_cast<uint64_t>((middle - spread) * kBillion / below)
          : 0;
  result.high_ppb = static_cast<uint64_t>((middle + spread) * kBillion / below);
  if (hits == 0) result.low_ppb = 0;
  if (result.high_ppb > kBillion || hits == runs) result.high_ppb = kBillion;
  return result;
}

Likelihood EstimateLikelihood(uint64_t hits, uint64_t undecided,
                              uint64_t runs) {
  SIM_CHECK(undecided <= runs) << undecided << " of " << runs;
  Likelihood result = EstimateLikelihood(hits, runs);
  if (undecided == 0) return result;
  // A run that was cut off can have been a hit before.
  result.high_ppb =
      EstimateLikelihood(std::min(hits + undecided, runs), runs).high_ppb;
  const uint64_t decided = std::max(runs - undecided, hits);
  result.estimate_ppb =
      decided == 0 ? 0 : EstimateLikelihood(hits, decided).estimate_ppb;
  return result;
}

std::string ShareText(uint64_t ppb) {
  // Percent have seven decimal places.
  std::string digits = fmt::format("{:08}", ppb);
  const size_t point = digits.size() - 7;
  size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0 %";
  // Three digits that count, and all before the point.
  const size_t keep = std::max(first + 3, point);
  for (size_t i = keep; i < digits.size(); ++i) digits[i] = '0';
  std::string text = digits.substr(0, point) + "." + digits.substr(point);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

}  // namespace bindersim::explore
