// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_NAMES_BY_MENTION_H_
#define BINDERSIM_MODEL_NAMES_BY_MENTION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/inventory.h"
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
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  // Nobody has been asked for in this world. Without `symmetric`, which has to
  // be the same each time, nothing is like anything else.
  void Begin(const World& world, bool symmetric);
  // While they are the same, so is what there is, and what is alike.
  const Inventory::Hashes& inventory() const { return inventory_; }

  uint32_t processes() const { return static_cast<uint32_t>(places_.size()); }
  // Whether there is anything that is alike. Else all keep their numbers.
  bool any() const { return any_; }
  // None of no process.
  bool HasTwin(uint32_t process) const {
    return process < has_twin_.size() && has_twin_[process] != 0;
  }
  // Whether there are others that it is like.
  bool IsInPool(uint32_t tid) const { return PlaceInPool(tid).has_value(); }
  // Where it is in PoolOf its process, if so.
  std::optional<uint32_t> PlaceInPool(uint32_t tid) const {
    const uint32_t process = any_ ? ProcessOf(tid) : kNone;
    const uint32_t place = process == kNone ? kNone : InPool(process, tid);
    return place == kNone ? std::nullopt : std::optional(place);
  }
  // The process's, by tid; empty unless they are alike, and several.
  std::span<const PoolThread> PoolOf(uint32_t process) const {
    return pools_[process];
  }
  // Its other threads, with their tids, by these.
  using Threads = std::vector<std::pair<uint32_t, sim::ThreadId>>;
  const Threads& OwnThreadsOf(uint32_t process) const { return own_[process]; }
  // Those of no process.
  const Threads& OtherThreads() const { return others_; }

  // The index that a process goes by, and the tid that a thread goes by.
  uint32_t PlaceOf(uint32_t process);
  uint32_t TidOf(uint32_t tid);
  uint32_t UidOf(uint32_t uid);
  // The same, but asks for nobody: kNone if that would be needed.
  uint32_t KnownPlaceOf(uint32_t process) const { return places_[process]; }
  uint32_t KnownTidOf(uint32_t tid) const;
  uint32_t KnownUidOf(uint32_t uid) const;
  bool IsPlaced(uint32_t process) const { return places_[process] != kNone; }
  // The process at that place; kNone if it has not been asked for.
  uint32_t At(uint32_t place) const { return by_place_[place]; }
  bool IsUidOfTwin(uint32_t uid) const { return TwinWithUid(uid) != kNone; }
  // Whose the tid is; kNone if no process of the scenario has it.
  uint32_t ProcessOf(uint32_t tid) const {
    const size_t at = tid / userspace::kTidsPerProcess;
    return at < by_pid_.size() ? by_pid_[at] : kNone;
  }

  // Who got a name by being asked for, in order.
  struct Asked {
    uint32_t process = 0;
    uint32_t thread = kNone;  // in its pool; kNone = the process
  };
  const std::vector<Asked>& asked() const { return asked_; }
  // How many processes, and threads of pools, have not been asked for.
  size_t processes_left() const { return processes_left_; }
  size_t threads_left() const { return threads_left_; }

  // Forgets who was asked for since there were so many.
  void TakeBack(size_t asked);

  // When everybody has been asked for: sets `renaming`.
  void FillIn();
  // By which tids and pids all went in the world that was filled in last.
  const Renaming& renaming() const { return renaming_; }

 private:
  // A name that was given, and which value of names_since_ it was given under.
  struct Given {
    uint64_t since = 0;
    uint32_t name = 0;
  };

  void TakeImage(std::shared_ptr<const userspace::Image> image, bool symmetric);
  void FindAlike(const World& world);
  // Null: of no program.
  bool IsOfPool(const userspace::ThreadState* thread) const;
  // The name of a tid of that process, which is asked for.
  uint32_t AskFor(uint32_t process, uint32_t tid);
  uint32_t OwnTid(uint32_t process, uint32_t place, uint32_t tid) const;
  // Which thread of the process's pool that is; kNone if it is in none whose
  // threads are alike.
  uint32_t InPool(uint32_t process, uint32_t tid) const {
    const std::vector<uint32_t>& in_pool = in_pool_[process];
    const size_t at = tid % userspace::kTidsPerProcess;
    return at < in_pool.size() ? in_pool[at] : kNone;
  }
  uint32_t TwinWithUid(uint32_t uid) const;
  uint32_t NameOf(uint32_t process, const PoolThread& thread) const;

  const World* world_ = nullptr;
  std::shared_ptr<const userspace::Image> image_;  // whose pids by_pid_ has
  const userspace::Symmetry* symmetry_ = nullptr;
  bool any_ = false;
  Inventory inventory_of_;
  Inventory::Hashes inventory_;
  uint64_t images_ = 0;  // counts them
  size_t processes_left_ = 0;
  size_t threads_left_ = 0;
  std::vector<uint8_t> has_twin_;  // by process
  std::vector<uint32_t> places_;   // by process
  std::vector<uint32_t> by_place_;
  std::vector<std::vector<PoolThread>> pools_;  // by process
  std::vector<std::vector<uint32_t>> in_pool_;  // by process and tid in it
  std::vector<Threads> own_;                    // by process
  Threads others_;
  std::vector<uint32_t> ranked_;  // of a pool, by process
  std::vector<Asked> asked_;
  Renaming renaming_;
  std::optional<uint64_t> renamed_;  // a hash of what renaming_ follows from
  std::vector<uint32_t> by_pid_;     // processes, by pid / kTidsPerProcess
  // What TidOf said, by process and tid % kTidsPerProcess. It holds for as long
  // as nothing is taken back.
  std::vector<std::vector<Given>> given_;
  uint64_t names_since_ = 0;  // counts the times from which on names hold
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_NAMES_BY_MENTION_H_
