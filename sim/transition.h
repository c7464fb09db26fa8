// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_SIM_TRANSITION_H_
#define BINDERSIM_SIM_TRANSITION_H_

#include <cstdint>
#include <tuple>

#include "sim/id.h"

namespace bindersim::sim {

struct ThreadTag {
  static constexpr uint32_t kSpace = 0;
};
using ThreadId = Id<ThreadTag>;

// What can happen next in an untimed run, where nothing but causality orders
// events.
struct Transition {
  enum class Kind : uint8_t {
    kThread,  // `thread` runs on to the next place where another may come in
    kTimer,   // time passes to the earliest timed event, which happens
    kFault,   // fault number `fault` happens (Machine::AddFault)
    kEnd,     // nothing more: only faults could still happen
  };
  Kind kind = Kind::kThread;
  uint32_t fault = 0;
  ThreadId thread;

  auto Fields() const { return std::tie(kind, fault, thread); }
  bool operator==(const Transition&) const = default;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_TRANSITION_H_
