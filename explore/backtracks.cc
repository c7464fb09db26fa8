// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/backtracks.h"

#include <algorithm>
#include <functional>

#include "sim/check.h"

namespace bindersim::explore {

bool KeySet::ContainsAll(const KeySet& other) const {
  for (size_t i = 0; i < words_.size(); ++i) {
    if ((other.words_[i] & ~words_[i]) != 0) return false;
  }
  return true;
}

KeySet& KeySet::operator|=(const KeySet& other) {
  for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  return *this;
}

Backtracks::Backtracks() { Intern({}); }

void Backtracks::Reach(std::span<const Able> able) {
  reached_.assign(able.begin(), able.end());
  for (const Able& actor : able) {
    MakeRoomFor(actor.actor);
    enablers_[actor.actor] = actor.key;
  }
  if (depth_ == 0) return;
  // Whoever cannot act any more never gets to where the race would show.
  State& before = Top();
  for (size_t i = 0; i < before.able.size(); ++i) {
    if (i == before.acting || before.marks[i] != Mark::kUntried) continue;
    const auto it =
        std::ranges::find(reached_, before.able[i].actor, &Able::actor);
    if (it == reached_.end()) Want(before, i);
  }
}

void Backtracks::Search(std::span<const Able> waiting) {
  if (states_.size() == depth_) states_.emplace_back();
  State& state = states_[depth_++];
  state.able = reached_;
  state.marks.assign(reached_.size(), Mark::kUntried);
  state.waiting.assign(waiting.begin(), waiting.end());
  for (Able& waiter : state.waiting) waiter.key = BitOf(waiter.key);
  state.chosen = 0;
  state.below = kNothing;
  state.lowest = depth_ - 1;
  if (!reached_.empty()) Want(state, 0);
  // They might have been in time for what they wait for.
  for (const Able& waiter : states_[depth_ - 1].waiting) LookInVain(waiter);
}

std::optional<size_t> Backtracks::Next() {
  State& state = Top();
  for (size_t i = 0; i < state.marks.size(); ++i) {
    if (state.marks[i] != Mark::kWanted) continue;
    state.marks[i] = Mark::kTried;
    state.acting = i;
    return i;
  }
  return std::nullopt;
}

void Backtracks::FindRaces(const Touches& touches) {
  races_.clear();
  ++search_;
  if (found_by_.size() < depth_) found_by_.resize(depth_);
  touches.all.ForEach([&](size_t bit) {
    const bool is_change = touches.changed.Contains(bit);
    const std::vector<Touch>& touched = touched_[bit];
    for (auto it = touched.rbegin(); it != touched.rend(); ++it) {
      if ((is_change || it->is_change) && found_by_[it->depth] != search_) {
        found_by_[it->depth] = search_;
        races_.push_back(it->depth);
      }
      if (it->is_change) break;
    }
  });
}

void Backtracks::Act(std::span<const sim::Footprint::Word> footprint) {
  const size_t here = depth_ - 1;
  State& state = Top();
  const Actor actor = ActorAt(here);
  state.touches = {};
  for (const sim::Footprint::Word word : footprint) {
    const size_t bit = BitOf(sim::Footprint::KeyOf(word));
    state.touches.all.Add(bit);
    if (sim::Footprint::IsChange(word)) state.touches.changed.Add(bit);
  }
  state.previous = last_[actor];
  if (state.previous > 0) {
    state.clock = states_[state.previous - 1].clock;
  } else {
    state.clock.clear();
  }
  state.clock.resize(last_.size());
  FindRaces(state.touches);
  state.touches.all.ForEach([&](size_t bit) {
    touched_[bit].push_back(
        {static_cast<uint32_t>(here), state.touches.changed.Contains(bit)});
  });
  // What happened before a later one of them is no race of its own.
  std::ranges::sort(races_, std::greater<>());  // the latest first
  std::erase_if(races_, [&](size_t earlier) {
    const Actor other = ActorAt(earlier);
    if (state.clock[other] > earlier) return true;
    const Clock& clock = states_[earlier].clock;
    for (size_t i = 0; i < clock.size(); ++i) {
      state.clock[i] = std::max(state.clock[i], clock[i]);
    }
    return false;
  });
  for (const size_t earlier : races_) Reverse(earlier, actor, state.clock);
  state.clock[actor] = static_cast<uint32_t>(here) + 1;
  last_[actor] = static_cast<uint32_t>(here) + 1;
}

// Waiting looks at what it waits for: as an action that comes to nothing.
void Backtracks::LookInVain(const Able& waiter) {
  Touches touches;
  touches.all.Add(waiter.key);
  State& state = Top();
  state.below = With(state.below, waiter.actor, touches);
  const Clock& clock = LastClockOf(waiter.actor);
  FindRaces(touches);
  for (const size_t earlier : races_) {
    if (At(clock, ActorAt(earlier)) > earlier) continue;
    Reverse(earlier, waiter.actor, clock);
  }
}

// The action that `actor` has just taken, with `clock` before it, should also
// come before the one at `depth`.
void Backtracks::Reverse(size_t depth, Actor actor, const Clock& clock) {
  State& state = states_[depth];
  std::optional<size_t> who;
  for (size_t i = 0; i < state.able.size(); ++i) {
    const Actor other = state.able[i].actor;
    if (other != actor && At(clock, other) <= depth + 1) continue;
    if (state.marks[i] != Mark::kUntried) return;
    if (!who || other == actor) who = i;
  }
  if (who) {
    Want(state, *who);
  } else if (!state.touches.changed.Contains(Enabler(state, actor))) {
    WantAll(state);
  }  // else only the action itself made the actor able to act
}

void Backtracks::Revisit(Summary below) {
  if (below == kAnything) {
    for (size_t i = 0; i < depth_; ++i) WantAll(states_[i]);
    Top().lowest = 0;
    TakeBack(kNothing);
    return;
  }
  const Actions& actions = summaries_[below];
  for (const auto& [actor, touches] : actions) {
    FindRaces(touches);
    const Clock& clock = LastClockOf(actor);
    for (const size_t earlier : races_) {
      const State& state = states_[earlier];
      if (state.chosen == state.able.size()) continue;  // all are tried anyway
      const Actor other = ActorAt(earlier);
      if (other == actor || At(clock, other) > earlier) continue;
      ReverseLater(earlier, actor, actions);
    }
  }
  TakeBack(below);
}

// As Reverse, for something that `actor` will do at some time, among `below`.
void Backtracks::ReverseLater(size_t depth, Actor actor, const Actions& below) {
  State& state = states_[depth];
  const Actor earlier = ActorAt(depth);
  wanted_.assign(1, actor);
  met_.assign(last_.size(), false);
  met_[actor] = true;
  const auto meet = [&](Actor other) {
    if (met_[other]) return;
    met_[other] = true;
    wanted_.push_back(other);
  };
  while (!wanted_.empty()) {
    const Actor who = wanted_.back();
    wanted_.pop_back();
    if (WantIfAble(state, who)) continue;
    // Who can make it able to act, without the action at `depth`?
    const size_t enabler = Enabler(state, who);
    const std::vector<Touch>& touched = touched_[enabler];
    for (auto it = touched.rbegin(); it != touched.rend() && it->depth > depth;
         ++it) {
      if (!it->is_change) continue;
      if (At(states_[it->depth].clock, earlier) <= depth) {
        meet(ActorAt(it->depth));
      }
    }
    for (const auto& [other, touches] : below) {
      if (other == earlier || !touches.changed.Contains(enabler)) continue;
      // Did the action at `depth` happen before all that it will do?
      if (At(LastClockOf(other), earlier) <= depth) meet(other);
    }
  }
}

void Backtracks::RevisitOwn(size_t depth) {
  // What comes below that state, and so after each action since, is not known
  // yet.
  for (size_t i = depth; i < depth_; ++i) WantAll(states_[i]);
  Top().lowest = std::min(Top().lowest, depth);
  TakeBack(kNothing);
}

Backtracks::Summary Backtracks::Leave() {
  State& left = Top();
  const Summary below = left.below;
  const size_t lowest = left.lowest;
  const bool complete = lowest >= depth_ - 1;
  --depth_;
  if (depth_ > 0) {
    Top().lowest = std::min(Top().lowest, lowest);
    TakeBack(below);
  }
  return complete ? below : kAnything;
}

void Backtracks::TakeBack(Summary below) {
  State& state = Top();
  const Actor actor = ActorAt(depth_ - 1);
  state.touches.all.ForEach([&](size_t bit) { touched_[bit].pop_back(); });
  last_[actor] = state.previous;
  state.below = With(Union(state.below, below), actor, state.touches);
}

void Backtracks::Want(State& state, size_t which) {
  if (state.marks[which] != Mark::kUntried) return;
  state.marks[which] = Mark::kWanted;
  ++state.chosen;
}

bool Backtracks::WantIfAble(State& state, Actor actor) {
  const auto able = std::ranges::find(state.able, actor, &Able::actor);
  if (able == state.able.end()) return false;
  Want(state, static_cast<size_t>(able - state.able.begin()));
  return true;
}

void Backtracks::WantAll(State& state) {
  for (size_t i = 0; i < state.marks.size(); ++i) Want(state, i);
}

size_t Backtracks::Enabler(const State& state, Actor actor) {
  const auto waits = std::ranges::find(state.waiting, actor, &Able::actor);
  if (waits != state.waiting.end()) return waits->key;
  SIM_CHECK(actor < enablers_.size() && enablers_[actor])
      << "actor " << actor << " was never able to act";
  return BitOf(*enablers_[actor]);
}

void Backtracks::MakeRoomFor(Actor actor) {
  if (actor < enablers_.size()) return;
  enablers_.resize(actor + 1);
  last_.resize(actor + 1);
}

size_t Backtracks::BitOf(uint64_t key) {
  const auto [it, is_new] =
      bits_.try_emplace(key, bits_.size() % KeySet::kBits);
  if (is_new) keys_[it->second].push_back(key);
  return it->second;
}

Backtracks::Summary Backtracks::Renamed(Summary summary,
                                        const Renamer& rename) {
  if (summary == kNothing || summary == kAnything) return summary;
  Summary renamed = kNothing;
  // Interning more moves the summaries.
  const Actions actions = summaries_[summary];
  for (const auto& [actor, touches] : actions) {
    const Actor other = rename.actor(actor);
    MakeRoomFor(std::max(actor, other));
    if (!enablers_[other] && enablers_[actor]) {
      enablers_[other] = rename.key(*enablers_[actor]);
    }
    renamed =
        With(renamed, other,
             {Renamed(touches.all, rename), Renamed(touches.changed, rename)});
  }
  return renamed;
}

KeySet Backtracks::Renamed(const KeySet& keys, const Renamer& rename) {
  KeySet renamed;
  keys.ForEach([&](size_t bit) {
    // A key that is new here comes last, at another bit or at this.
    const size_t count = keys_[bit].size();
    for (size_t i = 0; i < count; ++i) {
      renamed.Add(BitOf(rename.key(keys_[bit][i])));
    }
  });
  return renamed;
}

Backtracks::Summary Backtracks::Intern(Actions actions) {
  const auto next = static_cast<Summary>(summaries_.size());
  const auto [it, is_new] = interned_.try_emplace(actions, next);
  if (is_new) summaries_.push_back(std::move(actions));
  return it->second;
}

Backtracks::Summary Backtracks::With(Summary summary, Actor actor,
                                     const Touches& touches) {
  const Actions& actions = summaries_[summary];
  const auto by_actor = [](const auto& entry) { return entry.first; };
  auto it = std::ranges::lower_bound(actions, actor, {}, by_actor);
  const bool known = it != actions.end() && it->first == actor;
  if (known && it->second.ContainsAll(touches)) return summary;
  Actions more = actions;
  const auto at = more.begin() + (it - actions.begin());
  if (known) {
    at->second |= touches;
  } else {
    more.insert(at, {actor, touches});
  }
  return Intern(std::move(more));
}

Backtracks::Summary Backtracks::Union(Summary a, Summary b) {
  if (a == b || b == kNothing) return a;
  if (a == kNothing) return b;
  const auto [it, is_new] = unions_.try_emplace(std::minmax(a, b), kNothing);
  if (!is_new) return it->second;
  Summary both = a;
  const Actions added = summaries_[b];
  for (const auto& [actor, touches] : added) both = With(both, actor, touches);
  unions_[std::minmax(a, b)] = both;
  return both;
}

}  // namespace bindersim::explore
