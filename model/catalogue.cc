// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/catalogue.h"

#include <algorithm>

#include "model/driver/files.h"
#include "sim/check.h"

namespace bindersim {

namespace {

// Whose the tid is, which some process of the scenario has.
uint32_t ProcessOf(const NamesByMention& names, uint32_t tid) {
  const uint32_t process = names.ProcessOf(tid);
  SIM_CHECK(process != NamesByMention::kNone) << "nobody's tid " << tid;
  return process;
}

}  // namespace

void Catalogue::Fill(const World& world, const NamesByMention& names) {
  Clear(world.user.processes.size());
  AddThreads(world, names);
  for (const auto& [id, process] : world.kernel.processes()) {
    belongings_[ProcessOf(names, process.pid)].process = id;
  }
  for (const driver::ProcId id : world.driver.proc_list) {
    AddProc(world.driver, names, id);
  }
  AddFiles(world, names);
}

void Catalogue::Clear(size_t processes) {
  belongings_.assign(processes, {});
  for (auto& marked : marked_) marked.clear();
}

void Catalogue::AddThreads(const World& world, const NamesByMention& names) {
  for (uint32_t i = 0; i < belongings_.size(); ++i) {
    for (const NamesByMention::PoolThread& thread : names.PoolOf(i)) {
      belongings_[i].pool.push_back(
          {{thread.id, world.user.IdOf(thread.id)}, {}});
    }
    for (const auto& [tid, id] : names.OwnThreadsOf(i)) {
      belongings_[i].threads.push_back({id, world.user.IdOf(id)});
    }
  }
}

void Catalogue::AddProc(const driver::Driver& driver,
                        const NamesByMention& names, driver::ProcId id) {
  const driver::Proc& proc = driver.procs[id];
  const uint32_t process = ProcessOf(names, proc.pid);
  Belongings& its = belongings_[process];
  Mark(Entity::Of(id), static_cast<uint32_t>(its.procs.size()));
  its.procs.push_back(id);
  for (const auto& [tid, state] : proc.threads) {
    Mark(Entity::Of(state));
    const std::optional<uint32_t> in_pool = names.PlaceInPool(tid);
    (in_pool ? its.pool[*in_pool].states : its.states).push_back(state);
  }
  for (const auto& [ptr, node] : proc.nodes) {
    Mark(Entity::Of(node));
    its.nodes.push_back(node);
  }
  for (const auto& [desc, ref] : proc.refs_by_desc) {
    Mark(Entity::Of(ref));
    its.refs.push_back(ref);
  }
}

void Catalogue::AddFiles(const World& world, const NamesByMention& names) {
  const auto proc_of = [&](os::FileId id) {
    return driver::Unpack<driver::ProcTag>(
        world.kernel.files()[id].private_data);
  };
  for (const auto& [id, file] : world.kernel.files()) {
    if (file.kind != os::File::Kind::kBinder) continue;
    const driver::ProcId proc = proc_of(id);
    if (!PlaceOf(Entity::Of(proc))) continue;
    Mark(Entity::Of(id));
    belongings_[ProcessOf(names, world.driver.procs[proc].pid)].files.push_back(
        id);
  }
  // In the order of their processes of the driver.
  for (Belongings& its : belongings_) {
    std::ranges::sort(its.files, {}, [&](os::FileId id) {
      return *PlaceOf(Entity::Of(proc_of(id)));
    });
  }
}

void Catalogue::Mark(const Entity& entity, uint32_t place) {
  std::vector<Marked>& marked = marked_[entity.space];
  if (marked.size() <= entity.index) marked.resize(entity.index + 1);
  marked[entity.index] = {entity.generation, place};
}

}  // namespace bindersim
