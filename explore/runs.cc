// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/runs.h"

namespace bindersim::explore {

Runs::Runs(Trial& trial, const Learned& learned, uint64_t seed,
           const std::vector<std::string>& names)
    : trial_(trial),
      learned_(learned),
      seed_(seed),
      strategies_(MakeStrategies(names)) {}

Strategy& Runs::Begin(uint64_t number) {
  Strategy& strategy = *strategies_[number % strategies_.size()];
  strategy.Begin(SeedOf(seed_, number), trial_.world().machine, learned_);
  return strategy;
}

Outcome Runs::Make(uint64_t number, Checking checking) {
  return trial_.Run(Begin(number), checking);
}

Schedule Runs::ScheduleOf(uint64_t number, Checking checking) {
  NamingChooser naming(Begin(number), trial_.world());
  trial_.Run(naming, checking);
  return naming.schedule();
}

}  // namespace bindersim::explore
