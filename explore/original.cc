// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/original.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

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

// Kinds whose text says who waits for what, in lines.
bool IsAboutWaiting(const std::string& kind) {
  return kind == "deadlock" || kind == "lost_wakeup" ||
         kind == "unanswered_call" || kind == "missing_service";
}

// Without what depends on the run, and on how many of a kind there are.
std::string WithoutNumbers(const std::string& line) {
  std::string result;
  for (const char c : line) {
    const bool is_number = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!is_number && c != '[' && c != ']') result += c;
  }
  return result;
}

}  // namespace

std::set<std::string> Seen::KeysOf(const Problem& problem) const {
  std::set<std::string> keys = {problem.signature};
  if (problem.signature != signature_ || !IsAboutWaiting(problem.kind)) {
    return keys;
  }
  std::istringstream text(problem.text);
  for (std::string line; std::getline(text, line);) {
    // Who only waits behind the others may go.
    if (line.find(" behind ") != std::string::npos) continue;
    keys.insert(problem.signature + ": " + WithoutNumbers(line));
  }
  return keys;
}

void Seen::Add(const Outcome& outcome) {
  for (const Problem& problem : outcome.problems) {
    keys_.merge(KeysOf(problem));
  }
}

bool Seen::Covers(const Outcome& outcome) const {
  return std::ranges::all_of(outcome.problems, [&](const Problem& problem) {
    return std::ranges::includes(keys_, KeysOf(problem));
  });
}

bool Wanted::ShownBy(const Outcome& outcome) const {
  return outcome.Has(signature) && (seen == nullptr || seen->Covers(outcome));
}

Original::Original(const FindingFile& finding, Trial& trial)
    : signature_(finding.problem.signature),
      checking_(finding.checking),
      seed_(finding.seed),
      learned_(Learn(trial, finding.seed)),
      seen_(signature_) {
  sim::FirstComeChooser first_come;
  by_default_ = trial.Run(first_come, checking_);
  seen_.Add(by_default_);
  ReplayChooser replay(finding.schedule, trial.world());
  seen_.Add(trial.Run(replay, checking_));
  LookForWayOut(trial);
}

void Original::LookForWayOut(Trial& trial) {
  std::optional<uint64_t> best;
  std::set<std::string> beside_best;
  Sample(trial, kRunsOfOriginal, [&](uint64_t run, const Outcome& outcome) {
    seen_.Add(outcome);
    if (outcome.Has(signature_)) ++hits_;
    if (outcome.end == sim::RunEnd::kSteps || outcome.Has(signature_)) {
      return true;
    }
    std::set<std::string> beside = SignaturesOf(outcome);
    if (!best || beside.size() < beside_best.size()) {
      best = run;
      beside_best = std::move(beside);
    }
    return true;
  });
  if (by_default_.end != sim::RunEnd::kSteps && !by_default_.Has(signature_)) {
    way_out_.emplace();
    beside_way_out_ = SignaturesOf(by_default_);
  } else if (best) {
    way_out_ = ScheduleOf(trial, *best);
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
  std::optional<uint64_t> found;
  Sample(trial, kTriesOfWayOut, [&](uint64_t run, const Outcome& outcome) {
    if (IsWayOut(outcome)) found = run;
    return !found;
  });
  if (!found) return std::nullopt;
  return ScheduleOf(trial, *found);
}

bool Original::IsAnother(Trial& trial) const {
  bool is_another = false;
  Sample(trial, kTriesOfOthers, [&](uint64_t, const Outcome& outcome) {
    is_another = !seen_.Covers(outcome);
    return !is_another;
  });
  return is_another;
}

void Original::Sample(
    Trial& trial, uint64_t runs,
    const std::function<bool(uint64_t, const Outcome&)>& go_on) const {
  const auto strategies = MakeStrategies(PortfolioNames());
  for (uint64_t run = 0; run < runs; ++run) {
    Strategy& strategy = *strategies[run % strategies.size()];
    strategy.Begin(Mix(seed_ ^ Mix(run)), trial.world().machine, learned_);
    if (!go_on(run, trial.Run(strategy, checking_))) return;
  }
}

Schedule Original::ScheduleOf(Trial& trial, uint64_t run) const {
  const auto strategies = MakeStrategies(PortfolioNames());
  Strategy& strategy = *strategies[run % strategies.size()];
  strategy.Begin(Mix(seed_ ^ Mix(run)), trial.world().machine, learned_);
  NamingChooser naming(strategy, trial.world());
  trial.Run(naming, checking_);
  return naming.schedule();
}

}  // namespace bindersim::explore
