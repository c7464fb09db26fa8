// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The Binder devices: each has a context of its own (CTL-05).

#ifndef BINDERSIM_MODEL_DRIVER_DEVICE_H_
#define BINDERSIM_MODEL_DRIVER_DEVICE_H_

#include <cstdint>

namespace bindersim::driver {

enum class Device : uint8_t { kBinder, kHwBinder, kVndBinder };

// "binder", "hwbinder" or "vndbinder".
constexpr const char* ContextName(Device device) {
  constexpr const char* kNames[] = {"binder", "hwbinder", "vndbinder"};
  return kNames[static_cast<uint8_t>(device)];
}

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_DEVICE_H_
