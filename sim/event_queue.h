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
// A key is 16 bytes, so that four siblings are one cache line. Payloads stay
// where they are, in a table of slots.
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
#include <new>
#include <tuple>
#include <type_traits>
#include <vector>

#include "sim/check.h"
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

namespace internal {

// Places a heap so that each group of four children, the first of which has
// index 1, is one cache line.
template <class Key>
struct HeapAllocator {
  using value_type = Key;
  static constexpr std::align_val_t kLine{64};
  static constexpr size_t kBefore = 3;
  static_assert((kBefore + 1) * sizeof(Key) == 64);

  Key* allocate(size_t n) {
    void* memory = ::operator new((n + kBefore) * sizeof(Key), kLine);
    return static_cast<Key*>(memory) + kBefore;
  }
  void deallocate(Key* keys, size_t) {
    ::operator delete(static_cast<void*>(keys - kBefore), kLine);
  }
  bool operator==(const HeapAllocator&) const = default;
};

// All bits set if a < b, else none. The empty assembly hides the comparison
// from the compiler, which would make a branch of what depends on it.
inline uint64_t LessMask(uint64_t a, uint64_t b) {
  uint64_t mask = 0 - static_cast<uint64_t>(a < b);
  __asm__("" : "+r"(mask));
  return mask;
}

}  // namespace internal

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

  // Removes and returns the k-th of them, in order of insertion; PopTie(0) is
  // Pop(). REQUIRES: k < Ties().
  Event PopTie(size_t k);

  // Events to come, without the cancelled ones.
  size_t size() const { return HeapSize() + ring_.size() - dead_; }
  bool empty() const { return size() == 0; }

  // How many events had the same time and rank as the event popped just before:
  // how often the order of insertion alone decided.
  uint64_t ties_popped() const { return ties_popped_; }

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

  // Keys in order, in a circular array whose size is a power of two.
  class Ring {
   public:
    bool empty() const { return size_ == 0; }
    size_t size() const { return size_; }
    const Key& operator[](size_t i) const { return keys_[Wrap(head_ + i)]; }
    const Key& front() const { return keys_[head_]; }
    const Key& back() const { return (*this)[size_ - 1]; }
    void push_back(Key key) {
      if (size_ == keys_.size()) Grow();
      keys_[Wrap(head_ + size_)] = key;
      ++size_;
    }
    void pop_front() {
      head_ = Wrap(head_ + 1);
      --size_;
    }
    void clear() { size_ = 0; }

   private:
    size_t Wrap(size_t i) const { return i & (keys_.size() - 1); }
    void Grow() {
      std::vector<Key> grown(keys_.empty() ? 16 : 2 * keys_.size());
      for (size_t i = 0; i < size_; ++i) grown[i] = (*this)[i];
      keys_ = std::move(grown);
      head_ = 0;
    }

    std::vector<Key> keys_;
    size_t head_ = 0;
    size_t size_ = 0;
  };

  bool IsDead(Key key) const { return slots_[key.slot()].next_free == kDead; }
  size_t HeapSize() const { return heap_.size() - hole_; }
  // REQUIRES: HeapSize() > 0.
  const Key& HeapHead() const {
    return heap_[hole_ ? LeastChild(heap_.data(), 1, heap_.size()) : 0];
  }
  bool RingIsFirst() const {
    return !ring_.empty() && (HeapSize() == 0 || ring_.front() < HeapHead());
  }
  const Key& Head() const { return RingIsFirst() ? ring_.front() : HeapHead(); }

  uint32_t TakeSlot(Payload payload);
  void FreeSlot(uint32_t index);
  // What Pop and PopTie do with the key once they have chosen it.
  Event Finish(Key key);

  void HeapPush(Key key);
  Key HeapPop();
  // Closes the hole at the root, if there is one.
  void CloseHole();
  void SiftUp(size_t i, Key key);
  void SiftDown(size_t i, Key key);
  // The least child of the node whose first child is `first`.
  static size_t LeastChild(const Key* keys, size_t first, size_t size);

  void DropDeadHeads();
  void Rebuild();
  void Renumber();
  // Live keys that tie with the head, in order of insertion.
  std::vector<Key> TiedKeys() const;
  // All live keys in order.
  std::vector<Key> SortedKeys() const;

  std::vector<Key, internal::HeapAllocator<Key>> heap_;
  // Whether the root is vacant: its key, the least of all, has been popped, and
  // still lies there.
  bool hole_ = false;
  Ring ring_;
  std::vector<Slot> slots_;
  uint32_t first_free_ = kNone;
  size_t dead_ = 0;
  uint64_t next_sequence_ = 0;
  // What the numbers in the keys have lost to renumbering.
  uint64_t sequence_base_ = 0;
  // Time and rank of the event popped last, in a key.
  Key last_{0, 0};
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
  if (key.high == last_.high && (ring_.empty() || ring_.back() < key)) {
    ring_.push_back(key);
  } else {
    HeapPush(key);
  }
  return EventId{slot, slots_[slot].generation};
}

template <class Payload, int kSequenceBits>
bool EventQueue<Payload, kSequenceBits>::Cancel(EventId id) {
  if (!IsPending(id)) return false;
  slots_[id.slot].next_free = kDead;
  ++dead_;
  DropDeadHeads();
  const size_t keys = HeapSize() + ring_.size();
  if (keys >= kMinRebuild && dead_ > keys / 2) Rebuild();
  return true;
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::Pop() -> Event {
  SIM_DCHECK(!empty());
  const bool from_ring = RingIsFirst();
  const Key key = from_ring ? ring_.front() : HeapPop();
  if (from_ring) ring_.pop_front();
  const Event event = Finish(key);
  FreeSlot(key.slot());
  DropDeadHeads();
  return event;
}

template <class Payload, int kSequenceBits>
size_t EventQueue<Payload, kSequenceBits>::Ties() const {
  return TiedKeys().size();
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::PopTie(size_t k) -> Event {
  if (k == 0) return Pop();
  const std::vector<Key> tied = TiedKeys();
  SIM_CHECK(k < tied.size()) << "no tie " << k << " of " << tied.size();
  const Event event = Finish(tied[k]);
  Cancel(EventId{tied[k].slot(), slots_[tied[k].slot()].generation});
  return event;
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::Finish(Key key) -> Event {
  ties_popped_ += popped_ && key.SameRank(last_);
  popped_ = true;
  last_ = key;
  return Event{key.time(), key.rank(), sequence_base_ + key.sequence(),
               slots_[key.slot()].payload};
}

template <class Payload, int kSequenceBits>
uint32_t EventQueue<Payload, kSequenceBits>::TakeSlot(Payload payload) {
  uint32_t index = first_free_;
  if (index == kNone) {
    index = static_cast<uint32_t>(slots_.size());
    SIM_CHECK(index < kMaxPending) << "too many pending events";
    slots_.push_back(Slot{payload, 1, kLive});
    return index;
  }
  Slot& slot = slots_[index];
  first_free_ = slot.next_free;
  slot.payload = payload;
  slot.next_free = kLive;
  return index;
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
void EventQueue<Payload, kSequenceBits>::HeapPush(Key key) {
  if (hole_) {
    hole_ = false;
    SiftDown(0, key);
  } else {
    heap_.emplace_back();
    SiftUp(heap_.size() - 1, key);
  }
}

// Leaves a hole at the root: what happens next is mostly that another event is
// pushed, and one walk down the heap then does for both.
template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::HeapPop() -> Key {
  CloseHole();
  hole_ = true;
  return heap_[0];
}

// Moves the hole down to a leaf without looking at the last key, which nearly
// always belongs near the leaves, and then that key up from there.
template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::CloseHole() {
  if (!hole_) return;
  hole_ = false;
  const Key last = heap_.back();
  heap_.pop_back();
  if (heap_.empty()) return;
  Key* const keys = heap_.data();
  const size_t size = heap_.size();
  size_t i = 0;
  for (size_t first = 1; first < size; first = 4 * i + 1) {
    const size_t least = LeastChild(keys, first, size);
    keys[i] = keys[least];
    i = least;
  }
  SiftUp(i, last);
}

// Puts `key` at the hole `i` or above it.
template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::SiftUp(size_t i, Key key) {
  Key* const keys = heap_.data();
  while (i != 0) {
    const size_t parent = (i - 1) / 4;
    if (!(key < keys[parent])) break;
    keys[i] = keys[parent];
    i = parent;
  }
  keys[i] = key;
}

template <class Payload, int kSequenceBits>
inline size_t EventQueue<Payload, kSequenceBits>::LeastChild(const Key* keys,
                                                             size_t first,
                                                             size_t size) {
  if (first + 4 <= size) {
    const Key* const child = keys + first;
    // The times nearly always differ, and then the lower halves need not be
    // looked at. Masks instead of conditions: half of the branches on the order
    // of siblings would be mispredicted.
    const uint64_t high0 = child[0].high;
    const uint64_t high1 = child[1].high;
    const uint64_t high2 = child[2].high;
    const uint64_t high3 = child[3].high;
    const uint64_t take1 = internal::LessMask(high1, high0);
    const uint64_t take3 = internal::LessMask(high3, high2);
    const uint64_t least01 = high0 ^ ((high0 ^ high1) & take1);
    const uint64_t least23 = high2 ^ ((high2 ^ high3) & take3);
    if (high0 != high1 && high2 != high3 && least01 != least23) [[likely]] {
      const uint64_t take23 = internal::LessMask(least23, least01);
      const uint64_t index01 = take1 & 1;
      const uint64_t index23 = 2 + (take3 & 1);
      return first + (index01 ^ ((index01 ^ index23) & take23));
    }
  }
  size_t least = first;
  for (size_t i = first + 1; i < std::min(first + 4, size); ++i) {
    if (keys[i] < keys[least]) least = i;
  }
  return least;
}

// Puts `key` at the hole `i` or below it.
template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::SiftDown(size_t i, Key key) {
  Key* const keys = heap_.data();
  const size_t size = heap_.size();
  for (size_t first = 4 * i + 1; first < size; first = 4 * i + 1) {
    const size_t least = LeastChild(keys, first, size);
    if (!(keys[least] < key)) break;
    keys[i] = keys[least];
    i = least;
  }
  keys[i] = key;
}

template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::DropDeadHeads() {
  if (dead_ == 0) return;
  while (!ring_.empty() && IsDead(ring_.front())) {
    FreeSlot(ring_.front().slot());
    ring_.pop_front();
    --dead_;
  }
  CloseHole();
  while (!heap_.empty() && IsDead(heap_[0])) {
    FreeSlot(HeapPop().slot());
    CloseHole();
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
  CloseHole();
  std::erase_if(heap_, drop);
  for (size_t i = (heap_.size() + 2) / 4; i-- > 0;) SiftDown(i, Key(heap_[i]));
  Ring kept;
  for (size_t i = 0; i < ring_.size(); ++i) {
    if (!drop(ring_[i])) kept.push_back(ring_[i]);
  }
  ring_ = std::move(kept);
  dead_ = 0;
}

// Numbers the pending events from 0 in their order. It happens once in
// 2^kSequenceBits insertions.
template <class Payload, int kSequenceBits>
void EventQueue<Payload, kSequenceBits>::Renumber() {
  if (dead_ != 0) Rebuild();
  const std::vector<Key> sorted = SortedKeys();
  heap_.assign(sorted.begin(), sorted.end());
  hole_ = false;
  ring_.clear();
  SIM_CHECK(heap_.size() < kSequenceLimit) << "too many pending events";
  sequence_base_ += next_sequence_ - heap_.size();
  next_sequence_ = 0;
  // A sorted array is a heap.
  for (Key& key : heap_) {
    key.low = uint64_t{key.rank()} << kRankShift |
              next_sequence_++ << kSlotBits | key.slot();
  }
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::TiedKeys() const -> std::vector<Key> {
  std::vector<Key> tied;
  if (empty()) return tied;
  const Key head = Head();
  for (size_t i = 0; i < ring_.size() && ring_[i].SameRank(head); ++i) {
    if (!IsDead(ring_[i])) tied.push_back(ring_[i]);
  }
  // Nothing precedes the head but dead keys of the same time and rank, so the
  // tied keys of the heap are a subtree at its root.
  std::vector<size_t> open;
  if (!heap_.empty()) open.push_back(0);
  while (!open.empty()) {
    const size_t i = open.back();
    open.pop_back();
    if (i != 0 || !hole_) {
      if (!heap_[i].SameRank(head)) continue;
      if (!IsDead(heap_[i])) tied.push_back(heap_[i]);
    }
    for (size_t child = 4 * i + 1; child <= 4 * i + 4 && child < heap_.size();
         ++child) {
      open.push_back(child);
    }
  }
  std::sort(tied.begin(), tied.end());
  return tied;
}

template <class Payload, int kSequenceBits>
auto EventQueue<Payload, kSequenceBits>::SortedKeys() const
    -> std::vector<Key> {
  std::vector<Key> keys;
  keys.reserve(size());
  for (size_t i = hole_; i < heap_.size(); ++i) {
    if (!IsDead(heap_[i])) keys.push_back(heap_[i]);
  }
  for (size_t i = 0; i < ring_.size(); ++i) {
    if (!IsDead(ring_[i])) keys.push_back(ring_[i]);
  }
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
