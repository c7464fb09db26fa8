// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_WAIT_GRAPH_H_
#define BINDERSIM_MODEL_WAIT_GRAPH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/world.h"

namespace bindersim {

// A thread that is blocked for good: for a reply, a mutex, a notification or a
// service.
struct Waiter {
  sim::ThreadId thread;
  uint32_t pid = 0;
  uint32_t tid = 0;
  // The kind of finding that this is if it is not part of a cycle.
  const char* kind = "deadlock";
  // Who it waits for: any of these could end the wait.
  std::vector<sim::ThreadId> waits_for;
  // And so could others, until everything has come to rest.
  bool anybody_may_help = false;
  std::string text;  // one line, in Binder's words
};

// The threads that can never go on, by tid. Those of a frozen process that
// would after its thaw are not among them. If the world is not `quiescent`,
// those of which it is certain already: none that waits, however indirectly,
// for a thread that is still running or idle, or for a notification.
std::vector<Waiter> StuckWaiters(const World& world, bool quiescent);

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_WAIT_GRAPH_H_
