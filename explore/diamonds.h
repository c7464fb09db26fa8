// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Where actions lead that need not be taken to know it.
//
// Two actions that do not notice each other lead to the same in either order:
//
//        a
//     s ---> s1
//   b |      | b
//     v      v
//    s2 ---> s12
//        a
//
// A depth-first search that has taken a from s, and b after it, and goes on
// with b from s, knows where a leads from s2. If c comes next, which does not
// notice a either, and was taken from s12, it knows where a leads from there;
// and so on. States are called by their numbers, and by how the threads in them
// go by (model/renaming.h): actions are the same in both orders under the same
// names only.
//
// Source: the commuting diamonds of Mazurkiewicz's traces. Sleep sets, which go
// by them too (Godefroid, LNCS 1032, section 5), leave such an action out; here
// a search sees what it would have seen, but has less to do: as far as actions
// touch what they say, which persistent sets rest on as well.

#ifndef BINDERSIM_EXPLORE_DIAMONDS_H_
#define BINDERSIM_EXPLORE_DIAMONDS_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "explore/backtracks.h"
#include "explore/growing_array.h"

namespace bindersim::explore {

// Some of the actors below kActors.
class ActorSet {
 public:
  static constexpr Actor kActors = 64;

  // Does nothing if it is none of these.
  void Add(Actor actor) {
    if (actor < kActors) bits_ |= uint64_t{1} << actor;
  }
  // Calls visit(actor) for each.
  template <class Visitor>
  void ForEach(Visitor visit) const {
    for (uint64_t left = bits_; left != 0; left &= left - 1) {
      visit(static_cast<Actor>(std::countr_zero(left)));
    }
  }
  bool operator==(const ActorSet&) const = default;

 private:
  uint64_t bits_ = 0;
};

class Diamonds {
 public:
  // A state, and the names that it has, by numbers; states are numbered in the
  // order in which they are searched.
  struct Place {
    uint32_t state = 0;
    uint32_t renaming = 0;
    bool operator==(const Place&) const = default;
  };
  // An action that is possible in the innermost state of the path.
  struct Known {
    Actor actor = 0;
    uint32_t steps = 0;  // of the machine
    Touches touches;
    Place leads_to;
  };

  // The path begins with a new state, or goes on to it by the action under way.
  // These can act there.
  void Enter(const Place& place, ActorSet able);
  // It leaves the innermost state.
  void Leave() { --depth_; }

  // What is known of the actor in the innermost state; null if nothing is.
  // Holds until the next call of another method.
  const Known* Find(Actor actor) const;
  // Who can act in a state that has been entered, by the names that it had
  // then.
  ActorSet AbleIn(uint32_t state) const { return kept_[state].able; }
  // These names.
  uint32_t RenamingOf(uint32_t state) const { return kept_[state].renaming; }

  // The actor, of whom nothing is known, acts in the innermost state.
  void Act(Actor actor, uint32_t steps, const Touches& touches);
  // That is where it led: to a state that has been entered, or will be now.
  void Arrive(const Place& place);

 private:
  struct State {
    uint32_t state = 0;
    Known acting;  // the action under way; where it leads is not filled in
    std::vector<Known> known;
  };
  // Where an actor leads from a state.
  struct Edge {
    uint32_t to = 0;
    uint16_t renaming = 0;
    uint16_t actor = UINT16_MAX;  // nobody
  };
  // Of a state that has been entered. Of more actions than there is room for,
  // the rest are forgotten.
  struct Kept {
    ActorSet able;
    uint32_t renaming = 0;
    std::array<Edge, 4> edges;
  };

  State& Top() { return states_[depth_ - 1]; }
  const State& Top() const { return states_[depth_ - 1]; }
  void Keep(uint32_t from, Actor actor, const Place& to);
  // Null if it is not known, or not by these names.
  const Edge* EdgeOf(const Place& from, Actor actor) const;

  std::vector<State> states_;  // the first depth_ are the path
  size_t depth_ = 0;
  GrowingArray<Kept> kept_;  // by state
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_DIAMONDS_H_
