// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/trace_tracks.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace bindersim::viz {

uint32_t TraceTracks::AddTrack() {
  tracks_.emplace_back();
  return static_cast<uint32_t>(tracks_.size() - 1);
}

int64_t TraceTracks::Place(const Track& track, int64_t at, int64_t not_before) {
  const int64_t earliest = std::max(at, track.cursor);
  const int64_t wanted = std::max(earliest, not_before);
  return wanted - at <= kMaxShift ? wanted : earliest;
}

uint32_t TraceTracks::CountPile(Track& track, int64_t at) {
  if (track.pile_at != at) {
    track.pile_at = at;
    track.pile = 0;
  }
  return ++track.pile;
}

TraceTracks::Open& TraceTracks::Begin(uint32_t track_index, int64_t at,
                                      Slice slice, bool flow,
                                      int64_t not_before) {
  Track& track = tracks_[track_index];
  Open open;
  open.slice = slice;
  open.true_begin = at;
  open.slice.track = track_index;
  open.slice.order = order_++;
  open.slice.begin = Place(track, at, not_before);
  open.slice.shift = static_cast<uint32_t>(open.slice.begin - at);
  open.dropped = track.stack.size() >= kMaxDepth;
  if (!NeedsLength(slice.kind)) {
    open.pile = CountPile(track, open.slice.begin);
  }
  track.cursor = open.slice.begin;
  if (flow && !open.dropped && open.slice.begin + 2 - at <= kMaxShift) {
    open.carries_flow = true;
    track.cursor += 2;
  }
  track.stack.push_back(open);
  return track.stack.back();
}

int64_t TraceTracks::End(uint32_t track_index, int64_t at, int64_t not_before) {
  Track& track = tracks_[track_index];
  return Finish(track, at, Place(track, at, not_before));
}

int64_t TraceTracks::EndWithFlow(uint32_t track_index, int64_t at,
                                 bool* flow_fits) {
  Track& track = tracks_[track_index];
  SIM_CHECK(!track.stack.empty());
  const int64_t roomy = std::max(at, track.cursor + 2);
  *flow_fits = roomy - at <= kMaxShift && !track.stack.back().dropped;
  return Finish(track, at, *flow_fits ? roomy : Place(track, at, 0));
}

int64_t TraceTracks::EndDownTo(uint32_t track_index, size_t depth, int64_t at,
                               int64_t not_before) {
  Track& track = tracks_[track_index];
  while (track.stack.size() > depth + 1) {
    track.stack.back().slice.interrupted = true;
    End(track_index, at, not_before);
  }
  return End(track_index, at, not_before);
}

int64_t TraceTracks::Finish(Track& track, int64_t at, int64_t end) {
  SIM_CHECK(!track.stack.empty()) << "no slice is open";
  Open open = track.stack.back();
  track.stack.pop_back();
  track.cursor = end;
  open.slice.end = end;
  open.slice.shift =
      std::max(open.slice.shift, static_cast<uint32_t>(end - at));
  if (open.slice.begin == end) {
    if (NeedsLength(open.slice.kind)) return end;
    // Viewers take each for a child of the one before. An outer slice began
    // before its inner ones, so it is not the one that is left out.
    open.dropped |= open.pile > kMaxPile;
  }
  if (open.dropped) {
    ++dropped_;
  } else {
    output_(open);
  }
  return end;
}

void TraceTracks::Instant(uint32_t track_index, int64_t at, Slice slice) {
  Begin(track_index, at, slice);
  End(track_index, at);
}

}  // namespace bindersim::viz
