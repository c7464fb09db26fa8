// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/shrink.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "explore/failures.h"
#include "explore/interrupt.h"
#include "explore/scenario_shrinker.h"
#include "model/scenario/loader.h"
#include "sim/check.h"

namespace bindersim::explore {

namespace {

Schedule Without(const Schedule& schedule, size_t begin, size_t end) {
  Schedule rest(schedule.begin(),
                schedule.begin() + static_cast<std::ptrdiff_t>(begin));
  rest.insert(rest.end(), schedule.begin() + static_cast<std::ptrdiff_t>(end),
              schedule.end());
  return rest;
}

// Takes what is left of a schedule only if it has become shorter: leaving a
// decision out can bring others back.
bool Accept(Schedule& schedule, std::optional<Schedule> tried) {
  if (!tried || tried->size() >= schedule.size()) return false;
  schedule = *std::move(tried);
  return true;
}

}  // namespace

std::optional<Schedule> TrySchedule(Trial& trial, const Schedule& schedule,
                                    const Wanted& wanted) {
  ReplayChooser replay(schedule, trial.world());
  NamingChooser naming(replay, trial.world());
  if (!wanted.ShownBy(trial.Run(naming, wanted.checking))) return std::nullopt;
  Schedule taken = naming.schedule();
  if (!wanted.FailsAlike(trial, taken)) return std::nullopt;
  return taken;
}

Schedule ShrinkSchedule(Trial& trial, const Schedule& schedule,
                        const Wanted& wanted, Interrupt interrupt) {
  Schedule best = schedule;
  // Decisions that change nothing go at once.
  if (auto used = TrySchedule(trial, best, wanted)) {
    if (used->size() <= best.size()) best = *std::move(used);
  }
  size_t parts = 2;
  while (!best.empty() && !IsSet(interrupt)) {
    parts = std::min(parts, best.size());
    bool changed = false;
    for (size_t i = 0; i < parts && !changed && !IsSet(interrupt); ++i) {
      const size_t begin = best.size() * i / parts;
      const size_t end = best.size() * (i + 1) / parts;
      changed =
          Accept(best, TrySchedule(trial, Without(best, begin, end), wanted));
    }
    if (changed) {
      parts = std::max<size_t>(parts - 1, 2);
    } else if (parts >= best.size()) {
      break;
    } else {
      parts *= 2;
    }
  }
  return best;
}

ShrinkReport Shrink(const FindingFile& finding, const ShrinkOptions& options) {
  ShrinkReport report;
  report.finding = finding;
  report.decisions_before = finding.schedule.size();
  FindingFile& best = report.finding;
  const std::string& signature = finding.problem.signature;
  Wanted wanted{signature, finding.checking};
  std::optional<ScenarioShrinker> scenario_shrinker;
  bool again = true;
  while (again) {
    again = false;
    const scenario::LoadResult loaded =
        scenario::ParseScenario(best.scenario_json, "finding");
    SIM_CHECK(loaded.scenario) << loaded.ToString();
    Trial trial(*loaded.scenario, {best.timing, best.max_steps});
    if (!wanted.failures) {
      wanted.failures = Failures::Of(trial, finding.schedule, finding.checking);
    }
    if (!TrySchedule(trial, best.schedule, wanted)) return report;
    report.reproduced = true;
    best.schedule =
        ShrinkSchedule(trial, best.schedule, wanted, options.interrupt);
    if (options.scenario && !IsSet(options.interrupt)) {
      if (!scenario_shrinker) {
        scenario_shrinker.emplace(best, options, trial, wanted.failures);
        wanted = scenario_shrinker->wanted();
      }
      again = scenario_shrinker->Run();
      report.scenarios_tried = scenario_shrinker->tried();
    }
    if (again) continue;
    report.is_smallest = !IsSet(options.interrupt);
    if (best.timing == Timing::kUntimed) {
      best.critical = FindCriticalStep(trial, best.schedule, signature,
                                       {best.checking, options.tries,
                                        options.max_states, options.interrupt});
    }
    const Replayed replayed = Confirm(best, trial);
    for (const Problem& problem : replayed.outcome.problems) {
      if (problem.signature == signature) best.problem = problem;
    }
  }
  report.interrupted = !report.is_smallest ||
                       (best.timing == Timing::kUntimed && !best.critical);
  return report;
}

}  // namespace bindersim::explore
