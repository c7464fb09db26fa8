// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/amounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "sim/distribution.h"

namespace bindersim::scenario {
namespace {

using userspace::Quantity;
__extension__ using Int128 = __int128;

struct UnitName {
  const char* name;
  int64_t factor;
};
constexpr UnitName kTimes[] = {
    {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}};
constexpr UnitName kSizes[] = {{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}};

// Digits with an optional fraction: mantissa / 10^places.
struct Decimal {
  int64_t mantissa = 0;
  int places = 0;
};

constexpr int kMaxDigits = 18;

// The decimal of "12.50" (as 125 / 10^1), or nothing if it is malformed or has
// more than kMaxDigits significant digits.
std::optional<Decimal> ParseDecimal(std::string text) {
  const size_t dot = text.find('.');
  Decimal result;
  if (dot != std::string::npos) {
    if (dot == 0 || dot + 1 == text.size()) return std::nullopt;
    text.erase(text.find_last_not_of('0') + 1);
    text.erase(dot, 1);
    result.places = static_cast<int>(text.size() - dot);
  }
  if (text.empty() ||
      text.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
  if (text.size() > kMaxDigits) return std::nullopt;
  for (const char c : text) result.mantissa = result.mantissa * 10 + (c - '0');
  return result;
}

Int128 PowerOfTen(int exponent) {
  Int128 result = 1;
  for (int i = 0; i < exponent; ++i) result *= 10;
  return result;
}

int64_t Limit(Unit unit) {
  return unit == Unit::kTime ? kMaxTimeNs : kMaxSizeBytes;
}

std::string LimitText(Unit unit) {
  return unit == Unit::kTime ? "a whole number of ns up to 1000000s"
                             : "a whole number of bytes up to 1048576MiB";
}

// The standard deviation of a lognormal's logarithm, times 2^32.
sim::Fixed32 ReadSigma(const Reporter& reporter, const Place& place) {
  constexpr int kMaxSigma = 16;
  std::string text = place->text;
  int shift = 0;
  const size_t exponent = text.find_first_of("eE");
  if (exponent != std::string::npos) {
    const std::string digits = text.substr(exponent + 1);
    text.erase(exponent);
    // Beyond this the number is out of range or zero anyway.
    if (digits.size() <= 3) shift = std::stoi(digits);
  }
  const std::optional<Decimal> decimal = ParseDecimal(text);
  const int places = decimal ? decimal->places - shift : 0;
  if (decimal && places <= kMaxDigits && places >= -2) {
    Int128 scaled = static_cast<Int128>(decimal->mantissa) << 32;
    if (places < 0) {
      scaled *= PowerOfTen(-places);
    } else {
      scaled = (scaled + PowerOfTen(places) / 2) / PowerOfTen(places);
    }
    if (scaled <= static_cast<Int128>(kMaxSigma) << 32) {
      return static_cast<sim::Fixed32>(scaled);
    }
  }
  reporter.Report(place, Describe(*place.node),
                  fmt::format("a number from 0 to {} with at most {} digits",
                              kMaxSigma, kMaxDigits));
  return 0;
}

}  // namespace

std::optional<int64_t> ParseAmount(const std::string& text, Unit unit) {
  const size_t digits =
      std::min(text.find_first_not_of("0123456789."), text.size());
  const std::optional<Decimal> decimal = ParseDecimal(text.substr(0, digits));
  const std::string name = text.substr(digits);
  if (!decimal) return std::nullopt;
  const auto find = [&](const UnitName* begin,
                        const UnitName* end) -> std::optional<int64_t> {
    const UnitName* found = std::find_if(
        begin, end,
        [&](const UnitName& candidate) { return name == candidate.name; });
    if (found == end) return std::nullopt;
    const Int128 scaled =
        static_cast<Int128>(decimal->mantissa) * found->factor;
    const Int128 divisor = PowerOfTen(decimal->places);
    if (scaled % divisor != 0 || scaled / divisor > Limit(unit)) {
      return std::nullopt;
    }
    return static_cast<int64_t>(scaled / divisor);
  };
  return unit == Unit::kTime ? find(std::begin(kTimes), std::end(kTimes))
                             : find(std::begin(kSizes), std::end(kSizes));
}

int64_t ReadAmount(const Reporter& reporter, const Place& place, Unit unit) {
  const std::optional<int64_t> value =
      place->IsString() ? ParseAmount(place->text, unit) : place->AsInt64();
  if (value && *value >= 0 && *value <= Limit(unit)) return *value;
  reporter.Report(place, Describe(*place.node), LimitText(unit));
  return 0;
}

sim::Duration ReadTime(const Reporter& reporter, const Place& place) {
  return sim::Duration(ReadAmount(reporter, place, Unit::kTime));
}

Quantity ReadQuantity(const Reporter& reporter, const Place& place, Unit unit) {
  Quantity result;
  if (!place->IsObject()) {
    result.a = ReadAmount(reporter, place, unit);
    return result;
  }
  const Place form = place.Child(0);
  const std::string& name = form->key;
  if (name == "exponential") {
    result.kind = Quantity::Kind::kExponential;
    result.a = ReadAmount(reporter, form, unit);
  } else if (name == "lognormal") {
    result.kind = Quantity::Kind::kLognormal;
    result.a = ReadAmount(reporter, form.Child(0), unit);
    result.b = ReadSigma(reporter, form.Child(1));
  } else if (name == "choice") {
    result.kind = Quantity::Kind::kChoice;
    for (const Place& item : form.Children()) {
      result.choices.push_back(ReadAmount(reporter, item, unit));
    }
  } else {
    result.kind =
        name == "normal" ? Quantity::Kind::kNormal : Quantity::Kind::kUniform;
    result.a = ReadAmount(reporter, form.Child(0), unit);
    result.b = ReadAmount(reporter, form.Child(1), unit);
    if (name == "uniform" && result.a > result.b) {
      reporter.Report(form, CompactJson(*form.node), "the smaller end first");
    }
  }
  return result;
}

int64_t UpperBound(const Quantity& quantity) {
  if (quantity.kind == Quantity::Kind::kUniform) return quantity.b;
  if (quantity.kind == Quantity::Kind::kChoice) {
    return *std::max_element(quantity.choices.begin(), quantity.choices.end());
  }
  return quantity.a;
}

}  // namespace bindersim::scenario
