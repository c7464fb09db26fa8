// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Exports a run as Chrome Trace Event JSON, for Perfetto (ui.perfetto.dev) and
// chrome://tracing.
//
//   ChromeTrace trace({});
//   recorder.AddSink(&trace);
//   ... run ...
//   absl::StatusOr<TraceSummary> summary = trace.Write(facts, &file);
//
// What is shown:
//  - one process with its threads for each simulated one. On a thread's row
//    `binder transaction` (TransactionSent to the reply's arrival) with
//    `receive reply` after it, `binder reply` (reception to the reply's being
//    queued), `binder transaction async`, `binder async rcv`, and around or in
//    them AIDL::cpp::<Interface>::<method>::cppClient and ::cppServer
//    (AIDL::java::...::client and ::server in a Java process). These are the
//    names from which Perfetto's module android.binder fills its tables;
//  - pseudo processes "CPUs" (which thread runs), "thread states" and "system
//    calls" (ioctls with the commands in them, waits for locks), because those
//    do not nest with transactions on one row;
//  - flow arrows from request to handler and from reply to caller;
//  - counters of buffer space and of the thread pool; instants for deaths,
//    spawned loopers, failures, marks and findings.
//
// The output depends on the records and the facts only. Slices are kept in
// memory (about 130 bytes each) and written out in the end, in order of time.

#ifndef BINDERSIM_VIZ_CHROME_TRACE_H_
#define BINDERSIM_VIZ_CHROME_TRACE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "model/record.h"
#include "sim/record.h"
#include "sim/sched_records.h"
#include "sim/time.h"
#include "viz/byte_sink.h"
#include "viz/run_facts.h"
#include "viz/trace_model.h"
#include "viz/trace_tracks.h"

namespace bindersim::viz {

enum class FlowChoice {
  kAll,
  kSync,  // of synchronous calls only
  kNone,
};

enum class TimeAxis {
  kVirtual,  // the run's nanoseconds
  // Each record takes a microsecond: shows the order of what happens in a run
  // whose actions cost no time.
  kSteps,
};

struct TraceOptions {
  // Only what happens in [from, to] is written; slices are cut there.
  sim::Time from = sim::kStart;
  sim::Time to = sim::kNever;
  FlowChoice flows = FlowChoice::kAll;
  TimeAxis axis = TimeAxis::kVirtual;
  bool cpus = true;
  bool thread_states = true;
  bool system_calls = true;
};

// Above so many events chrome://tracing and browsers get into trouble.
inline constexpr uint64_t kManyTraceEvents = 1'000'000;

struct TraceSummary {
  uint64_t events = 0;  // written; compare with kManyTraceEvents
  uint64_t flows = 0;   // arrows drawn
  // Left out because no room could be made for them without showing something
  // untrue: arrows between slices without length, slices nested too deeply.
  uint64_t flows_dropped = 0;
  uint64_t slices_dropped = 0;
};

class ChromeTrace : public sim::Sink {
 public:
  explicit ChromeTrace(const TraceOptions& options);
  ChromeTrace(const ChromeTrace&) = delete;
  ChromeTrace& operator=(const ChromeTrace&) = delete;

  void OnRecord(const sim::Record& record,
                const sim::NameTable& names) override;

  // Ends all open slices at the run's end and writes the trace. To be called
  // once, after the last record.
  absl::StatusOr<TraceSummary> Write(const RunFacts& facts, ByteSink* sink);

 private:
  // A transaction or reply that has been sent and not yet dealt with.
  struct Live {
    bool oneway = false;
    bool reply = false;
    uint32_t in_reply_to = 0;
    uint32_t from_tid = 0;
    uint32_t code = 0;
    uint32_t flags = 0;
    uint64_t data_size = 0;
    uint64_t offsets_size = 0;
    uint32_t flow = 0;               // index + 1 in model_.flows, or 0
    std::optional<uint32_t> callee;  // row of the thread that has received it
    int64_t not_before = 0;          // when it was sent, as shown
  };
  // What an exporter remembers of a thread while it runs.
  struct ThreadNow {
    std::optional<uint32_t> cpu_track;  // with an open slice of the thread
    uint32_t woken_by = 0;
    bool replying = false;  // BC_REPLY in the current ioctl
    std::string written;    // commands of the current ioctl
    std::string returned;   // return words of the current ioctl
  };

  // Handlers of records of thread tid_ at time at_.
  void On(const sim::ThreadStateChanged& state);
  void On(const sim::ThreadWakened& wakened);
  void On(const sim::LockWait& wait);
  void On(const record::ProcessStarted& started);
  void On(const record::ProcessExited& exited);
  void On(const record::ThreadStarted& started);
  void On(const record::ThreadExited& exited);
  void On(const record::IoctlBegin& ioctl);
  void On(const record::IoctlEnd& ioctl);
  void On(const record::CommandExecuted& executed);
  void On(const record::ReturnDelivered& delivered);
  void On(const record::TransactionSent& sent);
  void On(const record::TransactionQueued& queued);
  void On(const record::TransactionReceived& received);
  void On(const record::TransactionFailed& failed);
  void On(const record::BufferAllocated& buffer);
  void On(const record::BufferFreed& buffer);
  void On(const record::LooperSpawnRequested& spawn);
  void On(const record::PoolChanged& pool);
  void On(const record::DeathNotification& death);
  void On(const record::CallBegin& call);
  void On(const record::CallEnd& call);
  void On(const record::MethodBegin& method);
  void On(const record::MethodEnd& method);
  void On(const record::Mark& mark);
  void On(const record::BinderDied& died);
  void On(const record::UserWait& wait);
  void On(const record::PoolStarved& starved);
  void On(const record::FaultInjected& fault);

  // Calls On() if the record is of that type.
  template <class P>
  bool Try(const sim::Record& record) {
    const std::optional<P> payload = record.As<P>();
    if (payload) On(*payload);
    return payload.has_value();
  }

  bool PlaceInTime(const sim::Record& record);
  sim::Name Keep(sim::Name name);
  sim::Name Intern(const std::string& text);
  ThreadFacts& Thread(uint32_t tid);
  uint32_t Row(std::optional<uint32_t> ThreadFacts::*row, RowFacts::Kind kind);
  uint32_t OwnRow() { return Row(&ThreadFacts::own, RowFacts::Kind::kThread); }
  uint32_t CpuRow(uint32_t cpu);
  // The innermost open slice of that kind and debug id on a row.
  std::optional<size_t> Find(uint32_t track, SliceKind kind, uint32_t debug_id);
  bool TopIs(uint32_t track, SliceKind kind);
  void EndIfTop(uint32_t track, SliceKind kind);
  bool ServesTop(uint32_t track, uint32_t debug_id);
  bool WantsFlow(bool oneway) const;
  void EndReply(uint32_t track, size_t depth, Live& live);
  void EndFailedReply();
  int64_t EndCallee(uint32_t request);
  void ReceiveReply(uint32_t debug_id);
  void LeaveCpu(uint32_t tid);
  void EndThread(uint32_t tid);
  void Count(uint32_t pid, CounterKind kind, uint64_t value);
  void InstantOfProcess(uint32_t pid, Slice slice);
  void OnSliceEnd(const TraceTracks::Open& open);
  void Finish(const RunFacts& facts);

  TraceOptions options_;
  TraceModel model_;
  TraceTracks tracks_;
  std::map<uint32_t, Live> live_;          // by debug id
  std::map<uint32_t, ThreadNow> now_;      // by tid
  std::map<uint32_t, uint32_t> cpu_rows_;  // CPU number -> track
  std::map<std::pair<uint32_t, CounterKind>, size_t> last_counter_;
  const sim::NameTable* names_ = nullptr;  // of the current record
  int64_t at_ = 0;                         // time of the current record
  uint32_t tid_ = 0;                       // thread of the current record
  int64_t window_begin_ = 0;               // on the axis
  int64_t window_end_ = INT64_MAX;         // on the axis
  bool finished_ = false;
};

// What part of the axis is shown, in nanoseconds.
struct TraceWindow {
  int64_t begin = 0;
  int64_t end = INT64_MAX;
};

// Writes the model; chrome_trace_write.cc.
absl::StatusOr<TraceSummary> WriteChromeTrace(const TraceModel& model,
                                              const TraceOptions& options,
                                              const RunFacts& facts,
                                              const TraceWindow& window,
                                              ByteSink* sink);

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_CHROME_TRACE_H_
