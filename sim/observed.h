// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_SIM_OBSERVED_H_
#define BINDERSIM_SIM_OBSERVED_H_

#include "sim/value.h"

namespace bindersim::sim {

class CanonicalWriter;

// Something that is only looked at: it is copied with the state that it belongs
// to, but two states that differ in nothing else are equal, and have the same
// hashes.
template <class T>
struct Observed {
  T value{};

  T* operator->() { return &value; }
  const T* operator->() const { return &value; }
  bool operator==(const Observed&) const { return true; }
  void AddTo(Hasher&) const {}
  void AddCanonical(CanonicalWriter&) const {}
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_OBSERVED_H_
