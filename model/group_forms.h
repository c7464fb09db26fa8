// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_GROUP_FORMS_H_
#define BINDERSIM_MODEL_GROUP_FORMS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "model/catalogue.h"
#include "model/entity_forms.h"
#include "model/world.h"
#include "sim/canonical.h"
#include "sim/hash128.h"

namespace bindersim {

// The canonical forms of all that belongs to a process of the scenario, or to a
// thread of a pool: those of its parts, one after the other. What these mention
// of their process's own has a name in the group. One that has been asked for
// is kept by the versions of its parts.
class GroupForms {
 public:
  // Needs `parts` for as long as it lives.
  explicit GroupForms(EntityForms& parts);
  GroupForms(const GroupForms&) = delete;
  GroupForms& operator=(const GroupForms&) = delete;

  // From now on forms are those of this world's groups. REQUIRES: so are those
  // of `parts`.
  void Begin(const World& world);

  // A form holds until another one is asked for.
  // Of all that belongs to a process, but for the threads of its pool if these
  // are alike.
  const sim::CanonicalForm& OfBelongings(uint32_t process);
  // Of one of these, by its place in the pool: the driver's part, too.
  const sim::CanonicalForm& OfPoolThread(uint32_t process, uint32_t place);

 private:
  struct Kept {
    uint64_t key = 0;  // a hash of the set of its parts' versions
    sim::CanonicalForm form;
    std::vector<userspace::ParcelId> parcels;  // that it mentions, by name
  };
  // In which world, counted, a parcel was met last, and in which group.
  struct Claimed {
    uint64_t world = 0;
    uint64_t group = 0;
  };

  static constexpr size_t kKept = 1024;

  Kept& PlaceOf(uint64_t key) { return kept_[(key ^ key >> 32) % kKept]; }
  // Add up to a key.
  uint64_t KeyOf(const Catalogue::Thread& thread) const;
  // `has_procs`: all that the driver has of the process is a part.
  void BeginGroup(Kept& group, uint64_t key, uint32_t process, bool has_procs);
  void AddPart(const sim::CanonicalForm& part);
  void EndGroup();
  void Put(uint64_t word) { words_.push_back(sim::LittleEndian(word)); }
  std::optional<uint64_t> NameOf(const sim::Mention& mention,
                                 driver::ProcId buffers_of);
  const sim::CanonicalForm& Claim(uint32_t process, const Kept& group);

  EntityForms& parts_;
  const World* world_ = nullptr;
  uint64_t worlds_ = 0;  // counts them
  std::vector<Kept> kept_;
  std::vector<std::vector<Claimed>> claimed_;  // by process and slot
  // The group that is being made.
  Kept* group_ = nullptr;
  uint32_t process_ = 0;
  bool has_procs_ = false;
  std::vector<uint64_t> words_;  // that are hashed
  driver::ProcId buffers_of_;    // whose buffers were mentioned last
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_GROUP_FORMS_H_
