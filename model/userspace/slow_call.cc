// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/slow_call.h"

#include <algorithm>

namespace bindersim::userspace {

namespace {

void Involve(std::vector<uint32_t>& ids, uint32_t id) {
  if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
}

}  // namespace

void AddLateAnswer(std::vector<SlowCalls>& calls, const LateAnswer& late) {
  auto of = std::ranges::find(calls, late.method, &SlowCalls::method);
  if (of == calls.end()) {
    SlowCalls first;
    first.method = late.method;
    first.at = late.at;
    of = calls.insert(calls.end(), first);
  }
  ++of->count;
  Involve(of->pids, late.pid);
  Involve(of->tids, late.tid);
  if (late.waited <= of->waited) return;
  of->waited = late.waited;
  of->caller = late.caller;
  of->answered = late.answered;
}

}  // namespace bindersim::userspace
