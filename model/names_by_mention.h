// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_NAMES_BY_MENTION_H_
#define BINDERSIM_MODEL_NAMES_BY_MENTION_H_

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "model/renaming.h"
#include "model/world.h"

namespace bindersim {

// By which numbers processes and threads that are alike (userspace::Symmetry)
// go in a state: those that they have among them, given out in the order in
// which they are asked for. All others keep their own.
class NamesByMention {
 public:
  // A thread of a pool whose threads are alike.
  struct PoolThread {
    uint32_t tid = 0;
    sim::ThreadId id;
    uint32_t rank = kNone;  // in the order of being asked for
    bool done = false;      // the caller's
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  // Nobody has been asked for in this world. Without `symmetric` nothing is
  // like anything else.
  void Begin(const World& world, bool symmetric);

  // Whether there is anything that is alike. Else all keep their numbers.
  bool any() const { return any_; }
  bool HasTwin(uint32_t process) const {
    return any_ && symmetry_->HasTwin(process);
  }
  bool IsInPool(const userspace::ThreadState& thread) const;
  // The process's, by tid; empty unless they are alike.
  std::span<PoolThread> PoolOf(uint32_t process) { return pools_[process]; }

  // The index that a process goes by, and the tid that a thread goes by.
  uint32_t PlaceOf(uint32_t process);
  uint32_t TidOf(uint32_t tid);
  uint32_t UidOf(uint32_t uid);
  bool IsPlaced(uint32_t process) const { return places_[process] != kNone; }
  // The process at that place; kNone if it has not been asked for.
  uint32_t At(uint32_t place) const { return by_place_[place]; }
  // Whose the tid is; kNone if no process of the scenario has it.
  uint32_t ProcessOf(uint32_t tid) const;

  // When everybody has been asked for.
  Renaming MakeRenaming() const;

 private:
  uint32_t NameOf(uint32_t process, const PoolThread& thread) const;

  const World* world_ = nullptr;
  const userspace::Symmetry* symmetry_ = nullptr;
  bool any_ = false;
  std::vector<uint32_t> places_;  // by process
  std::vector<uint32_t> by_place_;
  std::vector<std::vector<PoolThread>> pools_;         // by process
  std::vector<uint32_t> ranked_;                       // of them, by process
  std::vector<std::pair<uint32_t, uint32_t>> by_pid_;  // and process
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_NAMES_BY_MENTION_H_
