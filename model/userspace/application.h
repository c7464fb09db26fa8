// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_APPLICATION_H_
#define BINDERSIM_MODEL_USERSPACE_APPLICATION_H_

#include <cstdint>
#include <string>
#include <tuple>

#include "model/userspace/state.h"
#include "sim/machine.h"
#include "sim/os_number.h"

namespace bindersim::userspace {

// A transaction that libbinder hands to its target.
struct Incoming {
  ObjectIndex object = 0;
  uint32_t code = 0;
  uint32_t flags = 0;  // TF_*
  sim::Tid sender_pid;
  sim::Uid sender_uid;
  ParcelId data;
  ParcelId reply;  // to be filled in

  auto Fields() const {
    return std::tie(object, code, flags, sender_pid, sender_uid, data, reply);
  }
  bool operator==(const Incoming&) const = default;
};

// What libbinder calls upwards: the code of BBinder subclasses and of death
// recipients. No part of the world's value.
class Application {
 public:
  static constexpr size_t kSlot = 3;

  virtual ~Application() = default;
  // BBinder::transact: pushes a frame that ends with the status.
  virtual sim::Step OnTransact(sim::Env& env, const Incoming& incoming) = 0;
  // DeathRecipient::binderDied of the proxy: pushes a frame.
  virtual sim::Step OnBinderDied(sim::Env& env, const Recipient& recipient,
                                 ProxyId proxy) = 0;
  // Only for records, since real user space cannot know these: the debug id of
  // the transaction in a buffer of the acting process; the name of the object
  // behind one of its handles, or nothing.
  virtual uint32_t DebugIdOf(sim::Env& env, uint64_t buffer) = 0;
  virtual std::string NameOf(sim::Env& env, uint32_t handle) = 0;
  // The innermost call of the acting thread was answered after so long, which
  // is longer than Bounds::answer.
  virtual void OnLateAnswer(sim::Env& env, sim::Duration waited) = 0;
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_APPLICATION_H_
