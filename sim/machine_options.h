// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_SIM_MACHINE_OPTIONS_H_
#define BINDERSIM_SIM_MACHINE_OPTIONS_H_

#include <cstdint>
#include <tuple>

#include "sim/time.h"

namespace bindersim::sim {

// What scheduling costs and how it behaves (TIM-12).
struct SchedulerCosts {
  Duration context_switch{1500};     // another thread takes over a CPU
  Duration wake_latency{4500};       // plain wake-up until runnable
  Duration sync_wake_latency{2500};  // wake-up with the sync hint (THR-40)
  Duration time_slice{3'000'000};    // run time before an equal may take over
  Duration wakeup_granularity{1'000'000};  // lead a woken thread needs to
                                           // preempt an equal one
  int64_t jitter_permille = 0;  // each CPU burst varies by up to this share

  auto Fields() const {
    return std::tie(context_switch, wake_latency, sync_wake_latency, time_slice,
                    wakeup_granularity, jitter_permille);
  }
  bool operator==(const SchedulerCosts&) const = default;
};

struct MachineOptions {
  uint32_t cpus = 4;  // 1..64
  uint64_t seed = 1;
  SchedulerCosts costs;

  auto Fields() const { return std::tie(cpus, seed, costs); }
  bool operator==(const MachineOptions&) const = default;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_MACHINE_OPTIONS_H_
