// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_GROWING_ARRAY_H_
#define BINDERSIM_EXPLORE_GROWING_ARRAY_H_

#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

#include "explore/huge_page_allocator.h"

namespace bindersim::explore {

// A sequence that only grows, by millions, and is looked at here and there.
// Unlike in a vector, elements stay where they are: each block is twice as
// large as the one before.
template <class T>
class GrowingArray {
 public:
  size_t size() const { return size_; }
  const T& operator[](size_t index) const {
    const auto [block, within] = PlaceOf(index);
    return blocks_[block][within];
  }
  T& operator[](size_t index) {
    const auto [block, within] = PlaceOf(index);
    return blocks_[block][within];
  }
  void push_back(T value) {
    const size_t block = PlaceOf(size_).first;
    if (block == blocks_.size()) {
      blocks_.emplace_back().reserve(kFirst << block);
    }
    blocks_[block].push_back(std::move(value));
    ++size_;
  }

 private:
  static constexpr size_t kFirst = 64;  // elements; a power of two

  static std::pair<size_t, size_t> PlaceOf(size_t index) {
    const size_t from_first = index + kFirst;
    const size_t first = std::bit_floor(from_first);
    return {static_cast<size_t>(std::countr_zero(first / kFirst)),
            from_first - first};
  }

  std::vector<std::vector<T, HugePageAllocator<T>>> blocks_;
  size_t size_ = 0;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_GROWING_ARRAY_H_
