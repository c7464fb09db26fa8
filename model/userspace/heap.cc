// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/heap.h"

#include <algorithm>
#include <bit>

namespace bindersim::userspace {

namespace {

constexpr uint64_t kArenaSize = 64 * 1024;
constexpr uint64_t kLargestInArena = 4096;
constexpr uint64_t kSmallest = 32;

size_t ClassOf(uint64_t size) {
  return static_cast<size_t>(
      std::countr_zero(std::bit_ceil(std::max(size, kSmallest))));
}

}  // namespace

uint64_t Heap::Allocate(os::AddressSpace& memory, uint64_t size) {
  const size_t size_class = ClassOf(size);
  if (free_.size() <= size_class) free_.resize(size_class + 1);
  auto& free = free_[size_class];
  if (!free.empty()) {
    const uint64_t address = free.back();
    free.pop_back();
    return address;
  }
  const uint64_t block = uint64_t{1} << size_class;
  if (block > kLargestInArena) return memory.Map(block, true);
  if (arena_end_ - arena_next_ < block) {
    arena_next_ = memory.Map(kArenaSize, true);
    arena_end_ = arena_next_ + kArenaSize;
  }
  const uint64_t address = arena_next_;
  arena_next_ += block;
  return address;
}

void Heap::Free(uint64_t address, uint64_t size) {
  free_[ClassOf(size)].push_back(address);
}

}  // namespace bindersim::userspace
