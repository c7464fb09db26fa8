// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/symmetry.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <variant>

namespace bindersim::userspace {

namespace {

bool IsDrawn(const Quantity& quantity) {
  return quantity.kind != Quantity::Kind::kConstant;
}

// What the programs of a process may do.
struct Deeds {
  bool draws = false;
  bool ends = false;  // the process itself
  bool kills_callers = false;
  bool links_to_death = false;
  bool adds_services = false;
  bool talks_past_libbinder = false;
  std::set<uint32_t> kills;  // processes
  std::set<uint32_t> names;  // otherwise
};

class Reader {
 public:
  explicit Reader(const Setup& setup) : setup_(setup) {}

  Deeds Read(const ProcessSetup& process) {
    for (const ThreadSetup& thread : process.threads) Follow(thread.body);
    for (const Object& object : process.objects) {
      for (const Method& method : object.methods) {
        if (IsDrawn(method.reply)) deeds_.draws = true;
        Follow(method.body);
      }
    }
    return deeds_;
  }

 private:
  void Follow(std::optional<BlockIndex> block) {
    if (!block || !followed_.insert(*block).second) return;
    for (const Action& action : setup_.blocks[*block].actions) {
      std::visit([&](const auto& body) { Note(body); }, action.body);
    }
  }

  template <class A>
  void Note(const A& action) {
    if constexpr (std::is_same_v<A, Work>) {
      if (IsDrawn(action.duration)) deeds_.draws = true;
    } else if constexpr (std::is_same_v<A, Sleep>) {
      if (IsDrawn(action.duration)) deeds_.draws = true;
    } else if constexpr (std::is_same_v<A, Call>) {
      if (IsDrawn(action.data)) deeds_.draws = true;
      if (action.exit_on_error) deeds_.ends = true;
    } else if constexpr (std::is_same_v<A, AddService>) {
      deeds_.adds_services = true;
    } else if constexpr (std::is_same_v<A, LinkToDeath>) {
      deeds_.links_to_death = true;
      Follow(action.on_death);
    } else if constexpr (std::is_same_v<A, Wait>) {
      if (action.timeout && IsDrawn(*action.timeout)) deeds_.draws = true;
    } else if constexpr (std::is_same_v<A, Spawn> ||
                         std::is_same_v<A, Repeat>) {
      Follow(action.body);
    } else if constexpr (std::is_same_v<A, Choose>) {
      deeds_.draws = true;
      for (const BlockIndex body : action.bodies) Follow(body);
    } else if constexpr (std::is_same_v<A, Kill>) {
      deeds_.kills.insert(action.processes.begin(), action.processes.end());
      if (action.caller) deeds_.kills_callers = true;
    } else if constexpr (std::is_same_v<A, Exit>) {
      deeds_.ends = true;
    } else if constexpr (std::is_same_v<A, Freeze>) {
      deeds_.names.insert(action.processes.begin(), action.processes.end());
    } else if constexpr (std::is_same_v<A, RawIoctl>) {
      deeds_.talks_past_libbinder = true;
    }
    if constexpr (requires { action.on_error; }) Follow(action.on_error);
  }

  const Setup& setup_;
  std::set<BlockIndex> followed_;
  Deeds deeds_;
};

}  // namespace

Symmetry SymmetryOf(const Setup& setup) {
  const size_t count = setup.processes.size();
  Symmetry symmetry;
  symmetry.pool.assign(count, false);
  for (uint32_t i = 0; i < count; ++i) symmetry.like.push_back(i);

  std::vector<Deeds> deeds;
  std::vector<bool> dies(count, false);
  std::vector<bool> named(count, false);
  bool links = false;
  for (const ProcessSetup& process : setup.processes) {
    deeds.push_back(Reader(setup).Read(process));
    const Deeds& own = deeds.back();
    // Nobody knows what it reads, then.
    if (own.talks_past_libbinder) return symmetry;
    links = links || own.links_to_death;
    for (const uint32_t killed : own.kills) dies[killed] = true;
    for (const uint32_t other : own.names) named[other] = true;
    if (own.kills_callers) dies.assign(count, true);
  }
  for (const Event& event : setup.events) {
    if (const Kill* kill = std::get_if<Kill>(&event.what)) {
      for (const uint32_t killed : kill->processes) dies[killed] = true;
    }
  }
  for (const uint32_t killed : setup.faults.kill) dies[killed] = true;
  for (size_t i = 0; i < count; ++i) {
    if (deeds[i].ends) dies[i] = true;
  }
  symmetry.references =
      !links || std::ranges::none_of(dies, [](bool may) { return may; });

  const auto is_like_others = [&](size_t i) {
    const ProcessSetup& process = setup.processes[i];
    return symmetry.references && !process.is_service_manager &&
           process.at == sim::Duration{} && !deeds[i].draws &&
           !deeds[i].adds_services && !dies[i] && !named[i] &&
           std::ranges::none_of(process.objects, &Object::is_service);
  };
  for (uint32_t i = 0; i < count; ++i) {
    symmetry.pool[i] = !deeds[i].draws && !dies[i];
    if (i > 0 && setup.processes[i].group == setup.processes[i - 1].group &&
        is_like_others(i) && is_like_others(i - 1)) {
      symmetry.like[i] = symmetry.like[i - 1];
    }
  }
  for (uint32_t i = 0; i < count; ++i) {
    const bool has_pool =
        symmetry.pool[i] && setup.processes[i].max_threads > 0;
    symmetry.any = symmetry.any || has_pool || symmetry.like[i] != i;
  }
  return symmetry;
}

}  // namespace bindersim::userspace
