// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The driver's own past: steps that it once lacked, each of which closed a race
// or a leak (section 10.3 of the facts). The driver has all of them unless a
// scenario leaves some out:
//
//   "driver": {"without_fix": ["claim_buffer_at_free"]}
//
// so that a search of the schedules can find what the step is for. Where the
// step made one section of what had been two, the section is two again
// without it.

#ifndef BINDERSIM_MODEL_DRIVER_FIXES_H_
#define BINDERSIM_MODEL_DRIVER_FIXES_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>

namespace bindersim::driver {

enum class Fix : uint8_t {
  kClaimBufferAtFree,
  kResetAllowUserFree,
  kUnlinkBufferUnderLock,
  kReadWorkTypeUnderLock,
  kRemoveRefOfFailedIncrement,
  kWakeUnregisteredReaders,
  kCountLoopersUnderLock,
  kPinTargetProcess,
  kPinTargetThread,
  kPinTargetNode,
  kRefundWholeBuffer,
  kDeathOnProcessTodo,
  kNotifyUnderNodeLock,
};

struct FixInfo {
  const char* name;  // in scenarios: what the step does, in snake_case
  const char* fact;  // "BUG-03"
  const char* what;  // one sentence: the step
};

// All of them; a Fix is its index.
std::span<const FixInfo> Fixes();
inline const FixInfo& InfoOf(Fix fix) {
  return Fixes()[static_cast<size_t>(fix)];
}
std::optional<Fix> FixNamed(std::string_view name);

struct FixSet {
  uint32_t bits = 0;  // 1 << fix

  static constexpr uint32_t Bit(Fix fix) {
    return uint32_t{1} << static_cast<uint32_t>(fix);
  }
  void Add(Fix fix) { bits |= Bit(fix); }
  bool Contains(Fix fix) const { return (bits & Bit(fix)) != 0; }
  bool empty() const { return bits == 0; }

  auto Fields() const { return std::tie(bits); }
  bool operator==(const FixSet&) const = default;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_FIXES_H_
