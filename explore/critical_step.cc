// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/critical_step.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "explore/explorer.h"
#include "explore/search.h"
#include "explore/strategies/strategy.h"
#include "sim/chooser.h"
#include "sim/machine.h"

namespace bindersim::explore {

namespace {

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

class Finder {
 public:
  Finder(Trial& trial, const Schedule& schedule, const std::string& signature,
         const CriticalStepOptions& options)
      : trial_(trial),
        signature_(signature),
        options_(options),
        learned_(Learn(trial, 1)),
        strategies_(MakeStrategies(PortfolioNames())) {
    ReplayChooser replay(schedule, trial.world());
    PathChooser path(replay);
    trial.Run(path, options.checking);
    path_ = path.path();
  }

  CriticalStep Find() {
    lost_ = path_.size();
    Narrow([&](size_t moment) { return SomeTryEndsWell(moment); });
    // Few continuations may end well, too few for tries to come upon one.
    std::optional<bool> way_out = SearchWayOut(lost_);
    if (way_out == true) {
      open_ = static_cast<std::ptrdiff_t>(lost_);
      lost_ = path_.size();
      way_out = false;  // of the end
      Narrow([&](size_t moment) {
        const std::optional<bool> found = SearchWayOut(moment);
        if (found != true) way_out = found;
        return found == true;
      });
    }
    CriticalStep step;
    step.of = path_.size();
    step.certain = way_out == false;
    if (lost_ == 0) {
      step.transition = "the start of the run";
      return step;
    }
    step.before = lost_ - 1;
    step.transition = NameOf(step.before);
    return step;
  }

 private:
  // What is lost stays lost, so the first moment can be found by halving.
  template <class HasWayOut>
  void Narrow(HasWayOut has_way_out) {
    while (static_cast<std::ptrdiff_t>(lost_) > open_ + 1) {
      const std::ptrdiff_t middle =
          open_ + (static_cast<std::ptrdiff_t>(lost_) - open_) / 2;
      if (has_way_out(static_cast<size_t>(middle))) {
        open_ = middle;
      } else {
        lost_ = static_cast<size_t>(middle);
      }
    }
  }

  bool SomeTryEndsWell(size_t moment) {
    const World from = WorldAfter(moment);
    for (uint64_t i = 0; i < options_.tries; ++i) {
      Strategy& strategy = *strategies_[i % strategies_.size()];
      strategy.Begin(Mix(i), trial_.world().machine, learned_);
      const Outcome outcome = trial_.RunFrom(from, strategy, options_.checking);
      if (outcome.end != sim::RunEnd::kSteps && !outcome.Has(signature_)) {
        return true;
      }
    }
    return false;
  }

  std::optional<bool> SearchWayOut(size_t moment) {
    SearchOptions search;
    search.checking = options_.checking;
    search.max_states = options_.max_states;
    // Of few states there may be very many ways between them.
    search.max_transitions = 4 * options_.max_states;
    return CanAvoid(trial_, WorldAfter(moment), signature_, search);
  }

  World WorldAfter(size_t transitions) {
    World world = trial_.start();
    sim::Recorder nobody;
    Stepper stepper(world, nobody, options_.checking);
    for (size_t i = 0; i < transitions; ++i) {
      if (path_[i].kind != sim::Transition::Kind::kEnd) stepper.Take(path_[i]);
    }
    return world;
  }

  // "who at where".
  std::string NameOf(size_t transition) {
    const World before = WorldAfter(transition);
    const sim::ChoicePoint point{sim::ChoiceKind::kTransition,    1, 0, 0, {},
                                 std::span(&path_[transition], 1)};
    Namer namer(before);
    const auto [who, at] = namer.OptionOf(point, 0);
    return at.empty() ? who : who + " at " + at;
  }

  Trial& trial_;
  const std::string& signature_;
  const CriticalStepOptions& options_;
  const Learned learned_;
  const std::vector<std::unique_ptr<Strategy>> strategies_;
  std::vector<sim::Transition> path_;
  // Numbers of transitions: after so many there is a way out (-1: not even
  // before the run), after so many there is none.
  std::ptrdiff_t open_ = -1;
  size_t lost_ = 0;
};

}  // namespace

CriticalStep FindCriticalStep(Trial& trial, const Schedule& schedule,
                              const std::string& signature,
                              const CriticalStepOptions& options) {
  return Finder(trial, schedule, signature, options).Find();
}

}  // namespace bindersim::explore
