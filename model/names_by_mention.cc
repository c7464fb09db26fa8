// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/names_by_mention.h"

#include <algorithm>

#include "sim/check.h"

namespace bindersim {

void NamesByMention::Begin(const World& world, bool symmetric) {
  world_ = &world;
  symmetry_ = &world.user.image->symmetry;
  any_ = symmetric && symmetry_->any;
  const size_t count = world.user.processes.size();
  places_.resize(count);
  by_place_.resize(count);
  pools_.resize(count);
  for (auto& pool : pools_) pool.clear();
  own_.resize(count);
  for (Threads& own : own_) own.clear();
  ranked_.assign(count, 0);
  done_.assign(count, false);
  asked_.clear();
  given_.resize(count);
  ++names_since_;
  if (image_ != world.user.image) {
    image_ = world.user.image;
    by_pid_.clear();
    const auto& setups = image_->setup.processes;
    for (uint32_t i = 0; i < count; ++i) {
      const size_t at = setups[i].pid / userspace::kTidsPerProcess;
      if (by_pid_.size() <= at) by_pid_.resize(at + 1, kNone);
      by_pid_[at] = i;
    }
  }
  for (uint32_t i = 0; i < count; ++i) {
    places_[i] = by_place_[i] = HasTwin(i) ? kNone : i;
  }
  if (!any_) return;
  for (const auto& [id, thread] : world.user.threads) {
    if (IsInPool(thread)) {
      pools_[thread.process].push_back({thread.tid, thread.machine_thread});
    } else if (HasTwin(thread.process)) {
      own_[thread.process].emplace_back(thread.tid, thread.machine_thread);
    }
  }
  for (auto& pool : pools_) std::ranges::sort(pool, {}, &PoolThread::tid);
  for (Threads& own : own_) std::ranges::sort(own);
}

bool NamesByMention::IsInPool(const userspace::ThreadState& thread) const {
  return any_ && symmetry_->pool[thread.process] &&
         thread.role == record::ThreadRole::kPool;
}

uint32_t NamesByMention::PlaceOf(uint32_t process) {
  if (places_[process] != kNone) return places_[process];
  uint32_t place = symmetry_->like[process];
  while (by_place_[place] != kNone) ++place;
  places_[process] = place;
  by_place_[place] = process;
  asked_.push_back({process});
  return place;
}

uint32_t NamesByMention::ProcessOf(uint32_t tid) const {
  const size_t at = tid / userspace::kTidsPerProcess;
  return at < by_pid_.size() ? by_pid_[at] : kNone;
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
  PlaceOf(process);
  const size_t index = InPool(process, tid);
  std::vector<PoolThread>& pool = pools_[process];
  if (index < pool.size() && pool[index].rank == kNone) {
    pool[index].rank = ranked_[process]++;
    asked_.push_back({process, static_cast<uint32_t>(index)});
  }
  return KnownTidOf(tid);
}

void NamesByMention::TakeBack(size_t asked) {
  ++names_since_;
  for (; asked_.size() > asked; asked_.pop_back()) {
    const auto& [process, index] = asked_.back();
    if (index == kNone) {
      by_place_[places_[process]] = kNone;
      places_[process] = kNone;
      done_[process] = false;
    } else {
      PoolThread& thread = pools_[process][index];
      thread.rank = kNone;
      thread.done = false;
      --ranked_[process];
    }
  }
}

uint32_t NamesByMention::KnownTidOf(uint32_t tid) const {
  const uint32_t process = any_ ? ProcessOf(tid) : kNone;
  if (process == kNone) return tid;
  const uint32_t place = places_[process];
  if (place == kNone) return kNone;
  const std::vector<PoolThread>& pool = pools_[process];
  const size_t index = InPool(process, tid);
  if (index < pool.size()) {
    return pool[index].rank == kNone ? kNone : NameOf(process, pool[index]);
  }
  const auto& setups = world_->user.setup().processes;
  return tid - setups[process].pid + setups[place].pid;
}

// Which thread of the pool has that tid; none, if it is beyond the last.
size_t NamesByMention::InPool(uint32_t process, uint32_t tid) const {
  const std::vector<PoolThread>& pool = pools_[process];
  const auto thread = std::ranges::lower_bound(pool, tid, {}, &PoolThread::tid);
  return thread != pool.end() && thread->tid == tid
             ? static_cast<size_t>(thread - pool.begin())
             : pool.size();
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

void NamesByMention::FillIn(Renaming& renaming) const {
  renaming.Clear();
  if (!any_) return;
  const auto& setups = world_->user.setup().processes;
  for (uint32_t i = 0; i < places_.size(); ++i) {
    renaming.AddProcess(setups[i].pid, setups[places_[i]].pid);
    for (const PoolThread& thread : pools_[i]) {
      renaming.AddThread(thread.tid, NameOf(i, thread));
    }
  }
  renaming.Finish();
}

}  // namespace bindersim
