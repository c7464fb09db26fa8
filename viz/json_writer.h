// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Writes JSON text piece by piece, without building it in memory first.
//
//   JsonWriter json(&sink);
//   json.BeginObject();
//   json.Field("seed", 7);
//   json.Key("events");
//   json.BeginArray();
//   json.EndArray();
//   json.EndObject();
//   if (absl::Status status = json.Finish(); !status.ok()) ...
//
// The text is plain ASCII apart from valid UTF-8 in strings; every control
// character is escaped and invalid UTF-8 becomes U+FFFD, because one raw
// control character makes Perfetto refuse a whole file.

#ifndef BINDERSIM_VIZ_JSON_WRITER_H_
#define BINDERSIM_VIZ_JSON_WRITER_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "viz/byte_sink.h"

namespace bindersim::viz {

class JsonWriter {
 public:
  enum class Style {
    kCompact,   // no white space but what Line() asks for
    kIndented,  // one member a line, two spaces a level
  };

  // `sink` must outlive the writer.
  explicit JsonWriter(ByteSink* sink, Style style = Style::kCompact)
      : sink_(sink), style_(style) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }

  void Key(const char* key);
  void Key(const std::string& key) { Key(key.c_str()); }

  void Value(const char* text) { Value(std::string(text)); }
  void Value(const std::string& text);
  void Value(std::same_as<bool> auto value) {
    Separate();
    buffer_ += value ? "true" : "false";
  }
  void Value(std::signed_integral auto value) {
    Signed(static_cast<int64_t>(value));
  }
  void Value(std::unsigned_integral auto value) requires(
      !std::same_as<decltype(value), bool>) {
    Unsigned(static_cast<uint64_t>(value));
  }
  // `ns` nanoseconds as microseconds with exactly three decimals, "12.345",
  // computed in integers.
  void Microseconds(int64_t ns);

  template <class T>
  void Field(const char* key, const T& value) {
    Key(key);
    Value(value);
  }

  // In compact style: puts the next element on a new line.
  void Line() { line_ = true; }

  // Writes what is left and says whether everything was written.
  absl::Status Finish();

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate();
  void Signed(int64_t value);
  void Unsigned(uint64_t value);
  void Quote(const std::string& text);
  void Flush();

  ByteSink* sink_;
  Style style_;
  std::string buffer_;
  std::vector<bool> has_elements_;  // of each open object or array
  bool after_key_ = false;
  bool line_ = false;
  absl::Status status_;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_JSON_WRITER_H_
