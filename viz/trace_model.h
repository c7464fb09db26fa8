// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// What a trace shows, as compact records: filled by the exporter while a run
// goes on, written as text in the end.

#ifndef BINDERSIM_VIZ_TRACE_MODEL_H_
#define BINDERSIM_VIZ_TRACE_MODEL_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/record.h"
#include "sim/record.h"
#include "viz/trace_tracks.h"

namespace bindersim::viz {

struct ProcessFacts {
  std::string name;
  uint32_t uid = 0;
  uint32_t order = 0;  // of appearance
  record::Language language = record::Language::kCpp;
  uint32_t max_threads = 0;
};

struct ThreadFacts {
  uint32_t pid = 0;
  std::string name;
  uint32_t order = 0;  // of appearance
  // Rows, made when they are first needed.
  std::optional<uint32_t> own;
  std::optional<uint32_t> states;
  std::optional<uint32_t> system_calls;
};

// One for each track of TraceTracks.
struct RowFacts {
  enum class Kind : uint8_t { kThread, kStates, kSystemCalls, kCpu };
  Kind kind = Kind::kThread;
  uint32_t id = 0;  // tid or CPU number
};

enum class CounterKind : uint8_t {
  kBufferInUse,  // bytes
  kAsyncFree,    // bytes
  kLoopers,      // threads
  kBusy,         // threads
};

struct CounterChange {
  int64_t at = 0;  // ns
  uint64_t value = 0;
  uint32_t pid = 0;
  CounterKind kind = CounterKind::kBufferInUse;
};

// An arrow between two slices; the times are 1 ns inside them.
struct Flow {
  enum class Kind : uint8_t { kRequest, kReply, kOneway };
  int64_t from_at = -1;  // ns; -1 = no such end
  int64_t to_at = -1;
  uint32_t from_track = 0;
  uint32_t to_track = 0;
  Kind kind = Kind::kRequest;
  // Lengths of the slices, once they have ended.
  int64_t from_duration = -1;
  int64_t to_duration = -1;
};

struct TraceModel {
  sim::NameTable texts;
  std::map<uint32_t, ProcessFacts> processes;  // by pid
  std::map<uint32_t, ThreadFacts> threads;     // by tid
  std::vector<RowFacts> rows;
  std::vector<Slice> slices;  // instants too
  std::vector<CounterChange> counters;
  std::vector<Flow> flows;
  uint64_t flows_dropped = 0;   // no room for the arrow
  uint64_t slices_dropped = 0;  // too deep
};

// The name that a viewer shows for a slice or an instant.
std::string SliceName(const TraceModel& model, const Slice& slice);

// The category, one word.
const char* SliceCategory(SliceKind kind);

class JsonWriter;

// Writes the members of the slice's "args" object.
void WriteSliceArgs(const TraceModel& model, const Slice& slice,
                    JsonWriter& json);

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_TRACE_MODEL_H_
