// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_RUN_EXPECTATIONS_H_
#define BINDERSIM_RUN_EXPECTATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/scenario/scenario.h"
#include "model/userspace/finding.h"
#include "viz/statistics.h"

namespace bindersim::run {

// What became of one expectation of a scenario.
struct Verdict {
  bool met = false;
  std::string pointer;  // JSON pointer of the "expect" entry
  std::string text;     // the entry
  std::string actual;   // what was measured, for people

  bool operator==(const Verdict&) const = default;
};

// Judges a finished run, in the order of the scenario's "expect". A latency of
// a method that was never answered well is not below anything.
// `tally` is the world's (Userspace::tally). Without `statistics` expectations
// about latency, of starved pools and of slow calls are left out.
std::vector<Verdict> Judge(const scenario::Scenario& scenario,
                           const viz::RunStatistics* statistics,
                           const std::vector<uint64_t>& tally,
                           const std::vector<Finding>& findings);

// Whether the scenario expects findings of that kind.
bool Expects(const scenario::Scenario& scenario, const std::string& kind);

}  // namespace bindersim::run

#endif  // BINDERSIM_RUN_EXPECTATIONS_H_
