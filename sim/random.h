// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Named streams of random numbers.
//
//   Stream sleep = MakeStream(seed, "app[3]/main/sleep");
//   uint64_t die = 1 + sleep.Below(6);
//
// A stream is the function n -> Philox4x32-10(key, n): its whole state is the
// index of the next draw. The key comes from the run's seed and the stream's
// name, never from the order in which streams are made, so a new entity with
// streams of its own changes nobody else's numbers.
//
// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011.

#ifndef BINDERSIM_SIM_RANDOM_H_
#define BINDERSIM_SIM_RANDOM_H_

#include <array>
#include <cstdint>
#include <string>
#include <tuple>

namespace bindersim::sim {

// One block of the generator: a bijection of the counter for each key.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key);

// A stream of random numbers as a plain value. Copies draw the same numbers.
struct Stream {
  // The seed of the run, and the hash of the stream's name.
  std::array<uint64_t, 2> key = {};
  // The index of the next draw.
  uint64_t counter = 0;

  // 64 uniform random bits. Each call uses one counter value.
  uint64_t Next64();

  // Uniform in [0, n), exactly. REQUIRES: n > 0. Usually one draw; a second one
  // with probability n / 2^64.
  uint64_t Below(uint64_t n);

  // Uniform in [low, high], both included. REQUIRES: low <= high.
  int64_t Between(int64_t low, int64_t high);

  // True with probability numerator / denominator, exactly.
  // REQUIRES: numerator <= denominator and denominator > 0.
  bool Bernoulli(uint64_t numerator, uint64_t denominator);

  auto Fields() const { return std::tie(key, counter); }
  bool operator==(const Stream&) const = default;
};

// The stream `name` ("entity/purpose") of the run with `seed`, at its start.
Stream MakeStream(uint64_t seed, const std::string& name);

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_RANDOM_H_
