// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_SIM_MIX_H_
#define BINDERSIM_SIM_MIX_H_

#include <cstdint>

namespace bindersim::sim {

// A quick hash of a sequence of numbers, one more at a time: to tell whether it
// is the same as before in this run, where HashBytes would take too long.
// Knuth's multiplicative method, folded.
constexpr uint64_t Mix(uint64_t hash, uint64_t number) {
  hash = (hash ^ number) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

// The same of one number, to be added up with those of others where their order
// does not matter: none has to wait for the one before. That of 0 is 0.
constexpr uint64_t Scramble(uint64_t number) {
  number *= 0x9e3779b97f4a7c15;
  return (number ^ number >> 32) * 0xd6e8feb86659fd93;
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_MIX_H_
