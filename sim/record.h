// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Records: what a run tells the outside world about itself.
//
// A record is a moment, a thread, a kind and a small typed payload of plain
// integers. The bytes of the records, in order, *are* the observable behaviour
// of a run: the run digest is computed over them. Payload types are defined by
// whoever emits them (sim/sched_records.h, model/record.h):
//
//   struct Wakened {
//     static constexpr RecordKind kKind{0x0102};
//     uint32_t by_tid = 0;
//     uint32_t sync = 0;
//   };
//   recorder.Emit(now, tid, Wakened{...});
//   if (const auto wakened = record.As<Wakened>()) ...
//
// Invariants:
//  1. A payload has no padding and no pointers, so its bytes are its value.
//  2. Nothing that a record says depends on how many other entities exist:
//     threads are named by tid, strings by the hash of their text.

#ifndef BINDERSIM_SIM_RECORD_H_
#define BINDERSIM_SIM_RECORD_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/time.h"

namespace bindersim::sim {

// Identifies a payload type. Values are unique over the whole program.
struct RecordKind {
  uint32_t value = 0;
  friend constexpr auto operator<=>(RecordKind, RecordKind) = default;
};

// A string in a record: the 64-bit hash of its text (XXH3). 0 = no string.
struct Name {
  uint64_t hash = 0;
  friend constexpr auto operator<=>(Name, Name) = default;
};

// The name that `text` has in every run.
Name NameOf(const std::string& text);

template <class P>
concept RecordPayload =
    std::is_trivially_copyable_v<P> &&
        std::has_unique_object_representations_v<P> && sizeof(P) <= 64 &&
    std::is_same_v<std::remove_cv_t<decltype(P::kKind)>, RecordKind>;

struct Record {
  Time at{};
  RecordKind kind;
  uint32_t tid = 0;  // thread that it is about; 0 = none
  std::array<std::byte, 64> payload{};

  // The payload if the record is of that kind, else nothing.
  template <RecordPayload P>
  std::optional<P> As() const {
    if (kind != P::kKind) return std::nullopt;
    P result;
    std::memcpy(&result, payload.data(), sizeof(P));
    return result;
  }

  friend bool operator==(const Record&, const Record&) = default;
};
static_assert(std::has_unique_object_representations_v<Record>);

// Texts of the names that occurred in a run.
class NameTable {
 public:
  void Add(Name name, const std::string& text);
  // The text; empty for the null name or one never added.
  const std::string& Text(Name name) const;

 private:
  std::map<Name, std::string> texts_;
};

// Something that looks at a run: trace writer, statistics, digest. Outside the
// world's value and unable to change it.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void OnRecord(const Record& record, const NameTable& names) = 0;
};

// Hands records to any number of sinks. With none attached, enabled() is false
// and emitters skip the work of building records.
class Recorder {
 public:
  // `sink` must outlive the recorder.
  void AddSink(Sink* sink) { sinks_.push_back(sink); }
  bool enabled() const { return !sinks_.empty(); }

  // The record name of `text`, remembered so that sinks can print it.
  Name Intern(const std::string& text);
  const NameTable& names() const { return names_; }

  template <RecordPayload P>
  void Emit(Time at, uint32_t tid, const P& payload) {
    if (!enabled()) [[likely]]
      return;
    Send(at, P::kKind, tid, std::as_bytes(std::span(&payload, 1)));
  }

 private:
  void Send(Time at, RecordKind kind, uint32_t tid,
            std::span<const std::byte> payload);

  std::vector<Sink*> sinks_;
  NameTable names_;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_RECORD_H_
