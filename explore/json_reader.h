// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads members of JSON objects that must have a type. What is wrong first is
// remembered; until somebody asks for it, members that are not there count as
// empty.

#ifndef BINDERSIM_EXPLORE_JSON_READER_H_
#define BINDERSIM_EXPLORE_JSON_READER_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/status.h"

namespace bindersim::explore {

class JsonReader {
 public:
  using Json = nlohmann::ordered_json;
  enum class Type : uint8_t { kString, kNumber, kBoolean, kArray, kObject };

  // `name` is the text's, for messages; it must outlive the reader.
  explicit JsonReader(const std::string& name) : name_(name) {}

  const absl::Status& status() const { return status_; }

  // The member, or null. `path` is the object's: "/schedule/3".
  const Json* Member(const Json& object, const std::string& path,
                     const char* key, Type type);
  std::string Text(const Json& object, const std::string& path,
                   const char* key);
  // Of a whole number that is not negative.
  uint64_t Number(const Json& object, const std::string& path, const char* key);
  bool Bool(const Json& object, const std::string& path, const char* key);

  // What is at `path` is not as wanted.
  void Fail(const std::string& path, const std::string& what, Type wanted);

 private:
  const std::string& name_;
  absl::Status status_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_JSON_READER_H_
