// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_HEAP_H_
#define BINDERSIM_MODEL_USERSPACE_HEAP_H_

#include <cstdint>
#include <vector>

#include "model/os/address_space.h"
#include "sim/canonical.h"
#include "sim/value.h"

namespace bindersim::userspace {

// malloc of a simulated process: blocks of a power of two of bytes, the one
// freed last given out first, so that addresses depend on the process's own
// calls only. What a block contains is whatever it contained before.
class Heap {
 public:
  // A block of at least `size` bytes.
  uint64_t Allocate(os::AddressSpace& memory, uint64_t size);
  // Gives back a block of Allocate(size).
  void Free(uint64_t address, uint64_t size);

  bool operator==(const Heap&) const = default;
  void AddTo(sim::Hasher& hasher) const {
    hasher.Add(free_).Add(arena_next_).Add(arena_end_);
  }
  void AddCanonical(sim::CanonicalWriter& writer) const {
    writer.Add(free_).Add(arena_next_).Add(arena_end_);
  }

 private:
  std::vector<std::vector<uint64_t>> free_;  // by the logarithm of the size
  uint64_t arena_next_ = 0;
  uint64_t arena_end_ = 0;
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_HEAP_H_
