// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/trace_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "viz/trace_reader.h"

namespace bindersim::viz {
namespace {

constexpr size_t kNone = SIZE_MAX;
constexpr size_t kMaxDepth = 512;
constexpr int64_t kEndOfExactTime = 4'000'000'000'000'000;  // ns
constexpr int64_t kEndOfExactId = int64_t{1} << 53;

struct ThreadSlice {
  int64_t begin = 0;
  int64_t end = 0;
  size_t event = 0;       // index in the file
  size_t parent = kNone;  // index in the thread's slices
  bool called = false;    // an arrow to a callee begins in it
  bool serves = false;    // an arrow from a caller ends in it
};

struct Thread {
  std::vector<ThreadSlice> slices;   // by begin, longest first
  std::map<int64_t, size_t> points;  // instants: time -> event
};

struct FlowEnd {
  size_t event = 0;
  int64_t at = 0;
  int64_t tid = 0;
  size_t slice = kNone;  // index in the thread's slices
};

struct FlowParts {
  std::vector<FlowEnd> begins;  // s
  std::vector<FlowEnd> ends;    // t, f
  bool finishes = false;        // there is an f
};

bool IsServerName(const std::string& name) {
  return name.starts_with("AIDL::") &&
         (name.ends_with("::server") || name.ends_with("Server"));
}

class Checker {
 public:
  explicit Checker(const TraceFile& file) : file_(file) {}

  std::vector<TraceViolation> Run() {
    CheckContainer();
    for (size_t i = 0; i < file_.events.size(); ++i) CheckEvent(i);
    CheckNames();
    for (auto& [tid, thread] : threads_) CheckNesting(thread);
    for (auto& [id, parts] : flows_) CheckFlow(parts);
    for (const auto& [tid, thread] : threads_) CheckAidl(thread);
    return std::move(violations_);
  }

 private:
  void Report(std::optional<size_t> event, const char* rule,
              std::string message) {
    violations_.push_back({event, rule, std::move(message)});
  }

  const std::string& Name(size_t event) const {
    return file_.events[event].Text("name");
  }

  // --- one event after the other ---

  void CheckContainer() {
    if (!file_.is_object) Report({}, "container", "not an object");
    if (!file_.has_events) Report({}, "container", "no array traceEvents");
    if (file_.display_time_unit != "ns") {
      Report({}, "container",
             fmt::format("displayTimeUnit is \"{}\", not \"ns\"",
                         file_.display_time_unit));
    }
    if (!file_.has_metadata) Report({}, "container", "no object metadata");
    for (const std::string& key : file_.metadata_keys) {
      if (key == "clock-domain" || key == "highres-ticks") {
        Report({}, "container", "metadata has catapult's own key " + key);
      }
    }
  }

  void CheckEvent(size_t i) {
    const TraceEvent& event = file_.events[i];
    const std::string& phase = event.Text("ph");
    if (phase.size() != 1 ||
        std::string("XMiCstfbne").find(phase) == std::string::npos) {
      Report(i, "phase", fmt::format("\"{}\" is not of use here", phase));
      return;
    }
    if (event.Text("name").empty()) Report(i, "phase", "no name");
    const std::optional<int64_t> pid = Number(i, "pid");
    const std::optional<int64_t> tid = Number(i, "tid");
    if (!pid || !tid) return;
    CheckThread(i, *pid, *tid);
    if (phase == "M") return CheckMetadata(i, *pid, *tid);
    after_metadata_ = true;
    used_pids_.try_emplace(*pid, i);
    const std::optional<int64_t> at = Time(i, "ts");
    if (!at) return;
    switch (phase[0]) {
      case 'X':
        return AddSlice(i, *tid, *at);
      case 'i':
        return CheckInstant(i, *tid, *at);
      case 'C':
        return CheckCounter(i, *pid);
      case 's':
      case 't':
      case 'f':
        return AddFlow(i, *tid, *at);
      default:
        return CheckAsync(i);
    }
  }

  std::optional<int64_t> Number(size_t i, const char* key) {
    const TraceValue* value = file_.events[i].Find(key);
    if (value != nullptr && value->integer && *value->integer >= 1 &&
        *value->integer <= int64_t{UINT32_MAX}) {
      return value->integer;
    }
    Report(i, "number",
           fmt::format("{} is {}, not an integer in 1..2^32-1", key,
                       value == nullptr ? "missing" : value->text));
    return std::nullopt;
  }

  std::optional<int64_t> Time(size_t i, const char* key) {
    const TraceValue* value = file_.events[i].Find(key);
    if (value == nullptr) {
      Report(i, "time", fmt::format("no {}", key));
      return std::nullopt;
    }
    const std::optional<int64_t> ns = ExactNanoseconds(*value);
    if (!ns) {
      Report(i, "time",
             fmt::format("{} is \"{}\", not microseconds with three decimals",
                         key, value->text));
    } else if (*ns < 0 || *ns >= kEndOfExactTime) {
      Report(i, "time",
             fmt::format("{} is {}, outside what viewers keep exactly", key,
                         value->text));
      return std::nullopt;
    }
    return ns;
  }

  // Thread states and ftrace lines find a thread by its tid alone.
  void CheckThread(size_t i, int64_t pid, int64_t tid) {
    const auto [it, inserted] = process_of_.try_emplace(tid, pid);
    if (!inserted && it->second != pid) {
      Report(i, "number",
             fmt::format("tid {} is in processes {} and {}", tid, it->second,
                         pid));
    }
    pids_.insert(pid);
  }

  void CheckMetadata(size_t i, int64_t pid, int64_t tid) {
    const TraceEvent& event = file_.events[i];
    if (after_metadata_) Report(i, "name", "names come before all else");
    if (event.Find("ts") != nullptr) Report(i, "name", "an M has no ts");
    const std::string& kind = event.Text("name");
    if (kind != "process_name" && kind != "thread_name") return;
    const auto name = event.args.find("name");
    if (name == event.args.end() ||
        name->second.type != TraceValue::Type::kText ||
        name->second.text.empty()) {
      Report(i, "name", kind + " without a name");
      return;
    }
    (kind == "process_name" ? named_pids_ : named_tids_)
        .insert(kind == "process_name" ? pid : tid);
  }

  void CheckInstant(size_t i, int64_t tid, int64_t at) {
    const std::string& scope = file_.events[i].Text("s");
    if (scope == "t") {
      threads_[tid].points.try_emplace(at, i);
    } else if (scope != "p" && scope != "g") {
      Report(i, "instant", fmt::format("s is \"{}\", not t, p or g", scope));
    }
  }

  void CheckCounter(size_t i, int64_t pid) {
    const TraceEvent& event = file_.events[i];
    if (event.args.empty()) Report(i, "counter", "no args");
    if (event.Find("id") != nullptr) {
      Report(i, "counter", "an id becomes part of the name");
    }
    std::set<std::string> series;
    for (const auto& [key, value] : event.args) {
      series.insert(key);
      if (value.type == TraceValue::Type::kText ||
          value.type == TraceValue::Type::kOther) {
        Report(i, "counter", key + " is not a number");
      }
    }
    const auto [it, inserted] =
        series_.try_emplace({pid, event.Text("name")}, series);
    if (!inserted && it->second != series) {
      Report(i, "counter", "other series than the counter's first event");
    }
  }

  void CheckAsync(size_t i) {
    const TraceEvent& event = file_.events[i];
    if (event.Text("cat").empty()) Report(i, "async", "no cat");
    if ((event.Find("id") != nullptr) == (event.Find("id2") != nullptr)) {
      Report(i, "async", "needs one of id and id2");
    }
  }

  void AddSlice(size_t i, int64_t tid, int64_t at) {
    const std::optional<int64_t> duration = Time(i, "dur");
    if (!duration) return;
    threads_[tid].slices.push_back(
        {at, at + *duration, i, kNone, false, false});
    used_tids_.try_emplace(tid, i);
  }

  void AddFlow(size_t i, int64_t tid, int64_t at) {
    const TraceEvent& event = file_.events[i];
    const std::optional<int64_t> id = FlowId(event.Find("id"));
    if (!id) {
      Report(i, "flow", "id is neither an integer below 2^53 nor hexadecimal");
      return;
    }
    if (event.Text("cat").empty()) Report(i, "flow", "no cat");
    const std::string& phase = event.Text("ph");
    FlowParts& parts = flows_[*id];
    (phase == "s" ? parts.begins : parts.ends).push_back({i, at, tid, kNone});
    parts.finishes |= phase == "f";
    if (phase == "f" && event.Text("bp") != "e") {
      Report(i, "flow", "an f without bp \"e\" binds to the next slice");
    }
  }

  static std::optional<int64_t> FlowId(const TraceValue* value) {
    if (value == nullptr) return std::nullopt;
    std::optional<int64_t> id = value->integer;
    if (value->type == TraceValue::Type::kText && !value->text.empty()) {
      // Perfetto reads any string as hexadecimal.
      char* end = nullptr;
      const uint64_t parsed = std::strtoull(value->text.c_str(), &end, 16);
      if (*end == '\0' && parsed < uint64_t{kEndOfExactId}) {
        id = static_cast<int64_t>(parsed);
      }
    }
    if (id && (*id < 0 || *id >= kEndOfExactId)) return std::nullopt;
    return id;
  }

  void CheckNames() {
    for (const auto& [pid, event] : used_pids_) {
      if (!named_pids_.contains(pid)) {
        Report(event, "name", fmt::format("process {} has no name", pid));
      }
    }
    for (const auto& [tid, event] : used_tids_) {
      if (!named_tids_.contains(tid)) {
        Report(event, "name", fmt::format("thread {} has no name", tid));
      }
    }
    for (const auto& [tid, pid] : process_of_) {
      if (pids_.contains(tid) && pid != tid) {
        Report({}, "number",
               fmt::format("tid {} is a pid, but a thread of {}", tid, pid));
      }
    }
  }

  // --- threads ---

  void CheckNesting(Thread& thread) {
    std::vector<ThreadSlice>& slices = thread.slices;
    std::ranges::stable_sort(slices, {}, &ThreadSlice::begin);
    for (size_t i = 1; i < slices.size(); ++i) {
      if (slices[i].begin == slices[i - 1].begin &&
          slices[i].end > slices[i - 1].end) {
        Report(slices[i].event, "order",
               fmt::format("\"{}\" is longer than \"{}\", which begins with it "
                           "and stands before it",
                           Name(slices[i].event), Name(slices[i - 1].event)));
      }
    }
    std::ranges::stable_sort(slices, {}, [](const ThreadSlice& slice) {
      return std::tuple(slice.begin, -slice.end);
    });
    // As catapult nests: in closed intervals.
    std::vector<size_t> stack;
    for (size_t i = 0; i < slices.size(); ++i) {
      while (!stack.empty() && slices[stack.back()].end <= slices[i].begin &&
             slices[stack.back()].end < slices[i].end) {
        stack.pop_back();
      }
      if (!stack.empty()) {
        slices[i].parent = stack.back();
        const ThreadSlice& outer = slices[stack.back()];
        if (slices[i].end > outer.end) {
          Report(slices[i].event, "nesting",
                 fmt::format("\"{}\" begins inside \"{}\" (event {}) and ends "
                             "after it",
                             Name(slices[i].event), Name(outer.event),
                             outer.event));
        }
      }
      stack.push_back(i);
      if (stack.size() == kMaxDepth + 1) {
        Report(slices[i].event, "depth", "more than 512 slices deep");
      }
    }
  }

  // The innermost slice that contains the time, its ends included.
  static size_t Innermost(const std::vector<ThreadSlice>& slices, int64_t at) {
    const auto after =
        std::ranges::upper_bound(slices, at, {}, &ThreadSlice::begin);
    size_t i = static_cast<size_t>(after - slices.begin());
    if (i == 0) return kNone;
    for (--i; i != kNone && slices[i].end < at;) i = slices[i].parent;
    return i;
  }

  void Bind(FlowEnd& end) {
    const Thread& thread = threads_[end.tid];
    const size_t slice = Innermost(thread.slices, end.at);
    if (slice == kNone) {
      Report(end.event, "bind", "no slice there");
      return;
    }
    const ThreadSlice& bound = thread.slices[slice];
    if (bound.begin == end.at || bound.end == end.at) {
      Report(end.event, "bind",
             fmt::format("on the edge of \"{}\" (event {})", Name(bound.event),
                         bound.event));
      return;
    }
    if (bound.event > end.event) {
      Report(end.event, "bind", "stands before its slice in the file");
    }
    if (thread.points.contains(end.at)) {
      Report(end.event, "bind", "an instant has the same time");
    }
    end.slice = slice;
  }

  void CheckFlow(FlowParts& parts) {
    if (parts.begins.empty()) {
      Report(parts.ends.front().event, "flow", "has no s");
      return;
    }
    for (size_t i = 1; i < parts.begins.size(); ++i) {
      Report(parts.begins[i].event, "flow", "a second s with this id");
    }
    FlowEnd& begin = parts.begins.front();
    if (!parts.finishes) Report(begin.event, "flow", "has no f");
    Bind(begin);
    for (FlowEnd& end : parts.ends) {
      const TraceEvent& first = file_.events[begin.event];
      const TraceEvent& last = file_.events[end.event];
      if (first.Text("cat") != last.Text("cat") ||
          first.Text("name") != last.Text("name")) {
        Report(end.event, "flow", "cat or name differs from its s");
      }
      if (end.at < begin.at ||
          (end.at == begin.at && end.event < begin.event)) {
        Report(end.event, "flow", "comes before its s");
      }
      Bind(end);
      if (begin.slice != kNone && end.slice != kNone) CheckCall(begin, end);
    }
  }

  void CheckCall(const FlowEnd& begin, const FlowEnd& end) {
    ThreadSlice& from = threads_[begin.tid].slices[begin.slice];
    ThreadSlice& to = threads_[end.tid].slices[end.slice];
    const std::string& caller = Name(from.event);
    const std::string& callee = Name(to.event);
    const bool sync = caller == "binder transaction";
    const bool oneway = caller == "binder transaction async";
    const char* wanted = sync     ? "binder reply"
                         : oneway ? "binder async rcv"
                                  : nullptr;
    const bool served =
        callee == "binder reply" || callee == "binder async rcv";
    if (wanted == nullptr && !served) return;
    if (wanted == nullptr || callee != wanted) {
      Report(end.event, "binder",
             fmt::format("from \"{}\" to \"{}\"", caller, callee));
      return;
    }
    if (from.called || to.serves) {
      Report(end.event, "binder", "a second arrow of one transaction");
    }
    from.called = to.serves = true;
    if (sync && to.end - to.begin > from.end - from.begin) {
      Report(
          to.event, "duration",
          fmt::format("longer than its caller's slice (event {})", from.event));
    }
  }

  void CheckAidl(const Thread& thread) {
    for (const ThreadSlice& slice : thread.slices) {
      if (!IsServerName(Name(slice.event))) continue;
      const std::string parent =
          slice.parent == kNone ? "" : Name(thread.slices[slice.parent].event);
      if (parent != "binder reply" && parent != "binder async rcv") {
        Report(slice.event, "aidl",
               fmt::format("\"{}\" is not directly in a callee's slice",
                           Name(slice.event)));
      }
    }
  }

  const TraceFile& file_;
  std::vector<TraceViolation> violations_;
  bool after_metadata_ = false;
  std::map<int64_t, int64_t> process_of_;  // tid -> pid
  std::set<int64_t> pids_;
  std::set<int64_t> named_pids_;
  std::set<int64_t> named_tids_;
  std::map<int64_t, size_t> used_pids_;  // -> first event
  std::map<int64_t, size_t> used_tids_;
  std::map<std::pair<int64_t, std::string>, std::set<std::string>> series_;
  std::map<int64_t, Thread> threads_;   // by tid
  std::map<int64_t, FlowParts> flows_;  // by id
};

}  // namespace

std::string FormatViolation(const TraceViolation& violation) {
  const std::string what = violation.rule + ": " + violation.message;
  return violation.event ? fmt::format("event {}: {}", *violation.event, what)
                         : what;
}

std::vector<TraceViolation> CheckTrace(const std::string& text) {
  const TraceFile file = ReadTrace(text);
  if (!file.syntax_error.empty()) {
    return {{std::nullopt, "json", file.syntax_error}};
  }
  return Checker(file).Run();
}

}  // namespace bindersim::viz
