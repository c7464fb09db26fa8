// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Virtual time: integer nanoseconds since the start of a simulation.
//
//   Time wake = SaturatingAdd(now, std::chrono::microseconds(5));
//   std::string text = FormatDuration(wake - kStart);  // "12.345us"
//
// The types are std::chrono's, so that units convert by themselves and a point
// in time cannot be mistaken for a span of it. There is no floating point and
// no connection with any real clock.

#ifndef BINDERSIM_SIM_TIME_H_
#define BINDERSIM_SIM_TIME_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace bindersim::sim {

// Tag of the simulated clock. It has no now(): the time is part of the world.
struct VirtualClock {};

// A span of virtual time in nanoseconds, 64 bits, signed.
using Duration = std::chrono::duration<int64_t, std::nano>;
// A point in virtual time.
using Time = std::chrono::time_point<VirtualClock, Duration>;

// The moment at which a simulation begins.
inline constexpr Time kStart{};
// Later than everything that happens.
inline constexpr Time kNever = Time::max();

// `time + span`, held at the ends of the range instead of overflowing. kNever
// plus any non-negative span is kNever.
constexpr Time SaturatingAdd(Time time, Duration span) {
  int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), span.count(),
                             &sum)) {
    return span.count() < 0 ? Time::min() : Time::max();
  }
  return Time(Duration(sum));
}

// The same for two spans.
constexpr Duration SaturatingAdd(Duration a, Duration b) {
  return SaturatingAdd(Time(a), b).time_since_epoch();
}

// Exact text with the largest unit of ns, us, ms and s that the span reaches:
// "0ns", "999ns", "12.345us", "1.000001ms", "-3s". No digit is rounded away and
// no trailing zero is written.
inline std::string FormatDuration(Duration span) {
  const int64_t count = span.count();
  // Negating in unsigned arithmetic is right for the most negative value too.
  const uint64_t size = count < 0 ? 0 - static_cast<uint64_t>(count)
                                  : static_cast<uint64_t>(count);
  const char* unit = "ns";
  uint64_t scale = 1;
  if (size >= 1'000'000'000) {
    unit = "s";
    scale = 1'000'000'000;
  } else if (size >= 1'000'000) {
    unit = "ms";
    scale = 1'000'000;
  } else if (size >= 1'000) {
    unit = "us";
    scale = 1'000;
  }
  std::string text = count < 0 ? "-" : "";
  text += std::to_string(size / scale);
  if (size % scale != 0) {
    // Adding the scale keeps the leading zeros; its own digit becomes the dot.
    std::string fraction = std::to_string(scale + size % scale);
    fraction[0] = '.';
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += fraction;
  }
  text += unit;
  return text;
}

// The span from kStart to `time`, as above; "never" for kNever.
inline std::string FormatTime(Time time) {
  return time == kNever ? "never" : FormatDuration(time - kStart);
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_TIME_H_
