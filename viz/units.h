// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Numbers for people to read: rounded to what a table needs. Exact values go
// into JSON.

#ifndef BINDERSIM_VIZ_UNITS_H_
#define BINDERSIM_VIZ_UNITS_H_

#include <cstdint>
#include <string>

namespace bindersim::viz {

// A time with four digits: "0", "7ns", "12.35us", "1.000ms", "90.00s". Halves
// are rounded away from 0.
std::string HumanTime(int64_t ns);

// A size: "512B", "1016KiB", "1.5MiB"; one decimal at most, rounded.
std::string HumanSize(uint64_t bytes);

// "12.3%".
std::string HumanPermille(uint64_t permille);

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_UNITS_H_
