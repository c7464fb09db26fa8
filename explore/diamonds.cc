// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/diamonds.h"

#include <algorithm>

#include "sim/check.h"

namespace bindersim::explore {

void Diamonds::Enter(const Place& place, ActorSet able) {
  if (states_.size() == depth_) states_.emplace_back();
  State& state = states_[depth_];
  state.state = place.state;
  state.known.clear();
  SIM_CHECK(place.state == kept_.size()) << "out of order";
  kept_.push_back({able, place.renaming, {}});
  if (depth_ > 0) {
    const State& before = Top();
    const Known& acting = before.acting;
    for (const Known& other : before.known) {
      if (other.actor == acting.actor) continue;
      if (!other.touches.IndependentOf(acting.touches)) continue;
      const Edge* edge = EdgeOf(other.leads_to, acting.actor);
      if (edge == nullptr) continue;
      const Place leads_to = {edge->to, edge->renaming};
      state.known.push_back(
          {other.actor, other.steps, other.touches, leads_to});
      Keep(place.state, other.actor, leads_to);
    }
  }
  ++depth_;
}

const Diamonds::Known* Diamonds::Find(Actor actor) const {
  const std::vector<Known>& known = Top().known;
  const auto it = std::ranges::find(known, actor, &Known::actor);
  return it == known.end() ? nullptr : &*it;
}

void Diamonds::Act(Actor actor, uint32_t steps, const Touches& touches) {
  Top().acting = {actor, steps, touches, {}};
}

void Diamonds::Arrive(const Place& place) {
  State& state = Top();
  Keep(state.state, state.acting.actor, place);
  state.known.push_back(state.acting);
  state.known.back().leads_to = place;
}

void Diamonds::Keep(uint32_t from, Actor actor, const Place& to) {
  if (actor >= UINT16_MAX || to.renaming > UINT16_MAX) return;
  for (Edge& edge : kept_[from].edges) {
    if (edge.actor != UINT16_MAX) continue;
    edge = {to.state, static_cast<uint16_t>(to.renaming),
            static_cast<uint16_t>(actor)};
    return;
  }
}

const Diamonds::Edge* Diamonds::EdgeOf(const Place& from, Actor actor) const {
  const Kept& kept = kept_[from.state];
  if (kept.renaming != from.renaming) return nullptr;
  const auto it = std::ranges::find(kept.edges, actor, &Edge::actor);
  return it == kept.edges.end() ? nullptr : &*it;
}

}  // namespace bindersim::explore
