// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/trace_reader.h"

#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace bindersim::viz {
namespace {

using Json = nlohmann::json;

// Receives the pieces of the text. Levels: 0 outside, 1 in the file's object,
// 2 in one of its members, 3 in an event, 4 in the event's args.
class Receiver : public nlohmann::json_sax<Json> {
 public:
  explicit Receiver(TraceFile* file) : file_(*file) {}

  bool null() override { return Take({}); }
  bool boolean(bool) override { return Take({}); }
  bool number_integer(number_integer_t value) override {
    return Take({TraceValue::Type::kInteger, std::to_string(value), value});
  }
  bool number_unsigned(number_unsigned_t value) override {
    TraceValue result{TraceValue::Type::kInteger, std::to_string(value), {}};
    if (value <= uint64_t{std::numeric_limits<int64_t>::max()}) {
      result.integer = static_cast<int64_t>(value);
    }
    return Take(std::move(result));
  }
  bool number_float(number_float_t, const string_t& raw) override {
    return Take({TraceValue::Type::kDecimal, raw, {}});
  }
  bool string(string_t& text) override {
    return Take({TraceValue::Type::kText, text, {}});
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(size_t) override {
    if (level_ == 0) file_.is_object = true;
    if (level_ == 1 && key_ == "metadata") file_.has_metadata = true;
    if (level_ == 3 && key_ == "args") file_.events.back().has_args = true;
    if (level_ == 2 && in_events_) file_.events.emplace_back();
    return Enter();
  }
  bool start_array(size_t) override {
    if (level_ == 1) in_events_ = key_ == "traceEvents";
    if (level_ == 1 && in_events_) file_.has_events = true;
    return Enter();
  }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool key(string_t& name) override {
    if (level_ == 2 && key_ == "metadata") file_.metadata_keys.push_back(name);
    if (level_ == 1) in_events_ = false;
    if (level_ == 1 || (in_events_ && level_ == 3)) key_ = name;
    if (in_events_ && level_ == 4) args_key_ = name;
    return true;
  }
  bool parse_error(size_t, const std::string&,
                   const Json::exception& error) override {
    file_.syntax_error = error.what();
    return false;
  }

 private:
  bool Enter() {
    if (in_events_ && level_ >= 3) Take({});  // its own type is kOther
    ++level_;
    return true;
  }
  bool Leave() {
    --level_;
    return true;
  }
  bool Take(TraceValue value) {
    if (level_ == 1 && key_ == "displayTimeUnit") {
      file_.display_time_unit = value.text;
    }
    if (!in_events_) return true;
    if (level_ == 2) file_.events.emplace_back();  // not an object: no members
    if (level_ == 3 && key_ != "args") {
      file_.events.back().members[key_] = std::move(value);
    } else if (level_ == 4 && key_ == "args") {
      file_.events.back().args[args_key_] = std::move(value);
    }
    return true;
  }

  TraceFile& file_;
  int level_ = 0;
  bool in_events_ = false;
  std::string key_;
  std::string args_key_;
};

}  // namespace

std::optional<int64_t> ExactNanoseconds(const TraceValue& value) {
  if (value.type != TraceValue::Type::kDecimal) return std::nullopt;
  const std::string& text = value.text;
  const bool negative = text.starts_with('-');
  const size_t dot = text.find('.');
  const size_t first = negative ? 1 : 0;
  if (dot == std::string::npos || dot == first || text.size() != dot + 4) {
    return std::nullopt;
  }
  int64_t result = 0;
  for (size_t i = first; i < text.size(); ++i) {
    if (i == dot) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    if (__builtin_mul_overflow(result, 10, &result) ||
        __builtin_add_overflow(result, text[i] - '0', &result)) {
      return std::nullopt;
    }
  }
  return negative ? -result : result;
}

const TraceValue* TraceEvent::Find(const std::string& key) const {
  const auto it = members.find(key);
  return it == members.end() ? nullptr : &it->second;
}

const std::string& TraceEvent::Text(const std::string& key) const {
  static const std::string& empty = *new std::string;
  const TraceValue* value = Find(key);
  return value != nullptr && value->type == TraceValue::Type::kText
             ? value->text
             : empty;
}

TraceFile ReadTrace(const std::string& text) {
  TraceFile file;
  Receiver receiver(&file);
  Json::sax_parse(text, &receiver);
  return file;
}

}  // namespace bindersim::viz
