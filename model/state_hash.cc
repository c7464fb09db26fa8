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
  // The first one's hold what belongs to no process, too.
  const size_t places = std::max<size_t>(world.user.processes.size(), 1);
  if (spaces_.size() < places * EntityForms::kSpaces) {
    spaces_.resize(places * EntityForms::kSpaces);
  }
  for (Space& space : spaces_) space.count = 0;
  asked_ = 0;
  names_.Begin(world, symmetric_ == Symmetric::kYes);
  forms_.Begin(world, names_);
  AddRoots();
  AddMentioned();
  while (AddNextAsked() || MentionPoolThread() || MentionProcess()) {
    AddMentioned();
  }
  names_.FillIn(renaming_);
  return sim::HashBytes(std::as_bytes(std::span(words_.data(), next_)));
}

[[gnu::noinline]] void StateHasher::Grow(size_t words) {
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
      AddNameOfProxy(
          {mention.space, mention.index, mention.generation, mention.owner});
      break;
    case userspace::ParcelTag::kSpace:
      Add(NumberOf(
          {mention.space, mention.index, mention.generation, mention.owner}));
      break;
    default:
      Add(NumberOf(entity));
      break;
  }
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

// Where it is.
void StateHasher::AddNameOfProxy(const Entity& entity) {
  const userspace::Proxy* proxy =
      world_->user.processes[entity.process].proxies.Find(
          entity.Id<userspace::ProxyTag>());
  if (proxy != nullptr) {
    AddLong(proxy->address);
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
    default:
      return has(world_->user.processes[entity.process].parcels);
  }
}

void StateHasher::AddContents(const Entity& entity) {
  switch (entity.space) {
    case sim::ThreadTag::kSpace:
    case os::ProcessTag::kSpace:
      SIM_CHECK(false) << "has a name of its own";
      break;
    case driver::ProcTag::kSpace: {
      const auto id = entity.Id<driver::ProcTag>();
      Add(forms_.Of(id));
      // What is in the trees of one that is in no list has no name.
      const driver::Proc& proc = world_->driver.procs[id];
      MakeRoom(proc.threads.size() + proc.nodes.size() +
               proc.refs_by_desc.size());
      for (const auto& [tid, state] : proc.threads) {
        Add(NumberOf(Entity::Of(state)));
      }
      for (const auto& [ptr, node] : proc.nodes) {
        Add(NumberOf(Entity::Of(node)));
      }
      for (const auto& [desc, ref] : proc.refs_by_desc) {
        Add(NumberOf(Entity::Of(ref)));
      }
      break;
    }
    case driver::ThreadStateTag::kSpace:
      Add(forms_.Of(entity.Id<driver::ThreadStateTag>()));
      break;
    case driver::NodeTag::kSpace:
      Add(forms_.Of(entity.Id<driver::NodeTag>()));
      break;
    case driver::RefTag::kSpace:
      Add(forms_.Of(entity.Id<driver::RefTag>()));
      break;
    case os::FileTag::kSpace:
      Add(forms_.Of(entity.Id<os::FileTag>()));
      break;
    default:
      Add(forms_.Of(entity));
      break;
  }
}

void StateHasher::AddTreesOf(const driver::Proc& proc) {
  // A pool's threads that are alike bring theirs with them.
  for (const auto& [tid, id] : proc.threads) {
    if (!names_.IsInPool(tid)) Add(forms_.Of(id));
  }
  for (const auto& [ptr, id] : proc.nodes) Add(forms_.Of(id));
  for (const auto& [desc, id] : proc.refs_by_desc) Add(forms_.Of(id));
}

void StateHasher::AddProcess(uint32_t process) {
  for (const auto& [tid, thread] : names_.OwnThreadsOf(process)) {
    Add(forms_.Of(thread));
  }
  Add(forms_.OfProcess(process));
  const EntityForms::Belongings& its = forms_.BelongingsOf(process);
  if (its.process) Add(forms_.Of(its.process));
  for (const driver::ProcId proc : its.procs) {
    Add(forms_.Of(proc));
    AddTreesOf(world_->driver.procs[proc]);
  }
  for (const os::FileId file : its.files) Add(forms_.Of(file));
}

void StateHasher::AddRoots() {
  const World& world = *world_;
  threads_.clear();
  for (const auto& [id, thread] : world.machine.threads()) {
    const uint32_t process = names_.ProcessOf(thread.tid);
    if (process == names_.kNone ||
        !(names_.HasTwin(process) || names_.IsInPool(thread.tid))) {
      threads_.emplace_back(thread.tid, id);
    }
  }
  std::ranges::sort(threads_);
  for (const auto& [tid, id] : threads_) Add(forms_.Of(id));
  for (uint32_t i = 0; i < world.user.processes.size(); ++i) {
    if (!names_.HasTwin(i)) AddProcess(i);
  }
  Add(forms_.OfRest());
  MakeRoom(2);
  AddTime(until_);
}

}  // namespace bindersim
