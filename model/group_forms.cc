// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The forms of all that belongs to a process, or to a thread of a pool: those
// of its parts, one after the other. What these mention of their process's own,
// which stays as it is for as long as nothing of the process changes, has a
// name in the group.

#include <algorithm>
#include <optional>
#include <span>

#include "model/entity_forms.h"
#include "sim/check.h"
#include "sim/mix.h"

namespace bindersim {

using sim::Mix;

const sim::CanonicalForm& EntityForms::OfBelongings(uint32_t process) {
  const Catalogue::Belongings& its = catalogue_->Of(process);
  const driver::Driver& driver = world_->driver;
  const auto& os_processes = world_->kernel.processes();
  // A process's version is about its memory, too.
  uint64_t key = Mix(inventory_.all, world_->user.processes.VersionOf(process));
  key = Mix(key, os_processes.VersionOf(its.process));
  for (const Catalogue::Thread& thread : its.threads) {
    key = VersionsOf(key, thread);
  }
  for (const driver::ProcId id : its.procs) {
    key = Mix(key, driver.procs.VersionOf(id));
    key = Mix(key, os_processes.VersionOf(driver.procs[id].process));
  }
  const auto add_all = [&](const auto& ids, const auto& entities) {
    for (const auto id : ids) key = Mix(key, entities.VersionOf(id));
  };
  add_all(its.states, driver.threads);
  add_all(its.nodes, driver.nodes);
  add_all(its.refs, driver.refs);
  add_all(its.files, world_->kernel.files());

  KeptGroup& group = PlaceOf(key);
  if (group.key == key) return Claim(process, group);
  BeginGroup(group, key, process);
  const auto add_forms = [&](const auto& ids) {
    for (const auto& id : ids) AddPart(Of(id));
  };
  group_has_procs_ = true;
  add_forms(its.threads);
  AddPart(OfProcess(process));
  if (its.process) AddPart(Of(its.process));
  add_forms(its.procs);
  add_forms(its.states);
  add_forms(its.nodes);
  add_forms(its.refs);
  add_forms(its.files);
  EndGroup();
  return Claim(process, group);
}

const sim::CanonicalForm& EntityForms::OfPoolThread(uint32_t process,
                                                    uint32_t place) {
  const Catalogue::PoolThread& its = catalogue_->Of(process).pool[place];
  const userspace::Userspace& user = world_->user;
  uint64_t key = Mix(inventory_.all, user.processes.VersionOf(process));
  key = Mix(key,
            world_->kernel.processes().VersionOf(user.processes[process].id));
  key = VersionsOf(key, its.thread);
  for (const driver::ThreadStateId id : its.states) {
    key = Mix(key, world_->driver.threads.VersionOf(id));
  }

  KeptGroup& group = PlaceOf(key);
  if (group.key == key) return Claim(process, group);
  BeginGroup(group, key, process);
  AddPart(Of(its.thread));
  for (const driver::ThreadStateId id : its.states) AddPart(Of(id));
  EndGroup();
  return Claim(process, group);
}

uint64_t EntityForms::VersionsOf(uint64_t hash,
                                 const Catalogue::Thread& thread) const {
  hash = Mix(hash, world_->machine.threads().VersionOf(thread.id));
  return Mix(hash, world_->user.threads.VersionOf(thread.user));
}

void EntityForms::BeginGroup(KeptGroup& group, uint64_t key, uint32_t process) {
  group.key = key;
  group.form.mentions.clear();
  group.parcels.clear();
  group_ = &group;
  group_process_ = process;
  group_has_procs_ = false;
  group_words_.clear();
  buffers_of_ = {};
}

void EntityForms::EndGroup() {
  for (size_t i = 0; i < group_->parcels.size(); ++i) {
    AddPart(OfParcel(group_process_, group_->parcels[i]));
  }
  group_->form.bytes = sim::HashBytes(std::as_bytes(std::span(group_words_)));
}

void EntityForms::AddPart(const sim::CanonicalForm& part) {
  group_words_.push_back(part.bytes.high);
  group_words_.push_back(part.bytes.low);
  driver::ProcId buffers_of;
  for (const sim::Mention& mention : part.mentions) {
    if (mention.space == kBuffersOf) {
      buffers_of = {mention.index, mention.generation};
      continue;
    }
    const std::optional<uint64_t> name = NameInGroup(mention, buffers_of);
    group_words_.push_back(name ? 1 : 0);
    if (name) {
      group_words_.push_back(sim::LittleEndian(*name));
      continue;
    }
    std::vector<sim::Mention>& mentions = group_->form.mentions;
    if (mention.space == driver::BufferTag::kSpace &&
        buffers_of_ != buffers_of) {
      mentions.push_back({kBuffersOf, buffers_of.index, buffers_of.generation});
      buffers_of_ = buffers_of;
    }
    mentions.push_back(mention);
  }
}

// None if it is gone, or not the group's process's own.
std::optional<uint64_t> EntityForms::NameInGroup(const sim::Mention& mention,
                                                 driver::ProcId buffers_of) {
  const Entity entity{mention.space, mention.index, mention.generation};
  const auto& its = world_->user.processes[group_process_];
  switch (mention.space) {
    case userspace::ProxyTag::kSpace: {
      const auto* proxy = its.proxies.Find(entity.Id<userspace::ProxyTag>());
      if (proxy == nullptr) return std::nullopt;
      return proxy->address;
    }
    case userspace::ParcelTag::kSpace: {
      const auto id = entity.Id<userspace::ParcelTag>();
      if (!its.parcels.Contains(id)) return std::nullopt;
      std::vector<userspace::ParcelId>& parcels = group_->parcels;
      const auto place = std::ranges::find(parcels, id) - parcels.begin();
      if (place == std::ssize(parcels)) parcels.push_back(id);
      return static_cast<uint64_t>(place);
    }
    case driver::BufferTag::kSpace: {
      const driver::Driver& driver = world_->driver;
      const bool is_its =
          group_has_procs_ &&
          std::ranges::count(catalogue_->Of(group_process_).procs, buffers_of);
      const driver::Buffer* buffer = is_its
                                         ? driver.procs[buffers_of].alloc.Get(
                                               entity.Id<driver::BufferTag>())
                                         : nullptr;
      if (buffer == nullptr) return std::nullopt;
      return buffer->offset;
    }
    default:
      return std::nullopt;
  }
}

// Whoever has a parcel does not share it with other threads: its name in one
// group says nothing of another.
const sim::CanonicalForm& EntityForms::Claim(uint32_t process,
                                             const KeptGroup& group) {
  if (catalogue_->Of(process).pool.empty()) return group.form;
  if (claimed_.size() <= process) claimed_.resize(process + 1);
  std::vector<Claimed>& claimed = claimed_[process];
  for (const userspace::ParcelId parcel : group.parcels) {
    if (claimed.size() <= parcel.index) claimed.resize(parcel.index + 1);
    Claimed& it = claimed[parcel.index];
    SIM_CHECK(it.world != worlds_ || it.group == group.key)
        << parcel << " of process " << process << " is shared";
    it = {worlds_, group.key};
  }
  return group.form;
}

}  // namespace bindersim
