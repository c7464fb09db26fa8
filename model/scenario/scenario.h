// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// A validated scenario: everything that a run needs, with every name resolved.

#ifndef BINDERSIM_MODEL_SCENARIO_SCENARIO_H_
#define BINDERSIM_MODEL_SCENARIO_SCENARIO_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/costs.h"
#include "model/driver/fixes.h"
#include "model/userspace/program.h"
#include "sim/time.h"

namespace bindersim::scenario {

// What a percentile, mean or maximum of a method's latency must stay below.
struct LatencyBelow {
  std::string of;  // "service.method"
  enum class Which { kPercentile, kMean, kMax } which = Which::kPercentile;
  uint32_t percentile_x10 = 0;  // p50 = 500, p99.9 = 999
  sim::Duration below{};
};

// How often something must happen. Limits are inclusive.
struct CountWithin {
  enum class What {
    kMarks,    // marks with the text `of`
    kCalls,    // finished calls of method `of`
    kFailures  // calls of method `of` with a status other than OK
  } what = What::kMarks;
  std::string of;
  uint64_t at_least = 0;
  uint64_t at_most = UINT64_MAX;
  size_t watch = 0;  // in Setup::watches
};

// The first mark `first` comes before the first mark `then`; it does not come
// after it, and `then` not without it.
struct MarksInOrder {
  std::string first;
  std::string then;
  size_t watch = 0;  // in Setup::watches
};

// A finding of that kind ("deadlock", ...) must be there, and is then no fault.
struct FindingExpected {
  std::string kind;
};

struct Expectation {
  std::variant<LatencyBelow, CountWithin, MarksInOrder, FindingExpected> what;
  std::string pointer;  // JSON pointer of the entry
  std::string text;     // the entry as compact JSON, for messages
};

// How the scenario is to be explored, unless the command line says otherwise.
struct ExploreDefaults {
  std::optional<uint64_t> runs;
  bool timed = false;
};

struct Scenario {
  std::string name;
  std::string about;
  uint64_t seed = 1;
  uint32_t cpus = 4;
  CostProfile costs;
  std::string driver_version = "6.1";
  driver::FixSet without_fixes;        // what that driver lacks
  std::optional<sim::Duration> until;  // stop then; else run to quiescence
  userspace::Setup setup;
  std::vector<Expectation> expectations;
  ExploreDefaults explore;
};

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_SCENARIO_H_
