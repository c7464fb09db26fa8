// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/backtracks.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace bindersim::explore {

bool KeySet::ContainsAll(const KeySet& other) const {
  for (size_t i = 0; i < words_.size(); ++i) {
    if ((other.words_[i] & ~words_[i]) != 0) return false;
  }
  return true;
}

bool KeySet::Overlaps(const KeySet& other) const {
  uint64_t both = 0;
  for (size_t i = 0; i < words_.size(); ++i) {
    both |= words_[i] & other.words_[i];
  }
  return both != 0;
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
  const State& before = Top();
  for (size_t i = 0; i < before.able.size(); ++i) {
    if (i == before.acting || before.marks[i] != Mark::kUntried) continue;
    const auto it =
        std::ranges::find(reached_, before.able[i].actor, &Able::actor);
    if (it == reached_.end()) Want(depth_ - 1, i);
  }
}

void Backtracks::Search(std::span<const Able> waiting) {
  if (states_.size() == depth_) states_.emplace_back();
  const size_t here = depth_++;
  if (here / kBlock == places_.size()) {
    places_.emplace_back(last_.size());
    undecided_.push_back(0);
    races_.push_back(0);
  }
  State& state = states_[here];
  state.able = reached_;
  state.marks.assign(reached_.size(), Mark::kUntried);
  state.waiting.assign(waiting.begin(), waiting.end());
  for (Able& waiter : state.waiting) {
    waiter.key = BitOf(waiter.key);
    MakeRoomFor(waiter.actor);
    PlacesOf(waiter.actor, here).waiting |= BlockOf(here);
  }
  state.chosen = 0;
  state.below = kNothing;
  state.lowest = here;
  for (const Able& actor : reached_) {
    PlacesOf(actor.actor, here).untried |= BlockOf(here);
  }
  if (!reached_.empty()) {
    undecided_[here / kBlock] |= BlockOf(here);
    Want(here, 0);
  }
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

template <class Visitor>
void Backtracks::FindRaces(const Touches& touches, Visitor visit) {
  const size_t blocks = (depth_ + kBlock - 1) / kBlock;
  touches.all.ForEach([&](size_t bit) {
    const auto& [changes, looks] = touched_[bit];
    size_t since = 0;
    if (!changes.empty()) {
      since = changes.back().depth;
      races_[since / kBlock] |= BlockOf(since);
    }
    if (!touches.changed.Contains(bit)) return;
    size_t block = since / kBlock;
    if (block >= looks.size()) return;
    races_[block] |= looks[block] & ~Below(since, block);
    while (++block < looks.size()) races_[block] |= looks[block];
  });
  for (size_t block = blocks; block-- > 0;) {
    if (races_[block] != 0) visit(block, std::exchange(races_[block], 0));
  }
}

Touches Backtracks::TouchesOf(std::span<const sim::Footprint::Word> footprint) {
  Touches touches;
  for (const sim::Footprint::Word word : footprint) {
    const size_t bit = BitOf(sim::Footprint::KeyOf(word));
    touches.all.Add(bit);
    if (sim::Footprint::IsChange(word)) touches.changed.Add(bit);
  }
  return touches;
}

void Backtracks::Act(const Touches& touches) {
  const size_t here = depth_ - 1;
  State& state = Top();
  const Actor actor = ActorAt(here);
  state.touches = touches;
  state.previous = last_[actor];
  if (state.previous > 0) {
    state.clock = states_[state.previous - 1].clock;
  } else {
    state.clock.clear();
  }
  state.clock.resize(last_.size());
  reversed_.clear();
  FindRaces(state.touches, [&](size_t block, Block depths) {
    ForEachDepth(block, depths, [&](size_t earlier) {
      // What happened before a later one of them is no race of its own.
      if (state.clock[ActorAt(earlier)] > earlier) return;
      const Clock& clock = states_[earlier].clock;
      for (size_t i = 0; i < clock.size(); ++i) {
        state.clock[i] = std::max(state.clock[i], clock[i]);
      }
      reversed_.push_back(earlier);
    });
  });
  for (const size_t earlier : reversed_) Reverse(earlier, actor, state.clock);
  state.touches.all.ForEach([&](size_t bit) {
    auto& [changes, looks] = touched_[bit];
    if (state.touches.changed.Contains(bit)) {
      const auto count = static_cast<uint32_t>(changes.size());
      const bool again = count > 0 && ActorAt(changes.back().depth) == actor;
      changes.push_back(
          {static_cast<uint32_t>(here), again ? changes.back().others : count});
    } else {
      looks.resize(here / kBlock + 1);
      looks.back() |= BlockOf(here);
    }
  });
  state.clock[actor] = static_cast<uint32_t>(here) + 1;
  PlacesOf(actor, here).acted |= BlockOf(here);
  state.action = ++actions_;
  last_[actor] = static_cast<uint32_t>(here) + 1;
}

// Waiting looks at what it waits for: as an action that comes to nothing.
void Backtracks::LookInVain(const Able& waiter) {
  Touches touches;
  touches.all.Add(waiter.key);
  State& state = Top();
  state.below = With(state.below, waiter.actor, touches);
  const Clock& clock = LastClockOf(waiter.actor);
  FindRaces(touches, [&](size_t block, Block depths) {
    ForEachDepth(block, depths, [&](size_t earlier) {
      if (At(clock, ActorAt(earlier)) > earlier) return;
      Reverse(earlier, waiter.actor, clock);
    });
  });
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
    Want(depth, *who);
  } else if (!state.touches.changed.Contains(Enabler(state, actor))) {
    WantAll(depth);
  }  // else only the action itself made the actor able to act
}

void Backtracks::Revisit(Summary below) {
  if (below == kAnything) {
    for (size_t i = 0; i < depth_; ++i) WantAll(i);
    Top().lowest = 0;
    TakeBack(kNothing);
    return;
  }
  const Actions& actions = summaries_[below];
  for (const auto& [actor, touches] : actions) {
    FindRaces(touches, [&](size_t block, Block depths) {
      ReverseLater(block, depths & undecided_[block], actor, last_[actor]);
    });
  }
  // More come meanwhile.
  for (size_t i = 0; i < earlier_.size(); ++i) {
    WantOrEnable(earlier_[i].first, earlier_[i].second, actions);
  }
  for (const auto& [block, actor] : earlier_) places_[block][actor].earlier = 0;
  earlier_.clear();
  TakeBack(below);
}

Backtracks::Block Backtracks::Before(size_t block, uint32_t last) {
  if (last == 0) return 0;
  const State& state = states_[last - 1];
  std::vector<Places>& all = places_[block];
  Places& places = all[ActorAt(last - 1)];
  if (places.action != state.action) {
    places.action = state.action;
    places.before = 0;
    for (Actor other = 0; other < state.clock.size(); ++other) {
      places.before |= all[other].acted & Below(state.clock[other], block);
    }
  }
  return places.before;
}

// As Reverse, for something that `actor` will do at some time after `last`, and
// for all of these depths that are not before that.
void Backtracks::ReverseLater(size_t block, Block depths, Actor actor,
                              uint32_t last) {
  Places& places = places_[block][actor];
  depths &= ~(places.earlier | places.chosen);
  if (depths == 0) return;
  depths &= ~Before(block, last);
  if (depths == 0) return;
  places.earlier |= depths;
  if (places.unseen == 0) earlier_.emplace_back(block, actor);
  places.unseen |= depths;
}

void Backtracks::WantOrEnable(size_t block, Actor actor, const Actions& below) {
  Places& places = places_[block][actor];
  const Block depths = std::exchange(places.unseen, 0);
  const Block able = depths & places.untried;
  const Block waiting = depths & places.waiting;
  ForEachDepth(block, able, [&](size_t depth) {
    const auto it = std::ranges::find(states_[depth].able, actor, &Able::actor);
    Want(depth, static_cast<size_t>(it - states_[depth].able.begin()));
  });
  ForEachDepth(block, waiting, [&](size_t depth) {
    Enable(block, BlockOf(depth), actor, Enabler(states_[depth], actor), below);
  });
  if (const Block others = depths & ~able & ~waiting; others != 0) {
    Enable(block, others, actor, UsualEnabler(actor), below);
  }
}

// Who can make the actor able to act, without the actions at these depths? They
// should act earlier, too.
void Backtracks::Enable(size_t block, Block depths, Actor actor, size_t enabler,
                        const Actions& below) {
  const size_t lowest =
      block * kBlock + static_cast<size_t>(std::countr_zero(depths));
  const std::vector<Change>& changes = touched_[enabler].changes;
  for (size_t left = changes.size();
       left > 0 && changes[left - 1].depth > lowest;) {
    const auto& [depth, others] = changes[left - 1];
    const Actor other = ActorAt(depth);
    if (other == actor) {
      left = others;  // of its own there may be many
    } else {
      ReverseLater(block, depths & Below(depth, block), other, depth + 1);
      --left;
    }
  }
  for (const auto& [other, touches] : below) {
    if (!touches.changed.Contains(enabler)) continue;
    ReverseLater(block, depths, other, last_[other]);
  }
}

void Backtracks::RevisitOwn(size_t depth) {
  // What comes below that state, and so after each action since, is not known
  // yet.
  for (size_t i = depth; i < depth_; ++i) WantAll(i);
  Top().lowest = std::min(Top().lowest, depth);
  TakeBack(kNothing);
}

Backtracks::Summary Backtracks::Leave() {
  State& left = Top();
  const Summary below = left.below;
  const size_t lowest = left.lowest;
  const bool complete = lowest >= depth_ - 1;
  --depth_;
  for (const Able& actor : left.able) {
    Places& places = PlacesOf(actor.actor, depth_);
    places.chosen &= ~BlockOf(depth_);
    places.untried &= ~BlockOf(depth_);
  }
  for (const Able& actor : left.waiting) {
    PlacesOf(actor.actor, depth_).waiting &= ~BlockOf(depth_);
  }
  if (depth_ > 0) {
    Top().lowest = std::min(Top().lowest, lowest);
    TakeBack(below);
  }
  return complete ? below : kAnything;
}

void Backtracks::TakeBack(Summary below) {
  State& state = Top();
  const Actor actor = ActorAt(depth_ - 1);
  state.touches.all.ForEach([&](size_t bit) {
    auto& [changes, looks] = touched_[bit];
    if (state.touches.changed.Contains(bit)) {
      changes.pop_back();
    } else {
      looks.back() &= ~BlockOf(depth_ - 1);
      while (!looks.empty() && looks.back() == 0) looks.pop_back();
    }
  });
  PlacesOf(actor, depth_ - 1).acted &= ~BlockOf(depth_ - 1);
  last_[actor] = state.previous;
  state.below = With(Union(state.below, below), actor, state.touches);
}

void Backtracks::Want(size_t depth, size_t which) {
  State& state = states_[depth];
  if (state.marks[which] != Mark::kUntried) return;
  state.marks[which] = Mark::kWanted;
  if (++state.chosen == state.able.size()) {
    undecided_[depth / kBlock] &= ~BlockOf(depth);
  }
  Places& places = PlacesOf(state.able[which].actor, depth);
  places.untried &= ~BlockOf(depth);
  places.chosen |= BlockOf(depth);
}

void Backtracks::WantAll(size_t depth) {
  for (size_t i = 0; i < states_[depth].marks.size(); ++i) Want(depth, i);
}

size_t Backtracks::Enabler(const State& state, Actor actor) {
  const auto waits = std::ranges::find(state.waiting, actor, &Able::actor);
  return waits != state.waiting.end() ? waits->key : UsualEnabler(actor);
}

size_t Backtracks::UsualEnabler(Actor actor) {
  SIM_CHECK(actor < enablers_.size() && enablers_[actor])
      << "actor " << actor << " was never able to act";
  return BitOf(*enablers_[actor]);
}

void Backtracks::MakeRoomFor(Actor actor) {
  if (actor < enablers_.size()) return;
  enablers_.resize(actor + 1);
  last_.resize(actor + 1);
  for (std::vector<Places>& places : places_) places.resize(actor + 1);
}

size_t Backtracks::BitOf(uint64_t key) {
  return bits_.Get(key, [&](size_t others) {
    const size_t bit = others % KeySet::kBits;
    keys_[bit].push_back(key);
    return bit;
  });
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
  const auto [with, is_new] =
      with_.try_emplace(std::tuple(summary, actor, touches), summary);
  if (!is_new) return with->second;
  Actions more = actions;
  const auto at = more.begin() + (it - actions.begin());
  if (known) {
    at->second |= touches;
  } else {
    more.insert(at, {actor, touches});
  }
  return with->second = Intern(std::move(more));
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
