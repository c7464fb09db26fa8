// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/trace_tracks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace bindersim::viz {
namespace {

// A row whose finished slices are kept.
struct Row {
  Row()
      : tracks([this](const TraceTracks::Open& open) {
          done.push_back(open.slice);
        }),
        row(tracks.AddTrack()) {}

  TraceTracks::Open& Begin(int64_t at, bool flow = false,
                           int64_t not_before = 0) {
    return tracks.Begin(row, at, {}, flow, not_before);
  }

  std::vector<Slice> done;
  TraceTracks tracks;
  uint32_t row;
};

TEST(TraceTracks, KeepsTimesThatBreakNoRule) {
  Row row;
  row.Begin(10);
  row.Begin(20, true);
  EXPECT_EQ(row.tracks.End(row.row, 22), 22);
  EXPECT_EQ(row.tracks.End(row.row, 30), 30);
  ASSERT_EQ(row.done.size(), 2u);
  EXPECT_EQ(row.done[0].begin, 20);
  EXPECT_EQ(row.done[1].begin, 10);
  EXPECT_EQ(row.done[0].shift, 0u);
  EXPECT_LT(row.done[1].order, row.done[0].order);
}

TEST(TraceTracks, MakesRoomForAnArrow) {
  Row row;
  EXPECT_TRUE(row.Begin(10, true).carries_flow);
  EXPECT_EQ(row.Begin(10).slice.begin, 12);
  EXPECT_EQ(row.tracks.End(row.row, 11), 12);
  EXPECT_EQ(row.tracks.End(row.row, 11), 12);
  EXPECT_EQ(row.done[0].shift, 2u);
  EXPECT_EQ(row.Begin(11).slice.begin, 12);
  EXPECT_EQ(row.Begin(13).slice.begin, 13);
}

TEST(TraceTracks, MakesRoomForAnArrowAtTheEnd) {
  Row row;
  row.Begin(10);
  row.Begin(11);
  row.tracks.End(row.row, 15);
  bool fits = false;
  EXPECT_EQ(row.tracks.EndWithFlow(row.row, 16, &fits), 17);
  EXPECT_TRUE(fits);
  row.Begin(30);
  EXPECT_EQ(row.tracks.EndWithFlow(row.row, 40, &fits), 40);
  EXPECT_TRUE(fits);
}

TEST(TraceTracks, GivesUpAnArrowRatherThanMoveTooFar) {
  Row row;
  int arrows = 0;
  for (int i = 0; i < 1'000; ++i) {
    arrows += row.Begin(10, true).carries_flow;
    row.tracks.End(row.row, 10);
  }
  EXPECT_EQ(arrows, TraceTracks::kMaxShift / 2);
  for (const Slice& slice : row.done) {
    EXPECT_LE(slice.end, 10 + TraceTracks::kMaxShift);
  }
  bool fits = true;
  row.Begin(10);
  row.tracks.EndWithFlow(row.row, 10, &fits);
  EXPECT_FALSE(fits);
  // Time goes on, and all is well again.
  EXPECT_EQ(row.Begin(5'000, true).slice.begin, 5'000);
}

TEST(TraceTracks, WaitsForTheCauseButNotTooLong) {
  Row row;
  EXPECT_EQ(row.Begin(10, false, 15).slice.begin, 15);
  EXPECT_EQ(row.tracks.End(row.row, 11, 20), 20);
  EXPECT_EQ(row.Begin(21, false, 21 + TraceTracks::kMaxShift + 1).slice.begin,
            21);
}

TEST(TraceTracks, EndsInnerSlicesWithTheirOuterOne) {
  Row row;
  row.Begin(1);
  row.Begin(2);
  row.Begin(3);
  EXPECT_EQ(row.tracks.EndDownTo(row.row, 1, 9), 9);
  EXPECT_EQ(row.tracks.stack(row.row).size(), 1u);
  ASSERT_EQ(row.done.size(), 2u);
  EXPECT_TRUE(row.done[0].interrupted);
  EXPECT_FALSE(row.done[1].interrupted);
}

TEST(TraceTracks, LimitsDepthAndPiles) {
  Row row;
  for (size_t i = 0; i < TraceTracks::kMaxDepth; ++i) {
    EXPECT_FALSE(row.Begin(static_cast<int64_t>(i)).dropped);
  }
  EXPECT_TRUE(row.Begin(1'000).dropped);
  row.tracks.EndDownTo(row.row, 0, 2'000);
  EXPECT_EQ(row.tracks.dropped(), 1u);
  EXPECT_EQ(row.done.size(), TraceTracks::kMaxDepth);
  for (uint32_t i = 0; i < TraceTracks::kMaxPile; ++i) {
    row.tracks.Instant(row.row, 3'000, {});
  }
  EXPECT_EQ(row.tracks.dropped(), 1u);
  row.tracks.Instant(row.row, 3'000, {});
  EXPECT_EQ(row.tracks.dropped(), 2u);
  row.tracks.Instant(row.row, 3'001, {});
  EXPECT_EQ(row.tracks.dropped(), 2u);
}

TEST(TraceTracks, LeavesOutStatesWithoutLength) {
  Row row;
  Slice state;
  state.kind = SliceKind::kState;
  for (uint32_t i = 0; i < 2 * TraceTracks::kMaxPile; ++i) {
    row.tracks.Begin(row.row, 10, state);
    row.tracks.End(row.row, 10);
  }
  row.tracks.Begin(row.row, 10, state);
  row.tracks.End(row.row, 11);
  EXPECT_EQ(row.done.size(), 1u);
  EXPECT_EQ(row.tracks.dropped(), 0u);
}

}  // namespace
}  // namespace bindersim::viz
