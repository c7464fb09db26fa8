// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_EXPLORE_JSON_READER_H_
#define BINDERSIM_EXPLORE_JSON_READER_H_

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"

namespace bindersim::explore {

// Reads members with their types; the first that is wrong is remembered.
class JsonReader {
 public:
  explicit JsonReader(const std::string& name) : name_(name) {}

  const absl::Status& status() const { return status_; }

  const nlohmann::ordered_json* Member(const nlohmann::ordered_json& object,
                                       const std::string& path, const char* key,
                                       nlohmann::ordered_json::value_t type) {
    const auto it = object.find(key);
    const bool fits =
        it != object.end() &&
        (it->type() == type ||
         (type == nlohmann::ordered_json::value_t::number_unsigned &&
          it->is_number_unsigned()));
    if (fits) return &*it;
    Fail(path + "/" + key,
         it == object.end() ? "is missing"
                            : fmt::format("is of type {}", it->type_name()),
         type);
    return nullptr;
  }
  std::string Text(const nlohmann::ordered_json& object,
                   const std::string& path, const char* key) {
    const nlohmann::ordered_json* member =
        Member(object, path, key, nlohmann::ordered_json::value_t::string);
    return member == nullptr ? "" : member->get<std::string>();
  }
  uint64_t Number(const nlohmann::ordered_json& object, const std::string& path,
                  const char* key) {
    const nlohmann::ordered_json* member = Member(
        object, path, key, nlohmann::ordered_json::value_t::number_unsigned);
    return member == nullptr ? 0 : member->get<uint64_t>();
  }
  bool Bool(const nlohmann::ordered_json& object, const std::string& path,
            const char* key) {
    const nlohmann::ordered_json* member =
        Member(object, path, key, nlohmann::ordered_json::value_t::boolean);
    return member != nullptr && member->get<bool>();
  }

  void Fail(const std::string& path, const std::string& what,
            nlohmann::ordered_json::value_t wanted) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(fmt::format(
        "{}: {} {}; {} is wanted", name_, path, what, NameOf(wanted)));
  }

 private:
  static const char* NameOf(nlohmann::ordered_json::value_t type) {
    switch (type) {
      case nlohmann::ordered_json::value_t::string:
        return "a string";
      case nlohmann::ordered_json::value_t::boolean:
        return "true or false";
      case nlohmann::ordered_json::value_t::array:
        return "an array";
      case nlohmann::ordered_json::value_t::object:
        return "an object";
      default:
        return "a whole number";
    }
  }

  const std::string& name_;
  absl::Status status_;
};

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_JSON_READER_H_
