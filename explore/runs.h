// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_RUNS_H_
#define BINDERSIM_EXPLORE_RUNS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "explore/decision.h"
#include "explore/outcome.h"
#include "explore/strategies/strategy.h"
#include "explore/trial.h"

namespace bindersim::explore {

// Runs of a trial by strategies in turn, each from a seed of its own: what run
// n is depends on n only, not on when it is made.
class Runs {
 public:
  // `trial` and `learned` must outlive this. REQUIRES: MakeStrategy knows the
  // names.
  Runs(Trial& trial, const Learned& learned, uint64_t seed,
       const std::vector<std::string>& names = PortfolioNames());

  // Who decides in the run of that number, which is about to begin.
  Strategy& Begin(uint64_t number);

  Outcome Make(uint64_t number, Checking checking = Checking::kOff);
  // The same again, for its decisions.
  Schedule ScheduleOf(uint64_t number, Checking checking = Checking::kOff);

 private:
  Trial& trial_;
  const Learned& learned_;
  const uint64_t seed_;
  std::vector<std::unique_ptr<Strategy>> strategies_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_RUNS_H_
