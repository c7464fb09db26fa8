// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The freezer (section FRZ of the facts).

#ifndef BINDERSIM_MODEL_DRIVER_FREEZE_H_
#define BINDERSIM_MODEL_DRIVER_FREEZE_H_

#include <linux/android/binder.h>

#include <cstdint>
#include <tuple>

#include "model/driver/flows.h"
#include "sim/os_number.h"

namespace bindersim::driver {

struct FreezeFlow {
  static constexpr char kName[] = "binder_ioctl_freeze";

  enum class Section : uint8_t {
    kStart,
    kTarget,
    kFlags,
    kWait,
    kSleep,
    kAwake,
    kJudge,
    kLockToThaw,
    kThaw,
    kLockToPut,
    kPut,
  };

  Section section = Section::kStart;
  bool enable = false;
  sim::Tid pid{};
  ThreadStateId thread{};  // whose ioctl this is
  ProcId target{};
  sim::Duration timeout{};  // for each open of the pid
  sim::Time deadline = sim::kNever;
  int64_t error = 0;

  auto Fields() const {
    return std::tie(section, enable, pid, thread, target, timeout, deadline,
                    error);
  }
  bool operator==(const FreezeFlow&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Next(Section next, sim::Step step);
  sim::Step RunWait(sim::Env& env, Driver& driver);
};

// BINDER_FREEZE by `thread`. Result: 0, -EINVAL without such a process, -EAGAIN
// if it has calls pending, -EINTR.
sim::Step Freeze(sim::Env& env, ThreadStateId thread,
                 const binder_freeze_info& info);

// BINDER_GET_FROZEN_INFO (FRZ-10). Returns 0 or -EINVAL.
int FrozenInfo(sim::Env& env, const Driver& driver,
               binder_frozen_status_info& info);

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_FREEZE_H_
