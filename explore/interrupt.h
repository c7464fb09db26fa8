// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_INTERRUPT_H_
#define BINDERSIM_EXPLORE_INTERRUPT_H_

#include <atomic>

namespace bindersim::explore {

// Once it is set, by another thread or a signal's handler, a search ends soon.
// Null = nobody does.
using Interrupt = const std::atomic<bool>*;

inline bool IsSet(Interrupt interrupt) {
  return interrupt != nullptr && *interrupt;
}

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_INTERRUPT_H_
