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
  const uint64_t versions =
      Mix(Mix(Mix(world.kernel.processes().VersionOfInventory(),
                  world.kernel.files().VersionOfInventory()),
              world.machine.threads().VersionOfInventory()),
          world.user.threads.VersionOfInventory());
  CountedKernel& kernel = kernels_[versions % kernels_.size()];
  if (kernel.versions != versions) kernel = {versions, OfKernel(world)};

  const auto& procs = world.driver.procs;
  uint64_t hash = kernel.hash;
  uint64_t trees = 0;
  for (const driver::ProcId id : world.driver.proc_list) {
    if (procs_.size() <= id.index) procs_.resize(id.index + 1);
    CountedProc& counted = procs_[id.index];
    const sim::Version version = procs.VersionOf(id);
    if (counted.version != version) {
      counted = {version, OfProc(world.driver, procs[id])};
    }
    hash = Add(hash, id, counted.hashes.threads);
    trees = Mix(trees, counted.hashes.all);
  }
  return {hash, Mix(hash, trees)};
}

// What is mixed in, beside ids, never changes.
uint64_t Inventory::OfKernel(const World& world) {
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
    const userspace::UserThreadId user = world.user.IdOf(id);
    if (!user) continue;
    const auto role = static_cast<uint64_t>(world.user.threads[user].role);
    hash = Add(hash, user, role);
  }
  return hash;
}

Inventory::Hashes Inventory::OfProc(const driver::Driver& driver,
                                    const driver::Proc& proc) {
  uint64_t hash = Mix(proc.pid, proc.threads.size());
  hash = Add(Add(hash, proc.outer_lock), proc.inner_lock);
  hash = Add(hash, proc.alloc_mutex);
  for (const auto& [tid, id] : proc.threads) hash = Add(hash, id, tid);
  uint64_t trees = Mix(0, proc.nodes.size());
  for (const auto& [ptr, id] : proc.nodes) {
    trees = Add(Add(trees, id, ptr), driver.nodes[id].lock);
  }
  for (const auto& [desc, id] : proc.refs_by_desc) trees = Add(trees, id, desc);
  return {hash, trees};
}

}  // namespace bindersim
