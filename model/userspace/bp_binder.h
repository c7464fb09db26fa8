// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// BpBinder's flows as frames named after its functions.

#ifndef BINDERSIM_MODEL_USERSPACE_BP_BINDER_H_
#define BINDERSIM_MODEL_USERSPACE_BP_BINDER_H_

#include <cstdint>
#include <tuple>

#include "model/userspace/state.h"
#include "sim/machine.h"

namespace bindersim::userspace {

// A transaction through a proxy; a dead one answers by itself (USR-45). Result:
// the status.
struct BpTransact {
  static constexpr char kName[] = "BpBinder::transact";
  static constexpr bool kUserMode = true;
  ProxyId proxy;
  uint32_t code = 0;
  uint32_t flags = 0;
  ParcelId data;
  ParcelId reply;  // null: not wanted
  uint32_t called = 0;
  uint32_t unused = 0;
  auto Fields() const {
    return std::tie(proxy, code, flags, data, reply, called, unused);
  }
  bool operator==(const BpTransact&) const = default;
  sim::Step Run(sim::Env& env);
};

// USR-50. Result: OK, or DEAD_OBJECT if the death was already reported.
struct BpLinkToDeath {
  static constexpr char kName[] = "BpBinder::linkToDeath";
  static constexpr bool kUserMode = true;
  ProxyId proxy;
  Recipient recipient;
  uint32_t section = 0;
  auto Fields() const { return std::tie(proxy, recipient, section); }
  bool operator==(const BpLinkToDeath&) const = default;
  sim::Step Run(sim::Env& env);
};

// Unlinks the recipient linked first (USR-52). Result: OK, DEAD_OBJECT or
// NAME_NOT_FOUND.
struct BpUnlinkToDeath {
  static constexpr char kName[] = "BpBinder::unlinkToDeath";
  static constexpr bool kUserMode = true;
  ProxyId proxy;
  uint32_t section = 0;
  auto Fields() const { return std::tie(proxy, section); }
  bool operator==(const BpUnlinkToDeath&) const = default;
  sim::Step Run(sim::Env& env);
};

// Tells all recipients, in the thread that read BR_DEAD_BINDER (USR-51, 53).
struct BpSendObituary {
  static constexpr char kName[] = "BpBinder::sendObituary";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kClear, kReport };
  ProxyId proxy;
  Section section = Section::kClear;
  uint32_t next = 0;
  auto Fields() const { return std::tie(proxy, section, next); }
  bool operator==(const BpSendObituary&) const = default;
  sim::Step Run(sim::Env& env);
};

// getContextObject: the proxy for handle 0, pinged before it is made (USR-41,
// 42). ThreadState::returned: the proxy, or null without a context manager.
struct GetContextObject {
  static constexpr char kName[] = "ProcessState::getContextObject";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  ParcelId data;
  auto Fields() const { return std::tie(section, data); }
  bool operator==(const GetContextObject&) const = default;
  sim::Step Run(sim::Env& env);
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_BP_BINDER_H_
