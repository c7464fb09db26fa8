// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a scenario does before it is made smaller. A smaller one has a fault of
// the same kind soon: a server that nobody calls answers nobody. It shows the
// same fault only if it is well where the original is, and if nothing else goes
// wrong in it.

#ifndef BINDERSIM_EXPLORE_ORIGINAL_H_
#define BINDERSIM_EXPLORE_ORIGINAL_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "explore/decision.h"
#include "explore/explorer.h"
#include "explore/failures.h"
#include "explore/finding.h"
#include "explore/outcome.h"
#include "explore/strategies/strategy.h"
#include "explore/trial.h"
#include "model/world.h"

namespace bindersim::explore {

// What went wrong in some runs: the signatures and, of one fault, who waits for
// what, and which errors the driver returned where it showed.
class Seen {
 public:
  explicit Seen(std::string signature) : signature_(std::move(signature)) {}

  void Add(const Outcome& outcome);
  // Whether all that goes wrong in a run was there before.
  bool Covers(const Outcome& outcome) const;

 private:
  std::set<std::string> KeysOf(const Problem& problem) const;

  std::string signature_;
  std::set<std::string> keys_;
  std::set<uint32_t> errors_;  // of kErrorReturns
};

// What a run has to show.
struct Wanted {
  std::string signature;
  Checking checking = Checking::kOff;
  const Seen* seen = nullptr;  // if given: and nothing else than this
  // Of the run that was found, if given: nothing else may fail.
  std::optional<Failures> failures = {};

  bool ShownBy(const Outcome& outcome) const;
  // Whether nothing else fails in the run that the schedule leads to.
  bool FailsAlike(Trial& trial, const Schedule& schedule) const;
};

class Original {
 public:
  // Makes some runs of the scenario of `finding`, which `trial` has to be of.
  // `failures` are those of the run that was found, if they are to stay.
  // REQUIRES: the finding's schedule leads to its fault.
  Original(const FindingFile& finding, Trial& trial,
           const std::optional<Failures>& failures = {});
  Original(const Original&) = delete;
  Original& operator=(const Original&) = delete;

  // What a run of a smaller scenario has to show.
  const Wanted& wanted() const { return wanted_; }
  // A schedule that does not lead to the fault; none if none was found.
  const std::optional<Schedule>& way_out() const { return way_out_; }

  // How many schedules of a smaller scenario are enough to come upon the fault,
  // if it is as frequent there; no more than `most`.
  uint64_t TriesFor(uint64_t most) const;

  // Whether the default schedule of a smaller scenario may end like that: well
  // stays well.
  bool AllowsByDefault(const Outcome& outcome) const;
  // A schedule of a smaller scenario that does not lead to the fault: the
  // default, one that was well before it became smaller, or one of some tries.
  // `by_default` is how the default ends.
  std::optional<Schedule> FindWayOut(Trial& trial, const Outcome& by_default,
                                     const Schedule& before) const;
  // Whether some runs of a smaller scenario show something else.
  bool IsAnother(Trial& trial) const;

 private:
  void LookForWayOut(Trial& trial);
  bool IsWayOut(const Outcome& outcome) const;

  const std::string signature_;
  const Checking checking_;
  const uint64_t seed_;
  const Learned learned_;
  Seen seen_;
  const Wanted wanted_;
  uint64_t hits_ = 0;  // runs of those that were made that show the fault
  Outcome by_default_;
  std::optional<Schedule> way_out_;
  std::set<std::string> beside_way_out_;  // signatures
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_ORIGINAL_H_
