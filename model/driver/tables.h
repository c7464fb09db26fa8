// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Sorted vectors of (key, id) in place of the kernel's search trees: in the
// same order, and quick to copy.

#ifndef BINDERSIM_MODEL_DRIVER_TABLES_H_
#define BINDERSIM_MODEL_DRIVER_TABLES_H_

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/check.h"

namespace bindersim::driver {

template <class Key, class Id>
auto LowerBound(const std::vector<std::pair<Key, Id>>& table, const Key& key) {
  return std::ranges::lower_bound(table, key, {}, &std::pair<Key, Id>::first);
}

// The id stored under `key`, or null.
template <class Key, class Id>
Id Lookup(const std::vector<std::pair<Key, Id>>& table, const Key& key) {
  const auto it = LowerBound(table, key);
  return it != table.end() && it->first == key ? it->second : Id{};
}

// REQUIRES: nothing is stored under `key`.
template <class Key, class Id>
void InsertSorted(std::vector<std::pair<Key, Id>>& table, const Key& key,
                  Id id) {
  const auto it = LowerBound(table, key);
  SIM_DCHECK(it == table.end() || it->first != key) << "key in use";
  table.insert(it, {key, id});
}

// Removes what is stored under `key`, if anything is.
template <class Key, class Id>
void EraseKey(std::vector<std::pair<Key, Id>>& table, const Key& key) {
  const auto it = LowerBound(table, key);
  if (it != table.end() && it->first == key) table.erase(it);
}

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_TABLES_H_
