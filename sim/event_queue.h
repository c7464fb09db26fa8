// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The events that have yet to happen, ordered by (time, rank, sequence).
//
//   EventQueue<Wake> queue;
//   EventId timer = queue.Push(now + 5us, kTimerRank, Wake{thread});
//   queue.Cancel(timer);
//   while (!queue.empty()) {
//     auto event = queue.Pop();
//     ...
//   }
//
// Rank orders events of equal time (a small enum of the caller's); the sequence
// number, which counts insertions, orders events of equal time and rank. So the
// order is total and what is popped never depends on the layout of the heap.
// Two live events of equal time and rank are a *tie*: the sequence decides, but
// a chooser may decide otherwise (Ties, PopTie).
//
// Shape of the data: half of a Binder simulation's events happen at once (a
// wake-up, the next section of a flow), most others microseconds later, a few
// (timeouts) milliseconds later. Hence two structures that together hold one
// small key for each event:
//  - a ring for events at the current time, in order, filled at the back;
//  - an implicit 4-ary heap for all others (Larkin, Sen, Tarjan, "A back-to-
//    basics empirical study of priority queues", 2014: cache misses decide).
// Both are in sim/event_heap.h. A key is 16 bytes, so that four siblings in the
// heap are one cache line. Payloads stay where they are, in a table of slots.
//
// Why the ring is correct: a key is appended only if it is greater than the key
// at the back, so the ring is sorted; Pop takes the lesser of the two heads. An
// event at the current time with a lesser rank than the ring's last one fails
// that test and goes to the heap, as does every event at another time.
//
// Cancelling marks the slot; the key stays and is dropped when it comes to the
// head, or, when more than half of the keys are dead, with all the others.
//
// Thread safety: as for std::vector. A queue is a regular value; two queues are
// equal, and hash alike, if they hold the same events in the same order,
// however they came there.
//
// Invariants:
// 1. The heads of heap and ring are live, if there are any keys.
// 2. Each key refers to a slot of its own; a slot without a key is in the free
//    list.
// 3. dead_ is the number of keys whose slot is cancelled.

#ifndef BINDERSIM_SIM_EVENT_QUEUE_H_
#define BINDERSIM_SIM_EVENT_QUEUE_H_

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include "sim/check.h"
#include "sim/event_heap.h"
#include "sim/time.h"
#include "sim/value.h"

namespace bindersim::sim {

// Names one pushed event; the default names none. Only whether it is null is
// hashed: slots and generations are history. A state that keeps an EventId is
// therefore told apart by the event's payload, which has to say whom it is for.
struct EventId {
  uint32_t slot = 0;
  // From 1; 0 only in the null id.
  uint32_t generation = 0;

  explicit operator bool() const { return generation != 0; }
  auto operator<=>(const EventId&) const = default;
  void AddTo(Hasher& hasher) const { hasher.Add(generation != 0); }
};

// See the head of this file. Payload is a small, trivially copyable, hashable,
// regular struct. kSequenceBits is for tests of the renumbering.
template <class Payload, int kSequenceBits = 32>
class EventQueue {
 public:
  static_assert(std::is_trivially_copyable_v<Payload>);

  // The most events, cancelled ones included, that can be pending.
  static constexpr uint32_t kMaxPending = (1u << 24) - 1;

  struct Event {
    Time time;
    uint8_t rank = 0;
    // Orders the events of equal time and rank by their insertion. Counts all
    // insertions from 0; after 2^kSequenceBits of them the pending events are
    // renumbered in order.
    uint64_t sequence = 0;
    Payload payload;
  };

  // Adds an event. `time` may be anything, also before the last popped event.
  EventId Push(Time time, uint8_t rank, Payload payload);

  // Takes an event out before it happens. Returns false if it has been popped
  // or cancelled already, or the id is null.
  bool Cancel(EventId id);

  // Whether the event is still to come.
  bool IsPending(EventId id) const {
    return id.slot < slots_.size() &&
           slots_[id.slot].generation == id.generation &&
           slots_[id.slot].next_free == kLive;
  }

  // The time of the next event; kNever if there is none.
  Time NextTime() const { return empty() ? kNever : Head().time(); }

  // Removes and returns the next event. REQUIRES: !empty().
  Event Pop();

  // How many events share the next one's time and rank, itself included; 0 if
  // the queue is empty. Costs time in proportion to the answer.
  size_t Ties() const;

  // Them, in order of insertion.
  std::vector<Payload> Tied() const;

  // Removes and returns the k-th of them, in order of insertion; PopTie(0) is
  // Pop(). REQUIRES: k < Ties().
  Event PopTie(size_t k);

  // Events to come, without the cancelled ones.
  size_t size() const { return heap_.size() + ring_.size() - dead_; }
  bool empty() const { return size() == 0; }

  // How many events had the same time and rank as the event popped just before:
  // how often the order of insertion alone decided.
  uint64_t ties_popped() const { return ties_popped_; }

  // Calls visit(time, payload) for each event to come, in order.
  template <class Visit>
  void ForEachInOrder(const Visit& visit) const {
    for (const Key& key : SortedKeys()) {
      visit(key.time(), slots_[key.slot()].payload);
    }
  }

  bool operator==(const EventQueue& other) const;
  void AddTo(Hasher& hasher) const;

 private:
  static constexpr int kSlotBits = 24;
  static constexpr uint64_t kSequenceLimit = uint64_t{1} << kSequenceBits;
  static constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;
  static constexpr int kRankShift = kSlotBits + kSequenceBits;
  static_assert(kRankShift + 8 <= 64);
  static constexpr uint64_t kSignBit = uint64_t{1} << 63;
  // Below this many keys a rebuild is not worth it.
  static constexpr size_t kMinRebuild = 64;

  // Values of Slot::next_free of slots that are not in the free list.
  static constexpr uint32_t kLive = 0xffffffff;
  static constexpr uint32_t kDead = 0xfffffffe;
  static constexpr uint32_t kNone = 0xfffffffd;

  __extension__ using Wide = unsigned __int128;

  // Time with the sign bit turned over, so that it compares unsigned. `low` is
  // rank, sequence, slot from the top bit down. No two keys have the same
  // sequence, so the slot never decides.
  struct Key {
    uint64_t high;
    uint64_t low;

    // One comparison without a branch: the order is not predictable.
    friend bool operator<(Key a, Key b) { return a.Joined() < b.Joined(); }
    Wide Joined() const { return Wide{high} << 64 | low; }

    Time time() const {
      return Time(Duration(static_cast<int64_t>(high ^ kSignBit)));
    }
    uint8_t rank() const { return static_cast<uint8_t>(low >> kRankShift); }
    uint64_t sequence() const {
      return (low >> kSlotBits) & (kSequenceLimit - 1);
    }
    uint32_t slot() const { return static_cast<uint32_t>(low & kSlotMask); }
    bool SameRank(Key other) const {
      return high == other.high && rank() == other.rank();
    }
  };

  struct Slot {
    Payload payload;
    uint32_t generation;
    // The next free slot or kNone; kLive; kDead.
    uint32_t next_free;
  };

  bool IsDead(Key key) const { return slots_[key.slot()].next_free == kDead; }
  bool RingIsFirst() const {
    return !ring_.empty() && (heap_.empty() || ring_.front() < heap_.Head());
  }
  Key Head() const { return RingIsFirst() ? ring_.front() : heap_.Head(); }

  uint32_t TakeSlot(Payload payload);
  void FreeSlot(uint32_t index);
  // Returns a new slot, as if it were the only free one. The functions that are
  // seldom called are kept out of the others, which are small without them.
  [[gnu::noinline]] uint32_t AddSlot();
  // What Pop and PopTie do with the key once they have chosen it.
  Event Finish(Key key);

  [[gnu::noinline]] void DropDeadHeads();
  [[gnu::noinline]] void Rebuild();
  [[gnu::noinline]] void Renumber();
  // Calls visit(key) for the live keys that tie with the head, in any order.
  // REQUIRES: !empty().
  template <class Visit>
  void ForEachTied(const Visit& visit) const;
  // Live keys that tie with the head, in order of insertion.
  std::vector<Key> TiedKeys() const;
  // All live keys in order.
  std::vector<Key> SortedKeys() const;

  EventHeap<Key> heap_;
  EventRing<Key> ring_;
  std::vector<Slot> slots_;
  uint32_t first_free_ = kNone;
  size_t dead_ = 0;
  uint64_t next_sequence_ = 0;
  // What the numbers in the keys have lost to renumbering.
  uint64_t sequence_base_ = 0;
  // Key::high and rank of the event popped last. In the beginning they are of
  // a time at which nothing happens.
  uint64_t last_high_ = 0;
  uint8_t last_rank_ = 0;
  bool popped_ = false;
  uint64_t ties_popped_ = 0;
};

template <class Payload, int kSequenceBits>
EventId EventQueue<Payload, kSequenceBits>::Push(Time time, uint8_t rank,
                                                 Payload payload) {
  if (next_sequence_ == kSequenceLimit) Renumber();
  const uint32_t slot = TakeSlot(payload);
  const Key key{
      static_cast<uint64_t>(time.time_since_epoch().count()) ^ kSignBit,
      uint64_t{rank} << kRankShift | next_sequence_ << kSlotBits | slot};
  ++next_sequence_;
  if (key.high == last_high_ && (ring_.empty() || ring_.back() < key)) {
    ring_.push_back(key);
  } else {
    heap_.Push(key);
  }
  return EventId{slot, slots_[slot].generation};
}

template <class Payload, int kSequenceBits>
bool EventQueue<Payload, kSequenceBits>::Cancel(EventId id) {
  if (!IsPending(id)) return false;
  slots_[id.slot].next_free = kDead;
  ++dead_;
  DropDeadHeads();
  const size_t keys = heap_.size() + ring_.size();
  if (keys >= kMinRebuild && dead_ > keys / 2) Rebuild();
  return true;
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::Pop() -> Event {
  SIM_DCHECK(!empty());
  const bool from_ring = RingIsFirst();
  const Key key = from_ring ? ring_.front() : heap_.Pop();
  if (from_ring) ring_.pop_front();
  const Event event = Finish(key);
  FreeSlot(key.slot());
  if (dead_ != 0) DropDeadHeads();
  return event;
}

template <class Payload, int kSequenceBits>
size_t EventQueue<Payload, kSequenceBits>::Ties() const {
  if (empty()) return 0;
  size_t count = 0;
  ForEachTied([&count](Key) { ++count; });
  return count;
}

template <class Payload, int kSequenceBits>
std::vector<Payload> EventQueue<Payload, kSequenceBits>::Tied() const {
  std::vector<Payload> tied;
  if (empty()) return tied;
  for (const Key key : TiedKeys()) tied.push_back(slots_[key.slot()].payload);
  return tied;
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::PopTie(size_t k) -> Event {
  if (k == 0) return Pop();
  SIM_CHECK(!empty()) << "no events";
  const std::vector<Key> tied = TiedKeys();
  SIM_CHECK(k < tied.size()) << "no tie " << k << " of " << tied.size();
  const Event event = Finish(tied[k]);
  Cancel(EventId{tied[k].slot(), slots_[tied[k].slot()].generation});
  return event;
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::Finish(Key key) -> Event {
  ties_popped_ += popped_ && key.high == last_high_ && key.rank() == last_rank_;
  popped_ = true;
  last_high_ = key.high;
  last_rank_ = key.rank();
  return Event{key.time(), key.rank(), sequence_base_ + key.sequence(),
               slots_[key.slot()].payload};
}

template <class Payload, int kSequenceBits>
uint32_t EventQueue<Payload, kSequenceBits>::TakeSlot(Payload payload) {
  uint32_t index = first_free_;
  if (index == kNone) [[unlikely]] {
    index = AddSlot();
  }
  Slot& slot = slots_[index];
  first_free_ = slot.next_free;
  slot.payload = payload;
  slot.next_free = kLive;
  return index;
}

template <class Payload, int kSequenceBits>
uint32_t EventQueue<Payload, kSequenceBits>::AddSlot() {
  SIM_CHECK(slots_.size() < kMaxPending) << "too many pending events";
  slots_.push_back(Slot{Payload(), 1, kNone});
  return static_cast<uint32_t>(slots_.size() - 1);
}

template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::FreeSlot(uint32_t index) {
  Slot& slot = slots_[index];
  // Skipping 0 keeps the null id null. An id would have to be kept over 2^32
  // uses of its slot to be mistaken.
  slot.generation += 1 + (slot.generation == 0xffffffff);
  slot.next_free = first_free_;
  first_free_ = index;
}

template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::DropDeadHeads() {
  while (!ring_.empty() && IsDead(ring_.front())) {
    FreeSlot(ring_.front().slot());
    ring_.pop_front();
    --dead_;
  }
  while (!heap_.empty() && IsDead(heap_.Head())) {
    FreeSlot(heap_.Pop().slot());
    --dead_;
  }
}

template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::Rebuild() {
  const auto drop = [this](const Key& key) {
    if (!IsDead(key)) return false;
    FreeSlot(key.slot());
    return true;
  };
  heap_.RemoveIf(drop);
  ring_.RemoveIf(drop);
  dead_ = 0;
}

// Numbers the pending events from 0 in their order. It happens once in
// 2^kSequenceBits insertions.
template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::Renumber() {
  if (dead_ != 0) Rebuild();
  std::vector<Key> keys = SortedKeys();
  SIM_CHECK(keys.size() < kSequenceLimit) << "too many pending events";
  sequence_base_ += next_sequence_ - keys.size();
  next_sequence_ = 0;
  for (Key& key : keys) {
    key.low = uint64_t{key.rank()} << kRankShift |
              next_sequence_++ << kSlotBits | key.slot();
  }
  heap_.Assign(keys);
  ring_.clear();
}

template <class Payload, int kSequenceBits>
template <class Visit>
void EventQueue<Payload, kSequenceBits>::ForEachTied(const Visit& visit) const {
  const Key head = Head();
  const auto visit_live = [&](Key key) {
    if (!IsDead(key)) visit(key);
  };
  for (size_t i = 0; i < ring_.size() && ring_[i].SameRank(head); ++i) {
    visit_live(ring_[i]);
  }
  heap_.ForEachTied(head, visit_live);
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::TiedKeys() const -> std::vector<Key> {
  std::vector<Key> tied;
  ForEachTied([&tied](Key key) { tied.push_back(key); });
  std::sort(tied.begin(), tied.end());
  return tied;
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::SortedKeys() const
    -> std::vector<Key> {
  std::vector<Key> keys;
  keys.reserve(size());
  const auto add_live = [&](Key key) {
    if (!IsDead(key)) keys.push_back(key);
  };
  heap_.ForEach(add_live);
  for (size_t i = 0; i < ring_.size(); ++i) add_live(ring_[i]);
  std::sort(keys.begin(), keys.end());
  return keys;
}

template <class Payload, int kSequenceBits>
bool EventQueue<Payload, kSequenceBits>::operator==(
    const EventQueue& other) const {
  const std::vector<Key> mine = SortedKeys();
  const std::vector<Key> theirs = other.SortedKeys();
  return std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(),
                    [&](const Key& a, const Key& b) {
                      return a.SameRank(b) &&
                             slots_[a.slot()].payload ==
                                 other.slots_[b.slot()].payload;
                    });
}

template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::AddTo(Hasher& hasher) const {
  const std::vector<Key> keys = SortedKeys();
  hasher.AddSize(keys.size());
  for (const Key& key : keys) {
    hasher.Add(key.time());
    hasher.Add(key.rank());
    hasher.Add(slots_[key.slot()].payload);
  }
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_EVENT_QUEUE_H_
