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

// Of more than so many that look the same, any may come first.
constexpr size_t kMostTried = 8;

}  // namespace

bool StateHasher::AddNextProcess() {
  for (uint32_t place = 0; place < names_.processes(); ++place) {
    const uint32_t process = names_.At(place);
    if (process == names_.kNone || !names_.HasTwin(process) ||
        names_.IsDone(process)) {
      continue;
    }
    names_.SetDone(process);
    Add(place);
    AddLike(process);
    return true;
  }
  return false;
}

// A process that is like others, but for the threads of its pool.
void StateHasher::AddLike(uint32_t process) {
  const NamesByMention::Threads& threads = names_.OwnThreadsOf(process);
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
  for (uint32_t place = 0; place < names_.processes(); ++place) {
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
    AddPoolThread(process, *next);
    return true;
  }
  return false;
}

void StateHasher::AddPoolThread(uint32_t process,
                                const NamesByMention::PoolThread& thread) {
  Add(thread.id);
  AddThread(thread.id);
  const driver::Driver& driver = world_->driver;
  for (const driver::ProcId proc : driver.proc_list) {
    if (names_.ProcessOf(driver.procs[proc].pid) != process) continue;
    Add(driver.FindThread(proc, thread.tid));
  }
}

// The hash of what `add` adds, of which nothing stays.
template <class AddSome>
uint64_t StateHasher::Try(AddSome add) {
  const size_t size = Size();
  const size_t stale = stale_.size();
  const size_t queued = queue_.size();
  const size_t asked = names_.Asked();
  SIM_CHECK(added_ == queued) << "something mentioned is still to be added";

  add();

  for (size_t i = queued; i < queue_.size(); ++i) {
    const Mentioned& entity = queue_[i];
    Space& space = SpaceOf(entity.space, entity.process);
    space.numbers[entity.index].run = 0;
    --space.count;
  }
  names_.TakeBack(asked);
  queue_.resize(queued);
  added_ = queued;
  stale_.resize(stale);
  return TakeBack(size).low;
}

// While only looking: what to add for an entity without a number.
uint32_t StateHasher::Glimpse(const Mentioned& entity) {
  const uint32_t index = entity.index;
  const uint32_t generation = entity.generation;
  if ((entity.space == sim::ThreadTag::kSpace &&
       looks_at_.thread == sim::ThreadId{index, generation}) ||
      (entity.space == driver::ThreadStateTag::kSpace &&
       looks_at_.state == driver::ThreadStateId{index, generation})) {
    return kItself | entity.space;
  }
  saw_more_ = true;
  return (IsLive(entity) ? kNoNumber : kGone) | entity.space;
}

// The hash of what `add` adds, as far as what it mentions has a number.
template <class AddSome>
uint64_t StateHasher::Look(AddSome add) {
  const size_t size = Size();
  only_looks_ = true;
  saw_more_ = false;
  add();
  only_looks_ = false;
  return TakeBack(size).low;
}

// Where the thread is in what it does, without what it knows.
void StateHasher::SketchThread(sim::ThreadId id) {
  const sim::Thread& thread = world_->machine.thread(id);
  Add(thread.state == sim::RunState::kBlocked);
  thread.stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    Add(ops->name_hash + sim::FlowSection::Of(ops, frame).section);
  });
}

// The one of several that comes first: by its sketch, which costs least, then
// by what can be seen of it at a glance, then by what `add` adds for it.
template <class Sketch, class Glance, class AddOne>
uint32_t StateHasher::First(std::vector<uint32_t> candidates, Sketch sketch,
                            Glance glance, AddOne add) {
  // Leaves those of which look(candidate) is least, which it returns.
  const auto leave_least = [&](auto look) {
    uint64_t least = UINT64_MAX;
    size_t count = 0;
    for (const uint32_t candidate : candidates) {
      const uint64_t hash = look(candidate);
      if (hash > least) continue;
      if (hash < least) count = 0;
      candidates[count++] = candidate;
      least = hash;
    }
    candidates.resize(count);
    return least;
  };
  if (candidates.size() > 1) {
    leave_least(
        [&](uint32_t candidate) { return Look([&] { sketch(candidate); }); });
  }
  if (candidates.size() > 1) {
    const uint64_t least = leave_least([&](uint32_t candidate) {
      const uint64_t hash = Look([&] { glance(candidate); });
      return (hash & ~uint64_t{1}) | (saw_more_ ? 1 : 0);
    });
    const bool is_all = (least & 1) == 0;  // that there is to be seen
    if (is_all || candidates.size() > kMostTried) return candidates[0];
  }
  if (candidates.size() > 1) {
    leave_least(
        [&](uint32_t candidate) { return Try([&] { add(candidate); }); });
  }
  return candidates[0];
}

void StateHasher::GlanceAtPoolThread(uint32_t process,
                                     const NamesByMention::PoolThread& thread) {
  const driver::Driver& driver = world_->driver;
  looks_at_ = {thread.tid, thread.id, {}};
  for (const driver::ProcId proc : driver.proc_list) {
    if (names_.ProcessOf(driver.procs[proc].pid) != process) continue;
    looks_at_.state = driver.FindThread(proc, thread.tid);
    if (looks_at_.state) Add(driver.threads[looks_at_.state]);
  }
  AddPoolThread(process, thread);
  looks_at_ = {};
}

bool StateHasher::MentionPoolThread() {
  for (uint32_t place = 0; place < names_.processes(); ++place) {
    const uint32_t process = names_.At(place);
    if (process == names_.kNone) continue;
    const auto pool = names_.PoolOf(process);
    std::vector<uint32_t> left;
    left.reserve(pool.size());
    for (uint32_t i = 0; i < pool.size(); ++i) {
      if (pool[i].rank == names_.kNone) left.push_back(i);
    }
    if (left.empty()) continue;
    const uint32_t first = First(
        std::move(left), [&](uint32_t i) { SketchThread(pool[i].id); },
        [&](uint32_t i) { GlanceAtPoolThread(process, pool[i]); },
        [&](uint32_t i) {
          names_.TidOf(pool[i].tid);
          AddNextPoolThread();
          AddMentioned();
        });
    names_.TidOf(pool[first].tid);
    return true;
  }
  return false;
}

bool StateHasher::MentionProcess() {
  const std::vector<uint32_t>& like = world_->user.image->symmetry.like;
  std::vector<uint32_t> processes;
  processes.reserve(names_.processes());
  for (uint32_t i = 0; i < names_.processes(); ++i) {
    if (names_.IsPlaced(i)) continue;
    if (processes.empty() || like[i] == like[processes[0]]) {
      processes.push_back(i);
    }
  }
  if (processes.empty()) return false;
  const uint32_t first = First(
      std::move(processes),
      [&](uint32_t process) {
        for (const auto& [tid, thread] : names_.OwnThreadsOf(process)) {
          SketchThread(thread);
        }
      },
      [&](uint32_t process) { AddLike(process); },
      [&](uint32_t process) {
        names_.PlaceOf(process);
        while (AddNextProcess() || AddNextPoolThread() || MentionPoolThread()) {
          AddMentioned();
        }
      });
  names_.PlaceOf(first);
  return true;
}

}  // namespace bindersim
