// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_TRIAL_H_
#define BINDERSIM_EXPLORE_TRIAL_H_

#include <cstdint>

#include "explore/outcome.h"
#include "model/scenario/scenario.h"
#include "model/world.h"
#include "sim/chooser.h"
#include "sim/machine.h"
#include "sim/record.h"

namespace bindersim::explore {

struct TrialOptions {
  Timing timing = Timing::kUntimed;
  uint64_t max_steps = 1'000'000;  // a run that takes more is cut off
};

// Runs one scenario again and again, from the moment where it is up.
class Trial {
 public:
  // `scenario` must outlive the trial.
  Trial(const scenario::Scenario& scenario, const TrialOptions& options);

  const scenario::Scenario& scenario() const { return scenario_; }
  const TrialOptions& options() const { return options_; }
  // Where every run begins.
  const World& start() const { return start_; }
  // Where the last run is.
  const World& world() const { return world_; }

  // One run.
  Outcome Run(sim::Chooser& chooser, Checking checking = Checking::kOff);
  // One run of those that begin() returns a chooser for, with the driver's
  // invariants checked. If the world breaks, it is made once more, with another
  // chooser, to see in which section.
  template <class Begin>
  Outcome RunChecked(const Begin& begin) {
    Outcome outcome = Run(begin(), Checking::kEveryTransition);
    return world_.is_broken ? Run(begin(), Checking::kEverySection) : outcome;
  }
  // The rest of one, from there.
  Outcome RunFrom(const World& world, sim::Chooser& chooser,
                  Checking checking = Checking::kOff);
  // A run with everything from the very start for the recorder's sinks.
  Outcome RunRecorded(sim::Chooser& chooser, sim::Recorder& recorder,
                      Checking checking = Checking::kOff);

 private:
  Outcome Finish(sim::Chooser& chooser, sim::Recorder& recorder,
                 Checking checking);

  const scenario::Scenario& scenario_;
  TrialOptions options_;
  sim::Recorder nobody_;
  World start_;
  World world_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_TRIAL_H_
