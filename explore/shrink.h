// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Making findings small: first the schedule, until no decision can be left out,
// then the scenario, and so on by turns for as long as something goes. What is
// kept is the fault, by its signature; any other fault does not count. A
// smaller scenario must be well where the first one was (explore/original.h).
//
// Sources: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing
// input", IEEE TSE 28(2), 2002 (ddmin).

#ifndef BINDERSIM_EXPLORE_SHRINK_H_
#define BINDERSIM_EXPLORE_SHRINK_H_

#include <cstdint>
#include <optional>

#include "explore/critical_step.h"
#include "explore/decision.h"
#include "explore/finding.h"
#include "explore/interrupt.h"
#include "explore/original.h"
#include "explore/trial.h"

namespace bindersim::explore {

// The decisions that a replay of the schedule really takes, if it shows the
// fault.
std::optional<Schedule> TrySchedule(Trial& trial, const Schedule& schedule,
                                    const Wanted& wanted);

// A part of the schedule that still leads to the fault, and from which nothing
// can be left out: without any one of its decisions the fault does not show.
// Interrupted, what is left by then. REQUIRES: the schedule leads to it.
Schedule ShrinkSchedule(Trial& trial, const Schedule& schedule,
                        const Wanted& wanted, Interrupt interrupt = nullptr);

struct ShrinkOptions {
  bool scenario = true;  // else only the schedule
  // Schedules that are tried for each smaller scenario to which the old one
  // does not fit; fewer if the fault is frequent.
  uint64_t tries = 300;
  // After so many steps no more are tried: most searches find nothing.
  uint64_t steps = 500'000;
  // Of a search that makes sure of the critical step.
  uint64_t max_states = CriticalStepOptions{}.max_states;
  // Threads to try them with. They do not change what comes out.
  uint32_t jobs = 1;
  Interrupt interrupt = nullptr;
};

struct ShrinkReport {
  FindingFile finding;
  // False: the finding, as it was, does not show its fault any more.
  bool reproduced = false;
  size_t decisions_before = 0;
  uint64_t scenarios_tried = 0;
  // Then the critical step is not known, and if it is not the smallest, even
  // less may do.
  bool interrupted = false;
  bool is_smallest = false;
};

ShrinkReport Shrink(const FindingFile& finding, const ShrinkOptions& options);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_SHRINK_H_
