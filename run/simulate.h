// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// One run of a scenario, from its start to a verdict.
//
//   const Report report = Simulate(scenario, {.seed = 7}, {&trace});
//   std::cout << viz::StatisticsText(report.statistics);
//   return report.exit_status();

#ifndef BINDERSIM_RUN_SIMULATE_H_
#define BINDERSIM_RUN_SIMULATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "model/scenario/scenario.h"
#include "model/userspace/finding.h"
#include "model/world.h"
#include "run/debug_files.h"
#include "run/expectations.h"
#include "sim/digest.h"
#include "sim/machine.h"
#include "sim/record.h"
#include "sim/time.h"
#include "viz/statistics.h"

namespace bindersim::run {

// The version of bindersim, as in outputs and --version.
inline constexpr char kVersion[] = "0.1.0";

enum class ScheduleKind : uint8_t {
  kFirstCome,  // everything in its natural order
  kRandom,     // every choice drawn from the seed
};

struct SimulateOptions {
  std::optional<uint64_t> seed;        // instead of the scenario's
  std::optional<sim::Duration> until;  // instead of the scenario's
  ScheduleKind schedule = ScheduleKind::kFirstCome;
  uint64_t max_steps = sim::RunLimits{}.steps;
  // Of the driver's invariants: what they find is `invariant_violated`.
  Checking checking = Checking::kOff;
  // Moments of which the driver's debug files are wanted, in any order; the
  // run itself is the same with and without.
  std::vector<sim::Time> debug_files_at;
  bool debug_files_at_end = false;
};

// Statuses of the command line (docs of the same name).
inline constexpr int kExitOk = 0;
inline constexpr int kExitFound = 1;
inline constexpr int kExitUndecided = 5;

struct Report {
  sim::RunEnd end = sim::RunEnd::kQuiescent;
  viz::RunStatistics statistics;
  sim::RunDigest digest;
  std::vector<Finding> findings;  // those that the scenario does not expect
  std::vector<Verdict> verdicts;  // of its expectations
  // In the order of time; those that the run did not reach are missing.
  std::vector<DebugFiles> debug_files;

  // kExitOk; kExitFound if something was found or an expectation is not met;
  // kExitUndecided if a limit stopped the run and nothing was found.
  int exit_status() const;
};

// Runs the scenario. `sinks` see every record and must outlive the call.
Report Simulate(const scenario::Scenario& scenario,
                const SimulateOptions& options,
                const std::vector<sim::Sink*>& sinks = {});

}  // namespace bindersim::run

#endif  // BINDERSIM_RUN_SIMULATE_H_
