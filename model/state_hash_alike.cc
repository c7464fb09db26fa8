// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Threads and processes that are alike: in which order they come.

#include <algorithm>
#include <utility>

#include "model/state_hash.h"
#include "sim/check.h"

namespace bindersim {

namespace {

// Of more than so many that nobody mentions, any may come first.
constexpr size_t kMostTried = 8;

}  // namespace

bool StateHasher::AddNextProcess() {
  for (uint32_t place = 0; place < process_added_.size(); ++place) {
    const uint32_t process = names_.At(place);
    if (process == names_.kNone || !names_.HasTwin(process) ||
        process_added_[process]) {
      continue;
    }
    process_added_[process] = true;
    Add(place);
    AddLike(process);
    return true;
  }
  return false;
}

// A process that is like others, but for the threads of its pool.
void StateHasher::AddLike(uint32_t process) {
  std::vector<std::pair<uint32_t, sim::ThreadId>> threads;
  for (const auto& [id, thread] : world_->user.threads) {
    if (thread.process == process && !names_.IsInPool(thread)) {
      threads.emplace_back(thread.tid, thread.machine_thread);
    }
  }
  std::ranges::sort(threads);
  for (const auto& [tid, thread] : threads) Add(thread);
  for (const auto& [tid, thread] : threads) AddThread(thread);
  process_ = process;
  AddUserProcess(world_->user.processes[process]);
  process_ = 0;
  for (const driver::ProcId id : world_->driver.proc_list) {
    const driver::Proc& proc = world_->driver.procs[id];
    if (names_.ProcessOf(proc.pid) != process) continue;
    Add(id);
  }
}

bool StateHasher::AddNextPoolThread() {
  for (uint32_t place = 0; place < process_added_.size(); ++place) {
    const uint32_t process = names_.At(place);
    if (process == names_.kNone) continue;
    NamesByMention::PoolThread* next = nullptr;
    for (NamesByMention::PoolThread& thread : names_.PoolOf(process)) {
      if (!thread.done && thread.rank != names_.kNone &&
          (next == nullptr || thread.rank < next->rank)) {
        next = &thread;
      }
    }
    if (next == nullptr) continue;
    next->done = true;
    Add(next->id);
    AddThread(next->id);
    for (const driver::ProcId proc : world_->driver.proc_list) {
      if (names_.ProcessOf(world_->driver.procs[proc].pid) != process) continue;
      Add(world_->driver.FindThread(proc, next->tid));
    }
    return true;
  }
  return false;
}

// The hash of what `add` adds, of which nothing stays.
template <class AddSome>
uint64_t StateHasher::Try(AddSome add) {
  const size_t size = Size();
  const size_t stale = stale_.size();
  const size_t queued = queue_.size();
  const NamesByMention names = names_;
  const std::vector<bool> process_added = process_added_;
  SIM_CHECK(added_ == queued) << "something mentioned is still to be added";

  add();

  for (size_t i = queued; i < queue_.size(); ++i) {
    const Mentioned& entity = queue_[i];
    Space& space = spaces_[entity.space][entity.process];
    space.numbers[entity.index].run = 0;
    --space.count;
  }
  process_added_ = process_added;
  names_ = names;
  queue_.resize(queued);
  added_ = queued;
  stale_.resize(stale);
  return TakeBack(size).low;
}

// The one of several that comes first by what `add` adds for it.
template <class AddOne>
uint32_t StateHasher::First(std::span<const uint32_t> candidates, AddOne add) {
  if (candidates.size() == 1 || candidates.size() > kMostTried) {
    return candidates[0];
  }
  std::pair<uint64_t, uint32_t> first(UINT64_MAX, UINT32_MAX);
  for (const uint32_t candidate : candidates) {
    const uint64_t hash = Try([&] { add(candidate); });
    first = std::min(first, std::pair(hash, candidate));
  }
  return first.second;
}

bool StateHasher::MentionPoolThread() {
  for (uint32_t place = 0; place < process_added_.size(); ++place) {
    const uint32_t process = names_.At(place);
    if (process == names_.kNone) continue;
    std::vector<uint32_t> tids;
    for (const NamesByMention::PoolThread& thread : names_.PoolOf(process)) {
      if (thread.rank == names_.kNone) tids.push_back(thread.tid);
    }
    if (tids.empty()) continue;
    names_.TidOf(First(tids, [&](uint32_t tid) {
      names_.TidOf(tid);
      AddNextPoolThread();
      AddMentioned();
    }));
    return true;
  }
  return false;
}

bool StateHasher::MentionProcess() {
  const std::vector<uint32_t>& like = world_->user.image->symmetry.like;
  std::vector<uint32_t> processes;
  for (uint32_t i = 0; i < process_added_.size(); ++i) {
    if (names_.IsPlaced(i)) continue;
    if (processes.empty() || like[i] == like[processes[0]]) {
      processes.push_back(i);
    }
  }
  if (processes.empty()) return false;
  names_.PlaceOf(First(processes, [&](uint32_t process) {
    names_.PlaceOf(process);
    while (AddNextProcess() || AddNextPoolThread() || MentionPoolThread()) {
      AddMentioned();
    }
  }));
  return true;
}

}  // namespace bindersim
