// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/shrink.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "explore/explorer.h"
#include "explore/smaller_scenarios.h"
#include "explore/strategies/strategy.h"
#include "model/scenario/loader.h"
#include "sim/check.h"

namespace bindersim::explore {

namespace {

// The decisions that a replay really takes, if it shows the fault.
std::optional<Schedule> Try(Trial& trial, const Schedule& schedule,
                            const std::string& signature, Checking checking) {
  ReplayChooser replay(schedule, trial.world());
  NamingChooser naming(replay, trial.world());
  if (!trial.Run(naming, checking).Has(signature)) return std::nullopt;
  return naming.schedule();
}

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

// Whether the default schedule shows the fault.
bool ShowsByDefault(Trial& trial, const std::string& signature,
                    Checking checking) {
  sim::FirstComeChooser first_come;
  return trial.Run(first_come, checking).Has(signature);
}

class ScenarioShrinker {
 public:
  // `race`: the default schedule does not show the fault.
  ScenarioShrinker(FindingFile& finding, const ShrinkOptions& options,
                   bool race, uint64_t& tried)
      : finding_(finding), options_(options), race_(race), tried_(tried) {}

  // Returns whether the scenario has become smaller.
  bool Run() {
    bool smaller = false;
    for (bool changed = true; changed;) {
      changed = false;
      for (const std::string& text : SmallerScenarios(finding_.scenario_json)) {
        if (!Take(text)) continue;
        changed = smaller = true;
        break;
      }
    }
    return smaller;
  }

 private:
  bool Take(const std::string& text) {
    const scenario::LoadResult loaded =
        scenario::ParseScenario(text, "smaller scenario");
    if (!loaded.scenario) return false;
    ++tried_;
    Trial trial(*loaded.scenario, {finding_.timing, finding_.max_steps});
    const std::string& signature = finding_.problem.signature;
    // A race has to stay one: a scenario in which nobody does what is expected
    // goes wrong in the same words, but for another reason.
    if (race_ && ShowsByDefault(trial, signature, finding_.checking)) {
      return false;
    }
    auto schedule = Try(trial, finding_.schedule, signature, finding_.checking);
    if (!schedule) schedule = Search(trial);
    if (!schedule) return false;
    finding_.scenario_json = text;
    finding_.schedule = *std::move(schedule);
    return true;
  }

  std::optional<Schedule> Search(Trial& trial) {
    const Learned learned = Learn(trial, finding_.seed);
    std::vector<std::unique_ptr<Strategy>> strategies;
    for (const std::string& name : PortfolioNames()) {
      strategies.push_back(MakeStrategy(name));
    }
    for (uint64_t run = 0; run < options_.tries; ++run) {
      Strategy& strategy = *strategies[run % strategies.size()];
      const uint64_t seed = Mix(finding_.seed ^ Mix(run));
      strategy.Begin(seed, trial.world().machine, learned);
      if (!trial.Run(strategy, finding_.checking)
               .Has(finding_.problem.signature)) {
        continue;
      }
      strategy.Begin(seed, trial.world().machine, learned);
      NamingChooser naming(strategy, trial.world());
      trial.Run(naming, finding_.checking);
      return naming.schedule();
    }
    return std::nullopt;
  }

  FindingFile& finding_;
  const ShrinkOptions& options_;
  const bool race_;
  uint64_t& tried_;
};

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

Schedule ShrinkSchedule(Trial& trial, const Schedule& schedule,
                        const std::string& signature, Checking checking) {
  Schedule best = schedule;
  // Decisions that change nothing go at once.
  if (auto used = Try(trial, best, signature, checking)) {
    if (used->size() <= best.size()) best = *std::move(used);
  }
  size_t parts = 2;
  while (!best.empty()) {
    parts = std::min(parts, best.size());
    bool changed = false;
    for (size_t i = 0; i < parts && !changed; ++i) {
      const size_t begin = best.size() * i / parts;
      const size_t end = best.size() * (i + 1) / parts;
      changed = Accept(
          best, Try(trial, Without(best, begin, end), signature, checking));
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
  bool again = true;
  while (again) {
    again = false;
    const scenario::LoadResult loaded =
        scenario::ParseScenario(best.scenario_json, "finding");
    SIM_CHECK(loaded.scenario) << loaded.ToString();
    Trial trial(*loaded.scenario, {best.timing, best.max_steps});
    if (!Try(trial, best.schedule, signature, best.checking)) return report;
    report.reproduced = true;
    best.schedule =
        ShrinkSchedule(trial, best.schedule, signature, best.checking);
    if (options.scenario) {
      const bool race = !ShowsByDefault(trial, signature, best.checking);
      again =
          ScenarioShrinker(best, options, race, report.scenarios_tried).Run();
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
    std::vector<std::unique_ptr<Strategy>> strategies;
    for (const std::string& name : PortfolioNames()) {
      strategies.push_back(MakeStrategy(name));
    }
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
