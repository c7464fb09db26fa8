// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/names_by_mention.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"
#include "sim/mix.h"

namespace bindersim {

void NamesByMention::Begin(const World& world, bool symmetric) {
  world_ = &world;
  asked_.clear();
  ++names_since_;
  if (image_ != world.user.image) {
    ++images_;
    TakeImage(world.user.image, symmetric);
  }
  Inventory::Hashes inventory = inventory_of_.Of(world);
  inventory.threads += images_;
  inventory.all += images_;
  const bool is_same = inventory.threads == inventory_.threads;
  inventory_ = inventory;
  if (!is_same) FindAlike(world);
  processes_left_ = 0;
  threads_left_ = 0;
  for (uint32_t i = 0; i < places_.size(); ++i) {
    const bool has_twin = HasTwin(i);
    places_[i] = by_place_[i] = has_twin ? kNone : i;
    if (has_twin) ++processes_left_;
    for (PoolThread& thread : pools_[i]) thread.rank = kNone;
    threads_left_ += pools_[i].size();
    ranked_[i] = 0;
  }
}

void NamesByMention::TakeImage(std::shared_ptr<const userspace::Image> image,
                               bool symmetric) {
  image_ = std::move(image);
  symmetry_ = &image_->symmetry;
  any_ = symmetric && symmetry_->any;
  const auto& setups = image_->setup.processes;
  by_pid_.clear();
  for (uint32_t i = 0; i < setups.size(); ++i) {
    const size_t at = setups[i].pid / userspace::kTidsPerProcess;
    if (by_pid_.size() <= at) by_pid_.resize(at + 1, kNone);
    by_pid_[at] = i;
  }
  const size_t count = setups.size();
  has_twin_.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    has_twin_[i] = any_ && symmetry_->HasTwin(i) ? 1 : 0;
  }
  places_.resize(count);
  by_place_.resize(count);
  ranked_.resize(count);
  given_.resize(count);
  pools_.resize(count);
  in_pool_.resize(count);
  own_.resize(count);
}

void NamesByMention::FindAlike(const World& world) {
  for (auto& pool : pools_) pool.clear();
  for (auto& in_pool : in_pool_) in_pool.clear();
  for (Threads& own : own_) own.clear();
  others_.clear();
  for (const auto& [id, thread] : world.machine.threads()) {
    const uint32_t process = ProcessOf(thread.tid);
    if (process == kNone) {
      others_.emplace_back(thread.tid, id);
    } else if (IsOfPool(world.user.Find(id))) {
      pools_[process].push_back({thread.tid, id});
    } else {
      own_[process].emplace_back(thread.tid, id);
    }
  }
  std::ranges::sort(others_);
  for (uint32_t i = 0; i < pools_.size(); ++i) {
    if (pools_[i].size() == 1) {  // like nobody
      const PoolThread& thread = pools_[i][0];
      own_[i].emplace_back(thread.tid, thread.id);
      pools_[i].clear();
    }
    std::ranges::sort(pools_[i], {}, &PoolThread::tid);
    std::ranges::sort(own_[i]);
    for (uint32_t k = 0; k < pools_[i].size(); ++k) {
      const size_t at = pools_[i][k].tid % userspace::kTidsPerProcess;
      if (in_pool_[i].size() <= at) in_pool_[i].resize(at + 1, kNone);
      in_pool_[i][at] = k;
    }
  }
}

bool NamesByMention::IsOfPool(const userspace::ThreadState* thread) const {
  return any_ && thread != nullptr && symmetry_->pool[thread->process] &&
         thread->role == record::ThreadRole::kPool;
}

uint32_t NamesByMention::PlaceOf(uint32_t process) {
  if (places_[process] != kNone) return places_[process];
  uint32_t place = symmetry_->like[process];
  while (by_place_[place] != kNone) ++place;
  places_[process] = place;
  by_place_[place] = process;
  --processes_left_;
  asked_.push_back({process});
  return place;
}

uint32_t NamesByMention::TidOf(uint32_t tid) {
  const uint32_t process = any_ ? ProcessOf(tid) : kNone;
  if (process == kNone) return tid;
  std::vector<Given>& given = given_[process];
  const size_t at = tid % userspace::kTidsPerProcess;
  if (given.size() <= at) given.resize(at + 1);
  if (given[at].since != names_since_) {
    given[at] = {names_since_, AskFor(process, tid)};
  }
  return given[at].name;
}

uint32_t NamesByMention::AskFor(uint32_t process, uint32_t tid) {
  const uint32_t place = PlaceOf(process);
  const uint32_t index = InPool(process, tid);
  if (index == kNone) return OwnTid(process, place, tid);
  PoolThread& thread = pools_[process][index];
  if (thread.rank == kNone) {
    thread.rank = ranked_[process]++;
    --threads_left_;
    asked_.push_back({process, index});
  }
  return NameOf(process, thread);
}

// Of a thread that is in no pool whose threads are alike.
uint32_t NamesByMention::OwnTid(uint32_t process, uint32_t place,
                                uint32_t tid) const {
  if (place == process) return tid;
  const auto& setups = image_->setup.processes;
  return tid - setups[process].pid + setups[place].pid;
}

void NamesByMention::TakeBack(size_t asked) {
  ++names_since_;
  for (; asked_.size() > asked; asked_.pop_back()) {
    const auto& [process, index] = asked_.back();
    if (index == kNone) {
      by_place_[places_[process]] = kNone;
      places_[process] = kNone;
      ++processes_left_;
    } else {
      pools_[process][index].rank = kNone;
      --ranked_[process];
      ++threads_left_;
    }
  }
}

uint32_t NamesByMention::KnownTidOf(uint32_t tid) const {
  const uint32_t process = any_ ? ProcessOf(tid) : kNone;
  if (process == kNone) return tid;
  const uint32_t place = places_[process];
  if (place == kNone) return kNone;
  const std::vector<PoolThread>& pool = pools_[process];
  const uint32_t index = InPool(process, tid);
  if (index != kNone) {
    return pool[index].rank == kNone ? kNone : NameOf(process, pool[index]);
  }
  return OwnTid(process, place, tid);
}

uint32_t NamesByMention::UidOf(uint32_t uid) {
  const uint32_t process = TwinWithUid(uid);
  if (process != kNone) PlaceOf(process);
  return KnownUidOf(uid);
}

uint32_t NamesByMention::KnownUidOf(uint32_t uid) const {
  const uint32_t process = TwinWithUid(uid);
  if (process == kNone) return uid;
  const uint32_t place = places_[process];
  return place == kNone ? kNone : world_->user.setup().processes[place].uid;
}

// The first that has it; kNone if there is none among those that are alike.
uint32_t NamesByMention::TwinWithUid(uint32_t uid) const {
  const auto& setups = world_->user.setup().processes;
  for (uint32_t i = 0; any_ && i < setups.size(); ++i) {
    if (setups[i].uid == uid && HasTwin(i)) return i;
  }
  return kNone;
}

uint32_t NamesByMention::NameOf(uint32_t process,
                                const PoolThread& thread) const {
  const auto& setups = world_->user.setup().processes;
  SIM_CHECK(thread.rank != kNone) << "thread " << thread.tid << " has no name";
  return pools_[process][thread.rank].tid - setups[process].pid +
         setups[places_[process]].pid;
}

void NamesByMention::FillIn() {
  // It changes less often than the state.
  uint64_t order = inventory_.threads;
  for (const auto& [process, thread] : asked_) {
    order = sim::Mix(sim::Mix(order, process), thread);
  }
  if (renamed_ == order) return;
  renamed_ = order;
  renaming_.Clear();
  if (!any_) return;
  const auto& setups = world_->user.setup().processes;
  for (uint32_t i = 0; i < places_.size(); ++i) {
    renaming_.AddProcess(setups[i].pid, setups[places_[i]].pid);
    for (const PoolThread& thread : pools_[i]) {
      renaming_.AddThread(thread.tid, NameOf(i, thread));
    }
  }
  renaming_.Finish();
}

}  // namespace bindersim
