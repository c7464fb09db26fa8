// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Values by id, in the order of the ids: a sorted vector. A check is made after
// every section, so what one has allocated is kept for the next.

#ifndef BINDERSIM_MODEL_DRIVER_INVARIANTS_TALLY_H_
#define BINDERSIM_MODEL_DRIVER_INVARIANTS_TALLY_H_

#include <utility>
#include <vector>

#include "model/driver/tables.h"

namespace bindersim::driver {

template <class Key, class Value>
class Tally {
 public:
  // The key's value, which is zero at first.
  Value& operator[](const Key& key) {
    if (entries_.empty() || entries_.back().first < key) {
      return entries_.emplace_back(key, Value{}).second;
    }
    const auto at = LowerBound(entries_, key) - entries_.begin();
    const auto it = entries_.begin() + at;
    if (it->first == key) return it->second;
    return entries_.insert(it, {key, Value{}})->second;
  }
  // Null if nobody has asked for the key's value.
  const Value* Find(const Key& key) const {
    if (entries_.empty()) return nullptr;
    const auto it = LowerBound(entries_, key);
    return it == entries_.end() || it->first != key ? nullptr : &it->second;
  }
  bool Contains(const Key& key) const { return Find(key) != nullptr; }
  // The key's value, zero if there is none.
  Value Get(const Key& key) const {
    const Value* value = Find(key);
    return value == nullptr ? Value{} : *value;
  }
  void Clear() { entries_.clear(); }

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  using Entry = std::pair<Key, Value>;

  std::vector<Entry> entries_;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_INVARIANTS_TALLY_H_
