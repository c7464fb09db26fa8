// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_CALLS_UNDER_WAY_H_
#define BINDERSIM_MODEL_USERSPACE_CALLS_UNDER_WAY_H_

#include <string>
#include <vector>

#include "model/userspace/state.h"
#include "sim/frame.h"
#include "sim/time.h"

namespace bindersim::userspace {

// A synchronous call that a thread has sent and that is not over.
struct CallUnderWay {
  std::string method;  // "activity.startService", as the program says
  sim::Time began{};
};

// Those of the thread with that stack, innermost first.
std::vector<CallUnderWay> CallsUnderWay(const Userspace& user,
                                        const sim::Stack& stack);

// "activity.startService": the method that the thread with that stack serves;
// of nested ones the first. Empty if it serves none of a scenario's.
std::string MethodServed(const Userspace& user, const ThreadState& thread,
                         const sim::Stack& stack);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_CALLS_UNDER_WAY_H_
