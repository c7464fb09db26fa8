// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Ways to pick schedules. A strategy makes any number of runs, each from a seed
// of its own, and depends on nothing but that seed and on what was learned
// before the search began: so runs can be made in any order, on any thread.

#ifndef BINDERSIM_EXPLORE_STRATEGIES_STRATEGY_H_
#define BINDERSIM_EXPLORE_STRATEGIES_STRATEGY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "explore/strategies/fast_random.h"
#include "sim/chooser.h"
#include "sim/machine.h"

namespace bindersim::explore {

// What a few random runs say about all of them.
struct Learned {
  uint64_t choices = 1;  // in a run; the most seen
  uint32_t threads = 1;  // between which there was a choice
  // By slot of the machine's threads: how often one was taken in a run.
  std::vector<uint64_t> taken;
};

class Strategy : public sim::Chooser {
 public:
  // "pct:3"
  virtual std::string name() const = 0;
  // What it promises, for people; empty if it promises nothing.
  virtual std::string Guarantee() const { return {}; }

  // A run of `machine` begins. Both must outlive the run.
  void Begin(uint64_t seed, const sim::Machine& machine,
             const Learned& learned);
  uint32_t Choose(const sim::ChoicePoint& point) final;

 protected:
  virtual void OnBegin() = 0;
  // Picks one of the first `count` > 1 options: threads and, behind them
  // perhaps, time.
  virtual uint32_t Pick(const sim::ChoicePoint& point, uint32_t count) = 0;

  FastRandom random;  // of this run
  const sim::Machine* machine = nullptr;
  const Learned* learned = nullptr;
  uint64_t choice = 0;  // counts this run's calls of Choose from 0

 private:
  uint32_t ChooseTimed(const sim::ChoicePoint& point);

  bool time_waits_ = false;  // until no thread can go on
  uint64_t fault_at_ = 0;    // choice at which a fault happens
};

// By name: "random", "pct:DEPTH", "window:DEPTH", "pos", "urw", "delay:COUNT",
// "starve". Null if there is none of that name.
std::unique_ptr<Strategy> MakeStrategy(const std::string& name);
// The same for many. REQUIRES: MakeStrategy knows them.
std::vector<std::unique_ptr<Strategy>> MakeStrategies(
    const std::vector<std::string>& names);
// All names, with usual parameters.
std::vector<std::string> StrategyNames();
// Those that the portfolio takes turns with.
std::vector<std::string> PortfolioNames();

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_STRATEGIES_STRATEGY_H_
