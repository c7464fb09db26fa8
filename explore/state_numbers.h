// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_STATE_NUMBERS_H_
#define BINDERSIM_EXPLORE_STATE_NUMBERS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "explore/huge_page_allocator.h"
#include "sim/hash128.h"

namespace bindersim::explore {

// The states that a search has met, by their hashes, and their numbers: in the
// order in which they were met, from 0.
class StateNumbers {
 public:
  using Number = uint32_t;

  // The number of the state, and whether it is a new one.
  std::pair<Number, bool> Meet(const sim::Hash128& hash) {
    const auto [it, is_new] =
        numbers_.try_emplace(hash, static_cast<Number>(numbers_.size()));
    return {it->second, is_new};
  }
  // Where the state's number is, or will be, is far away: it is met soon.
  void Prefetch(const sim::Hash128& hash) const { numbers_.prefetch(hash); }

 private:
  // Half of a good hash is one.
  struct LowHalf {
    size_t operator()(const sim::Hash128& hash) const { return hash.low; }
  };

  absl::flat_hash_map<sim::Hash128, Number, LowHalf, std::equal_to<>,
                      HugePageAllocator<std::pair<const sim::Hash128, Number>>>
      numbers_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_STATE_NUMBERS_H_
