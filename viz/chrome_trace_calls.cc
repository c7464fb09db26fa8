// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The part of the exporter that follows transactions: their slices on the
// threads' own rows and the arrows between them.

#include <linux/android/binder.h>

#include <cstddef>
#include <optional>

#include "viz/binder_names.h"
#include "viz/chrome_trace.h"

namespace bindersim::viz {

// --- the driver's view ---

void ChromeTrace::On(const record::TransactionSent& sent) {
  Live& live = live_[sent.debug_id];
  live = {};
  live.reply = sent.reply != 0;
  live.oneway = !live.reply && (sent.flags & TF_ONE_WAY) != 0;
  live.in_reply_to = sent.in_reply_to;
  live.from_tid = tid_;
  live.code = sent.code;
  live.flags = sent.flags;
  live.data_size = sent.data_size;
  live.offsets_size = sent.offsets_size;
  if (live.reply) return;

  const uint32_t row = OwnRow();
  EndIfTop(row, SliceKind::kReceiveReply);
  Slice slice;
  slice.kind =
      live.oneway ? SliceKind::kAsyncTransaction : SliceKind::kTransaction;
  slice.debug_id = sent.debug_id;
  slice.number = sent.to_pid;
  slice.code = sent.code;
  slice.flags = sent.flags;
  slice.size1 = sent.data_size;
  slice.size2 = sent.offsets_size;
  const bool wants = WantsFlow(live.oneway);
  TraceTracks::Open& open = tracks_.Begin(row, at_, slice, wants);
  live.not_before = open.slice.begin;
  if (!wants) return;
  if (!open.carries_flow) {
    ++model_.flows_dropped;
    return;
  }
  Flow flow;
  flow.kind = live.oneway ? Flow::Kind::kOneway : Flow::Kind::kRequest;
  flow.from_at = open.slice.begin + 1;
  flow.from_track = row;
  model_.flows.push_back(flow);
  live.flow = open.flow = static_cast<uint32_t>(model_.flows.size());
}

void ChromeTrace::On(const record::TransactionQueued& queued) {
  const auto it = live_.find(queued.debug_id);
  if (it == live_.end()) return;
  Live& live = it->second;
  const uint32_t row = OwnRow();
  if (live.reply) {
    const auto depth = Find(row, SliceKind::kReply, live.in_reply_to);
    if (depth) EndReply(row, *depth, live);
    now_[tid_].replying = false;
  } else if (live.oneway) {
    // A call that waited behind its node's others is queued once more later.
    const auto depth = Find(row, SliceKind::kAsyncTransaction, queued.debug_id);
    if (depth) tracks_.EndDownTo(row, *depth, at_);
  }
}

// Ends the callee's slice; the arrow of the reply leaves at its end.
void ChromeTrace::EndReply(uint32_t track, size_t depth, Live& live) {
  if (tracks_.stack(track).size() > depth + 1) {
    tracks_.EndDownTo(track, depth + 1, at_);
  }
  if (!WantsFlow(false)) {
    live.not_before = tracks_.End(track, at_);
    return;
  }
  bool fits = false;
  live.not_before = tracks_.EndWithFlow(track, at_, &fits);
  if (!fits) {
    ++model_.flows_dropped;
    return;
  }
  Flow flow;
  flow.kind = Flow::Kind::kReply;
  flow.from_at = live.not_before - 1;
  flow.from_track = track;
  model_.flows.push_back(flow);
  live.flow = static_cast<uint32_t>(model_.flows.size());
}

// A reply that the driver did not take is never queued, and its sender is not
// told (TXN-75).
void ChromeTrace::EndFailedReply() {
  bool& replying = now_[tid_].replying;
  if (replying) EndIfTop(OwnRow(), SliceKind::kReply);
  replying = false;
}

void ChromeTrace::On(const record::TransactionReceived& received) {
  if (received.reply != 0) return ReceiveReply(received.debug_id);
  const uint32_t row = OwnRow();
  EndIfTop(row, SliceKind::kReceiveReply);
  EndIfTop(row, SliceKind::kAsyncReceive);
  EndFailedReply();
  const auto it = live_.find(received.debug_id);
  const Live live = it == live_.end() ? Live{} : it->second;
  Slice slice;
  slice.kind = live.oneway ? SliceKind::kAsyncReceive : SliceKind::kReply;
  slice.debug_id = received.debug_id;
  slice.number = live.from_tid;
  slice.code = live.code;
  slice.flags = live.flags;
  slice.size1 = live.data_size;
  slice.size2 = live.offsets_size;
  TraceTracks::Open& open =
      tracks_.Begin(row, at_, slice, live.flow != 0, live.not_before);
  if (live.flow != 0 && open.carries_flow) {
    Flow& flow = model_.flows[live.flow - 1];
    flow.to_at = open.slice.begin + 1;
    flow.to_track = row;
    open.flow = live.flow;
  } else if (live.flow != 0) {
    ++model_.flows_dropped;
  }
  if (live.oneway) {
    live_.erase(it);
  } else if (it != live_.end()) {
    it->second.callee = row;
    it->second.flow = 0;
  }
}

void ChromeTrace::ReceiveReply(uint32_t debug_id) {
  const auto it = live_.find(debug_id);
  const Live live = it == live_.end() ? Live{} : it->second;
  const uint32_t request = live.reply ? live.in_reply_to : debug_id;
  const uint32_t row = OwnRow();
  const auto depth = Find(row, SliceKind::kTransaction, request);
  if (!depth) return;
  tracks_.EndDownTo(row, *depth, at_, live.not_before);
  Slice slice;
  slice.kind = SliceKind::kReceiveReply;
  slice.debug_id = debug_id;
  slice.flags = live.flags;
  slice.size1 = live.data_size;
  slice.size2 = live.offsets_size;
  const TraceTracks::Open& open =
      tracks_.Begin(row, at_, slice, live.flow != 0);
  if (live.flow != 0 && open.carries_flow) {
    Flow& flow = model_.flows[live.flow - 1];
    flow.to_at = open.slice.begin + 1;
    flow.to_track = row;
  } else if (live.flow != 0) {
    ++model_.flows_dropped;
  }
  live_.erase(request);
  live_.erase(debug_id);
}

// The caller is told that its request has failed because of the reply: the
// callee's slice ends first. Returns when, as shown.
int64_t ChromeTrace::EndCallee(uint32_t request) {
  const auto it = live_.find(request);
  if (it == live_.end() || !it->second.callee) return 0;
  const uint32_t row = *it->second.callee;
  const std::vector<TraceTracks::Open>& stack = tracks_.stack(row);
  if (!TopIs(row, SliceKind::kReply) ||
      stack.back().slice.debug_id != request) {
    return 0;
  }
  return tracks_.End(row, at_);
}

void ChromeTrace::On(const record::TransactionFailed& failed) {
  const auto it = live_.find(failed.debug_id);
  const bool reply = it != live_.end() && it->second.reply;
  const uint32_t request = reply ? it->second.in_reply_to : failed.debug_id;
  const uint32_t row = OwnRow();
  const int64_t not_before = EndCallee(request);
  std::optional<size_t> depth = Find(row, SliceKind::kTransaction, request);
  if (!depth) depth = Find(row, SliceKind::kAsyncTransaction, request);
  if (!depth && reply) depth = Find(row, SliceKind::kReply, request);
  if (depth) {
    Slice& slice = tracks_.stack(row)[*depth].slice;
    slice.first = Intern(CommandName(failed.error));
    slice.status = failed.param;
    if (slice.kind != SliceKind::kReply) live_.erase(request);
    tracks_.EndDownTo(row, *depth, at_, not_before);
    return;
  }
  Slice slice;
  slice.kind = SliceKind::kFailure;
  slice.debug_id = failed.debug_id;
  slice.code = failed.error;
  slice.status = failed.param;
  slice.flags = failed.late;
  tracks_.Instant(row, at_, slice);
}

// --- the application's view ---

void ChromeTrace::On(const record::CallBegin& call) {
  const uint32_t row = OwnRow();
  EndIfTop(row, SliceKind::kReceiveReply);
  Slice slice;
  slice.kind = call.local != 0 ? SliceKind::kLocalCall : SliceKind::kClient;
  slice.number = call.call;
  slice.code = call.code;
  slice.flags = call.oneway;
  slice.size1 = call.data_size;
  slice.first = Keep(call.target);
  slice.second = Keep(call.interface);
  slice.third = Keep(call.method);
  tracks_.Begin(row, at_, slice);
}

void ChromeTrace::On(const record::CallEnd& call) {
  const uint32_t row = OwnRow();
  EndIfTop(row, SliceKind::kReceiveReply);
  std::vector<TraceTracks::Open>& stack = tracks_.stack(row);
  for (size_t i = stack.size(); i-- > 0;) {
    Slice& slice = stack[i].slice;
    const bool is_call =
        slice.kind == SliceKind::kClient || slice.kind == SliceKind::kLocalCall;
    if (!is_call || slice.number != call.call) continue;
    slice.status = call.status;
    tracks_.EndDownTo(row, i, at_);
    return;
  }
}

// Whether the innermost slice is the reception of that transaction. An AIDL
// slice anywhere else would be taken for the handler of another one.
bool ChromeTrace::ServesTop(uint32_t track, uint32_t debug_id) {
  return debug_id != 0 &&
         (TopIs(track, SliceKind::kReply) ||
          TopIs(track, SliceKind::kAsyncReceive)) &&
         tracks_.stack(track).back().slice.debug_id == debug_id;
}

void ChromeTrace::On(const record::MethodBegin& method) {
  const uint32_t row = OwnRow();
  EndIfTop(row, SliceKind::kReceiveReply);
  Slice slice;
  slice.kind = ServesTop(row, method.debug_id) ? SliceKind::kServer
                                               : SliceKind::kLocalMethod;
  slice.debug_id = method.debug_id;
  slice.flags = method.oneway;
  slice.first = Keep(method.object);
  slice.second = Keep(method.interface);
  slice.third = Keep(method.method);
  tracks_.Begin(row, at_, slice);
}

void ChromeTrace::On(const record::MethodEnd& method) {
  const uint32_t row = OwnRow();
  EndIfTop(row, SliceKind::kReceiveReply);
  auto depth = Find(row, SliceKind::kServer, method.debug_id);
  if (!depth) depth = Find(row, SliceKind::kLocalMethod, method.debug_id);
  if (!depth) return;
  tracks_.stack(row)[*depth].slice.status = method.status;
  tracks_.EndDownTo(row, *depth, at_);
  if (Find(row, SliceKind::kAsyncReceive, method.debug_id)) {
    EndIfTop(row, SliceKind::kAsyncReceive);
  }
}

void ChromeTrace::On(const record::UserWait& wait) {
  const uint32_t row = OwnRow();
  EndIfTop(row, SliceKind::kReceiveReply);
  const auto kind = static_cast<uint32_t>(wait.kind);
  if (wait.begins != 0) {
    Slice slice;
    slice.kind = SliceKind::kUserWait;
    slice.code = kind;
    slice.first = Keep(wait.what);
    tracks_.Begin(row, at_, slice);
    return;
  }
  const std::vector<TraceTracks::Open>& stack = tracks_.stack(row);
  for (size_t i = stack.size(); i-- > 0;) {
    const Slice& slice = stack[i].slice;
    if (slice.kind != SliceKind::kUserWait || slice.code != kind) continue;
    tracks_.EndDownTo(row, i, at_);
    return;
  }
}

}  // namespace bindersim::viz
