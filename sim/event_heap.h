// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The two containers of keys inside an event queue (sim/event_queue.h): a heap,
// and a ring for keys that come in order.
//
// A Key has two members, uint64_t high and low, and is ordered by them as by
// one number of 128 bits; key.SameRank(other) says whether two keys tie.

#ifndef BINDERSIM_SIM_EVENT_HEAP_H_
#define BINDERSIM_SIM_EVENT_HEAP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

namespace bindersim::sim {

// Places an array so that each group of four elements that begins at an index
// 1, 5, 9, ... is one cache line.
template <class Key>
struct SiblingAllocator {
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
  bool operator==(const SiblingAllocator&) const = default;
};

// An implicit 4-ary heap: the children of i are 4i + 1 to 4i + 4.
//
// Pop leaves a hole at the root, since mostly another key is pushed next, and
// then one walk down the heap does for both.
//
// Invariants: no key is less than its parent. With a hole, the root still holds
// the key popped last, which is not greater than any other, but does not count.
template <class Key>
class EventHeap {
 public:
  size_t size() const { return keys_.size() - hole_; }
  bool empty() const { return size() == 0; }

  // The least key. REQUIRES: !empty().
  Key Head() const { return keys_[hole_ ? LeastChild(1) : 0]; }

  void Push(Key key) {
    if (hole_) {
      hole_ = false;
      SiftDown(0, key);
    } else {
      keys_.emplace_back();
      SiftUp(keys_.size() - 1, key);
    }
  }

  // Removes and returns the least key. REQUIRES: !empty().
  Key Pop() {
    CloseHole();
    hole_ = true;
    // Two loads: the root may have been stored in two halves just before, and a
    // wide load would have to wait until both are in the cache.
    return Key{keys_[0].high, keys_[0].low};
  }

  // Makes `sorted` the contents.
  void Assign(const std::vector<Key>& sorted) {
    keys_.assign(sorted.begin(), sorted.end());
    hole_ = false;
  }

  // Removes the keys for which drop(key), called once for each, returns true.
  template <class Drop>
  void RemoveIf(const Drop& drop) {
    CloseHole();
    std::erase_if(keys_, drop);
    for (size_t i = (keys_.size() + 2) / 4; i-- > 0;) SiftDown(i, keys_[i]);
  }

  // Calls visit(key) for each key, in no particular order.
  template <class Visit>
  void ForEach(const Visit& visit) const {
    for (size_t i = hole_; i < keys_.size(); ++i) visit(keys_[i]);
  }

  // The same for the keys that tie with `head`. REQUIRES: no key that does not
  // tie with it is less, so that those that do are a subtree at the root.
  template <class Visit>
  void ForEachTied(Key head, const Visit& visit) const {
    if (!hole_) return ForEachTiedBelow(0, head, visit);
    for (size_t i = 1; i <= 4; ++i) ForEachTiedBelow(i, head, visit);
  }

 private:
  // All bits set if a < b, else none. The empty assembly hides the comparison
  // from the compiler, which would make a branch of what depends on it.
  static uint64_t LessMask(uint64_t a, uint64_t b) {
    uint64_t mask = 0 - static_cast<uint64_t>(a < b);
    __asm__("" : "+r"(mask));
    return mask;
  }

  // The least of the siblings of which the first has index `first`.
  size_t LeastChild(size_t first) const {
    const Key* const keys = keys_.data();
    const size_t end = std::min(first + 4, keys_.size());
    if (first + 4 == end) {
      // The upper halves nearly always differ, and then the lower ones need not
      // be looked at. Masks instead of conditions: half of the branches on the
      // order of siblings would be mispredicted.
      const uint64_t high0 = keys[first].high;
      const uint64_t high1 = keys[first + 1].high;
      const uint64_t high2 = keys[first + 2].high;
      const uint64_t high3 = keys[first + 3].high;
      const uint64_t take1 = LessMask(high1, high0);
      const uint64_t take3 = LessMask(high3, high2);
      const uint64_t least01 = high0 ^ ((high0 ^ high1) & take1);
      const uint64_t least23 = high2 ^ ((high2 ^ high3) & take3);
      if (high0 != high1 && high2 != high3 && least01 != least23) [[likely]] {
        const uint64_t take23 = LessMask(least23, least01);
        const uint64_t index01 = take1 & 1;
        const uint64_t index23 = 2 + (take3 & 1);
        return first + (index01 ^ ((index01 ^ index23) & take23));
      }
    }
    size_t least = first;
    for (size_t i = first + 1; i < end; ++i) {
      if (keys[i] < keys[least]) least = i;
    }
    return least;
  }

  // Puts `key` at the hole `i` or above it.
  void SiftUp(size_t i, Key key) {
    Key* const keys = keys_.data();
    while (i != 0) {
      const size_t parent = (i - 1) / 4;
      if (!(key < keys[parent])) break;
      keys[i] = keys[parent];
      i = parent;
    }
    keys[i] = key;
  }

  // Puts `key` at the hole `i` or below it.
  void SiftDown(size_t i, Key key) {
    Key* const keys = keys_.data();
    const size_t size = keys_.size();
    for (size_t first = 4 * i + 1; first < size; first = 4 * i + 1) {
      const size_t least = LeastChild(first);
      if (!(keys[least] < key)) break;
      keys[i] = keys[least];
      i = least;
    }
    keys[i] = key;
  }

  // Moves the hole down to a leaf without looking at the last key, which nearly
  // always belongs near the leaves, and then that key up from there.
  void CloseHole() {
    if (!hole_) return;
    hole_ = false;
    const Key last = keys_.back();
    keys_.pop_back();
    if (keys_.empty()) return;
    Key* const keys = keys_.data();
    const size_t size = keys_.size();
    size_t i = 0;
    for (size_t first = 1; first < size; first = 4 * i + 1) {
      const size_t least = LeastChild(first);
      keys[i] = keys[least];
      i = least;
    }
    SiftUp(i, last);
  }

  template <class Visit>
  void ForEachTiedBelow(size_t i, Key head, const Visit& visit) const {
    if (i >= keys_.size() || !keys_[i].SameRank(head)) return;
    visit(keys_[i]);
    for (size_t child = 4 * i + 1; child <= 4 * i + 4; ++child) {
      ForEachTiedBelow(child, head, visit);
    }
  }

  std::vector<Key, SiblingAllocator<Key>> keys_;
  bool hole_ = false;
};

// Keys in the order in which they were pushed, in a circular array whose size
// is a power of two.
template <class Key>
class EventRing {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // REQUIRES: i < size().
  Key operator[](size_t i) const { return keys_[Wrap(head_ + i)]; }
  Key front() const { return keys_[head_]; }
  Key back() const { return (*this)[size_ - 1]; }

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

  // Removes the keys for which drop(key), called once for each, returns true.
  template <class Drop>
  void RemoveIf(const Drop& drop) {
    size_t kept = 0;
    for (size_t i = 0; i < size_; ++i) {
      const Key key = (*this)[i];
      if (!drop(key)) keys_[Wrap(head_ + kept++)] = key;
    }
    size_ = kept;
  }

 private:
  static constexpr size_t kFirstCapacity = 16;

  size_t Wrap(size_t i) const { return i & (keys_.size() - 1); }

  [[gnu::noinline]] void Grow() {
    std::vector<Key> grown(std::max(kFirstCapacity, 2 * keys_.size()));
    for (size_t i = 0; i < size_; ++i) grown[i] = (*this)[i];
    keys_ = std::move(grown);
    head_ = 0;
  }

  std::vector<Key> keys_;
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_EVENT_HEAP_H_
