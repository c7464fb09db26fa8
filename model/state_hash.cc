// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/state_hash.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sim/check.h"

namespace bindersim {

using driver::Driver;

sim::Hash128 StateHasher::Hash(const World& world) {
  SIM_CHECK(world.machine.untimed()) << "time is a part of the state";
  world_ = &world;
  ++run_;
  next_ = words_.data();
  queue_.clear();
  stale_.clear();
  added_ = 0;
  for (Space& space : spaces_) space.count = 0;
  asked_ = 0;
  names_.Begin(world, symmetric_ == Symmetric::kYes);
  forms_.Begin(world, names_);
  groups_.Begin(world);
  AddRoots();
  AddMentioned();
  while (AddNextAsked() || MentionPoolThread() || MentionProcess()) {
    AddMentioned();
  }
  names_.FillIn();
  return sim::HashBytes(std::as_bytes(std::span(words_.data(), next_)));
}

void StateHasher::Grow(size_t words) {
  const size_t size = Size();
  words_.resize(2 * words_.size() + words);
  next_ = words_.data() + size;
}

void StateHasher::Add(const sim::CanonicalForm& form) {
  constexpr size_t kMostWords = 2;  // of a name
  MakeRoom(4 + kMostWords * form.mentions.size());
  AddLong(form.bytes.high);
  AddLong(form.bytes.low);
  buffers_of_ = {};
  for (const sim::Mention& mention : form.mentions) AddName(mention);
}

void StateHasher::AddName(const sim::Mention& mention) {
  const Entity entity{mention.space, mention.index, mention.generation};
  switch (mention.space) {
    case sim::Mention::kTid:
      Add(NameOfTid(mention.index));
      break;
    case sim::Mention::kUid:
      Add(NameOfUid(mention.index));
      break;
    case sim::Mention::kTime:
      AddTime(mention.time());
      break;
    case sim::LockTag::kSpace:
      AddNameOfLock(entity);
      break;
    case EntityForms::kPlace:
      Add(PlaceOf(mention.index));
      break;
    case EntityForms::kBuffersOf:
      buffers_of_ = entity.Id<driver::ProcTag>();
      break;
    case driver::BufferTag::kSpace:
      Add(NumberOfBuffer(entity.Id<driver::BufferTag>()));
      break;
    case userspace::ProxyTag::kSpace:
    case userspace::ParcelTag::kSpace:
      AddStale(
          {mention.space, mention.index, mention.generation, mention.owner});
      break;
    default:
      Add(NumberOf(entity));
      break;
  }
}

// One of a process's own: if it is there it has a name in its process's form.
void StateHasher::AddStale(const Entity& entity) {
  SIM_CHECK(!IsLive(entity))
      << "mentioned by another than process " << entity.process;
  Add(StaleNumber(entity));
}

// By whose it is, which has no name of its own.
void StateHasher::AddNameOfLock(const Entity& entity) {
  const std::optional<LockOwner> lock =
      OwnerOf(world_->driver, entity.Id<sim::LockTag>());
  if (lock) {
    Add(lock->which);
    Add(NumberOf(lock->owner));
  } else {
    Add(StaleNumber(entity));
  }
}

void StateHasher::AddTime(sim::Time time) {
  const sim::Duration left = time - world_->machine.now();
  AddLong(
      static_cast<uint64_t>(time == sim::kNever ? INT64_MAX : left.count()));
}

void StateHasher::AddMentioned() {
  while (added_ < queue_.size()) {
    const Entity entity = queue_[added_++];
    AddContents(entity);
  }
}

// Apart from what most mentions need. Only what is alive gets a number.
[[gnu::noinline]] uint32_t StateHasher::MentionFirst(const Entity& entity) {
  if (glances_) return Glimpse(entity);
  if (!IsLive(entity)) return StaleNumber(entity);
  Space& space = SpaceOf(entity);
  if (space.numbers.size() <= entity.index) {
    space.numbers.resize(entity.index + 1);
  }
  const uint32_t number = kNumber | ++space.count;
  space.numbers[entity.index] = {run_, entity.generation, number};
  queue_.push_back(entity);
  return number;
}

// They go by where they are.
uint32_t StateHasher::NumberOfBuffer(driver::BufferId id) {
  const driver::Proc* proc = world_->driver.procs.Find(buffers_of_);
  const driver::Buffer* buffer =
      proc == nullptr ? nullptr : proc->alloc.Get(id);
  return buffer == nullptr ? StaleNumber({driver::BufferTag::kSpace, id.index,
                                          id.generation, buffers_of_.index})
                           : static_cast<uint32_t>(buffer->offset) + 1;
}

// All that can be said of what is gone is whether it was the same.
uint32_t StateHasher::StaleNumber(const Entity& entity) {
  if (glances_) return Glimpse(entity);
  const auto it = std::ranges::find(stale_, entity);
  const auto number = static_cast<uint32_t>(it - stale_.begin());
  if (it == stale_.end()) stale_.push_back(entity);
  return kStale | number;
}

uint32_t StateHasher::NameOfTid(uint32_t tid) {
  return glances_ ? Seen(names_.KnownTidOf(tid)) : names_.TidOf(tid);
}

uint32_t StateHasher::NameOfUid(uint32_t uid) {
  return glances_ ? Seen(names_.KnownUidOf(uid)) : names_.UidOf(uid);
}

uint32_t StateHasher::PlaceOf(uint32_t process) {
  return glances_ ? Seen(names_.KnownPlaceOf(process))
                  : names_.PlaceOf(process);
}

bool StateHasher::IsLive(const Entity& entity) const {
  const auto has = [&]<class T, class IdT>(const sim::SlotMap<T, IdT>& map) {
    return map.Contains(IdT{entity.index, entity.generation});
  };
  const Driver& driver = world_->driver;
  switch (entity.space) {
    case sim::ThreadTag::kSpace:
      return has(world_->machine.threads());
    case os::ProcessTag::kSpace:
      return has(world_->kernel.processes());
    case os::FileTag::kSpace:
      return has(world_->kernel.files());
    case driver::ProcTag::kSpace:
      return has(driver.procs);
    case driver::ThreadStateTag::kSpace:
      return has(driver.threads);
    case driver::NodeTag::kSpace:
      return has(driver.nodes);
    case driver::RefTag::kSpace:
      return has(driver.refs);
    case driver::DeathTag::kSpace:
      return has(driver.deaths);
    case driver::TransactionTag::kSpace:
      return has(driver.transactions);
    case userspace::ProxyTag::kSpace:
      return has(world_->user.processes[entity.process].proxies);
    default:
      return has(world_->user.processes[entity.process].parcels);
  }
}

void StateHasher::AddContents(const Entity& entity) {
  SIM_CHECK(entity.space != sim::ThreadTag::kSpace &&
            entity.space != os::ProcessTag::kSpace)
      << "has a name of its own";
  Add(forms_.Of(entity));
  if (entity.space != driver::ProcTag::kSpace) return;
  // What is in the trees of one that is in no list has no name.
  const driver::Proc& proc = world_->driver.procs[entity.Id<driver::ProcTag>()];
  MakeRoom(proc.threads.size() + proc.nodes.size() + proc.refs_by_desc.size());
  for (const auto& [tid, id] : proc.threads) Add(NumberOf(Entity::Of(id)));
  for (const auto& [ptr, id] : proc.nodes) Add(NumberOf(Entity::Of(id)));
  for (const auto& [desc, id] : proc.refs_by_desc) {
    Add(NumberOf(Entity::Of(id)));
  }
}

void StateHasher::AddRoots() {
  for (const auto& [tid, id] : names_.OtherThreads()) Add(forms_.Of(id));
  for (uint32_t i = 0; i < names_.processes(); ++i) {
    if (!names_.HasTwin(i)) Add(groups_.OfBelongings(i));
  }
  Add(forms_.OfRest());
  MakeRoom(2);
  AddTime(until_);
}

}  // namespace bindersim
