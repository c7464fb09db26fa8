// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Where on its path a depth-first search still has to try something else.
//
// A state's first visit tries one actor only. Whenever an action turns out to
// depend on an earlier one of another actor that need not come before it, the
// two could change places: then somebody who leads there is to be tried from
// the state before the earlier one, too. What is tried from a state in the end
// is a persistent set, so that every way in which a run can end is seen.
//
// Whoever waits looks, in vain, at what it waits for: somebody may have taken
// that away who need not have come first.
//
// A state that was visited before is not visited again. What all actors did
// below it, as a set of actors with all that each touched, stands for what they
// would do, in any order. If actors that are alike had changed places there,
// they have to in that set (Renamed). Where a path comes back to a state of its
// own, nobody knows yet what that will be: then everything is tried from each
// state since.
//
// What this takes for granted: an action after which an actor that cannot act
// will never act again conflicts with what would have made it able to. So it is
// where one has to find a waiter to wake it.
//
// Sources: Flanagan, Godefroid, "Dynamic partial-order reduction for model
// checking software", POPL 2005; Yang, Chen, Gopalakrishnan, Kirby, "Efficient
// stateful dynamic partial order reduction", SPIN 2008.

#ifndef BINDERSIM_EXPLORE_BACKTRACKS_H_
#define BINDERSIM_EXPLORE_BACKTRACKS_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "explore/huge_page_allocator.h"
#include "explore/number_table.h"
#include "sim/footprint.h"

namespace bindersim::explore {

// A thread, time, or a fault: numbered by who asks, from 0.
using Actor = uint32_t;

// Keys of footprints (sim/machine.h). Different keys may count as one: that
// makes more depend on each other, never less.
class KeySet {
 public:
  static constexpr size_t kBits = 256;

  void Add(size_t bit) { words_[bit / 64] |= uint64_t{1} << bit % 64; }
  bool Contains(size_t bit) const { return words_[bit / 64] >> bit % 64 & 1; }
  bool ContainsAll(const KeySet& other) const;
  bool Overlaps(const KeySet& other) const;
  KeySet& operator|=(const KeySet& other);
  // Calls visit(bit) for each.
  template <class Visitor>
  void ForEach(Visitor visit) const {
    for (size_t word = 0; word < words_.size(); ++word) {
      for (uint64_t left = words_[word]; left != 0; left &= left - 1) {
        visit(word * 64 + static_cast<size_t>(std::countr_zero(left)));
      }
    }
  }

  bool operator==(const KeySet&) const = default;
  template <class H>
  friend H AbslHashValue(H hash, const KeySet& keys) {
    return H::combine(std::move(hash), keys.words_);
  }

 private:
  std::array<uint64_t, kBits / 64> words_{};
};

// What an action touches, or what many do.
struct Touches {
  KeySet all;
  KeySet changed;

  bool ContainsAll(const Touches& other) const {
    return all.ContainsAll(other.all) && changed.ContainsAll(other.changed);
  }
  // Whether neither changes what the other touches.
  bool IndependentOf(const Touches& other) const {
    return !changed.Overlaps(other.all) && !other.changed.Overlaps(all);
  }
  Touches& operator|=(const Touches& other) {
    all |= other.all;
    changed |= other.changed;
    return *this;
  }
  bool operator==(const Touches&) const = default;
  template <class H>
  friend H AbslHashValue(H hash, const Touches& touches) {
    return H::combine(std::move(hash), touches.all, touches.changed);
  }
};

class Backtracks {
 public:
  // What actors did below a state, and what each touched there. The same
  // number stands for the same.
  using Summary = uint32_t;
  static constexpr Summary kNothing = 0;
  // Whatever there is: nobody knows yet.
  static constexpr Summary kAnything = UINT32_MAX;

  struct Able {
    Actor actor = 0;
    uint64_t key = 0;  // is changed by whoever makes the actor able to act
  };

  Backtracks();

  // Comes to a state, first of all or by an action: `able` can act there. Then
  // one of Search, Revisit, RevisitOwn has to be called.
  void Reach(std::span<const Able> able);
  // It is to be searched. Of those that cannot act, `waiting` are made able to
  // by whoever changes the key given; all others by whoever changes the key
  // that they had when they were able.
  void Search(std::span<const Able> waiting);
  // It has been searched before, or the run ends there (kNothing below it):
  // takes the action back that led to it.
  void Revisit(Summary below);
  // It is a state of the path, by its depth: takes the action back.
  void RevisitOwn(size_t depth);

  // What others would do who are in the places of those who did it. `rename`
  // says who is in an actor's place, and what is called by a key there.
  struct Renamer {
    std::function<Actor(Actor)> actor;
    std::function<uint64_t(uint64_t)> key;
  };
  Summary Renamed(Summary summary, const Renamer& rename);

  // Which of `able` is to be tried next at the innermost state; none if what is
  // below that state has all been seen.
  std::optional<size_t> Next();
  // The actor tried acts, and touches this. Leads to a state.
  void Act(const Touches& touches);
  // What that footprint says, finished or not.
  Touches TouchesOf(std::span<const sim::Footprint::Word> footprint);
  // Leaves the innermost state, of which all has been seen, takes back the
  // action that led to it, and returns what was below it.
  Summary Leave();

  // How many of `able` of a state of the path have been tried or will be.
  size_t Chosen(size_t depth) const { return states_[depth].chosen; }

 private:
  enum class Mark : uint8_t { kUntried, kWanted, kTried };

  using Clock = std::vector<uint32_t>;  // by actor: 1 + depth of an action

  // 64 neighbouring depths of the path, one bit each. A revisit can concern
  // every depth: what it means is found out for a block at once.
  using Block = uint64_t;
  static constexpr size_t kBlock = 64;
  // Where in a block an actor was what.
  struct Places {
    Block untried = 0;  // able to act
    Block chosen = 0;   // able to act, and has been tried or will be
    Block waiting = 0;
    Block acted = 0;
    // What is before an action of the actor (Before), and which that is.
    Block before = 0;
    uint64_t action = 0;
    // Of a call of Revisit: where it should have acted before those who did,
    // and where of these Revisit has still to see whether it can.
    Block earlier = 0;
    Block unseen = 0;
  };
  static Block BlockOf(size_t depth) { return Block{1} << depth % kBlock; }
  // The depths of the block that are below `depth`.
  static Block Below(size_t depth, size_t block) {
    if (depth / kBlock != block) return depth / kBlock > block ? ~Block{0} : 0;
    return BlockOf(depth) - 1;
  }
  // Calls visit(depth) for each, the deepest first.
  template <class Visitor>
  static void ForEachDepth(size_t block, Block depths, Visitor visit) {
    while (depths != 0) {
      const size_t bit = static_cast<size_t>(std::bit_width(depths)) - 1;
      depths ^= BlockOf(bit);
      visit(block * kBlock + bit);
    }
  }

  struct State {
    std::vector<Able> able;
    std::vector<Mark> marks;  // of `able`
    std::vector<Able> waiting;
    size_t chosen = 0;
    Summary below = kNothing;
    size_t lowest = 0;  // depth of the first state that one leads back to
    // The action under way.
    size_t acting = 0;  // of `able`
    Touches touches;
    uint64_t action = 0;    // its number
    Clock clock;            // what happened before it, and it
    uint32_t previous = 0;  // 1 + depth of the actor's action before it
  };
  using Actions = std::vector<std::pair<Actor, Touches>>;  // by actor
  struct Change {
    uint32_t depth = 0;
    uint32_t others = 0;  // how many come up to the last by another actor
  };
  // Where on the path a bit's keys were touched.
  struct Touched {
    std::vector<Change> changes;  // by depth
    std::vector<Block> looks;     // by block; the last is not 0
  };

  State& Top() { return states_[depth_ - 1]; }
  Actor ActorAt(size_t depth) const {
    const State& state = states_[depth];
    return state.able[state.acting].actor;
  }
  size_t BitOf(uint64_t key);
  // What happened before the actor's latest action, and that; nothing if there
  // is none.
  const Clock& LastClockOf(Actor actor) const {
    return last_[actor] > 0 ? states_[last_[actor] - 1].clock : never_;
  }
  // What of the block happened before the action at depth `last` - 1, and that.
  Block Before(size_t block, uint32_t last);
  Places& PlacesOf(Actor actor, size_t depth) {
    return places_[depth / kBlock][actor];
  }
  // Calls visit(block, depths) with those actions that something with these
  // touches depends on directly, the deepest first.
  template <class Visitor>
  void FindRaces(const Touches& touches, Visitor visit);
  static uint32_t At(const Clock& clock, Actor actor) {
    return actor < clock.size() ? clock[actor] : 0;
  }

  void LookInVain(const Able& waiter);
  void Want(size_t depth, size_t which);
  void WantAll(size_t depth);
  void Reverse(size_t depth, Actor actor, const Clock& clock);
  void ReverseLater(size_t block, Block depths, Actor actor, uint32_t last);
  void WantOrEnable(size_t block, Actor actor, const Actions& below);
  void Enable(size_t block, Block depths, Actor actor, size_t enabler,
              const Actions& below);
  void TakeBack(Summary below);
  // The key that makes the actor able to act in that state.
  size_t Enabler(const State& state, Actor actor);
  // In any state where it is not said to wait.
  size_t UsualEnabler(Actor actor);

  void MakeRoomFor(Actor actor);
  KeySet Renamed(const KeySet& keys, const Renamer& rename);
  Summary Intern(Actions actions);
  Summary With(Summary summary, Actor actor, const Touches& touches);
  Summary Union(Summary a, Summary b);

  std::vector<State> states_;  // the first depth_ are in use
  std::vector<Able> reached_;
  size_t depth_ = 0;
  std::vector<uint32_t> last_;  // by actor: 1 + depth of its latest action
  std::vector<std::vector<Places>> places_;  // by block, by actor
  std::vector<Block> undecided_;  // by block: states with somebody untried
  std::array<Touched, KeySet::kBits> touched_;             // by bit
  NumberTable<size_t> bits_;                               // by key
  std::array<std::vector<uint64_t>, KeySet::kBits> keys_;  // by bit
  // By actor: what makes it able to act, if that is known.
  std::vector<std::optional<uint64_t>> enablers_;
  std::vector<Actions> summaries_;
  absl::flat_hash_map<Actions, Summary> interned_;
  template <class Key, class Plain = absl::flat_hash_map<Key, Summary>>
  using Known =
      absl::flat_hash_map<Key, Summary, typename Plain::hasher,
                          typename Plain::key_equal,
                          HugePageAllocator<std::pair<const Key, Summary>>>;
  // What With and Union came to.
  Known<std::tuple<Summary, Actor, Touches>> with_;
  Known<std::pair<Summary, Summary>> unions_;
  uint64_t actions_ = 0;  // so far
  // Kept for their memory.
  std::vector<Block> races_;  // by block; all 0 between calls of FindRaces
  std::vector<size_t> reversed_;
  std::vector<std::pair<size_t, Actor>> earlier_;  // with the block
  Clock never_;                                    // empty
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_BACKTRACKS_H_
