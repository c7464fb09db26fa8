// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_CATALOGUE_H_
#define BINDERSIM_MODEL_CATALOGUE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/entity.h"
#include "model/names_by_mention.h"
#include "model/world.h"

namespace bindersim {

// Which entities of a world belong to which process of the scenario. It is the
// same in all worlds with the same inventory.
class Catalogue {
 public:
  // The machine's part and libbinder's.
  struct Thread {
    sim::ThreadId id;
    userspace::UserThreadId user;
  };
  // Of a pool whose threads are alike.
  struct PoolThread {
    Thread thread;
    std::vector<driver::ThreadStateId> states;
  };
  struct Belongings {
    std::vector<PoolThread> pool;  // as NamesByMention::PoolOf
    std::vector<Thread> threads;   // all others
    os::ProcessId process;
    std::vector<driver::ProcId> procs;  // in the driver's list
    // In the trees of these, in order; without the pool's.
    std::vector<driver::ThreadStateId> states;
    std::vector<driver::NodeId> nodes;
    std::vector<driver::RefId> refs;
    std::vector<os::FileId> files;  // of these
  };

  void Fill(const World& world, const NamesByMention& names);

  const Belongings& Of(uint32_t process) const { return belongings_[process]; }
  // Of what is in the driver's list or one of its trees: the place of its
  // process of the driver among those with the same pid, for that itself; 0 for
  // others. None of anything else.
  std::optional<uint32_t> PlaceOf(const Entity& entity) const {
    const std::vector<Marked>& marked = marked_[entity.space];
    if (entity.index >= marked.size()) return std::nullopt;
    const Marked& it = marked[entity.index];
    if (it.generation != entity.generation) return std::nullopt;
    return it.place;
  }

 private:
  struct Marked {
    uint32_t generation = 0;  // 0: nothing has this slot
    uint32_t place = 0;
  };

  void Clear(size_t processes);
  void AddThreads(const World& world, const NamesByMention& names);
  void AddProc(const driver::Driver& driver, const NamesByMention& names,
               driver::ProcId id);
  void AddFiles(const World& world, const NamesByMention& names);
  void Mark(const Entity& entity, uint32_t place = 0);

  std::vector<Belongings> belongings_;  // by process
  // By kind and slot.
  std::array<std::vector<Marked>, Entity::kSpaces> marked_;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_CATALOGUE_H_
