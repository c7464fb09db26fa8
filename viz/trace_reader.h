// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Reads Chrome Trace Event JSON as it is written in the file: numbers are not
// rounded through a double, and what is missing or of a wrong type is kept as
// such, for the checks of trace_check.h.

#ifndef BINDERSIM_VIZ_TRACE_READER_H_
#define BINDERSIM_VIZ_TRACE_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bindersim::viz {

// A value inside an event, as far as the checks need it.
struct TraceValue {
  enum class Type { kInteger, kDecimal, kText, kOther };
  Type type = Type::kOther;
  std::string text;  // a string's text; a number as written
  // kInteger: the value, or nothing if it does not fit.
  std::optional<int64_t> integer;
};

// Microseconds with exactly three decimals ("12.345"), in nanoseconds; nothing
// if the value is not written like that.
std::optional<int64_t> ExactNanoseconds(const TraceValue& value);

struct TraceEvent {
  std::map<std::string, TraceValue> members;  // without args
  std::map<std::string, TraceValue> args;
  bool has_args = false;

  // The member, or nullptr.
  const TraceValue* Find(const std::string& key) const;
  // The member's text if it is a string, else empty.
  const std::string& Text(const std::string& key) const;
};

struct TraceFile {
  bool is_object = false;  // the outermost value
  bool has_events = false;
  std::string display_time_unit;
  bool has_metadata = false;
  std::vector<std::string> metadata_keys;
  std::vector<TraceEvent> events;
  // Why the text is not JSON; empty if it is.
  std::string syntax_error;
};

TraceFile ReadTrace(const std::string& text);

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_TRACE_READER_H_
