// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Writes a TraceModel as Chrome Trace Event JSON: first the names of all
// processes and threads, then the events by time; on equal times outer slices
// before inner ones, and slices before the arrows that bind to them.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "viz/chrome_trace.h"
#include "viz/json_writer.h"

namespace bindersim::viz {
namespace {

constexpr const char* kCounterNames[] = {"buffer in use", "async space free",
                                         "loopers", "busy loopers"};
constexpr const char* kCounterSeries[] = {"bytes", "bytes", "threads",
                                          "threads"};
constexpr const char* kFlowNames[] = {"request", "reply", "oneway"};

// Pseudo processes, in the order in which viewers shall show them.
enum class Group : uint32_t { kRun, kCpus, kStates, kSystemCalls };
constexpr const char* kGroupNames[] = {"simulation", "CPUs", "thread states",
                                       "system calls"};

// One event, small: what to write is looked up by index.
struct Event {
  enum class Type : uint8_t { kSlice, kInstant, kCounter, kFlowOut, kFlowIn };
  int64_t at = 0;
  int64_t longest_first = 0;  // minus the duration
  uint64_t order = 0;
  uint32_t index = 0;
  Type type = Type::kSlice;

  auto Key() const { return std::tuple(at, type, longest_first, order, index); }
};

class TraceWriter {
 public:
  TraceWriter(const TraceModel& model, const TraceOptions& options,
              const TraceWindow& window, ByteSink* sink)
      : model_(model), options_(options), window_(window), json_(sink) {}

  absl::StatusOr<TraceSummary> Write(const RunFacts& facts) {
    NumberRows();
    CollectEvents();
    json_.BeginObject();
    json_.Field("displayTimeUnit", "ns");
    json_.Line();
    json_.Key("metadata");
    WriteFacts(facts);
    json_.Line();
    json_.Key("traceEvents");
    json_.BeginArray();
    WriteNames();
    for (const Event& event : events_) WriteEvent(event);
    json_.Line();
    json_.EndArray();
    json_.EndObject();
    if (absl::Status status = json_.Finish(); !status.ok()) return status;
    summary_.events = written_;
    return summary_;
  }

 private:
  struct Place {
    uint32_t pid = 0;
    uint32_t tid = 0;
  };

  // Pseudo processes and their rows get numbers that no process has.
  uint32_t PidOf(Group group) const {
    return first_pseudo_ + 100'000'000 * static_cast<uint32_t>(group);
  }

  void NumberRows() {
    uint32_t highest = 0;
    for (const auto& [tid, thread] : model_.threads) {
      highest = std::max({highest, tid, thread.pid});
    }
    for (const auto& [pid, process] : model_.processes) {
      highest = std::max(highest, pid);
    }
    first_pseudo_ = std::max(1'000'000'000u, highest + 1);
    places_.resize(model_.rows.size());
    std::map<Group, uint32_t> rows;
    for (const uint32_t tid : ThreadsInOrder()) {
      const ThreadFacts& thread = model_.threads.at(tid);
      if (thread.own) {
        places_[*thread.own] =
            tid == 0 ? Place{PidOf(Group::kRun), PidOf(Group::kRun)}
                     : Place{thread.pid, tid};
      }
      const auto number = [&](const auto& row, Group group) {
        if (row) places_[*row] = {PidOf(group), PidOf(group) + ++rows[group]};
      };
      number(thread.states, Group::kStates);
      number(thread.system_calls, Group::kSystemCalls);
    }
    for (size_t i = 0; i < model_.rows.size(); ++i) {
      if (model_.rows[i].kind != RowFacts::Kind::kCpu) continue;
      const uint32_t pid = PidOf(Group::kCpus);
      places_[i] = {pid, pid + 1 + model_.rows[i].id};
    }
  }

  uint32_t ProcessOrder(uint32_t pid) const {
    const auto it = model_.processes.find(pid);
    return it == model_.processes.end() ? UINT32_MAX : it->second.order;
  }

  // By process, the main thread first.
  std::vector<uint32_t> ThreadsInOrder() const {
    std::vector<uint32_t> tids;
    for (const auto& [tid, thread] : model_.threads) tids.push_back(tid);
    const auto key = [this](uint32_t tid) {
      const ThreadFacts& thread = model_.threads.at(tid);
      return std::tuple(ProcessOrder(thread.pid), thread.pid, tid != thread.pid,
                        thread.order);
    };
    std::ranges::sort(tids, {}, key);
    return tids;
  }

  void CollectEvents() {
    for (size_t i = 0; i < model_.slices.size(); ++i) {
      const Slice& slice = model_.slices[i];
      const bool instant = IsInstant(slice.kind);
      events_.push_back(
          {slice.begin, slice.begin - slice.end, slice.order,
           static_cast<uint32_t>(i),
           instant ? Event::Type::kInstant : Event::Type::kSlice});
    }
    for (size_t i = 0; i < model_.counters.size(); ++i) {
      // The value at the begin of the window is the last one before it.
      events_.push_back({model_.counters[i].at, 0, i, static_cast<uint32_t>(i),
                         Event::Type::kCounter});
    }
    summary_.slices_dropped = model_.slices_dropped;
    summary_.flows_dropped = model_.flows_dropped;
    for (size_t i = 0; i < model_.flows.size(); ++i) CollectFlow(i);
    std::ranges::sort(events_, {}, &Event::Key);
  }

  void CollectFlow(size_t i) {
    const Flow& flow = model_.flows[i];
    if (flow.from_at < 0 || flow.to_at < 0) return;
    // Arrows on the edge of the window would be on the edge of a cut slice.
    if (window_.begin > 0 && flow.from_at <= window_.begin) return;
    if (flow.to_at >= window_.end) return;
    const bool request_outlasts = flow.kind == Flow::Kind::kRequest &&
                                  flow.to_duration > flow.from_duration;
    if (request_outlasts) {
      ++summary_.flows_dropped;
      return;
    }
    ++summary_.flows;
    const auto index = static_cast<uint32_t>(i);
    events_.push_back({flow.from_at, 0, i, index, Event::Type::kFlowOut});
    events_.push_back({flow.to_at, 0, i, index, Event::Type::kFlowIn});
  }

  void WriteFacts(const RunFacts& facts) {
    json_.BeginObject();
    json_.Field("tool", "bindersim");
    json_.Field("version", facts.version);
    json_.Field("scenario", facts.scenario);
    // As text: a seed need not fit in a double.
    json_.Field("seed", std::to_string(facts.seed));
    json_.Field("digest", facts.digest);
    json_.Field("records", facts.records);
    json_.Field("end_ns", (facts.end - sim::kStart).count());
    json_.Field("ties", facts.ties);
    json_.Field("findings", facts.findings.size());
    json_.Field("time", options_.axis == TimeAxis::kSteps
                            ? "one record a microsecond"
                            : "virtual");
    if (options_.from > sim::kStart) {
      json_.Field("from_ns", (options_.from - sim::kStart).count());
    }
    if (options_.to < sim::kNever) {
      json_.Field("to_ns", (options_.to - sim::kStart).count());
    }
    json_.Field("flows", summary_.flows);
    json_.Field("flows_dropped", summary_.flows_dropped);
    json_.Field("slices_dropped", summary_.slices_dropped);
    json_.EndObject();
  }

  // --- names ---

  void WriteNames() {
    bool loose = false;  // something belongs to no process
    for (const Slice& slice : model_.slices) {
      loose |= slice.track == kNoTrack && slice.number == 0;
    }
    if (loose || model_.threads.contains(0)) WriteGroup(Group::kRun, 0);
    std::vector<std::pair<uint32_t, uint32_t>> processes;  // order, pid
    for (const auto& [pid, process] : model_.processes) {
      processes.push_back({process.order, pid});
    }
    std::ranges::sort(processes);
    for (const auto& [order, pid] : processes) {
      const ProcessFacts& process = model_.processes.at(pid);
      WriteName("process_name", pid, pid, process.name);
      WriteLabels(pid, process);
      WriteSortIndex("process_sort_index", pid, pid, 9 + order);
    }
    uint32_t position = 0;
    for (const uint32_t tid : ThreadsInOrder()) WriteThread(tid, ++position);
    WriteRows(RowFacts::Kind::kStates, Group::kStates);
    WriteRows(RowFacts::Kind::kSystemCalls, Group::kSystemCalls);
    WriteRows(RowFacts::Kind::kCpu, Group::kCpus);
  }

  void WriteThread(uint32_t tid, uint32_t position) {
    if (tid == 0) return;
    const ThreadFacts& thread = model_.threads.at(tid);
    if (!model_.processes.contains(thread.pid) && tid == thread.pid) {
      WriteName("process_name", tid, tid, fmt::format("process {}", tid));
      WriteSortIndex("process_sort_index", tid, tid, 100'000);
    }
    WriteName("thread_name", thread.pid, tid, NameOf(tid));
    WriteSortIndex("thread_sort_index", thread.pid, tid, position);
  }

  std::string NameOf(uint32_t tid) const {
    const std::string& name = model_.threads.at(tid).name;
    return name.empty() ? fmt::format("thread {}", tid) : name;
  }

  void WriteGroup(Group group, uint32_t position) {
    const uint32_t pid = PidOf(group);
    WriteName("process_name", pid, pid, kGroupNames[size_t(group)]);
    WriteSortIndex("process_sort_index", pid, pid, position);
    if (group == Group::kRun) WriteName("thread_name", pid, pid, "events");
  }

  void WriteRows(RowFacts::Kind kind, Group group) {
    bool first = true;
    for (const Place& place : places_) {
      const RowFacts& row = model_.rows[size_t(&place - places_.data())];
      if (row.kind != kind) continue;
      if (first) {
        WriteGroup(group, group == Group::kCpus ? 1 : 200'000 + size_t(group));
      }
      first = false;
      WriteName("thread_name", place.pid, place.tid, RowName(row));
      WriteSortIndex("thread_sort_index", place.pid, place.tid,
                     place.tid - place.pid);
    }
  }

  std::string RowName(const RowFacts& row) const {
    if (row.kind == RowFacts::Kind::kCpu) return fmt::format("CPU {}", row.id);
    const uint32_t pid = model_.threads.at(row.id).pid;
    const auto process = model_.processes.find(pid);
    return process == model_.processes.end()
               ? NameOf(row.id)
               : process->second.name + "/" + NameOf(row.id);
  }

  void BeginMeta(const char* kind, uint32_t pid, uint32_t tid) {
    BeginEvent("M", kind);
    json_.Field("pid", pid);
    json_.Field("tid", tid);
    json_.Key("args");
    json_.BeginObject();
  }

  void WriteName(const char* kind, uint32_t pid, uint32_t tid,
                 const std::string& name) {
    BeginMeta(kind, pid, tid);
    json_.Field("name", name.empty() ? std::to_string(tid) : name);
    EndEventWithArgs();
  }

  void WriteSortIndex(const char* kind, uint32_t pid, uint32_t tid,
                      uint32_t index) {
    BeginMeta(kind, pid, tid);
    json_.Field("sort_index", index);
    EndEventWithArgs();
  }

  void WriteLabels(uint32_t pid, const ProcessFacts& process) {
    constexpr const char* kLanguages[] = {"native", "Java", "kernel"};
    BeginMeta("process_labels", pid, pid);
    json_.Field(
        "labels",
        fmt::format("uid {}, {}, {} binder threads at most", process.uid,
                    kLanguages[size_t(process.language)], process.max_threads));
    EndEventWithArgs();
  }

  // --- events ---

  void BeginEvent(const char* phase, const std::string& name) {
    json_.Line();
    json_.BeginObject();
    json_.Field("ph", phase);
    json_.Field("name", name);
    ++written_;
  }

  void EndEventWithArgs() {
    json_.EndObject();
    json_.EndObject();
  }

  void WhereAndWhen(const Place& place, int64_t at) {
    json_.Field("pid", place.pid);
    json_.Field("tid", place.tid);
    json_.Key("ts");
    json_.Microseconds(at);
  }

  void WriteEvent(const Event& event) {
    switch (event.type) {
      case Event::Type::kSlice:
        return WriteSlice(model_.slices[event.index]);
      case Event::Type::kInstant:
        return WriteInstant(model_.slices[event.index]);
      case Event::Type::kCounter:
        return WriteCounter(model_.counters[event.index]);
      case Event::Type::kFlowOut:
        return WriteFlow("s", event.index);
      case Event::Type::kFlowIn:
        return WriteFlow("f", event.index);
    }
  }

  void WriteSlice(const Slice& slice) {
    BeginEvent("X", SliceName(model_, slice));
    json_.Field("cat", SliceCategory(slice.kind));
    WhereAndWhen(places_[slice.track], slice.begin);
    json_.Key("dur");
    json_.Microseconds(slice.end - slice.begin);
    json_.Key("args");
    json_.BeginObject();
    WriteSliceArgs(model_, slice, json_);
    EndEventWithArgs();
  }

  void WriteInstant(const Slice& slice) {
    const bool loose = slice.track == kNoTrack;
    const uint32_t pid = slice.number != 0 ? slice.number : PidOf(Group::kRun);
    const char* scope = !loose ? "t" : slice.number != 0 ? "p" : "g";
    BeginEvent("i", SliceName(model_, slice));
    json_.Field("cat", SliceCategory(slice.kind));
    WhereAndWhen(loose ? Place{pid, pid} : places_[slice.track], slice.begin);
    json_.Field("s", scope);
    json_.Key("args");
    json_.BeginObject();
    WriteSliceArgs(model_, slice, json_);
    EndEventWithArgs();
  }

  void WriteCounter(const CounterChange& counter) {
    const auto kind = size_t(counter.kind);
    BeginEvent("C", kCounterNames[kind]);
    WhereAndWhen({counter.pid, counter.pid}, counter.at);
    json_.Key("args");
    json_.BeginObject();
    json_.Field(kCounterSeries[kind], counter.value);
    EndEventWithArgs();
  }

  void WriteFlow(const char* phase, uint32_t index) {
    const Flow& flow = model_.flows[index];
    const bool out = phase[0] == 's';
    BeginEvent(phase, kFlowNames[size_t(flow.kind)]);
    json_.Field("cat", "flow");
    json_.Field("id", index + 1);
    WhereAndWhen(places_[out ? flow.from_track : flow.to_track],
                 out ? flow.from_at : flow.to_at);
    if (!out) json_.Field("bp", "e");
    json_.EndObject();
  }

  const TraceModel& model_;
  const TraceOptions& options_;
  const TraceWindow window_;
  JsonWriter json_;
  uint32_t first_pseudo_ = 0;
  std::vector<Place> places_;  // of each row
  std::vector<Event> events_;
  uint64_t written_ = 0;
  TraceSummary summary_;
};

}  // namespace

absl::StatusOr<TraceSummary> WriteChromeTrace(const TraceModel& model,
                                              const TraceOptions& options,
                                              const RunFacts& facts,
                                              const TraceWindow& window,
                                              ByteSink* sink) {
  return TraceWriter(model, options, window, sink).Write(facts);
}

}  // namespace bindersim::viz
