// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Recognising the states of an untimed world.
//
//   StateHasher hasher(Symmetric::kYes);
//   if (!seen.insert(hasher.Hash(world)).second) ...  // been here before
//
// Worlds with the same hash do the same from now on, whatever comes to pass, up
// to the numbers by which things are called: slots, debug ids, the time. What
// is dead does not count either: memory that nobody will read again, counters
// that only people look at.
//
// Threads and processes that are alike (userspace::Symmetry) may have changed
// places, too: they go by numbers in the order in which the rest of the state
// mentions them. Those that it does not mention are ordered by how they look;
// if they look the same, they are tried one after the other.
// If that does not settle it, worlds that are the same may have different
// hashes; never the other way.

#ifndef BINDERSIM_MODEL_STATE_HASH_H_
#define BINDERSIM_MODEL_STATE_HASH_H_

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/names_by_mention.h"
#include "model/renaming.h"
#include "model/world.h"
#include "sim/canonical.h"
#include "sim/hash128.h"

namespace bindersim {

enum class Symmetric : bool { kNo, kYes };

class StateHasher final : private sim::CanonicalHasher {
 public:
  // kNo tells threads and processes that are alike apart. Nothing happens after
  // `until`: how long that still is makes a difference.
  explicit StateHasher(Symmetric symmetric, sim::Time until = sim::kNever)
      : symmetric_(symmetric), until_(until) {}

  // REQUIRES: the world is untimed.
  sim::Hash128 Hash(const World& world);
  // By which tids and pids the last world's threads and processes went.
  const Renaming& renaming() const { return renaming_; }

 private:
  static constexpr uint32_t kSpaces = 13;
  // Where ids without an entity are told from those with one.
  static constexpr uint32_t kStale = uint32_t{1} << 31;
  // While only looking: what is looked at, what lives and has no number yet,
  // and what is gone.
  static constexpr uint32_t kItself = kStale | uint32_t{1} << 29;
  static constexpr uint32_t kNoNumber = kStale | uint32_t{2} << 29;
  static constexpr uint32_t kGone = kStale | uint32_t{3} << 29;

  struct Number {
    uint64_t run = 0;  // of Hash
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

    bool operator==(const Mentioned&) const = default;
  };

  uint32_t OnMention(uint32_t space, uint32_t index,
                     uint32_t generation) override;
  uint32_t MentionFirst(const Mentioned& entity);
  uint32_t NumberOfBuffer(driver::BufferId id);
  uint32_t OnTid(uint32_t tid) override;
  uint32_t OnUid(uint32_t uid) override;
  int64_t OnTime(sim::Time time) override;
  uint64_t OnAddress(uint64_t address) override;
  uint32_t PlaceOf(uint32_t process);
  Space& SpaceOf(uint32_t space, uint32_t process) {
    return spaces_[process * kSpaces + space];
  }

  // Adds the contents of what has been mentioned and of what they mention.
  void AddMentioned();
  // state_hash_alike.cc
  // Of those who are alike: whoever was mentioned first comes first. Return
  // false if there is nobody left to be added.
  bool AddNextProcess();
  bool AddNextPoolThread();
  // Who comes next if none of those left was mentioned: whoever makes the rest
  // of the state look first.
  bool MentionProcess();
  bool MentionPoolThread();
  template <class Sketch, class Glance, class AddOne>
  uint32_t First(std::vector<uint32_t> candidates, Sketch sketch, Glance glance,
                 AddOne add);
  void SketchThread(sim::ThreadId id);
  template <class AddSome>
  uint64_t Look(AddSome add);
  template <class AddSome>
  uint64_t Try(AddSome add);
  void AddLike(uint32_t process);
  void AddPoolThread(uint32_t process,
                     const NamesByMention::PoolThread& thread);
  void GlanceAtPoolThread(uint32_t process,
                          const NamesByMention::PoolThread& thread);
  uint32_t Glimpse(const Mentioned& entity);
  uint32_t Seen(uint32_t name) {
    saw_more_ = saw_more_ || name == NamesByMention::kNone;
    return name;
  }

  bool IsLive(const Mentioned& entity) const;
  uint32_t StaleNumber(const Mentioned& entity);
  void AddContents(const Mentioned& entity);

  void AddRoots();
  void AddFindings();
  void AddTimedEvents();
  void AddNode(const driver::Node& node);
  void AddThread(sim::ThreadId id);
  void AddUserThread(const userspace::ThreadState& thread);
  void RenameStreams(const userspace::Ipc& ipc);
  void AddUserProcess(const userspace::ProcessState& process);
  void AddProc(const driver::Proc& proc);
  void AddBuffers(const driver::Proc& proc);
  void AddTransaction(const driver::Transaction& transaction);
  void AddMemory(uint64_t address, uint64_t size);
  void AddReturns(uint64_t address, uint64_t size);
  bool ReadMemory(uint64_t address, uint64_t size);

  const Symmetric symmetric_;
  const sim::Time until_;
  const World* world_ = nullptr;
  uint64_t run_ = 0;           // counts calls of Hash
  uint32_t process_ = 0;       // whose proxies and parcels ids are about
  driver::ProcId buffers_of_;  // whose buffers
  // How much the thread's system call under way has returned.
  std::optional<uint64_t> filled_;
  std::vector<Space> spaces_;  // of each process, kSpaces one after the other
  std::vector<Mentioned> queue_;  // all that have numbers
  size_t added_ = 0;              // of queue_
  std::vector<Mentioned> stale_;  // what was mentioned, and is gone
  struct Block {
    uint64_t address = 0;
    uint64_t size = 0;
  };
  std::array<Block, 4> streams_;  // of the thread whose turn it is
  // Kept for their memory.
  std::vector<std::byte> bytes_;
  NamesByMention::Threads threads_;
  std::vector<std::pair<uint32_t, size_t>> procs_;
  driver::Node node_;

  NamesByMention names_;
  Renaming renaming_;

  // While only looking at something: nothing is given a number.
  bool only_looks_ = false;
  struct {  // with the driver's part of a thread; null for a process
    uint32_t tid = 0;
    sim::ThreadId thread;
    driver::ThreadStateId state;
  } looks_at_;
  // Whether anything was seen that has none.
  bool saw_more_ = false;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_STATE_HASH_H_
