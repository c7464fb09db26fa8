// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_QUEUED_CALLS_H_
#define BINDERSIM_MODEL_QUEUED_CALLS_H_

#include <cstdint>
#include <vector>

#include "model/world.h"

namespace bindersim {

// A call of a method of a scenario's that the driver has taken and not yet
// given to its target.
struct QueuedCall {
  uint32_t debug_id = 0;
  uint32_t from_pid = 0;
  sim::ThreadId from_thread;  // null if it is oneway
  userspace::ProcessIndex process = 0;
  userspace::ObjectIndex object = 0;
  uint32_t method = 0;  // index in Object::methods
  // Who must take it; null: any Binder thread of the process.
  sim::ThreadId to_thread;
  // Oneway, and behind another one to the same object (TXN-51).
  bool waits_at_object = false;
};

// Sorted by debug id.
std::vector<QueuedCall> QueuedCalls(const World& world);

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_QUEUED_CALLS_H_
