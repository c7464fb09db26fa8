// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/trial.h"

namespace bindersim::explore {

namespace {

World BroughtUp(const scenario::Scenario& scenario, const TrialOptions& options,
                sim::Recorder& recorder) {
  World world(scenario);
  BringUp(world, recorder, options.timing, options.max_steps);
  return world;
}

}  // namespace

Trial::Trial(const scenario::Scenario& scenario, const TrialOptions& options)
    : scenario_(scenario),
      options_(options),
      start_(BroughtUp(scenario, options, nobody_)),
      world_(start_) {}

Outcome Trial::Run(sim::Chooser& chooser, Checking checking) {
  return RunFrom(start_, chooser, checking);
}

Outcome Trial::RunFrom(const World& world, sim::Chooser& chooser,
                       Checking checking) {
  world_ = world;
  return Finish(chooser, nobody_, checking);
}

Outcome Trial::RunRecorded(sim::Chooser& chooser, sim::Recorder& recorder,
                           Checking checking) {
  world_ = BroughtUp(scenario_, options_, recorder);
  return Finish(chooser, recorder, checking);
}

Outcome Trial::Finish(sim::Chooser& chooser, sim::Recorder& recorder,
                      Checking checking) {
  sim::RunLimits limits;
  limits.steps = options_.max_steps;
  if (scenario_.until) limits.until = sim::kStart + *scenario_.until;
  const uint64_t choices = start_.machine.choices();
  const RunResult result =
      bindersim::Run(world_, recorder, chooser, limits, checking);
  Outcome outcome;
  outcome.end = result.end;
  outcome.problems = ProblemsOf(scenario_, world_, result);
  outcome.choices = world_.machine.choices() - choices;
  outcome.steps = world_.machine.steps() - start_.machine.steps();
  outcome.cells = world_.driver.statistics->cells;
  return outcome;
}

}  // namespace bindersim::explore
