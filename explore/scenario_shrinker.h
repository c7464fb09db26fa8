// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_SCENARIO_SHRINKER_H_
#define BINDERSIM_EXPLORE_SCENARIO_SHRINKER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "explore/decision.h"
#include "explore/failures.h"
#include "explore/finding.h"
#include "explore/original.h"
#include "explore/shrink.h"
#include "explore/smaller_scenarios.h"
#include "explore/trial.h"

namespace bindersim::explore {

// Makes the scenario of a finding smaller, one step after the other, for as
// long as one of them leaves the fault there. Several steps are tried at the
// same time; which is taken does not depend on it.
class ScenarioShrinker {
 public:
  // `finding` is changed; it must outlive this, and so must `options`. `trial`
  // is of its scenario, `failures` are those of the run that was found.
  ScenarioShrinker(FindingFile& finding, const ShrinkOptions& options,
                   Trial& trial, const std::optional<Failures>& failures);

  // Tries each step until it fails. Returns whether the scenario has become
  // smaller: then what failed may not fail again, the next time. Interrupted,
  // it ends early.
  bool Run();
  // What a run of a smaller scenario has to show.
  const Wanted& wanted() const { return original_.wanted(); }
  // How many scenarios were tried.
  uint64_t tried() const { return tried_; }

 private:
  // What came of one scenario.
  struct Attempt {
    std::optional<Schedule> schedule;  // that shows the fault in it
    std::optional<Schedule> way_out;   // one that does not
    bool searched = false;             // for the schedule that shows it
  };

  Attempt Try(const SmallerScenario& smaller) const;
  std::optional<Schedule> Search(Trial& trial) const;
  // Takes the first of them that shows the fault, if there is one.
  bool TakeFirst(const std::vector<SmallerScenario>& candidates);

  FindingFile& finding_;
  const ShrinkOptions& options_;
  const Original original_;
  // In the scenario as it is, if there is one.
  std::optional<Schedule> way_out_;
  uint64_t tried_ = 0;
  // Steps that led nowhere in this Run.
  std::set<std::string> failed_;
  // Scenarios for which a search was of no use. It would find the same again.
  std::set<std::string> searched_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_SCENARIO_SHRINKER_H_
