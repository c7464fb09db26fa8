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
// does not matter: none has to wait for the one before. Each bit of the number
// changes half of the bits, so that sums of those of numbers that follow each
// other are as different as sums of random ones. That of 0 is 0.
// Source: the finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014).
constexpr uint64_t Scramble(uint64_t number) {
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
  number = (number ^ number >> 27) * 0x94d049bb133111eb;
  return number ^ number >> 31;
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_MIX_H_
