// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Typed ids of the entities in slot maps (sim/slot_map.h).
//
//   struct NodeTag {
//     static constexpr char kName[] = "node";
//   };
//   using NodeId = Id<NodeTag>;
//
// The generation tells an entity from the others that had the same slot before
// and after it: an id that outlives its entity is stale, and is found out.

#ifndef BINDERSIM_SIM_ID_H_
#define BINDERSIM_SIM_ID_H_

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>

namespace bindersim::sim {

// The word for the entities of an id's tag: Tag::kName, or "entity".
template <class Tag>
constexpr const char* TagName() {
  if constexpr (requires { Tag::kName; }) {
    return Tag::kName;
  } else {
    return "entity";
  }
}

// A reference to one entity. The default is the null id, which refers to none.
template <class Tag>
struct Id {
  // The entity's slot.
  uint32_t index = 0;
  // Which of the slot's entities, from 1; 0 only in the null id.
  uint32_t generation = 0;

  // Whether the id is not null. It may still be stale.
  explicit operator bool() const { return generation != 0; }

  auto Fields() const { return std::tie(index, generation); }
  auto operator<=>(const Id&) const = default;

  // "node 7.1" (slot, generation) or "node null".
  std::string ToString() const {
    std::string text = TagName<Tag>();
    if (generation == 0) return text + " null";
    return text + " " + std::to_string(index) + "." +
           std::to_string(generation);
  }

  friend std::ostream& operator<<(std::ostream& out, const Id& id) {
    return out << id.ToString();
  }
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_ID_H_
