// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the simulated driver knows and the script's processes do not: where a
// read would not sleep, and whose node a handle stands for.

#ifndef BINDERSIM_TESTS_KERNEL_GENERATOR_PEEK_H_
#define BINDERSIM_TESTS_KERNEL_GENERATOR_PEEK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "model/script/simulated_host.h"
#include "tests/kernel/generator/view.h"

namespace bindersim::generator {

class Peek {
 public:
  // Both must outlive the object.
  Peek(const script::SimulatedHost& host, const View& view)
      : host_(host), view_(view) {}

  // Whether a read by the thread would return at once.
  bool HasWork(size_t thread, const std::string& label) const;
  // The process that a call to the handle goes to, if it is a living one.
  std::optional<size_t> Target(size_t thread, const std::string& label,
                               uint32_t handle) const;

 private:
  driver::ProcId ProcOf(size_t thread, const std::string& label) const;

  const script::SimulatedHost& host_;
  const View& view_;
};

}  // namespace bindersim::generator

#endif  // BINDERSIM_TESTS_KERNEL_GENERATOR_PEEK_H_
