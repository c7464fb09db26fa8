// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/shrink.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "explore/explorer.h"
#include "explore/scenario_shrinker.h"
#include "explore/strategies/strategy.h"
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

// Remembers the transitions of a run.
class PathChooser final : public sim::Chooser {
 public:
  explicit PathChooser(sim::Chooser& inner) : inner_(inner) {}

  uint32_t Choose(const sim::ChoicePoint& point) override {
    const uint32_t option = inner_.Choose(point);
    if (point.kind == sim::ChoiceKind::kTransition) {
      path_.push_back(point.transitions[option]);
    }
    return option;
  }
  bool WantsForced() const override { return true; }
  const std::vector<sim::Transition>& path() const { return path_; }

 private:
  sim::Chooser& inner_;
  std::vector<sim::Transition> path_;
};

}  // namespace

std::optional<Schedule> TrySchedule(Trial& trial, const Schedule& schedule,
                                    const std::string& signature,
                                    Checking checking) {
  ReplayChooser replay(schedule, trial.world());
  NamingChooser naming(replay, trial.world());
  if (!trial.Run(naming, checking).Has(signature)) return std::nullopt;
  return naming.schedule();
}

bool ShowsByDefault(Trial& trial, const std::string& signature,
                    Checking checking) {
  sim::FirstComeChooser first_come;
  return trial.Run(first_come, checking).Has(signature);
}

Schedule ShrinkSchedule(Trial& trial, const Schedule& schedule,
                        const std::string& signature, Checking checking) {
  Schedule best = schedule;
  // Decisions that change nothing go at once.
  if (auto used = TrySchedule(trial, best, signature, checking)) {
    if (used->size() <= best.size()) best = *std::move(used);
  }
  size_t parts = 2;
  while (!best.empty()) {
    parts = std::min(parts, best.size());
    bool changed = false;
    for (size_t i = 0; i < parts && !changed; ++i) {
      const size_t begin = best.size() * i / parts;
      const size_t end = best.size() * (i + 1) / parts;
      changed = Accept(best, TrySchedule(trial, Without(best, begin, end),
                                         signature, checking));
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
  std::optional<ScenarioShrinker> scenario_shrinker;
  bool again = true;
  while (again) {
    again = false;
    const scenario::LoadResult loaded =
        scenario::ParseScenario(best.scenario_json, "finding");
    SIM_CHECK(loaded.scenario) << loaded.ToString();
    Trial trial(*loaded.scenario, {best.timing, best.max_steps});
    if (!TrySchedule(trial, best.schedule, signature, best.checking))
      return report;
    report.reproduced = true;
    best.schedule =
        ShrinkSchedule(trial, best.schedule, signature, best.checking);
    if (options.scenario) {
      if (!scenario_shrinker) {
        scenario_shrinker.emplace(
            best, options, !ShowsByDefault(trial, signature, best.checking));
      }
      again = scenario_shrinker->Run();
      report.scenarios_tried = scenario_shrinker->tried();
    }
    if (again) continue;
    if (best.timing == Timing::kUntimed) {
      best.critical = FindCriticalStep(trial, best.schedule, signature,
                                       best.checking, options.tries);
    }
    const Replayed replayed = Confirm(best, trial);
    for (const Problem& problem : replayed.outcome.problems) {
      if (problem.signature == signature) best.problem = problem;
    }
  }
  return report;
}

CriticalStep FindCriticalStep(Trial& trial, const Schedule& schedule,
                              const std::string& signature, Checking checking,
                              uint64_t tries) {
  ReplayChooser replay(schedule, trial.world());
  PathChooser path_chooser(replay);
  trial.Run(path_chooser, checking);
  const std::vector<sim::Transition> path = path_chooser.path();
  const Learned learned = Learn(trial, 1);

  const auto world_after = [&](size_t transitions) {
    World world = trial.start();
    sim::Recorder nobody;
    Stepper stepper(world, nobody, checking);
    for (size_t i = 0; i < transitions; ++i) stepper.Take(path[i]);
    return world;
  };
  // Whether some continuation after so many transitions avoids the fault.
  const auto can_be_avoided = [&](size_t transitions) {
    const World from = world_after(transitions);
    const auto strategies = MakeStrategies(PortfolioNames());
    for (uint64_t i = 0; i < tries; ++i) {
      Strategy& strategy = *strategies[i % strategies.size()];
      strategy.Begin(Mix(i), trial.world().machine, learned);
      if (!trial.RunFrom(from, strategy, checking).Has(signature)) return true;
    }
    return false;
  };

  // What is lost stays lost, so the first moment can be found by halving. The
  // fault can be avoided after `low` transitions, and not after `high`.
  size_t low = 0;
  size_t high = path.size();
  CriticalStep step;
  step.of = path.size();
  if (!can_be_avoided(0)) high = 0;
  while (high > low + 1) {
    const size_t middle = (low + high) / 2;
    (can_be_avoided(middle) ? low : high) = middle;
  }
  if (high == 0) {
    step.transition = "the start of the run";
    return step;
  }
  step.before = high - 1;
  const World before = world_after(step.before);
  const sim::ChoicePoint point{sim::ChoiceKind::kTransition,    1, 0, 0, {},
                               std::span(&path[step.before], 1)};
  Namer namer(before);
  const auto [who, at] = namer.OptionOf(point, 0);
  step.transition = at.empty() ? who : who + " at " + at;
  return step;
}

}  // namespace bindersim::explore
