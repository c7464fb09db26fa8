// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/decision.h"

#include <fmt/format.h>

#include "sim/flow_section.h"

namespace bindersim::explore {

namespace {

using sim::ChoiceKind;
using sim::ChoicePoint;
using sim::Transition;

std::string Ordinal(uint32_t n) {
  const uint32_t tens = n % 100 / 10;
  const char* ending = tens == 1     ? "th"
                       : n % 10 == 1 ? "st"
                       : n % 10 == 2 ? "nd"
                       : n % 10 == 3 ? "rd"
                                     : "th";
  return fmt::format("{}{}", n, ending);
}

}  // namespace

std::string Decision::ToString() const {
  const std::string standing = take_at.empty() ? "" : " at " + take_at;
  return fmt::format("{} at {} ({} time): {}{} goes first", place.who, place.at,
                     Ordinal(place.nth), take, standing);
}

std::string Namer::ThreadName(uint32_t tid) const {
  for (const auto& [id, thread] : world_.user.threads) {
    if (thread.tid == tid) {
      return world_.user.SetupOf(thread).name + "/" + thread.name;
    }
  }
  return fmt::format("kworker ({})", tid);
}

std::string Namer::SectionOf(sim::ThreadId id) const {
  const sim::Thread& thread = world_.machine.thread(id);
  if (thread.stack.empty()) return "end";
  return sim::FlowSection::Of(thread.stack.Ops(), thread.stack.Top())
      .ToString();
}

std::pair<std::string, std::string> Namer::OptionOf(const ChoicePoint& point,
                                                    uint32_t option) const {
  switch (point.kind) {
    case ChoiceKind::kTransition: {
      const Transition& transition = point.transitions[option];
      switch (transition.kind) {
        case Transition::Kind::kThread:
          return {ThreadName(world_.machine.thread(transition.thread).tid),
                  SectionOf(transition.thread)};
        case Transition::Kind::kTimer:
          return {"time", "next"};
        case Transition::Kind::kFault: {
          const auto& setup = world_.user.setup();
          const uint32_t process = setup.faults.kill[transition.fault];
          return {"kill " + setup.processes[process].name, ""};
        }
        case Transition::Kind::kEnd:
          return {"end", "end"};
      }
      break;
    }
    case ChoiceKind::kDispatch:
    case ChoiceKind::kLock:
      return {ThreadName(point.tids[option]), ""};
    case ChoiceKind::kTie:
      return {fmt::format("event {}", option), ""};
    case ChoiceKind::kJitter:
      return {fmt::format("level {}", option), ""};
  }
  return {};
}

Place Namer::PlaceOf(const ChoicePoint& point) const {
  Place place;
  switch (point.kind) {
    case ChoiceKind::kTransition:
      std::tie(place.who, place.at) = OptionOf(point, 0);
      break;
    case ChoiceKind::kDispatch:
      place.who = fmt::format("cpu {}", point.subject);
      place.at = "dispatch";
      break;
    case ChoiceKind::kLock:
      place.who = ThreadName(point.tids[0]);
      place.at = "lock";
      break;
    case ChoiceKind::kTie:
      place.who = "events of one moment";
      place.at = "tie";
      break;
    case ChoiceKind::kJitter:
      place.who = ThreadName(point.subject);
      place.at = "jitter";
      break;
  }
  const auto passed = passed_.find({place.who, place.at});
  place.nth = passed == passed_.end() ? 1 : passed->second + 1;
  return place;
}

uint32_t Namer::FindOption(const ChoicePoint& point,
                           const std::string& take) const {
  for (uint32_t option = 1; option < point.options; ++option) {
    if (OptionOf(point, option).first == take) return option;
  }
  return point.options;
}

void Namer::Taken(const ChoicePoint& point, uint32_t option) {
  if (point.kind == ChoiceKind::kTransition) {
    ++passed_[OptionOf(point, option)];
    return;
  }
  const Place place = PlaceOf(point);
  ++passed_[{place.who, place.at}];
}

uint32_t NamingChooser::Choose(const ChoicePoint& point) {
  const uint32_t option = point.options > 1 ? inner_.Choose(point) : 0;
  if (option != 0) {
    const auto [take, take_at] = namer_.OptionOf(point, option);
    schedule_.push_back({namer_.PlaceOf(point), take, take_at});
  }
  namer_.Taken(point, option);
  return option;
}

uint32_t ReplayChooser::Choose(const ChoicePoint& point) {
  uint32_t option = 0;
  if (point.options > 1 && next_ < schedule_.size()) {
    const Place place = namer_.PlaceOf(point);
    for (size_t i = next_; i < schedule_.size(); ++i) {
      if (schedule_[i].place != place) continue;
      const uint32_t found = namer_.FindOption(point, schedule_[i].take);
      if (found == point.options) continue;
      option = found;
      used_[i] = true;
      next_ = i + 1;
      break;
    }
  }
  namer_.Taken(point, option);
  return option;
}

}  // namespace bindersim::explore
