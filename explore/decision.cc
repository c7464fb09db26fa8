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

uint32_t Words::NumberOf(const std::string& text) {
  const auto [it, is_new] =
      numbers_.emplace(text, static_cast<uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(text);
  return it->second;
}

uint32_t Namer::ThreadName(uint32_t tid) {
  const auto known = threads_.find(tid);
  if (known != threads_.end()) return known->second;
  std::string name = fmt::format("kworker ({})", tid);
  for (const auto& [id, thread] : world_.user.threads) {
    if (thread.tid == tid) {
      name = world_.user.SetupOf(thread).name + "/" + thread.name;
    }
  }
  return threads_[tid] = words_.NumberOf(name);
}

uint32_t Namer::EventName(const sim::TiedEvent& event) {
  return event.tid != 0
             ? ThreadName(event.tid)
             : words_.NumberOf(NameOfEvent(world_, event.code, event.argument));
}

uint32_t Namer::SectionOf(sim::ThreadId id) {
  const sim::Thread& thread = world_.machine.thread(id);
  if (thread.stack.empty()) return words_.NumberOf("end");
  const sim::FlowSection section =
      sim::FlowSection::Of(thread.stack.Ops(), thread.stack.Top());
  const auto key =
      std::pair<const void*, uint32_t>(section.flow, section.section);
  const auto known = sections_.find(key);
  if (known != sections_.end()) return known->second;
  return sections_[key] = words_.NumberOf(section.ToString());
}

Namer::Name Namer::NameOfTransition(const Transition& transition) {
  switch (transition.kind) {
    case Transition::Kind::kThread:
      return {ThreadName(world_.machine.thread(transition.thread).tid),
              SectionOf(transition.thread)};
    case Transition::Kind::kTimer:
      return {words_.NumberOf("time"), words_.NumberOf("next")};
    case Transition::Kind::kFault: {
      const auto& setup = world_.user.setup();
      const uint32_t process = setup.faults.kill[transition.fault];
      return {words_.NumberOf("kill " + setup.processes[process].name),
              words_.NumberOf("")};
    }
    case Transition::Kind::kEnd:
      break;
  }
  return {words_.NumberOf("end"), words_.NumberOf("end")};
}

Namer::Name Namer::NameOfOption(const ChoicePoint& point, uint32_t option) {
  const uint32_t nowhere = words_.NumberOf("");
  switch (point.kind) {
    case ChoiceKind::kTransition:
      return NameOfTransition(point.transitions[option]);
    case ChoiceKind::kDispatch:
    case ChoiceKind::kLock:
      return {ThreadName(point.tids[option]), nowhere};
    case ChoiceKind::kTie:
      return {EventName(point.events[option]), nowhere};
    case ChoiceKind::kJitter:
      break;
  }
  return {words_.NumberOf(fmt::format("level {}", option)), nowhere};
}

Namer::Name Namer::NameOfPoint(const ChoicePoint& point) {
  switch (point.kind) {
    case ChoiceKind::kTransition:
      return NameOfTransition(point.transitions[0]);
    case ChoiceKind::kDispatch:
      return {words_.NumberOf(fmt::format("cpu {}", point.subject)),
              words_.NumberOf("dispatch")};
    case ChoiceKind::kLock:
      return {ThreadName(point.tids[0]), words_.NumberOf("lock")};
    case ChoiceKind::kTie:
      return {EventName(point.events[0]), words_.NumberOf("tie")};
    case ChoiceKind::kJitter:
      break;
  }
  return {ThreadName(point.subject), words_.NumberOf("jitter")};
}

uint32_t Namer::Nth(const Name& point) const {
  const auto passed = passed_.find(point);
  return passed == passed_.end() ? 1 : passed->second + 1;
}

Place Namer::PlaceOf(const ChoicePoint& point) {
  const Name name = NameOfPoint(point);
  return {words_.TextOf(name.who), words_.TextOf(name.at), Nth(name)};
}

std::pair<std::string, std::string> Namer::OptionOf(const ChoicePoint& point,
                                                    uint32_t option) {
  const Name name = NameOfOption(point, option);
  return {words_.TextOf(name.who), words_.TextOf(name.at)};
}

uint32_t Namer::FindOption(const ChoicePoint& point, uint32_t take) {
  for (uint32_t option = 1; option < point.options; ++option) {
    if (NameOfOption(point, option).who == take) return option;
  }
  return point.options;
}

void Namer::Taken(const ChoicePoint& point, uint32_t option) {
  ++passed_[point.kind == ChoiceKind::kTransition ? NameOfOption(point, option)
                                                  : NameOfPoint(point)];
}

uint32_t NamingChooser::Choose(const ChoicePoint& point) {
  const bool asks = point.options > 1 || inner_.WantsForced();
  const uint32_t option = asks ? inner_.Choose(point) : 0;
  if (option != 0) {
    const auto [take, take_at] = namer_.OptionOf(point, option);
    schedule_.push_back({namer_.PlaceOf(point), take, take_at});
  }
  namer_.Taken(point, option);
  return option;
}

ReplayChooser::ReplayChooser(const Schedule& schedule, const World& world)
    : namer_(world), used_(schedule.size()) {
  Words& words = namer_.words();
  for (const Decision& decision : schedule) {
    steps_.push_back({{words.NumberOf(decision.place.who),
                       words.NumberOf(decision.place.at)},
                      decision.place.nth,
                      words.NumberOf(decision.take)});
  }
}

uint32_t ReplayChooser::Choose(const ChoicePoint& point) {
  uint32_t option = 0;
  if (point.options > 1 && next_ < steps_.size()) {
    const Namer::Name place = namer_.NameOfPoint(point);
    const uint32_t nth = namer_.Nth(place);
    for (size_t i = next_; i < steps_.size(); ++i) {
      if (steps_[i].place != place || steps_[i].nth != nth) continue;
      const uint32_t found = namer_.FindOption(point, steps_[i].take);
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
