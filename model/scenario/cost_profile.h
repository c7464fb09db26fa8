// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Cost profiles: "default" and "free", which are built in, JSON files
// (model/costs/costs.schema.json) and changes within a scenario.

#ifndef BINDERSIM_MODEL_SCENARIO_COST_PROFILE_H_
#define BINDERSIM_MODEL_SCENARIO_COST_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/costs.h"
#include "model/scenario/reader.h"
#include "sim/time.h"

namespace bindersim::scenario {

// model/costs/default.json
const CostProfile& DefaultCosts();

// Nothing takes time. How the scheduler shares CPUs stays as in the default.
CostProfile FreeCosts();

// A number of a profile under its name in JSON.
struct CostEntry {
  const char* group;  // "scheduler", "driver", "userspace"
  const char* name;
  std::variant<sim::Duration*, int64_t*> value;
};

// All numbers of `profile`, which must outlive the result.
std::vector<CostEntry> CostEntries(CostProfile& profile);

// The file of the profile that a scenario of `file` calls `name`; nothing if
// that is no name of a file.
std::optional<std::string> ProfileFile(const std::string& file,
                                       const std::string& name);

// The profile that `machine` (the member of a scenario; may be missing) asks
// for. Sets `unreadable` if a file cannot be read.
CostProfile ReadCosts(const Reporter& reporter, const Place& machine,
                      bool& unreadable);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_COST_PROFILE_H_
