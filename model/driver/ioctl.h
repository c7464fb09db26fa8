// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// binder_ioctl as frames (CTL-20..26, 40..53).

#ifndef BINDERSIM_MODEL_DRIVER_IOCTL_H_
#define BINDERSIM_MODEL_DRIVER_IOCTL_H_

#include <cstdint>
#include <tuple>

#include "model/driver/flows.h"

namespace bindersim::driver {

// BINDER_SET_CONTEXT_MGR and _EXT (CTL-42..46).
struct SetContextManager {
  static constexpr char kName[] = "binder_ioctl_set_ctx_mgr";
  enum Section : uint8_t {
    kLock,
    kCheck,
    kMakeNode,
    kLockNode,
    kAppoint,
    kPut,
    kUnlock,
    kDone
  };
  ProcId proc{};
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  uint32_t flags = 0;
  uint8_t section = 0;
  int32_t error = 0;
  NodeId node{};

  auto Fields() const {
    return std::tie(proc, ptr, cookie, flags, section, error, node);
  }
  bool operator==(const SetContextManager&) const = default;

  sim::Step Run(sim::Env& env);
};

struct IoctlFlow {
  static constexpr char kName[] = "binder_ioctl";

  enum class Section : uint8_t {
    kStart,
    kFindThread,
    kDispatch,
    kSmall,     // a request that is one section
    kAnswered,  // by the frame of a larger one
    kDone,
    kThreadExited,
    kReturn,
  };

  Section section = Section::kStart;
  uint32_t request = 0;
  uint64_t argument = 0;
  os::FileId file{};
  ProcId proc{};
  ThreadStateId thread{};
  int64_t outcome = 0;

  auto Fields() const {
    return std::tie(section, request, argument, file, proc, thread, outcome);
  }
  bool operator==(const IoctlFlow&) const = default;

  sim::Step Run(sim::Env& env);

 private:
  sim::Step Dispatch(sim::Env& env, Driver& driver);
  int Small(sim::Env& env, Driver& driver);
  int NodeDebugInfo(Driver& driver, os::AddressSpace& memory);
  int NodeInfoForRef(sim::Env& env, Driver& driver, os::AddressSpace& memory);
  sim::Step Finish(sim::Env& env, Driver& driver, int64_t result);
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_IOCTL_H_
