// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/inventory.h"

#include "sim/mix.h"

namespace bindersim {

using sim::Mix;

namespace {

template <class Tag>
uint64_t Add(uint64_t hash, sim::Id<Tag> id) {
  return Mix(hash, uint64_t{id.generation} << 32 | id.index);
}

template <class Tag>
uint64_t Add(uint64_t hash, sim::Id<Tag> id, uint64_t name) {
  return Mix(Add(hash, id), name);
}

}  // namespace

Inventory::Hashes Inventory::Of(const World& world) {
  uint64_t hash = world.kernel.processes().size();
  for (const auto& [id, process] : world.kernel.processes()) {
    hash = Add(hash, id, process.pid);
  }
  hash = Mix(hash, world.kernel.files().size());
  for (const auto& [id, file] : world.kernel.files()) {
    hash = Add(hash, id, file.private_data);
  }
  hash = Mix(hash, world.machine.threads().size());
  for (const auto& [id, thread] : world.machine.threads()) {
    hash = Add(hash, id, thread.tid);
  }
  const auto& procs = world.driver.procs;
  uint64_t trees = 0;
  for (const driver::ProcId id : world.driver.proc_list) {
    if (procs_.size() <= id.index) procs_.resize(id.index + 1);
    Counted& counted = procs_[id.index];
    const sim::Version version = procs.VersionOf(id);
    if (counted.version != version) counted = {version, OfProc(procs[id])};
    hash = Add(hash, id, counted.hashes.threads);
    trees = Mix(trees, counted.hashes.all);
  }
  return {hash, Mix(hash, trees)};
}

Inventory::Hashes Inventory::OfProc(const driver::Proc& proc) {
  uint64_t hash = Mix(proc.pid, proc.threads.size());
  for (const auto& [tid, id] : proc.threads) hash = Add(hash, id, tid);
  uint64_t trees = Mix(0, proc.nodes.size());
  for (const auto& [ptr, id] : proc.nodes) trees = Add(trees, id);
  for (const auto& [desc, id] : proc.refs_by_desc) trees = Add(trees, id);
  return {hash, trees};
}

}  // namespace bindersim
