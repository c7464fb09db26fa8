// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Schedules that people can read, and that survive changes of the model.
//
// A schedule is the list of the decisions that differ from the default, in the
// order in which they are taken. A decision has a name in Binder's words rather
// than a number:
//
//   client/main at binder_transaction/kPinTarget (1st time):
//     server/binder:2000_1 at binder_thread_read/kDeliver goes first
//
// Replaying takes the default everywhere but where the next decision's name
// comes up. A decision whose place is never reached, or whose thread cannot go
// then, is left out, so that a schedule means something even when it does not
// fit exactly; the replay says which ones these were.

#ifndef BINDERSIM_EXPLORE_DECISION_H_
#define BINDERSIM_EXPLORE_DECISION_H_

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/world.h"
#include "sim/chooser.h"

namespace bindersim::explore {

// Where a choice was: what would have come next by default.
struct Place {
  std::string who;   // "client/main", "time", "cpu 1"
  std::string at;    // "binder_transaction/kPinTarget", "dispatch"
  uint32_t nth = 1;  // the how manieth time that `who` is there

  auto Fields() const { return std::tie(who, at, nth); }
  bool operator==(const Place&) const = default;
};

struct Decision {
  Place place;
  std::string take;     // what comes instead: "server/main", "kill server"
  std::string take_at;  // where that stands; for people

  auto Fields() const { return std::tie(place, take, take_at); }
  bool operator==(const Decision&) const = default;
  std::string ToString() const;
};

using Schedule = std::vector<Decision>;

// Numbers that stand for texts.
class Words {
 public:
  uint32_t NumberOf(const std::string& text);
  const std::string& TextOf(uint32_t number) const { return texts_[number]; }

 private:
  std::vector<std::string> texts_;
  std::map<std::string, uint32_t> numbers_;
};

// Gives the choices of one run their names. Asked about every choice point, and
// about forced transitions, of a run from its start.
class Namer {
 public:
  // An option, or where a choice is: who, and where that stands (words).
  struct Name {
    uint32_t who = 0;
    uint32_t at = 0;

    auto operator<=>(const Name&) const = default;
  };

  explicit Namer(const World& world) : world_(world) {}

  Words& words() { return words_; }
  Name NameOfPoint(const sim::ChoicePoint& point);
  // The how manieth time it is that the choice is there.
  uint32_t Nth(const Name& point) const;
  Place PlaceOf(const sim::ChoicePoint& point);
  // Of one option: what is taken, and where that stands.
  Name NameOfOption(const sim::ChoicePoint& point, uint32_t option);
  std::pair<std::string, std::string> OptionOf(const sim::ChoicePoint& point,
                                               uint32_t option);
  // The option of that name; point.options if there is none.
  uint32_t FindOption(const sim::ChoicePoint& point, uint32_t take);
  // The option is taken.
  void Taken(const sim::ChoicePoint& point, uint32_t option);

 private:
  Name NameOfTransition(const sim::Transition& transition);
  uint32_t ThreadName(uint32_t tid);
  uint32_t EventName(const sim::TiedEvent& event);
  uint32_t SectionOf(sim::ThreadId thread);

  const World& world_;
  Words words_;
  std::map<uint32_t, uint32_t> threads_;  // word of the name, by tid
  std::map<std::pair<const void*, uint32_t>, uint32_t> sections_;
  std::map<Name, uint32_t> passed_;
};

// Lets another chooser decide, and writes down what it decides.
class NamingChooser final : public sim::Chooser {
 public:
  // `world` is the one that runs. Both must outlive this.
  NamingChooser(sim::Chooser& inner, const World& world)
      : inner_(inner), namer_(world) {}

  uint32_t Choose(const sim::ChoicePoint& point) override;
  bool WantsForced() const override { return true; }
  const Schedule& schedule() const { return schedule_; }

 private:
  sim::Chooser& inner_;
  Namer namer_;
  Schedule schedule_;
};

// Follows a schedule.
class ReplayChooser final : public sim::Chooser {
 public:
  // `world` must outlive this.
  ReplayChooser(const Schedule& schedule, const World& world);

  uint32_t Choose(const sim::ChoicePoint& point) override;
  bool WantsForced() const override { return true; }
  // By index in the schedule; those that are false did not fit.
  const std::vector<bool>& used() const { return used_; }

 private:
  struct Step {
    Namer::Name place;
    uint32_t nth = 0;
    uint32_t take = 0;
  };

  Namer namer_;
  std::vector<Step> steps_;
  std::vector<bool> used_;
  size_t next_ = 0;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_DECISION_H_
