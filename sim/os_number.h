// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_SIM_OS_NUMBER_H_
#define BINDERSIM_SIM_OS_NUMBER_H_

#include <cstdint>
#include <tuple>

namespace bindersim::sim {

// A number by which the operating system calls something. It is a part of the
// state like any other number, but of things that are alike each might as well
// have the other's (Mention).
template <class Tag>
struct OsNumber {
  uint32_t value = 0;

  constexpr OsNumber() = default;
  constexpr OsNumber(uint32_t number) : value(number) {}  // NOLINT
  constexpr operator uint32_t() const { return value; }   // NOLINT

  auto Fields() const { return std::tie(value); }
};

struct TidTag {};
// Of a thread; or of a process: its pid is the tid of its first thread.
using Tid = OsNumber<TidTag>;

struct UidTag {};
using Uid = OsNumber<UidTag>;

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_OS_NUMBER_H_
