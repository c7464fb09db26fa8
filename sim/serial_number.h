// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_SIM_SERIAL_NUMBER_H_
#define BINDERSIM_SIM_SERIAL_NUMBER_H_

#include <cstdint>
#include <tuple>

namespace bindersim::sim {

// A number that says in which order things came into being, and nothing else:
// debug ids. It is shown to people; no flow depends on it.
struct SerialNumber {
  uint32_t value = 0;

  constexpr SerialNumber() = default;
  constexpr SerialNumber(uint32_t number) : value(number) {}  // NOLINT
  constexpr operator uint32_t() const { return value; }       // NOLINT

  constexpr SerialNumber& operator++() {
    ++value;
    return *this;
  }

  auto Fields() const { return std::tie(value); }
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_SERIAL_NUMBER_H_
