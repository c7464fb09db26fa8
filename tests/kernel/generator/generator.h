// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Random kernel scripts (tests/kernel/README.md describes the format).

#ifndef BINDERSIM_TESTS_KERNEL_GENERATOR_GENERATOR_H_
#define BINDERSIM_TESTS_KERNEL_GENERATOR_GENERATOR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bindersim::generator {

struct Options {
  std::string profile;  // "" = a different one for each script
  size_t min_steps = 20;
  size_t max_steps = 60;
};

// The names of the profiles.
std::vector<std::string> ProfileNames();

// Script `index` of the seed, one line of JSON without the line's end. It does
// not depend on which other scripts are made.
// REQUIRES: the profile exists; 1 <= min_steps <= max_steps.
std::string Generate(uint64_t seed, uint64_t index, const Options& options);

}  // namespace bindersim::generator

#endif  // BINDERSIM_TESTS_KERNEL_GENERATOR_GENERATOR_H_
