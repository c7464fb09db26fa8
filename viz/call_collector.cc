// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/call_collector.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace bindersim::viz {
namespace {

// libbinder's status_t (USR-70).
constexpr int32_t kDeadObject = -32;
constexpr int32_t kUnknownTransaction = -74;
constexpr int32_t kFailedTransaction = std::numeric_limits<int32_t>::min() + 2;

Outcome OutcomeOf(int32_t status, bool frozen) {
  if (status == 0) return Outcome::kOk;
  if (frozen) return Outcome::kFrozen;
  switch (status) {
    case kDeadObject:
      return Outcome::kDead;
    case kFailedTransaction:
      return Outcome::kFailed;
    case kUnknownTransaction:
      return Outcome::kUnknown;
    default:
      return Outcome::kOther;
  }
}

}  // namespace

void CallCollector::OnRecord(const sim::Record& record,
                             const sim::NameTable& names) {
  at_ = (record.at - sim::kStart).count();
  tid_ = record.tid;
  if (const auto p = record.As<record::IoctlBegin>()) {
    On(*p);
  } else if (const auto p = record.As<record::TransactionSent>()) {
    On(*p);
  } else if (const auto p = record.As<record::TransactionQueued>()) {
    On(*p);
  } else if (const auto p = record.As<record::TransactionReceived>()) {
    On(*p);
  } else if (const auto p = record.As<record::TransactionFailed>()) {
    On(*p);
  } else if (const auto p = record.As<record::CallBegin>()) {
    On(*p, names);
  } else if (const auto p = record.As<record::CallEnd>()) {
    On(*p);
  } else if (const auto p = record.As<record::MethodEnd>()) {
    On(*p);
  } else if (const auto p = record.As<record::ThreadExited>()) {
    On(*p);
  } else if (const auto p = record.As<record::ProcessExited>()) {
    On(*p);
  } else if (const auto p = record.As<record::Mark>()) {
    On(*p, names);
  }
}

void CallCollector::On(const record::CallBegin& call,
                       const sim::NameTable& names) {
  const CallKind kind = call.local != 0    ? CallKind::kLocal
                        : call.oneway != 0 ? CallKind::kOneway
                                           : CallKind::kSync;
  Method*& method = by_name_[{call.target, call.method, kind}];
  if (method == nullptr) {
    method =
        &methods_[{names.Text(call.target), names.Text(call.method), kind}];
  }
  ++method->calls;
  OpenCall open;
  open.number = call.call;
  open.kind = kind;
  open.method = method;
  open.begin = at_;
  open_[tid_].push_back(open);
}

void CallCollector::On(const record::CallEnd& call) {
  std::vector<OpenCall>& open = open_[tid_];
  const auto it = std::ranges::find(open, call.call, &OpenCall::number);
  if (it == open.end()) return;
  EndCall(*it, call.status);
  open.erase(it);
}

void CallCollector::EndCall(const OpenCall& call, int32_t status) {
  const Outcome outcome = OutcomeOf(status, call.frozen);
  ++call.method->outcomes[static_cast<size_t>(outcome)];
  const bool ok = outcome == Outcome::kOk;
  (ok ? call.method->latency : call.method->failed_latency)
      .push_back(at_ - call.begin);
  if (call.kind != CallKind::kSync || call.debug_id == 0) return;
  if (ok) AddParts(call);
  transactions_.erase(call.debug_id);
}

// A call that was answered without all these records (by hand-written
// commands, say) has no parts.
void CallCollector::AddParts(const OpenCall& call) {
  const auto it = transactions_.find(call.debug_id);
  if (it == transactions_.end()) return;
  const Transaction& times = it->second;
  if (times.queued < 0 || times.received < 0 || times.reply_sent < 0 ||
      times.reply_queued < 0) {
    return;
  }
  Method& method = *call.method;
  method.prepare.push_back(call.ioctl - call.begin);
  method.kernel.push_back(times.queued - call.ioctl + times.reply_queued -
                          times.reply_sent);
  method.waiting.push_back(times.received - times.queued);
  method.server.push_back(times.reply_sent - times.received);
  method.reply.push_back(at_ - times.reply_queued);
}

void CallCollector::On(const record::IoctlBegin&) { ioctls_[tid_] = at_; }

void CallCollector::On(const record::TransactionSent& sent) {
  if (sent.reply != 0) {
    ++replied_;
    replies_[sent.debug_id] = sent.in_reply_to;
    const auto request = transactions_.find(sent.in_reply_to);
    if (request != transactions_.end()) request->second.reply_sent = at_;
    return;
  }
  ++sent_;
  Transaction& transaction = transactions_[sent.debug_id];
  transaction = {};
  transaction.to_pid = sent.to_pid;
  // The innermost call of the thread that has sent nothing yet.
  const auto calls = open_.find(tid_);
  if (calls == open_.end() || calls->second.empty()) return;
  OpenCall& call = calls->second.back();
  if (call.kind == CallKind::kLocal || call.debug_id != 0) return;
  call.debug_id = sent.debug_id;
  const auto ioctl = ioctls_.find(tid_);
  call.ioctl =
      ioctl == ioctls_.end() ? at_ : std::max(ioctl->second, call.begin);
  if (call.kind == CallKind::kOneway) transaction.oneway = call.method;
}

void CallCollector::On(const record::TransactionQueued& queued) {
  if (const auto reply = replies_.find(queued.debug_id);
      reply != replies_.end()) {
    const auto request = transactions_.find(reply->second);
    if (request != transactions_.end()) request->second.reply_queued = at_;
    replies_.erase(reply);
    return;
  }
  const auto it = transactions_.find(queued.debug_id);
  // A oneway call that waited behind others is queued once more.
  if (it != transactions_.end() && it->second.queued < 0) {
    it->second.queued = at_;
  }
}

void CallCollector::On(const record::TransactionReceived& received) {
  if (received.reply != 0) return;
  const auto it = transactions_.find(received.debug_id);
  if (it == transactions_.end()) return;
  Transaction& transaction = it->second;
  transaction.received = at_;
  if (transaction.oneway != nullptr && transaction.queued >= 0) {
    transaction.oneway->delivery.push_back(at_ - transaction.queued);
  }
}

void CallCollector::On(const record::TransactionFailed& failed) {
  ++failed_;
  Discard(failed.debug_id);
  if (failed.error != BR_FROZEN_REPLY) return;
  const auto calls = open_.find(tid_);
  if (calls == open_.end() || calls->second.empty()) return;
  calls->second.back().frozen = true;
}

// Forgets a oneway call that will not arrive. Synchronous ones stay until their
// CallEnd.
void CallCollector::Discard(uint32_t debug_id) {
  replies_.erase(debug_id);
  const auto it = transactions_.find(debug_id);
  if (it == transactions_.end() || it->second.oneway == nullptr) return;
  // Not accepted if it had not been queued: then its caller is told.
  if (it->second.queued >= 0 && it->second.received < 0) {
    ++it->second.oneway->lost;
  }
  transactions_.erase(it);
}

void CallCollector::On(const record::MethodEnd& method) {
  const auto it = transactions_.find(method.debug_id);
  if (it == transactions_.end() || it->second.oneway == nullptr) return;
  if (it->second.received >= 0) {
    it->second.oneway->handling.push_back(at_ - it->second.received);
  }
  transactions_.erase(it);
}

void CallCollector::On(const record::ThreadExited&) {
  for (const OpenCall& call : open_[tid_]) {
    ++call.method->outcomes[static_cast<size_t>(Outcome::kAbandoned)];
  }
  open_.erase(tid_);
}

void CallCollector::On(const record::ProcessExited& exited) {
  std::vector<uint32_t> lost;
  for (const auto& [debug_id, transaction] : transactions_) {
    if (transaction.to_pid == exited.pid && transaction.oneway != nullptr) {
      lost.push_back(debug_id);
    }
  }
  for (const uint32_t debug_id : lost) Discard(debug_id);
}

void CallCollector::On(const record::Mark& mark, const sim::NameTable& names) {
  const auto [it, inserted] = marks_.try_emplace(names.Text(mark.text));
  if (inserted) it->second.first = at_;
  it->second.last = at_;
  ++it->second.count;
}

void CallCollector::Finish(RunStatistics* result) {
  for (const auto& [tid, calls] : open_) {
    for (const OpenCall& call : calls) {
      ++call.method->outcomes[static_cast<size_t>(Outcome::kUnfinished)];
    }
  }
  for (const auto& [debug_id, transaction] : transactions_) {
    if (transaction.oneway != nullptr && transaction.queued >= 0 &&
        transaction.received < 0) {
      ++transaction.oneway->pending;
    }
  }
  for (auto& [key, method] : methods_) {
    MethodStatistics statistics;
    std::tie(statistics.target, statistics.method, statistics.kind) = key;
    statistics.calls = method.calls;
    statistics.outcomes = method.outcomes;
    const auto take = [](std::vector<int64_t>& samples) {
      return Distribution(std::move(samples));
    };
    statistics.latency = take(method.latency);
    statistics.failed_latency = take(method.failed_latency);
    statistics.prepare = take(method.prepare);
    statistics.kernel = take(method.kernel);
    statistics.waiting = take(method.waiting);
    statistics.server = take(method.server);
    statistics.reply = take(method.reply);
    statistics.delivery = take(method.delivery);
    statistics.handling = take(method.handling);
    statistics.pending = method.pending;
    statistics.lost = method.lost;
    result->methods.push_back(std::move(statistics));
  }
  for (const auto& [text, mark] : marks_) {
    result->marks.push_back({text, mark.count, mark.first, mark.last});
  }
  result->transactions = sent_;
  result->replies = replied_;
  result->failed_transactions = failed_;
}

}  // namespace bindersim::viz
