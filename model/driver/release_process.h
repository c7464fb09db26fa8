// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// binder_deferred_release and binder_node_release as frames (EXT-20).

#ifndef BINDERSIM_MODEL_DRIVER_RELEASE_PROCESS_H_
#define BINDERSIM_MODEL_DRIVER_RELEASE_PROCESS_H_

#include <cstdint>
#include <tuple>

#include "model/driver/flows.h"

namespace bindersim::driver {

struct ReleaseProcess {
  static constexpr char kName[] = "binder_deferred_release";

  enum class Section : uint8_t {
    kStart,
    kLockManager,
    kDismissManager,
    kMarkDead,
    kThreads,
    kLockNodes,
    kNodes,
    kReleaseNode,
    kLockRefs,
    kRefs,
    kRefUnlinked,
    kFreeRef,
    kTodo,
    kDeliveredDeath,
    kLockToPut,
    kPut,
    kDone,
  };

  ProcId proc{};
  Section section = Section::kStart;
  bool node_unused = false;
  NodeId node{};
  RefId ref{};

  auto Fields() const {
    return std::tie(proc, section, node_unused, node, ref);
  }
  bool operator==(const ReleaseProcess&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Next(Section next, sim::Step step);
  sim::Step RunNodes(sim::Env& env, Driver& driver);
  sim::Step RunRefs(sim::Env& env, Driver& driver);
  sim::Step RunLists(sim::Env& env, Driver& driver);
};

// One node of a dying process, already taken out of its table and pinned.
struct ReleaseNode {
  static constexpr char kName[] = "binder_node_release";

  enum class Section : uint8_t {
    kAsyncTodo,
    kLock,
    kLockOwner,
    kDetach,
    kHolder,
    kNotify,
    kPut,
    kFree,
    kDone,
  };

  NodeId node{};
  Section section = Section::kAsyncTodo;
  uint32_t holder = 0;  // index in node.refs

  auto Fields() const { return std::tie(node, section, holder); }
  bool operator==(const ReleaseNode&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Next(Section next, sim::Step step);
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_RELEASE_PROCESS_H_
