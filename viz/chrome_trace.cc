// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/chrome_trace.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "sim/check.h"
#include "viz/binder_names.h"

namespace bindersim::viz {
namespace {

constexpr int64_t kStep = 1000;  // ns a record, TimeAxis::kSteps

int64_t Nanoseconds(sim::Time time) { return (time - sim::kStart).count(); }

void AppendWord(std::string& list, uint32_t word) {
  if (!list.empty()) list += ' ';
  list += CommandName(word);
}

}  // namespace

ChromeTrace::ChromeTrace(const TraceOptions& options)
    : options_(options),
      tracks_([this](const TraceTracks::Open& open) { OnSliceEnd(open); }) {
  if (options_.from > sim::kStart) {
    window_begin_ = options_.axis == TimeAxis::kVirtual
                        ? Nanoseconds(options_.from)
                        : kStep;
  }
  if (options_.axis == TimeAxis::kVirtual) {
    window_end_ = Nanoseconds(options_.to);
  }
}

// On the axis of steps, time stands still until the window begins.
bool ChromeTrace::PlaceInTime(const sim::Record& record) {
  if (record.at > options_.to) return false;
  if (options_.axis == TimeAxis::kVirtual) {
    at_ = Nanoseconds(record.at);
  } else if (record.at >= options_.from) {
    at_ += kStep;
  }
  return true;
}

void ChromeTrace::OnRecord(const sim::Record& record,
                           const sim::NameTable& names) {
  if (!PlaceInTime(record)) return;
  tid_ = record.tid;
  names_ = &names;
  // The most frequent first.
  Try<sim::ThreadStateChanged>(record) || Try<sim::ThreadWakened>(record) ||
      Try<sim::LockWait>(record) || Try<record::IoctlBegin>(record) ||
      Try<record::IoctlEnd>(record) || Try<record::CommandExecuted>(record) ||
      Try<record::ReturnDelivered>(record) ||
      Try<record::TransactionSent>(record) ||
      Try<record::TransactionQueued>(record) ||
      Try<record::TransactionReceived>(record) ||
      Try<record::BufferAllocated>(record) ||
      Try<record::BufferFreed>(record) || Try<record::PoolChanged>(record) ||
      Try<record::CallBegin>(record) || Try<record::CallEnd>(record) ||
      Try<record::MethodBegin>(record) || Try<record::MethodEnd>(record) ||
      Try<record::Mark>(record) || Try<record::UserWait>(record) ||
      Try<record::TransactionFailed>(record) ||
      Try<record::LooperSpawnRequested>(record) ||
      Try<record::DeathNotification>(record) ||
      Try<record::BinderDied>(record) || Try<record::ProcessStarted>(record) ||
      Try<record::ProcessExited>(record) ||
      Try<record::ThreadStarted>(record) || Try<record::ThreadExited>(record) ||
      Try<record::PoolStarved>(record) || Try<record::FaultInjected>(record);
}

sim::Name ChromeTrace::Keep(sim::Name name) {
  if (name != sim::Name{} && model_.texts.Text(name).empty()) {
    model_.texts.Add(name, names_->Text(name));
  }
  return name;
}

sim::Name ChromeTrace::Intern(const std::string& text) {
  if (text.empty()) return {};
  const sim::Name name = sim::NameOf(text);
  if (model_.texts.Text(name).empty()) model_.texts.Add(name, text);
  return name;
}

ThreadFacts& ChromeTrace::Thread(uint32_t tid) {
  const auto [it, inserted] = model_.threads.try_emplace(tid);
  if (inserted) {
    it->second.pid = tid;
    it->second.order = static_cast<uint32_t>(model_.threads.size());
  }
  return it->second;
}

uint32_t ChromeTrace::Row(std::optional<uint32_t> ThreadFacts::*row,
                          RowFacts::Kind kind) {
  std::optional<uint32_t>& track = Thread(tid_).*row;
  if (!track) {
    track = tracks_.AddTrack();
    model_.rows.push_back({kind, tid_});
  }
  return *track;
}

uint32_t ChromeTrace::CpuRow(uint32_t cpu) {
  const auto [it, inserted] = cpu_rows_.try_emplace(cpu);
  if (inserted) {
    it->second = tracks_.AddTrack();
    model_.rows.push_back({RowFacts::Kind::kCpu, cpu});
  }
  return it->second;
}

std::optional<size_t> ChromeTrace::Find(uint32_t track, SliceKind kind,
                                        uint32_t debug_id) {
  const std::vector<TraceTracks::Open>& stack = tracks_.stack(track);
  for (size_t i = stack.size(); i-- > 0;) {
    const Slice& slice = stack[i].slice;
    if (slice.kind == kind && slice.debug_id == debug_id) return i;
  }
  return std::nullopt;
}

bool ChromeTrace::TopIs(uint32_t track, SliceKind kind) {
  const std::vector<TraceTracks::Open>& stack = tracks_.stack(track);
  return !stack.empty() && stack.back().slice.kind == kind;
}

void ChromeTrace::EndIfTop(uint32_t track, SliceKind kind) {
  if (TopIs(track, kind)) tracks_.End(track, at_);
}

bool ChromeTrace::WantsFlow(bool oneway) const {
  return options_.flows == FlowChoice::kAll ||
         (options_.flows == FlowChoice::kSync && !oneway);
}

void ChromeTrace::OnSliceEnd(const TraceTracks::Open& open) {
  Slice slice = open.slice;
  const SliceKind kind = slice.kind;
  if (slice.begin < window_begin_) {
    if (slice.end <= window_begin_) return;
    slice.begin = window_begin_;
  }
  // Moved slices can end a little after the window.
  if (slice.begin > window_end_) return;
  slice.end = std::min(slice.end, window_end_);
  if (open.flow != 0) {
    Flow& flow = model_.flows[open.flow - 1];
    const bool sends =
        kind == SliceKind::kTransaction || kind == SliceKind::kAsyncTransaction;
    (sends ? flow.from_duration : flow.to_duration) = slice.end - slice.begin;
  }
  model_.slices.push_back(slice);
}

// --- the machine ---

void ChromeTrace::On(const sim::ThreadStateChanged& state) {
  ThreadNow& now = now_[tid_];
  LeaveCpu(tid_);
  if (options_.thread_states) {
    const uint32_t row = Row(&ThreadFacts::states, RowFacts::Kind::kStates);
    EndIfTop(row, SliceKind::kState);
    if (state.state != sim::RunState::kExited) {
      Slice slice;
      slice.kind = SliceKind::kState;
      slice.code = static_cast<uint32_t>(state.state);
      slice.number = state.cpu;
      slice.first = Keep(state.waits_for);
      if (state.state == sim::RunState::kRunnable) {
        slice.debug_id = now.woken_by;
      }
      tracks_.Begin(row, at_, slice);
    }
  }
  now.woken_by = 0;
  const bool on_cpu = state.state == sim::RunState::kRunning ||
                      state.state == sim::RunState::kSpinning;
  if (options_.cpus && on_cpu) {
    const uint32_t row = CpuRow(state.cpu);
    EndIfTop(row, SliceKind::kOnCpu);
    Slice slice;
    slice.kind = SliceKind::kOnCpu;
    slice.number = tid_;
    slice.code = static_cast<uint32_t>(state.state);
    tracks_.Begin(row, at_, slice);
    now.cpu_track = row;
  }
  if (state.state == sim::RunState::kExited) EndThread(tid_);
}

void ChromeTrace::LeaveCpu(uint32_t tid) {
  ThreadNow& now = now_[tid];
  if (!now.cpu_track) return;
  const std::vector<TraceTracks::Open>& stack = tracks_.stack(*now.cpu_track);
  if (!stack.empty() && stack.back().slice.number == tid) {
    tracks_.End(*now.cpu_track, at_);
  }
  now.cpu_track.reset();
}

void ChromeTrace::On(const sim::ThreadWakened& wakened) {
  now_[tid_].woken_by = wakened.by_tid;
}

void ChromeTrace::On(const sim::LockWait& wait) {
  if (!options_.system_calls) return;
  const uint32_t row =
      Row(&ThreadFacts::system_calls, RowFacts::Kind::kSystemCalls);
  EndIfTop(row, SliceKind::kLockWait);
  if (wait.begins == 0) return;
  Slice slice;
  slice.kind = SliceKind::kLockWait;
  slice.first = Keep(wait.lock);
  slice.number = wait.holder_tid;
  tracks_.Begin(row, at_, slice);
}

// --- processes and threads ---

void ChromeTrace::On(const record::ProcessStarted& started) {
  ProcessFacts& process = model_.processes[started.pid];
  process.name = names_->Text(started.name);
  process.uid = started.uid;
  process.language = started.language;
  process.max_threads = started.max_threads;
  process.order = static_cast<uint32_t>(model_.processes.size());
}

void ChromeTrace::On(const record::ProcessExited& exited) {
  Slice slice;
  slice.kind = SliceKind::kProcessExit;
  slice.code = static_cast<uint32_t>(exited.reason);
  InstantOfProcess(exited.pid, slice);
}

void ChromeTrace::On(const record::ThreadStarted& started) {
  ThreadFacts& thread = Thread(tid_);
  thread.pid = started.pid;
  thread.name = names_->Text(started.name);
}

void ChromeTrace::On(const record::ThreadExited&) { EndThread(tid_); }

void ChromeTrace::EndThread(uint32_t tid) {
  LeaveCpu(tid);
  const ThreadFacts& thread = Thread(tid);
  for (const std::optional<uint32_t>& row :
       {thread.own, thread.system_calls, thread.states}) {
    if (!row) continue;
    while (!tracks_.stack(*row).empty()) {
      Slice& slice = tracks_.stack(*row).back().slice;
      slice.interrupted = slice.kind != SliceKind::kState;
      tracks_.End(*row, at_);
    }
  }
}

// --- system calls ---

void ChromeTrace::On(const record::IoctlBegin& ioctl) {
  // Back in the driver without a handler: a oneway call has been dealt with.
  EndIfTop(OwnRow(), SliceKind::kAsyncReceive);
  now_[tid_].replying = false;
  if (!options_.system_calls) return;
  Slice slice;
  slice.kind = SliceKind::kIoctl;
  slice.code = ioctl.request;
  tracks_.Begin(Row(&ThreadFacts::system_calls, RowFacts::Kind::kSystemCalls),
                at_, slice);
  now_[tid_].written.clear();
  now_[tid_].returned.clear();
}

void ChromeTrace::On(const record::IoctlEnd& ioctl) {
  EndIfTop(OwnRow(), SliceKind::kReceiveReply);
  EndFailedReply();
  if (!options_.system_calls) return;
  const uint32_t row =
      Row(&ThreadFacts::system_calls, RowFacts::Kind::kSystemCalls);
  EndIfTop(row, SliceKind::kLockWait);
  if (!TopIs(row, SliceKind::kIoctl)) return;
  Slice& slice = tracks_.stack(row).back().slice;
  slice.status = static_cast<int32_t>(ioctl.error);
  slice.size1 = ioctl.write_consumed;
  slice.size2 = ioctl.read_consumed;
  slice.first = Intern(now_[tid_].written);
  slice.second = Intern(now_[tid_].returned);
  tracks_.End(row, at_);
}

void ChromeTrace::On(const record::CommandExecuted& executed) {
  now_[tid_].replying |=
      executed.command == BC_REPLY || executed.command == BC_REPLY_SG;
  if (!options_.system_calls) return;
  AppendWord(now_[tid_].written, executed.command);
}

void ChromeTrace::On(const record::ReturnDelivered& delivered) {
  if (!options_.system_calls) return;
  AppendWord(now_[tid_].returned, delivered.command);
}

// --- counters and instants ---

void ChromeTrace::Count(uint32_t pid, CounterKind kind, uint64_t value) {
  const int64_t at = std::max(at_, window_begin_);
  const auto [it, inserted] =
      last_counter_.try_emplace({pid, kind}, model_.counters.size());
  if (!inserted) {
    CounterChange& last = model_.counters[it->second];
    if (last.value == value) return;
    if (last.at == at) {
      last.value = value;
      return;
    }
    it->second = model_.counters.size();
  }
  model_.counters.push_back({at, value, pid, kind});
}

void ChromeTrace::On(const record::BufferAllocated& buffer) {
  Count(buffer.pid, CounterKind::kBufferInUse, buffer.in_use);
  Count(buffer.pid, CounterKind::kAsyncFree, buffer.async_free);
}

void ChromeTrace::On(const record::BufferFreed& buffer) {
  Count(buffer.pid, CounterKind::kBufferInUse, buffer.in_use);
  Count(buffer.pid, CounterKind::kAsyncFree, buffer.async_free);
}

void ChromeTrace::On(const record::PoolChanged& pool) {
  Count(pool.pid, CounterKind::kLoopers, pool.loopers);
  Count(pool.pid, CounterKind::kBusy, pool.busy);
}

// Does not nest with slices, so it belongs to no row. pid 0: of the whole run.
void ChromeTrace::InstantOfProcess(uint32_t pid, Slice slice) {
  if (at_ < window_begin_) return;
  slice.begin = slice.end = at_;
  slice.track = kNoTrack;
  slice.number = pid;
  model_.slices.push_back(slice);
}

void ChromeTrace::On(const record::LooperSpawnRequested&) {
  Slice slice;
  slice.kind = SliceKind::kSpawnLooper;
  tracks_.Instant(OwnRow(), at_, slice);
}

void ChromeTrace::On(const record::DeathNotification& death) {
  if (death.event != record::DeathEvent::kDelivered) return;
  Slice slice;
  slice.kind = SliceKind::kDeathNotice;
  slice.debug_id = death.node_debug_id;
  slice.size1 = death.cookie;
  tracks_.Instant(OwnRow(), at_, slice);
}

void ChromeTrace::On(const record::Mark& mark) {
  Slice slice;
  slice.kind = SliceKind::kMark;
  slice.first = Keep(mark.text);
  if (tid_ == 0) {
    InstantOfProcess(0, slice);
  } else {
    tracks_.Instant(OwnRow(), at_, slice);
  }
}

void ChromeTrace::On(const record::BinderDied& died) {
  Slice slice;
  slice.kind = SliceKind::kBinderDied;
  slice.first = Keep(died.target);
  tracks_.Instant(OwnRow(), at_, slice);
}

void ChromeTrace::On(const record::PoolStarved& starved) {
  Slice slice;
  slice.kind = SliceKind::kStarved;
  slice.code = starved.threads;
  slice.size1 = starved.starved_ns;
  InstantOfProcess(starved.pid, slice);
}

void ChromeTrace::On(const record::FaultInjected& fault) {
  Slice slice;
  slice.kind = SliceKind::kFault;
  InstantOfProcess(fault.pid, slice);
}

// --- the end ---

void ChromeTrace::Finish(const RunFacts& facts) {
  SIM_CHECK(!finished_) << "a trace is written once";
  finished_ = true;
  const bool cut = options_.to < facts.end;
  if (options_.axis == TimeAxis::kSteps) {
    at_ += kStep;
  } else {
    at_ = std::max(at_, Nanoseconds(std::min(options_.to, facts.end)));
  }
  for (uint32_t track = 0; track < tracks_.size(); ++track) {
    while (!tracks_.stack(track).empty()) {
      Slice& slice = tracks_.stack(track).back().slice;
      slice.unfinished = !cut && slice.kind != SliceKind::kState &&
                         slice.kind != SliceKind::kOnCpu;
      tracks_.End(track, at_);
    }
  }
  for (const FindingFact& finding : facts.findings) {
    if (finding.at < options_.from || finding.at > options_.to) continue;
    Slice slice;
    slice.kind = SliceKind::kFinding;
    slice.first = Intern(finding.kind);
    slice.second = Intern(finding.detail);
    slice.debug_id = finding.tid;
    slice.track = kNoTrack;
    slice.begin = slice.end =
        options_.axis == TimeAxis::kSteps ? at_ : Nanoseconds(finding.at);
    model_.slices.push_back(slice);
  }
  model_.slices_dropped = tracks_.dropped();
}

absl::StatusOr<TraceSummary> ChromeTrace::Write(const RunFacts& facts,
                                                ByteSink* sink) {
  Finish(facts);
  return WriteChromeTrace(model_, options_, facts, {window_begin_, window_end_},
                          sink);
}

}  // namespace bindersim::viz
