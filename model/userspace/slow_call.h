// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_SLOW_CALL_H_
#define BINDERSIM_MODEL_USERSPACE_SLOW_CALL_H_

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/time.h"

namespace bindersim::userspace {

// One synchronous call that had to wait for longer than Bounds::answer.
struct LateAnswer {
  std::string method;  // "activity.startService"
  std::string caller;  // "app/main (tid 3000)"
  uint32_t pid = 0;    // the caller's
  uint32_t tid = 0;
  sim::Duration waited{};
  bool answered = false;  // else it waits still
  sim::Time at{};         // when the answer came, or now
};

// Those of one method.
struct SlowCalls {
  std::string method;
  uint64_t count = 0;
  // Of the longest.
  std::string caller;
  sim::Duration waited{};
  bool answered = false;
  sim::Time at{};  // when the first was noticed
  // The callers, in the order in which they were noticed.
  std::vector<uint32_t> pids;
  std::vector<uint32_t> tids;

  auto Fields() const {
    return std::tie(method, count, caller, waited, answered, at, pids, tids);
  }
  bool operator==(const SlowCalls&) const = default;
};

// Counts one more, in the order in which methods come up.
void AddLateAnswer(std::vector<SlowCalls>& calls, const LateAnswer& late);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_SLOW_CALL_H_
