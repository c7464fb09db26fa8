// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_OUTCOME_H_
#define BINDERSIM_EXPLORE_OUTCOME_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/driver/protocol_cells.h"
#include "model/scenario/scenario.h"
#include "model/world.h"
#include "sim/machine.h"
#include "sim/time.h"

namespace bindersim::explore {

// Something wrong with a run: a finding of the model that the scenario does not
// expect, or an expectation that is not met (kind "expectation").
struct Problem {
  std::string kind;
  std::string text;
  // The same for the same fault in another run, or in a smaller scenario: the
  // kind, who is involved, and the rule that is broken. Without numbers that
  // depend on the run.
  std::string signature;
  sim::Time at{};

  bool operator==(const Problem&) const = default;
};

// How a run ended.
struct Outcome {
  sim::RunEnd end = sim::RunEnd::kQuiescent;
  std::vector<Problem> problems;
  uint64_t choices = 0;  // points at which there was one
  uint64_t steps = 0;
  driver::ProtocolCells cells;  // that have been shown since the very start

  bool Has(const std::string& signature) const;
};

// Judges a world that has run to its end. `latencies` are not judged: they mean
// nothing without time, and need somebody who watches.
std::vector<Problem> ProblemsOf(const scenario::Scenario& scenario,
                                const World& world, const RunResult& result);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_OUTCOME_H_
