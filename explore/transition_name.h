// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_TRANSITION_NAME_H_
#define BINDERSIM_EXPLORE_TRANSITION_NAME_H_

#include <cstdint>

#include "model/world.h"
#include "sim/footprint.h"
#include "sim/transition.h"

namespace bindersim::explore {

// What a transition is called in every state in which it is possible: threads
// have their tid, which is below 2^31.
using TransitionName = uint32_t;

inline constexpr TransitionName kTime = UINT32_MAX;
inline constexpr TransitionName kNoMoreFaults = UINT32_MAX - 1;
inline constexpr TransitionName kFirstFault = uint32_t{1} << 31;

constexpr bool IsThread(TransitionName name) { return name < kFirstFault; }

inline TransitionName NameOf(const World& world,
                             const sim::Transition& transition) {
  switch (transition.kind) {
    case sim::Transition::Kind::kThread:
      return world.machine.thread(transition.thread).tid;
    case sim::Transition::Kind::kFault:
      return kFirstFault | transition.fault;
    case sim::Transition::Kind::kTimer:
      return kTime;
    case sim::Transition::Kind::kEnd:
      break;
  }
  return kNoMoreFaults;
}

// What is changed by whoever makes it possible, as a key of footprints.
constexpr uint64_t EnablerOf(TransitionName name) {
  return IsThread(name) ? sim::Footprint::Key(sim::Footprint::kThread, name)
                        : sim::Footprint::Key(sim::Footprint::kTimers,
                                              sim::Footprint::kEvents);
}

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_TRANSITION_NAME_H_
