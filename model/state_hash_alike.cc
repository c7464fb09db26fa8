// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Threads and processes that are alike: in which order they come.

#include <algorithm>
#include <span>
#include <utility>

#include "model/state_hash.h"
#include "sim/check.h"
#include "sim/mix.h"

namespace bindersim {

namespace {

// Of more than so many that look the same, any may come first.
constexpr size_t kMostTried = 8;

}  // namespace

bool StateHasher::AddNextAsked() {
  if (asked_ == names_.asked().size()) return false;
  const auto [process, index] = names_.asked()[asked_++];
  MakeRoom(1);
  if (index == names_.kNone) {
    Add(names_.PlaceOf(process));
    Add(groups_.OfBelongings(process));
  } else {
    Add(names_.TidOf(names_.PoolOf(process)[index].tid));
    Add(groups_.OfPoolThread(process, index));
  }
  return true;
}

// The hash of what `add` adds, of which nothing stays.
template <class AddSome>
uint64_t StateHasher::Try(AddSome add) {
  const size_t size = Size();
  const size_t stale = stale_.size();
  const size_t queued = queue_.size();
  const size_t asked = names_.asked().size();
  SIM_CHECK(added_ == queued && asked_ == asked)
      << "something mentioned is still to be added";

  add();

  for (size_t i = queued; i < queue_.size(); ++i) {
    const Entity& entity = queue_[i];
    Space& space = SpaceOf(entity);
    space.numbers[entity.index].run = 0;
    --space.count;
  }
  names_.TakeBack(asked);
  queue_.resize(queued);
  added_ = queued;
  asked_ = asked;
  stale_.resize(stale);
  return TakeBack(size);
}

uint64_t StateHasher::TakeBack(size_t size) {
  const std::span<const uint32_t> behind(words_.data() + size, next_);
  next_ = words_.data() + size;
  return sim::HashBytes(std::as_bytes(behind)).low;
}

// At a glance: what to add for an entity without a number.
uint32_t StateHasher::Glimpse(const Entity& entity) {
  saw_more_ = true;
  return (IsLive(entity) ? kNoNumber : kGone) | entity.space;
}

// The hash of what `add` adds, as far as what it mentions has a name.
template <class AddSome>
uint64_t StateHasher::GlanceAt(AddSome add) {
  const size_t size = Size();
  glances_ = true;
  saw_more_ = false;
  add();
  glances_ = false;
  return TakeBack(size);
}

// The one of several that comes first: by its sketch, a number, which costs
// least, then by what can be seen of it at a glance, then by what `add` adds
// for it.
template <class SketchOne, class Glance, class AddOne>
uint32_t StateHasher::First(Candidates candidates, SketchOne sketch,
                            Glance glance, AddOne add) {
  // Leaves those of which hash_of(candidate) is least, which it returns.
  const auto leave_least = [&](auto hash_of) {
    uint64_t least = UINT64_MAX;
    size_t count = 0;
    for (const uint32_t candidate : candidates) {
      const uint64_t hash = hash_of(candidate);
      if (hash > least) continue;
      if (hash < least) count = 0;
      candidates[count++] = candidate;
      least = hash;
    }
    candidates.resize(count);
    return least;
  };
  if (candidates.size() > 1) leave_least(sketch);
  if (candidates.size() > 1) {
    const uint64_t least = leave_least([&](uint32_t candidate) {
      const uint64_t hash = GlanceAt([&] { glance(candidate); });
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

bool StateHasher::MentionPoolThread() {
  if (names_.threads_left() == 0) return false;
  for (uint32_t place = 0; place < names_.processes(); ++place) {
    const uint32_t process = names_.At(place);
    if (process == names_.kNone) continue;
    const auto pool = names_.PoolOf(process);
    if (pool.empty()) continue;
    Candidates left;
    for (uint32_t i = 0; i < pool.size(); ++i) {
      if (pool[i].rank == names_.kNone) left.push_back(i);
    }
    if (left.empty()) continue;
    const uint32_t first = First(
        std::move(left),
        [&](uint32_t i) { return forms_.Of(pool[i].id).bytes.low; },
        [&](uint32_t i) { Add(groups_.OfPoolThread(process, i)); },
        [&](uint32_t i) {
          names_.TidOf(pool[i].tid);
          AddNextAsked();
          AddMentioned();
        });
    names_.TidOf(pool[first].tid);
    return true;
  }
  return false;
}

// Of a process: how its own threads look, without names for what they mention.
uint64_t StateHasher::SketchOf(uint32_t process) {
  if (sketches_.size() <= process) sketches_.resize(process + 1);
  Sketch& it = sketches_[process];
  if (it.run != run_) {
    it = {run_, 0};
    for (const auto& [tid, thread] : names_.OwnThreadsOf(process)) {
      it.hash = sim::Mix(it.hash, forms_.Of(thread).bytes.low);
    }
  }
  return it.hash;
}

bool StateHasher::MentionProcess() {
  if (names_.processes_left() == 0) return false;
  const std::vector<uint32_t>& like = world_->user.image->symmetry.like;
  Candidates processes;
  for (uint32_t i = 0; i < names_.processes(); ++i) {
    if (names_.IsPlaced(i)) continue;
    if (processes.empty() || like[i] == like[processes[0]]) {
      processes.push_back(i);
    }
  }
  const uint32_t first = First(
      std::move(processes), [&](uint32_t process) { return SketchOf(process); },
      [&](uint32_t process) {
        Add(groups_.OfBelongings(process));
        // These have not been looked at.
        if (!names_.PoolOf(process).empty()) saw_more_ = true;
      },
      [&](uint32_t process) {
        names_.PlaceOf(process);
        do {
          AddMentioned();
        } while (AddNextAsked() || MentionPoolThread());
      });
  names_.PlaceOf(first);
  return true;
}

}  // namespace bindersim
