// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// One section of a flow, for people and for what watches a run; and which one
// is being run.

#ifndef BINDERSIM_SIM_FLOW_SECTION_H_
#define BINDERSIM_SIM_FLOW_SECTION_H_

#include <cstdint>
#include <string>

namespace bindersim::sim {

struct FrameOps;

struct FlowSection {
  const FrameOps* flow = nullptr;  // null = nobody knows
  uint32_t section = 0;

  explicit operator bool() const { return flow != nullptr; }

  // The section that `frame` runs next.
  static FlowSection Of(const FrameOps* flow, const void* frame);

  // "binder_thread_read/kDeliver"; sections without a name by their number.
  // REQUIRES: flow.
  std::string ToString() const;
};

// The section that this thread of the simulator runs, or ran last; null in the
// model's hooks and outside of runs. Only messages about what went wrong show
// it.
// tidy: allow(threads) each simulation runs on one thread
constinit inline thread_local FlowSection section_under_way;

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_FLOW_SECTION_H_
