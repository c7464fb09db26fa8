// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_ENTITY_H_
#define BINDERSIM_MODEL_ENTITY_H_

#include <cstdint>

#include "sim/id.h"

namespace bindersim {

// An entity of a world: what an id names. Proxies and parcels are numbered by
// each process for itself.
struct Entity {
  // Of ids, so many: each Tag::kSpace is below.
  static constexpr uint32_t kSpaces = 13;

  uint32_t space = 0;  // Tag::kSpace
  uint32_t index = 0;
  uint32_t generation = 0;
  uint32_t process = 0;  // whose it is, where that matters; else 0

  template <class Tag>
  static Entity Of(sim::Id<Tag> id) {
    return {Tag::kSpace, id.index, id.generation, 0};
  }
  template <class Tag>
  sim::Id<Tag> Id() const {
    return {index, generation};
  }
  bool operator==(const Entity&) const = default;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_ENTITY_H_
