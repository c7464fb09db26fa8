// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_NUMBER_TABLE_H_
#define BINDERSIM_EXPLORE_NUMBER_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"

namespace bindersim::explore {

// What numbers stand for, where the same few are asked for most of the time:
// those are found without a look into the map.
template <class Value>
class NumberTable {
 public:
  // What `key`, which is not UINT64_MAX, stands for. The first time that is
  // what first(n) says, where n other keys have been asked for.
  template <class First>
  Value Get(uint64_t key, First first) {
    Recent& recent = recent_[PlaceOf(key)];
    if (recent.key == key) return recent.value;
    const auto [it, is_new] = values_.try_emplace(key);
    if (is_new) it->second = first(values_.size() - 1);
    recent = {key, it->second};
    return it->second;
  }

 private:
  struct Recent {
    uint64_t key = UINT64_MAX;  // nobody's
    Value value{};
  };

  // A product's highest bits depend on all of the key.
  static size_t PlaceOf(uint64_t key) { return key * 0x9E3779B97F4A7C15 >> 56; }

  std::array<Recent, 256> recent_;
  absl::flat_hash_map<uint64_t, Value> values_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_NUMBER_TABLE_H_
