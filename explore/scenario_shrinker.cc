// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/scenario_shrinker.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "explore/explorer.h"
#include "explore/interrupt.h"
#include "explore/runs.h"
#include "explore/worker_threads.h"
#include "model/scenario/loader.h"

namespace bindersim::explore {

ScenarioShrinker::ScenarioShrinker(FindingFile& finding,
                                   const ShrinkOptions& options, Trial& trial,
                                   const std::optional<Failures>& failures)
    : finding_(finding),
      options_(options),
      original_(finding, trial, failures),
      way_out_(original_.way_out()) {}

bool ScenarioShrinker::Run() {
  failed_.clear();
  for (bool smaller = false;; smaller = true) {
    std::vector<SmallerScenario> candidates =
        SmallerScenarios(finding_.scenario_json);
    std::erase_if(candidates, [&](const SmallerScenario& candidate) {
      return failed_.contains(candidate.step);
    });
    if (!TakeFirst(candidates)) return smaller;
  }
}

bool ScenarioShrinker::TakeFirst(
    const std::vector<SmallerScenario>& candidates) {
  std::vector<Attempt> attempts(candidates.size());
  std::atomic<size_t> next = 0;
  std::atomic<size_t> first = candidates.size();  // that shows the fault
  const auto work = [&] {
    for (size_t i = next++; i < first && !IsSet(options_.interrupt);
         i = next++) {
      attempts[i] = Try(candidates[i]);
      if (!attempts[i].schedule) continue;
      for (size_t known = first;
           i < known && !first.compare_exchange_weak(known, i);) {
      }
    }
  };
  WorkerThreads threads(
      std::min<size_t>(std::max(options_.jobs, 1u) - 1, candidates.size()),
      work, [&] { first = 0; });
  work();
  threads.Join();

  for (size_t i = 0; i < first; ++i) {
    failed_.insert(candidates[i].step);
    if (attempts[i].searched) searched_.insert(candidates[i].json);
  }
  if (first == candidates.size()) {
    tried_ += first;
    return false;
  }
  tried_ += first + 1;
  finding_.scenario_json = candidates[first].json;
  finding_.schedule = *std::move(attempts[first].schedule);
  way_out_ = std::move(attempts[first].way_out);
  return true;
}

ScenarioShrinker::Attempt ScenarioShrinker::Try(
    const SmallerScenario& smaller) const {
  const scenario::LoadResult loaded =
      scenario::ParseScenario(smaller.json, "smaller scenario");
  if (!loaded.scenario) return {};
  Trial trial(*loaded.scenario, {finding_.timing, finding_.max_steps});
  sim::FirstComeChooser first_come;
  const Outcome by_default = trial.Run(first_come, finding_.checking);
  if (!original_.AllowsByDefault(by_default)) return {};
  Attempt attempt;
  if (way_out_) {
    attempt.way_out = original_.FindWayOut(trial, by_default, *way_out_);
    if (!attempt.way_out) return {};
  }
  attempt.schedule = TrySchedule(trial, finding_.schedule, wanted());
  if (!attempt.schedule && !searched_.contains(smaller.json)) {
    attempt.schedule = Search(trial);
    attempt.searched = true;
  }
  if (attempt.schedule && original_.IsAnother(trial)) attempt.schedule.reset();
  return attempt;
}

std::optional<Schedule> ScenarioShrinker::Search(Trial& trial) const {
  const Learned learned = Learn(trial, finding_.seed);
  Runs runs(trial, learned, finding_.seed);
  const uint64_t tries = original_.TriesFor(options_.tries);
  uint64_t steps = 0;
  for (uint64_t run = 0; run < tries && steps < options_.steps; ++run) {
    const Outcome outcome = runs.Make(run, finding_.checking);
    steps += outcome.steps;
    if (!wanted().ShownBy(outcome)) continue;
    Schedule schedule = runs.ScheduleOf(run, finding_.checking);
    if (wanted().FailsAlike(trial, schedule)) return schedule;
  }
  return std::nullopt;
}

}  // namespace bindersim::explore
