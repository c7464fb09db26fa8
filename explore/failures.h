// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_FAILURES_H_
#define BINDERSIM_EXPLORE_FAILURES_H_

#include <linux/android/binder.h>

#include <array>
#include <cstdint>
#include <set>
#include <utility>

#include "explore/decision.h"
#include "explore/trial.h"

namespace bindersim::explore {

// With which the driver answers calls that fail.
inline constexpr std::array<uint32_t, 4> kErrorReturns = {
    BR_ERROR, BR_DEAD_REPLY, BR_FAILED_REPLY, BR_FROZEN_REPLY};

// What failed in a run, from the very start, by kind; whose it was does not
// matter. Two runs with other failures hardly show the same fault, even if they
// show the same problem.
class Failures {
 public:
  enum class Kind : uint8_t {
    kReturn,  // one of kErrorReturns
    kCall,    // a Status with which a call of libbinder's ended
    kIoctl,   // an errno
  };

  // Of the run that the schedule leads to.
  static Failures Of(Trial& trial, const Schedule& schedule, Checking checking);

  void Add(Kind kind, int64_t code) { seen_.emplace(kind, code); }
  // Whether all of those of the other are here.
  bool Includes(const Failures& other) const;

 private:
  std::set<std::pair<Kind, int64_t>> seen_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_FAILURES_H_
