// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/original.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "explore/runs.h"
#include "model/findings.h"

namespace bindersim::explore {

namespace {

// Runs of the original, and of a smaller scenario, from fixed seeds. Each is a
// multiple of the number of strategies.
constexpr uint64_t kRunsOfOriginal = 90;
constexpr uint64_t kTriesOfWayOut = 45;
constexpr uint64_t kTriesOfOthers = 9;

// Among so many tries that the fault is to be expected so often, it hardly ever
// does not show at all.
constexpr uint64_t kHitsToExpect = 12;
constexpr uint64_t kFewestTries = 27;

std::set<std::string> SignaturesOf(const Outcome& outcome) {
  std::set<std::string> signatures;
  for (const Problem& problem : outcome.problems) {
    signatures.insert(problem.signature);
  }
  return signatures;
}

// With which the driver answered calls, at any time of the run.
std::set<uint32_t> ErrorsOf(const Outcome& outcome) {
  std::set<uint32_t> errors;
  for (const uint32_t error : kErrorReturns) {
    if (outcome.cells.HasReturn(_IOC_NR(error))) errors.insert(error);
  }
  return errors;
}

}  // namespace

std::set<std::string> Seen::KeysOf(const Problem& problem) const {
  std::set<std::string> keys = {problem.signature};
  if (problem.signature != signature_) return keys;
  for (const std::string& wait : WaitsOf(problem.kind, problem.text)) {
    keys.insert(problem.signature + ": " + wait);
  }
  return keys;
}

void Seen::Add(const Outcome& outcome) {
  for (const Problem& problem : outcome.problems) {
    keys_.merge(KeysOf(problem));
  }
  if (outcome.Has(signature_)) errors_.merge(ErrorsOf(outcome));
}

bool Seen::Covers(const Outcome& outcome) const {
  // A call that fails for another reason may end in the same words.
  if (outcome.Has(signature_) &&
      !std::ranges::includes(errors_, ErrorsOf(outcome))) {
    return false;
  }
  return std::ranges::all_of(outcome.problems, [&](const Problem& problem) {
    return std::ranges::includes(keys_, KeysOf(problem));
  });
}

bool Wanted::ShownBy(const Outcome& outcome) const {
  return outcome.Has(signature) && (seen == nullptr || seen->Covers(outcome));
}

bool Wanted::FailsAlike(Trial& trial, const Schedule& schedule) const {
  return !failures ||
         failures->Includes(Failures::Of(trial, schedule, checking));
}

Original::Original(const FindingFile& finding, Trial& trial,
                   const std::optional<Failures>& failures)
    : signature_(finding.problem.signature),
      checking_(finding.checking),
      seed_(finding.seed),
      learned_(Learn(trial, finding.seed)),
      seen_(signature_),
      wanted_{signature_, checking_, &seen_, failures} {
  sim::FirstComeChooser first_come;
  by_default_ = trial.Run(first_come, checking_);
  seen_.Add(by_default_);
  ReplayChooser replay(finding.schedule, trial.world());
  seen_.Add(trial.Run(replay, checking_));
  LookForWayOut(trial);
}

void Original::LookForWayOut(Trial& trial) {
  Runs runs(trial, learned_, seed_);
  std::optional<uint64_t> best;
  std::set<std::string> beside_best;
  for (uint64_t run = 0; run < kRunsOfOriginal; ++run) {
    const Outcome outcome = runs.Make(run, checking_);
    seen_.Add(outcome);
    if (outcome.Has(signature_)) ++hits_;
    if (outcome.end == sim::RunEnd::kSteps || outcome.Has(signature_)) continue;
    std::set<std::string> beside = SignaturesOf(outcome);
    if (!best || beside.size() < beside_best.size()) {
      best = run;
      beside_best = std::move(beside);
    }
  }
  if (by_default_.end != sim::RunEnd::kSteps && !by_default_.Has(signature_)) {
    way_out_.emplace();
    beside_way_out_ = SignaturesOf(by_default_);
  } else if (best) {
    way_out_ = runs.ScheduleOf(*best, checking_);
    beside_way_out_ = std::move(beside_best);
  }
}

uint64_t Original::TriesFor(uint64_t most) const {
  if (hits_ == 0) return most;
  const uint64_t enough = kHitsToExpect * kRunsOfOriginal / hits_;
  return std::min(most, std::max(enough, kFewestTries));
}

bool Original::AllowsByDefault(const Outcome& outcome) const {
  if (outcome.end == sim::RunEnd::kSteps &&
      by_default_.end != sim::RunEnd::kSteps) {
    return false;
  }
  return std::ranges::all_of(outcome.problems, [&](const Problem& problem) {
    return by_default_.Has(problem.signature);
  });
}

bool Original::IsWayOut(const Outcome& outcome) const {
  return outcome.end != sim::RunEnd::kSteps && !outcome.Has(signature_) &&
         std::ranges::includes(beside_way_out_, SignaturesOf(outcome));
}

std::optional<Schedule> Original::FindWayOut(Trial& trial,
                                             const Outcome& by_default,
                                             const Schedule& before) const {
  if (IsWayOut(by_default)) return Schedule{};
  {
    ReplayChooser replay(before, trial.world());
    NamingChooser naming(replay, trial.world());
    if (IsWayOut(trial.Run(naming, checking_))) return naming.schedule();
  }
  Runs runs(trial, learned_, seed_);
  for (uint64_t run = 0; run < kTriesOfWayOut; ++run) {
    if (IsWayOut(runs.Make(run, checking_))) {
      return runs.ScheduleOf(run, checking_);
    }
  }
  return std::nullopt;
}

bool Original::IsAnother(Trial& trial) const {
  Runs runs(trial, learned_, seed_);
  for (uint64_t run = 0; run < kTriesOfOthers; ++run) {
    if (!seen_.Covers(runs.Make(run, checking_))) return true;
  }
  return false;
}

}  // namespace bindersim::explore
