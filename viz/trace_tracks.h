// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The rows of a trace: slices that nest by construction.
//
// A row (track) takes slices as they begin and end, in the order in which they
// happen, as a stack. Times are the run's, in nanoseconds; what is kept obeys
// the rules of both viewers of the Chrome format, also where many things happen
// in the same nanosecond:
//
//  1. On one row two slices nest or are disjoint.
//  2. A slice that carries a flow arrow is at least 2 ns long, and nothing else
//     begins on its row less than 2 ns after it, so that 1 ns after its begin
//     it is the innermost slice. The same holds for an arrow that leaves at
//     its end, 1 ns before it.
//  3. Nesting is at most kMaxDepth deep.
//
// Rule 2 moves the begins and ends that come too soon to a later time, at most
// kMaxShift after the true one; where that is not enough, the arrow is given
// up. Each moved slice says by how much (Slice::shift). With costs above 2 ns
// between two records nothing is ever moved.

#ifndef BINDERSIM_VIZ_TRACE_TRACKS_H_
#define BINDERSIM_VIZ_TRACE_TRACKS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/record.h"

namespace bindersim::viz {

// What a slice or an instant shows. The exporter gives it name and arguments.
enum class SliceKind : uint8_t {
  // Threads' own rows.
  kClient,            // an outgoing call, as the application sees it
  kLocalCall,         // a call that stays in the process
  kTransaction,       // "binder transaction"
  kAsyncTransaction,  // "binder transaction async"
  kReceiveReply,      // the reply's way to the caller
  kReply,             // "binder reply"
  kAsyncReceive,      // "binder async rcv"
  kServer,            // a handler, as the application sees it
  kLocalMethod,       // the handler of a local call
  kUserWait,
  // Other rows.
  kIoctl,
  kLockWait,
  kState,
  kOnCpu,
  // Instants on a thread's row.
  kMark,
  kFinding,
  kFailure,
  kSpawnLooper,
  kDeathNotice,
  kBinderDied,
  // Instants of a process.
  kProcessExit,
  kFault,
  kStarved,
};

// Slices that are not worth showing when they have no length.
constexpr bool NeedsLength(SliceKind kind) {
  return kind == SliceKind::kState || kind == SliceKind::kOnCpu;
}

constexpr bool IsInstant(SliceKind kind) { return kind >= SliceKind::kMark; }

// Slice::track of an instant that is on no row.
inline constexpr uint32_t kNoTrack = UINT32_MAX;

// One slice or instant of a row. What the payload fields hold depends on the
// kind; see chrome_trace_args.cc.
struct Slice {
  int64_t begin = 0;   // ns, as shown
  int64_t end = 0;     // ns, as shown
  uint64_t order = 0;  // counts the begins of all rows
  uint32_t track = 0;
  uint32_t shift = 0;  // ns by which the begin or the end was moved at most
  SliceKind kind = SliceKind::kMark;
  bool unfinished = false;   // the run ended first
  bool interrupted = false;  // the thread or an enclosing slice ended first
  uint32_t debug_id = 0;
  uint32_t number = 0;
  uint32_t code = 0;
  uint32_t flags = 0;
  int32_t status = 0;
  sim::Name first;
  sim::Name second;
  sim::Name third;
  uint64_t size1 = 0;
  uint64_t size2 = 0;
};

class TraceTracks {
 public:
  static constexpr int64_t kMaxShift = 1000;  // ns
  static constexpr size_t kMaxDepth = 400;
  // Slices without length that may follow each other in one nanosecond of one
  // row.
  static constexpr uint32_t kMaxPile = 100;

  // A slice that has not ended.
  struct Open {
    Slice slice;
    int64_t true_begin = 0;
    bool carries_flow = false;  // rule 2 holds for its begin
    bool dropped = false;       // rule 3: will not be shown
    uint32_t pile = 0;          // how many began with it on its row, so far
    uint32_t flow = 0;          // the caller's: index + 1, or 0
  };

  // Takes each finished slice.
  using Output = std::function<void(const Open&)>;
  explicit TraceTracks(Output output) : output_(std::move(output)) {}

  // A new row, without slices.
  uint32_t AddTrack();

  // Begins a slice inside those that are open. It is shown no earlier than
  // `not_before`, where that moves it by no more than kMaxShift. `flow` asks
  // for room for an arrow. The reference is valid until the next call.
  Open& Begin(uint32_t track, int64_t at, Slice slice, bool flow = false,
              int64_t not_before = 0);

  // Ends the innermost slice; `flow` asks for room for an arrow 1 ns before
  // the end and `flow_fits` is set if there is. Returns the end as shown.
  int64_t End(uint32_t track, int64_t at, int64_t not_before = 0);
  int64_t EndWithFlow(uint32_t track, int64_t at, bool* flow_fits);

  // Ends the slice at `depth` and, as interrupted, all inside it.
  int64_t EndDownTo(uint32_t track, size_t depth, int64_t at,
                    int64_t not_before = 0);

  // A moment inside the open slices.
  void Instant(uint32_t track, int64_t at, Slice slice);

  // The open slices of a row, outermost first.
  std::vector<Open>& stack(uint32_t track) { return tracks_[track].stack; }
  size_t size() const { return tracks_.size(); }

  // How many slices rule 3 has left out.
  uint64_t dropped() const { return dropped_; }

 private:
  struct Track {
    int64_t cursor = 0;  // nothing is shown to begin or end before
    int64_t pile_at = -1;
    uint32_t pile = 0;
    std::vector<Open> stack;
  };

  static int64_t Place(const Track& track, int64_t at, int64_t not_before);
  static uint32_t CountPile(Track& track, int64_t at);
  int64_t Finish(Track& track, int64_t at, int64_t end);

  Output output_;
  std::vector<Track> tracks_;
  uint64_t order_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_TRACE_TRACKS_H_
