// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/group_forms.h"

#include <algorithm>
#include <optional>
#include <span>

#include "sim/check.h"
#include "sim/mix.h"

namespace bindersim {

using sim::Scramble;

GroupForms::GroupForms(EntityForms& parts) : parts_(parts), kept_(kKept) {}

void GroupForms::Begin(const World& world) {
  world_ = &world;
  ++worlds_;
}

const sim::CanonicalForm& GroupForms::OfBelongings(uint32_t process) {
  const Catalogue::Belongings& its = parts_.catalogue().Of(process);
  const driver::Driver& driver = world_->driver;
  const auto& os_processes = world_->kernel.processes();
  // A process's version is about its memory, too.
  uint64_t key = Scramble(parts_.inventory().all) +
                 Scramble(world_->user.processes.VersionOf(process)) +
                 Scramble(os_processes.VersionOf(its.process));
  for (const Catalogue::Thread& thread : its.threads) key += KeyOf(thread);
  for (const driver::ProcId id : its.procs) {
    key += Scramble(driver.procs.VersionOfLive(id));
    // Of whoever opened it: the process again, mostly.
    const os::ProcessId opener = driver.procs[id].process;
    if (opener != its.process) key += Scramble(os_processes.VersionOf(opener));
  }
  const auto add_all = [&](const auto& ids, const auto& entities) {
    for (const auto id : ids) key += Scramble(entities.VersionOfLive(id));
  };
  add_all(its.states, driver.threads);
  add_all(its.nodes, driver.nodes);
  add_all(its.refs, driver.refs);
  add_all(its.files, world_->kernel.files());

  Kept& group = PlaceOf(key);
  if (group.key == key) return Claim(process, group);
  BeginGroup(group, key, process, /*has_procs=*/true);
  const auto add_forms = [&](const auto& ids) {
    for (const auto& id : ids) AddPart(parts_.Of(id));
  };
  add_forms(its.threads);
  AddPart(parts_.OfProcess(process));
  if (its.process) AddPart(parts_.Of(its.process));
  add_forms(its.procs);
  add_forms(its.states);
  add_forms(its.nodes);
  add_forms(its.refs);
  add_forms(its.files);
  EndGroup();
  return Claim(process, group);
}

const sim::CanonicalForm& GroupForms::OfPoolThread(uint32_t process,
                                                   uint32_t place) {
  const Catalogue::PoolThread& its = parts_.catalogue().Of(process).pool[place];
  const userspace::Userspace& user = world_->user;
  uint64_t key = Scramble(parts_.inventory().all) +
                 Scramble(user.processes.VersionOf(process)) +
                 Scramble(world_->kernel.processes().VersionOf(
                     user.processes[process].id)) +
                 KeyOf(its.thread);
  for (const driver::ThreadStateId id : its.states) {
    key += Scramble(world_->driver.threads.VersionOfLive(id));
  }

  Kept& group = PlaceOf(key);
  if (group.key == key) return Claim(process, group);
  BeginGroup(group, key, process, /*has_procs=*/false);
  AddPart(parts_.Of(its.thread));
  for (const driver::ThreadStateId id : its.states) AddPart(parts_.Of(id));
  EndGroup();
  return Claim(process, group);
}

uint64_t GroupForms::KeyOf(const Catalogue::Thread& thread) const {
  return Scramble(world_->machine.threads().VersionOfLive(thread.id)) +
         Scramble(world_->user.threads.VersionOf(thread.user));
}

void GroupForms::BeginGroup(Kept& group, uint64_t key, uint32_t process,
                            bool has_procs) {
  group.key = key;
  group.form.mentions.clear();
  group.parcels.clear();
  group_ = &group;
  process_ = process;
  has_procs_ = has_procs;
  words_.clear();
  buffers_of_ = {};
}

void GroupForms::EndGroup() {
  for (size_t i = 0; i < group_->parcels.size(); ++i) {
    AddPart(parts_.OfParcel(process_, group_->parcels[i]));
  }
  group_->form.bytes = sim::HashBytes(std::as_bytes(std::span(words_)));
}

void GroupForms::AddPart(const sim::CanonicalForm& part) {
  Put(part.bytes.high);
  Put(part.bytes.low);
  driver::ProcId buffers_of;
  for (const sim::Mention& mention : part.mentions) {
    if (mention.space == EntityForms::kBuffersOf) {
      buffers_of = {mention.index, mention.generation};
      continue;
    }
    const std::optional<uint64_t> name = NameOf(mention, buffers_of);
    Put(name ? 1 : 0);
    if (name) {
      Put(*name);
      continue;
    }
    std::vector<sim::Mention>& mentions = group_->form.mentions;
    if (mention.space == driver::BufferTag::kSpace &&
        buffers_of_ != buffers_of) {
      mentions.push_back(
          {EntityForms::kBuffersOf, buffers_of.index, buffers_of.generation});
      buffers_of_ = buffers_of;
    }
    mentions.push_back(mention);
  }
}

// None if it is gone, or not the group's process's own.
std::optional<uint64_t> GroupForms::NameOf(const sim::Mention& mention,
                                           driver::ProcId buffers_of) {
  const Entity entity{mention.space, mention.index, mention.generation};
  const auto& its = world_->user.processes[process_];
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
          has_procs_ &&
          std::ranges::count(parts_.catalogue().Of(process_).procs, buffers_of);
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
const sim::CanonicalForm& GroupForms::Claim(uint32_t process,
                                            const Kept& group) {
  if (group.parcels.empty() || parts_.catalogue().Of(process).pool.empty()) {
    return group.form;
  }
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
