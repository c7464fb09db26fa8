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

#include "model/catalogue.h"
#include "model/entity.h"
#include "model/names_by_mention.h"
#include "model/world.h"
#include "sim/canonical.h"
#include "sim/hash128.h"
#include "sim/version.h"

namespace bindersim {

// Whose lock that is, and which of its locks.
struct LockOwner {
  uint32_t which = 0;
  Entity owner;  // of which there is only one, if it is null
};
// None if the lock is gone.
std::optional<LockOwner> OwnerOf(const driver::Driver& driver, sim::LockId id);

class EntityForms {
 public:
  // What forms mention, beside entities that have no name of their own (death
  // records, transactions, and whatever is in no list or gone), buffers of
  // other processes, tids, uids and moments.
  // A process of the scenario: its index.
  static constexpr uint32_t kPlace = sim::Mention::kFirstOfCaller;
  // The process of the driver whose buffers are mentioned next.
  static constexpr uint32_t kBuffersOf = kPlace + 1;

  EntityForms();

  // From now on forms are those of this world's parts. `names` says what there
  // is and what of it is alike.
  void Begin(const World& world, const NamesByMention& names);

  const Catalogue& catalogue() const { return *catalogue_; }
  // As in `names`: while it is the same, so is the catalogue.
  const Inventory::Hashes& inventory() const { return inventory_; }

  // All REQUIRE that what they are about lives. A form holds until another one
  // is asked for.
  // Of a thread: the machine's and libbinder's part.
  const sim::CanonicalForm& Of(const Catalogue::Thread& thread);
  const sim::CanonicalForm& Of(sim::ThreadId id) {
    return Of({id, world_->user.IdOf(id)});
  }
  const sim::CanonicalForm& Of(os::ProcessId id);
  // Without its threads, nodes and references, which say whose they are.
  const sim::CanonicalForm& Of(driver::ProcId id);
  const sim::CanonicalForm& Of(driver::ThreadStateId id);
  const sim::CanonicalForm& Of(driver::NodeId id);
  const sim::CanonicalForm& Of(driver::RefId id);
  const sim::CanonicalForm& Of(os::FileId id);
  const sim::CanonicalForm& OfParcel(uint32_t process, userspace::ParcelId id);
  // Of what libbinder and programs keep for a process of the scenario.
  const sim::CanonicalForm& OfProcess(uint32_t process);
  // Of any of the driver's entities, and of files.
  const sim::CanonicalForm& Of(const Entity& entity);
  // Of what belongs to nobody, and is mentioned by nobody.
  const sim::CanonicalForm& OfRest();

 private:
  // How many are kept, each a power of two.
  static constexpr size_t kCatalogues = 64;
  static constexpr size_t kThreads = 8192;

  // The versions of all that a form is about, and the hash of the inventory by
  // which the names stand that are a part of it.
  using Key = std::array<uint64_t, 4>;
  struct Kept {
    Key key{};
    sim::CanonicalForm form;
    bool names_trees = false;  // something that is in a tree, or was
    uint64_t streams = 0;      // of a thread: the versions of its memory

    // As ==, which calls memcmp; this is asked for each part of each state.
    bool IsFor(const Key& other) const {
      return ((key[0] ^ other[0]) | (key[1] ^ other[1]) | (key[2] ^ other[2]) |
              (key[3] ^ other[3])) == 0;
    }
  };
  // Of a thread: by what it is, since it often comes to be the same again, and
  // the inventory: `threads`, or `all` for one that names what is in trees. Of
  // such a one only that is known by `threads`.
  struct KeptThread {
    sim::Hash128 contents;
    uint64_t inventory = 0;
    bool names_trees = false;
    bool is_known = false;
    sim::CanonicalForm form;
  };
  struct KeptRest {
    sim::CanonicalForm written;  // in this world; before it is settled
    sim::CanonicalForm known;    // what was written, of which this is the form
    uint64_t inventory = 0;
    sim::CanonicalForm form;
    bool names_trees = false;
  };
  struct KeptHash {
    sim::Version version = 0;
    sim::Hash128 hash;
  };
  struct KeptCatalogue {
    uint64_t inventory = 0;
    Catalogue catalogue;
  };
  // A form says of tids of `process` and of `tid` that they are its own.
  struct Self {
    uint32_t process = NamesByMention::kNone;
    uint32_t tid = 0;
  };

  // Where the form for that key belongs. Fills in the key's inventory: that of
  // the form that is there.
  [[gnu::always_inline]] Kept& PlaceOf(std::vector<Kept>& kept, size_t index,
                                       Key& key) const {
    // A search comes back from one branch to what was before another.
    constexpr size_t kWays = 8;
    const size_t way = (key[0] ^ key[1] ^ key[2]) % kWays;
    if (kept.size() <= index * kWays + way) kept.resize((index + 1) * kWays);
    Kept& it = kept[index * kWays + way];
    key[3] = InventoryFor(it.names_trees);
    return it;
  }
  uint64_t InventoryFor(bool names_trees) const {
    return names_trees ? inventory_.all : inventory_.threads;
  }
  void Begin();
  void End(sim::CanonicalForm& form);
  // The form that `write` writes, unless it is in kept[index] for these
  // versions.
  template <class WriteIt>
  const sim::CanonicalForm& Get(std::vector<Kept>& kept, size_t index,
                                const std::array<sim::Version, 3>& versions,
                                WriteIt write);
  // Of the memory of a process of the scenario; null if it is gone.
  const os::AddressSpace* MemoryOf(uint32_t process) const;

  // threads
  const KeptThread& OfContents(const sim::Thread& thread,
                               const userspace::ThreadState* user,
                               sim::Version version_of_user);
  sim::Hash128 ContentsOf(const sim::Thread& thread,
                          const userspace::ThreadState* user,
                          sim::Version version_of_user);
  const sim::Hash128& HashOf(const userspace::ThreadState& thread,
                             sim::Version version);
  uint64_t VersionsOfStreams(const userspace::ThreadState& thread) const;
  template <class Visit>
  void ForEachBlock(const sim::Stack& stack,
                    const userspace::ThreadState& thread, Visit visit) const;
  std::optional<uint64_t> Filled(const sim::Stack& stack,
                                 const userspace::ThreadState& thread) const;
  void WriteThread(const sim::Thread& thread,
                   const userspace::ThreadState* user);
  void WriteUserThread(const sim::Stack& stack,
                       const userspace::ThreadState& thread);
  void WriteReturns();

  // names
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
  std::optional<uint32_t> PlaceOf(const Entity& entity) const {
    return catalogue_->PlaceOf(entity);
  }
  bool IsOfTwin(driver::RefId ref) const;
  Self SelfOf(uint32_t tid) const;

  void WriteProcess(const os::Process& process);
  void WriteNode(const driver::Node& node);
  void WriteProc(const driver::Proc& proc);
  void WriteBuffers(const driver::Proc& proc);
  void WriteBuffersOf(driver::ProcId proc) {
    writer_.AddMention(kBuffersOf, proc.index, proc.generation);
  }
  void WriteUserProcess(const userspace::ProcessState& process);
  void WriteFile(const os::File& file);
  void WriteParcel(const userspace::Parcel& parcel);
  void WriteRest();
  void WriteTimedEvents();
  void WriteFindings();
  void WriteMemory(uint64_t address, uint64_t size);
  bool ReadMemory(uint32_t process, uint64_t address, uint64_t size);

  const World* world_ = nullptr;
  const NamesByMention* names_ = nullptr;
  // Whose memory is read.
  uint32_t process_ = 0;
  Self self_;
  sim::CanonicalWriter writer_;
  std::vector<sim::Mention> mentions_;  // while they are settled
  // By slot; parcels by process, too.
  std::array<std::vector<Kept>, Entity::kSpaces> kept_;
  std::vector<std::vector<Kept>> kept_parcels_;
  std::vector<Kept> kept_processes_;
  std::vector<KeptThread> threads_;
  std::vector<KeptHash> user_threads_;
  KeptRest rest_;
  std::vector<std::byte> bytes_;  // kept for its memory

  // Names stand for as long as it is the same.
  Inventory::Hashes inventory_;
  bool names_trees_ = false;  // the form that is being written
  std::vector<KeptCatalogue> catalogues_;
  const Catalogue* catalogue_ = nullptr;  // of the inventory
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_ENTITY_FORMS_H_
