// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/strategies/strategy.h"

#include "sim/transition.h"

namespace bindersim::explore {

using sim::ChoiceKind;
using sim::Transition;

void Strategy::Begin(uint64_t seed, const sim::Machine& the_machine,
                     const Learned& the_learned) {
  random = FastRandom(seed);
  machine = &the_machine;
  learned = &the_learned;
  choice = 0;
  // Time-outs that expire at once and ones that never expire lead to different
  // places, and so do runs with and without faults: each is off altogether in
  // half of the runs (swarm testing).
  time_waits_ = random.Below(2) == 0;
  fault_at_ =
      random.Below(2) == 0 ? UINT64_MAX : random.Below(learned->choices + 1);
  OnBegin();
}

uint32_t Strategy::Choose(const sim::ChoicePoint& point) {
  if (point.kind != ChoiceKind::kTransition) return ChooseTimed(point);
  uint32_t count = point.options;
  while (count > 1 &&
         point.transitions[count - 1].kind == Transition::Kind::kFault) {
    --count;
  }
  const uint32_t faults = point.options - count;
  if (choice++ >= fault_at_ && faults > 0) {
    fault_at_ = random.Below(2) == 0
                    ? UINT64_MAX
                    : choice + random.Below(learned->choices + 1);
    return count + static_cast<uint32_t>(random.Below(faults));
  }
  if (time_waits_ && count > 1 &&
      point.transitions[count - 1].kind == Transition::Kind::kTimer) {
    --count;
  }
  return count == 1 ? 0 : Pick(point, count);
}

// With time all that is left open is who is first; nothing is known of what
// depends on it.
uint32_t Strategy::ChooseTimed(const sim::ChoicePoint& point) {
  ++choice;
  return static_cast<uint32_t>(random.Below(point.options));
}

}  // namespace bindersim::explore
