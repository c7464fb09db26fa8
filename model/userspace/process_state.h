// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_PROCESS_STATE_H_
#define BINDERSIM_MODEL_USERSPACE_PROCESS_STATE_H_

#include <cstdint>
#include <tuple>

#include "model/driver/system_calls.h"
#include "model/userspace/state.h"
#include "sim/machine.h"

namespace bindersim::userspace {

// ProcessState's constructor: opens the driver, checks its version, sets the
// number of threads, asks for oneway spam detection and maps the buffer area
// (USR-01). A driver without spam detection is good enough.
struct OpenDriver {
  static constexpr char kName[] = "ProcessState::ProcessState";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t {
    kOpen,
    kVersion,
    kMaxThreads,
    kSpamDetection,
    kMap,
    kMapped,
  };
  Section section = Section::kOpen;
  auto Fields() const { return std::tie(section); }
  bool operator==(const OpenDriver&) const = default;
  sim::Step Run(sim::Env& env);
};

// The device that a process of that setup opens.
driver::Device DeviceOf(const ProcessSetup& setup);

// A local object with addresses in the acting process's heap.
LocalObject NewLocalObject(sim::Env& env);
// Makes the process's local objects.
void MakeLocalObjects(sim::Env& env);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_PROCESS_STATE_H_
