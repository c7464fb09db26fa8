// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_RENAMING_NUMBERS_H_
#define BINDERSIM_EXPLORE_RENAMING_NUMBERS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/renaming.h"

namespace bindersim::explore {

// Numbers that stand for renamings: many states of a search have the same.
class RenamingNumbers {
 public:
  using Number = uint32_t;  // 0: all keep their names

  Number Of(const Renaming& renaming) {
    // Mostly it is that of the state before.
    if (renaming == renamings_[latest_]) return latest_;
    const auto [it, is_new] =
        numbers_.try_emplace(renaming, static_cast<Number>(renamings_.size()));
    if (is_new) renamings_.push_back(renaming);
    return latest_ = it->second;
  }

  // From tids in one state to those in another that is the same, but that those
  // who are alike have other places: a function. Holds until the next call of
  // Of.
  auto Renamer(Number there, Number here) const {
    return [&common = renamings_[there], own = renamings_[here].Inverse()](
               uint32_t tid) { return own(common(tid)); };
  }

 private:
  std::vector<Renaming> renamings_ = {Renaming()};
  absl::flat_hash_map<Renaming, Number> numbers_ = {{Renaming(), 0}};
  Number latest_ = 0;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_RENAMING_NUMBERS_H_
