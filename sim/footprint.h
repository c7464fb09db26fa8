// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a transition of an untimed run touches: two of which neither changes
// what the other touches can change places without anybody noticing.
//
// Things are called by names that mean the same in every run: a tid, say, but
// no slot. Several things may share a name. Names say whose thing it is, so
// that what one of two alike does can be told from what the other does.

#ifndef BINDERSIM_SIM_FOOTPRINT_H_
#define BINDERSIM_SIM_FOOTPRINT_H_

#include <algorithm>
#include <cstdint>
#include <vector>

namespace bindersim::sim {

enum class Access : uint8_t { kLook, kChange };

class Footprint {
 public:
  enum Space : uint64_t {
    kLock,    // what a lock protects; the lock's name
    kThread,  // what a thread has for itself, and whether it can go on; its tid
    kTimers,  // kEvents: what is to happen at a time; kFaults: what may happen;
              // kNow: the time
    kModel,   // whatever the model says
  };
  static constexpr uint64_t kEvents = 0;
  static constexpr uint64_t kFaults = 1;
  static constexpr uint64_t kNow = 2;

  // A name: what it is, and whose: a pid, a tid, or 0. Those are below 2^24.
  static constexpr uint64_t Name(uint32_t what, uint32_t who) {
    return uint64_t{what} << kWhoBits | who;
  }

  // A thing, and how it is touched, in one word: the thing's key above, kChange
  // in the lowest bit.
  using Word = uint64_t;
  static constexpr uint64_t Key(Space space, uint64_t name) {
    return static_cast<uint64_t>(space) << 56 | name;
  }
  // The same thing of somebody else. `rename(who)` says whose.
  template <class Rename>
  static uint64_t RenameKey(uint64_t key, const Rename& rename) {
    constexpr uint64_t kWho = (uint64_t{1} << kWhoBits) - 1;
    if (key >> 56 == kTimers) return key;
    return (key & ~kWho) | rename(static_cast<uint32_t>(key & kWho));
  }
  static constexpr uint64_t KeyOf(Word word) { return word >> 1; }
  static constexpr bool IsChange(Word word) { return (word & 1) != 0; }

  void Add(Space space, uint64_t name, Access access) {
    words_.push_back(Key(space, name) << 1 | static_cast<uint64_t>(access));
  }
  void Clear() { words_.clear(); }
  // To be compared: sorted, each thing once.
  void Finish() {
    std::ranges::sort(words_);
    size_t kept = 0;
    for (const Word word : words_) {
      if (kept > 0 && KeyOf(words_[kept - 1]) == KeyOf(word)) --kept;
      words_[kept++] = word;  // the change comes after the look
    }
    words_.resize(kept);
  }
  // By key. REQUIRES: Finish().
  const std::vector<Word>& words() const { return words_; }

  // Whether the two can change places. REQUIRES: Finish() of both.
  bool IndependentOf(const Footprint& other) const {
    auto i = words_.begin();
    auto j = other.words_.begin();
    while (i != words_.end() && j != other.words_.end()) {
      if (KeyOf(*i) == KeyOf(*j)) {
        if (IsChange(*i) || IsChange(*j)) return false;
        ++i;
        ++j;
      } else {
        *i < *j ? ++i : ++j;
      }
    }
    return true;
  }

  bool operator==(const Footprint&) const = default;

 private:
  static constexpr uint32_t kWhoBits = 24;

  std::vector<Word> words_;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_FOOTPRINT_H_
