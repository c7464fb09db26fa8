// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/units.h"

#include <fmt/format.h>

namespace bindersim::viz {

std::string HumanTime(int64_t ns) {
  // Negating in unsigned arithmetic is right for the most negative value too.
  const uint64_t size =
      ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  const char* sign = ns < 0 ? "-" : "";
  if (size == 0) return "0";
  if (size < 1000) return fmt::format("{}{}ns", sign, size);
  struct Unit {
    const char* name;
    uint64_t ns;
  };
  for (const Unit& unit :
       {Unit{"us", 1'000}, Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000}}) {
    uint64_t power = 1000;
    for (int decimals = 3; decimals > 0; --decimals, power /= 10) {
      const uint64_t step = unit.ns / power;
      const uint64_t rounded = size / step + (size % step >= (step + 1) / 2);
      if (rounded >= 10'000) continue;
      return fmt::format("{}{}.{:0{}}{}", sign, rounded / power,
                         rounded % power, decimals, unit.name);
    }
  }
  const uint64_t seconds = size / 1'000'000'000;
  return fmt::format("{}{}s", sign,
                     seconds + (size % 1'000'000'000 >= 500'000'000));
}

std::string HumanSize(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{}B", bytes);
  const char* unit = "KiB";
  uint64_t scale = 1024;
  if (bytes >= 1024 * 1024) {
    unit = "MiB";
    scale = 1024 * 1024;
  }
  const uint64_t whole = bytes / scale;
  const uint64_t tenths = (bytes % scale * 10 + scale / 2) / scale;
  if (tenths == 0) return fmt::format("{}{}", whole, unit);
  if (tenths == 10) return fmt::format("{}{}", whole + 1, unit);
  return fmt::format("{}.{}{}", whole, tenths, unit);
}

std::string HumanPermille(uint64_t permille) {
  return fmt::format("{}.{}%", permille / 10, permille % 10);
}

}  // namespace bindersim::viz
