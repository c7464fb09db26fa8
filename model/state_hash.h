// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Recognising the states of an untimed world.
//
//   StateHasher hasher;
//   if (!seen.insert(hasher.Hash(world)).second) ...  // been here before
//
// Worlds with the same hash do the same from now on, whatever comes to pass, up
// to the numbers by which things are called: slots, debug ids, the time. What
// is dead does not count either: memory that nobody will read again, counters
// that only people look at.

#ifndef BINDERSIM_MODEL_STATE_HASH_H_
#define BINDERSIM_MODEL_STATE_HASH_H_

#include <array>
#include <cstdint>
#include <vector>

#include "model/world.h"
#include "sim/canonical.h"
#include "sim/hash128.h"

namespace bindersim {

class StateHasher final : private sim::CanonicalHasher {
 public:
  // REQUIRES: the world is untimed.
  sim::Hash128 Hash(const World& world);

 private:
  static constexpr uint32_t kSpaces = 13;

  struct Number {
    uint32_t run = 0;  // of Hash
    uint32_t generation = 0;
    uint32_t number = 0;
  };
  // Which entities were mentioned, and what number each has by its order.
  struct Space {
    std::vector<Number> numbers;  // by slot
    uint32_t count = 0;
  };
  struct Mentioned {
    uint32_t space = 0;
    uint32_t index = 0;
    uint32_t generation = 0;
    uint32_t process = 0;  // whose entity it is, where that matters
  };

  uint64_t OnMention(uint32_t space, uint32_t index,
                     uint32_t generation) override;
  bool IsLive(const Mentioned& entity) const;
  void AddContents(const Mentioned& entity);

  void AddRoots();
  void AddThread(sim::ThreadId id);
  void AddUserThread(const userspace::ThreadState& thread);
  void AddUserProcess(const userspace::ProcessState& process);
  void AddProc(const driver::Proc& proc);
  void AddBuffers(const driver::Proc& proc);
  void AddTransaction(const driver::Transaction& transaction);
  void AddMemory(uint64_t address, uint64_t size);
  void AddHash(const sim::Hash128& hash);

  const World* world_ = nullptr;
  uint32_t run_ = 0;           // counts calls of Hash
  uint32_t process_ = 0;       // whose proxies and parcels ids are about
  driver::ProcId buffers_of_;  // whose buffers
  std::array<std::vector<Space>, kSpaces> spaces_;  // by process
  std::vector<Mentioned> queue_;
  std::vector<std::byte> bytes_;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_STATE_HASH_H_
