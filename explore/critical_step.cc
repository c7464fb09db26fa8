// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/critical_step.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "explore/explorer.h"
#include "explore/interrupt.h"
#include "explore/runs.h"
#include "explore/search.h"
#include "sim/chooser.h"
#include "sim/machine.h"

namespace bindersim::explore {

namespace {

// From each moment at first: three of each strategy.
constexpr uint64_t kFewTries = 27;

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

// Goes on by default, but one of those between whom there is a choice gets
// nothing for as long as another can go on.
class HoldingChooser final : public sim::Chooser {
 public:
  static constexpr size_t kNobody = SIZE_MAX;

  explicit HoldingChooser(size_t held) : held_(held) {}

  uint32_t Choose(const sim::ChoicePoint& point) override {
    uint32_t option = point.options;
    for (uint32_t i = 0; i < point.options; ++i) {
      const sim::Transition& transition = point.transitions[i];
      if (transition.kind == sim::Transition::Kind::kFault) break;
      const size_t place = PlaceOf(transition);
      candidates_.insert(place);
      if (option == point.options && place != held_) option = i;
    }
    return option == point.options ? 0 : option;
  }
  // Who could have been held back.
  const std::set<size_t>& candidates() const { return candidates_; }

 private:
  // Of time, or of a thread.
  static size_t PlaceOf(const sim::Transition& transition) {
    return transition.kind == sim::Transition::Kind::kThread
               ? transition.thread.index + size_t{1}
               : 0;
  }

  const size_t held_;
  std::set<size_t> candidates_;
};

class Finder {
 public:
  Finder(Trial& trial, const Schedule& schedule, const std::string& signature,
         const CriticalStepOptions& options)
      : trial_(trial),
        signature_(signature),
        options_(options),
        learned_(Learn(trial, 1)),
        tries_(trial, learned_, 1) {
    ReplayChooser replay(schedule, trial.world());
    PathChooser path(replay);
    trial.Run(path, options.checking);
    path_ = path.path();
  }

  std::optional<CriticalStep> Find() {
    lost_ = path_.size();
    // Few tries come close to it, for most moments are far from it. Many are
    // left for the last ones.
    Narrow([&](size_t moment) { return SomeTryEndsWell(moment, kFewTries); });
    NarrowOn(
        [&](size_t moment) { return SomeTryEndsWell(moment, options_.tries); });
    // Few ways on may end well, too few for tries to come upon one.
    bool certain = true;
    NarrowOn([&](size_t moment) {
      const std::optional<bool> way_out = SearchWayOut(moment);
      if (way_out != true) certain = way_out.has_value();
      return way_out == true;
    });
    if (interrupted()) return std::nullopt;
    CriticalStep step;
    step.of = path_.size();
    step.certain = certain;
    if (lost_ == 0) {
      step.transition = "the start of the run";
      return step;
    }
    step.before = lost_ - 1;
    step.transition = NameOf(step.before);
    return step;
  }

 private:
  // What is found from then on is worth nothing.
  bool interrupted() const { return IsSet(options_.interrupt); }

  // What is lost stays lost, so the first moment can be found by halving.
  template <class HasWayOut>
  void Narrow(HasWayOut has_way_out) {
    while (static_cast<std::ptrdiff_t>(lost_) > open_ + 1 && !interrupted()) {
      const std::ptrdiff_t middle =
          open_ + (static_cast<std::ptrdiff_t>(lost_) - open_) / 2;
      if (has_way_out(static_cast<size_t>(middle))) {
        open_ = middle;
      } else {
        lost_ = static_cast<size_t>(middle);
      }
    }
  }

  // The same after others have narrowed it, who may have missed a way out.
  template <class HasWayOut>
  void NarrowOn(HasWayOut has_way_out) {
    if (!has_way_out(lost_)) return;
    open_ = static_cast<std::ptrdiff_t>(lost_);
    lost_ = path_.size();
    Narrow(has_way_out);
  }

  bool SomeTryEndsWell(size_t moment, uint64_t tries) {
    const World from = WorldAfter(moment);
    // A long delay is what tries miss most.
    HoldingChooser by_default(HoldingChooser::kNobody);
    if (EndsWell(from, by_default)) return true;
    for (const size_t place : by_default.candidates()) {
      HoldingChooser holding(place);
      if (EndsWell(from, holding)) return true;
    }
    tries = std::min(tries, options_.tries);
    for (uint64_t i = 0; i < tries && !interrupted(); ++i) {
      if (EndsWell(from, tries_.Begin(i))) return true;
    }
    return false;
  }

  bool EndsWell(const World& from, sim::Chooser& chooser) {
    const Outcome outcome = trial_.RunFrom(from, chooser, options_.checking);
    return outcome.end != sim::RunEnd::kSteps && !outcome.Has(signature_);
  }

  std::optional<bool> SearchWayOut(size_t moment) {
    SearchOptions search;
    search.checking = options_.checking;
    search.max_states = options_.max_states;
    // Of few states there may be very many ways between them.
    search.max_transitions = 4 * options_.max_states;
    search.interrupt = options_.interrupt;
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
    const sim::ChoicePoint point{
        .kind = sim::ChoiceKind::kTransition,
        .transitions = std::span(&path_[transition], 1)};
    Namer namer(before);
    const auto [who, at] = namer.OptionOf(point, 0);
    return at.empty() ? who : who + " at " + at;
  }

  Trial& trial_;
  const std::string& signature_;
  const CriticalStepOptions& options_;
  const Learned learned_;
  Runs tries_;
  std::vector<sim::Transition> path_;
  // Numbers of transitions: after so many there is a way out (-1: not even
  // before the run), after so many there is none.
  std::ptrdiff_t open_ = -1;
  size_t lost_ = 0;
};

}  // namespace

std::optional<CriticalStep> FindCriticalStep(
    Trial& trial, const Schedule& schedule, const std::string& signature,
    const CriticalStepOptions& options) {
  return Finder(trial, schedule, signature, options).Find();
}

}  // namespace bindersim::explore
