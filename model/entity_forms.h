// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The canonical forms (sim/canonical.h) of the parts of an untimed world. One
// that has been asked for is kept, and written again only when what it is about
// has another version (sim/version.h): from one state of a search to the next
// few parts change.

#ifndef BINDERSIM_MODEL_ENTITY_FORMS_H_
#define BINDERSIM_MODEL_ENTITY_FORMS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/names_by_mention.h"
#include "model/world.h"
#include "sim/canonical.h"
#include "sim/version.h"

namespace bindersim {

// An entity of a world: what an id names. Proxies and parcels are numbered by
// each process for itself.
struct Entity {
  uint32_t space = 0;  // Tag::kSpace
  uint32_t index = 0;
  uint32_t generation = 0;
  uint32_t process = 0;  // whose it is, where that matters; else 0

  template <class Tag>
  static Entity Of(sim::Id<Tag> id) {
    return {Tag::kSpace, id.index, id.generation, 0};
  }
  template <class Tag>
  sim::Id<Tag> Id() const {
    return {index, generation};
  }
  bool operator==(const Entity&) const = default;
};

// Whose lock that is, and which of its locks.
struct LockOwner {
  uint32_t which = 0;
  Entity owner;  // of which there is only one, if it is null
};
// None if the lock is gone.
std::optional<LockOwner> OwnerOf(const driver::Driver& driver, sim::LockId id);

class EntityForms {
 public:
  static constexpr uint32_t kSpaces = 13;

  // What forms mention, beside entities that have no name of their own (death
  // records, transactions, parcels, and whatever is in no list or gone),
  // buffers, proxies, tids, uids and moments.
  // A process of the scenario: its index.
  static constexpr uint32_t kPlace = sim::Mention::kFirstOfCaller;
  // The process of the driver whose buffers are mentioned next.
  static constexpr uint32_t kBuffersOf = kPlace + 1;

  // From now on forms are those of this world's parts. `names` says what there
  // is and what of it is alike.
  void Begin(const World& world, const NamesByMention& names);

  // Of a process of the scenario.
  struct Belongings {
    os::ProcessId process;
    std::vector<driver::ProcId> procs;  // in the driver's list
    std::vector<os::FileId> files;      // of these
  };
  const Belongings& BelongingsOf(uint32_t process) const {
    return belongings_[process];
  }

  // All REQUIRE that what they are about lives. A form holds until the same one
  // is asked for in another world.
  // Of a thread: the machine's and libbinder's part.
  const sim::CanonicalForm& Of(sim::ThreadId id);
  const sim::CanonicalForm& Of(os::ProcessId id);
  // Without its threads, nodes and references, which say whose they are.
  const sim::CanonicalForm& Of(driver::ProcId id);
  const sim::CanonicalForm& Of(driver::ThreadStateId id);
  const sim::CanonicalForm& Of(driver::NodeId id);
  const sim::CanonicalForm& Of(driver::RefId id);
  const sim::CanonicalForm& Of(os::FileId id);
  // Of death records, transactions and parcels.
  const sim::CanonicalForm& Of(const Entity& entity);
  // Of what libbinder and programs keep for a process of the scenario.
  const sim::CanonicalForm& OfProcess(uint32_t process);
  // Of what belongs to none of these.
  const sim::CanonicalForm& OfRest();

 private:
  // The versions of all that a form is about, and the hash of the inventory by
  // which the names stand that are a part of it.
  using Key = std::array<uint64_t, 4>;
  struct Kept {
    Key key{};
    sim::CanonicalForm form;
    bool names_trees = false;  // something that is in a tree, or was
    uint64_t streams = 0;      // of a thread: the versions of its memory
  };
  // A form says of tids of `process` and of `tid` that they are its own.
  struct Self {
    uint32_t process = NamesByMention::kNone;
    uint32_t tid = 0;
    bool has_proxies = false;  // those that it mentions are its own, too
  };

  // Where the form for that key belongs. Fills in the key's inventory: that of
  // the form that is there.
  Kept& PlaceOf(std::vector<Kept>& kept, size_t index, Key& key) const;
  void Begin();
  void End(Kept& it, Key key);
  // The form that `write` writes, unless it is in kept[index] for these
  // versions.
  template <class WriteIt>
  const sim::CanonicalForm& Get(std::vector<Kept>& kept, size_t index,
                                const std::array<sim::Version, 3>& versions,
                                WriteIt write);
  // Of the memory of a process of the scenario; null if it is gone.
  const os::AddressSpace* MemoryOf(uint32_t process) const;

  void FindBelongings();
  void MarkTrees(const driver::Proc& proc);
  void Mark(const Entity& entity, uint32_t place);
  // The place of a process of the driver among those with its pid, for others
  // of what is marked 0; none if it is not.
  std::optional<uint32_t> PlaceOf(const Entity& entity) const;

  // Names what is mentioned, as far as names stand for as long as nothing comes
  // or goes; the rest are mentions of the form.
  void Settle();
  void SettleMention(const sim::Mention& mention);
  void SettleTid(uint32_t tid);
  // Return false if it has no name of its own.
  bool SettleFile(os::FileId id);
  bool SettleProc(driver::ProcId id);
  bool SettleThread(driver::ThreadStateId id);
  bool SettleNode(driver::NodeId id);
  bool SettleRef(driver::RefId id);
  bool SettleLock(sim::LockId id);
  bool IsOfTwin(driver::RefId ref) const;
  Self SelfOf(uint32_t tid) const;

  void WriteProcess(const os::Process& process);
  void WriteNode(const driver::Node& node);
  void WriteProc(const driver::Proc& proc);
  void WriteBuffers(const driver::Proc& proc);
  void WriteBuffersOf(driver::ProcId proc) {
    writer_.AddMention(kBuffersOf, proc.index, proc.generation);
  }
  uint64_t VersionsOfStreams(const userspace::ThreadState& thread) const;
  void WriteThread(const sim::Thread& thread,
                   const userspace::ThreadState* user);
  void WriteUserThread(const userspace::ThreadState& thread,
                       std::optional<uint64_t> filled);
  void WriteUserProcess(const userspace::ProcessState& process);
  void WriteFile(const os::File& file);
  void WriteParcel(const userspace::Parcel& parcel);
  void WriteRest();
  bool RestIsFew() const;
  uint64_t HashOfRest() const;
  void WriteTimedEvents();
  void WriteFindings();
  void WriteMemory(uint64_t address, uint64_t size);
  void WriteReturns(uint64_t address, uint64_t size);
  bool ReadMemory(uint64_t address, uint64_t size);

  const World* world_ = nullptr;
  const NamesByMention* names_ = nullptr;
  // Whose memory is read.
  uint32_t process_ = 0;
  Self self_;
  sim::CanonicalWriter writer_;
  std::vector<sim::Mention> mentions_;  // while they are settled
  // By slot; parcels by process, too.
  std::array<std::vector<Kept>, kSpaces> kept_;
  std::vector<std::vector<Kept>> kept_parcels_;
  std::vector<Kept> kept_processes_;
  std::vector<Kept> kept_rest_;
  std::vector<std::byte> bytes_;  // kept for its memory

  // Names stand for as long as it is the same.
  Inventory::Hashes inventory_;
  bool names_trees_ = false;            // the form that is being written
  std::vector<Belongings> belongings_;  // by process
  struct Marked {
    uint64_t inventory = 0;
    uint32_t generation = 0;
    uint32_t place = 0;
  };
  // What is in the driver's list or in its process's trees, by slot.
  std::array<std::vector<Marked>, kSpaces> marked_;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_ENTITY_FORMS_H_
