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

// Gives the choices of one run their names. Asked about every choice point, and
// about forced transitions, of a run from its start.
class Namer {
 public:
  explicit Namer(const World& world) : world_(world) {}

  Place PlaceOf(const sim::ChoicePoint& point) const;
  // Of one option: what is taken, and where that stands.
  std::pair<std::string, std::string> OptionOf(const sim::ChoicePoint& point,
                                               uint32_t option) const;
  // The option of that name; point.options if there is none.
  uint32_t FindOption(const sim::ChoicePoint& point,
                      const std::string& take) const;
  // The option is taken.
  void Taken(const sim::ChoicePoint& point, uint32_t option);

 private:
  std::string ThreadName(uint32_t tid) const;
  std::string SectionOf(sim::ThreadId thread) const;

  const World& world_;
  std::map<std::pair<std::string, std::string>, uint32_t> passed_;
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
  // Both must outlive this.
  ReplayChooser(const Schedule& schedule, const World& world)
      : schedule_(schedule), used_(schedule.size()), namer_(world) {}

  uint32_t Choose(const sim::ChoicePoint& point) override;
  bool WantsForced() const override { return true; }
  // By index in the schedule; those that are false did not fit.
  const std::vector<bool>& used() const { return used_; }

 private:
  const Schedule& schedule_;
  std::vector<bool> used_;
  size_t next_ = 0;
  Namer namer_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_DECISION_H_
