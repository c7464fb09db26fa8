// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/json_reader.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace bindersim::explore {

namespace {

bool Is(const nlohmann::ordered_json& value, JsonReader::Type type) {
  switch (type) {
    case JsonReader::Type::kString:
      return value.is_string();
    case JsonReader::Type::kNumber:
      return value.is_number_unsigned();
    case JsonReader::Type::kBoolean:
      return value.is_boolean();
    case JsonReader::Type::kArray:
      return value.is_array();
    case JsonReader::Type::kObject:
      break;
  }
  return value.is_object();
}

const char* NameOf(JsonReader::Type type) {
  switch (type) {
    case JsonReader::Type::kString:
      return "a string";
    case JsonReader::Type::kNumber:
      return "a whole number";
    case JsonReader::Type::kBoolean:
      return "true or false";
    case JsonReader::Type::kArray:
      return "an array";
    case JsonReader::Type::kObject:
      break;
  }
  return "an object";
}

}  // namespace

const JsonReader::Json* JsonReader::Member(const Json& object,
                                           const std::string& path,
                                           const char* key, Type type) {
  const auto it = object.find(key);
  if (it != object.end() && Is(*it, type)) return &*it;
  Fail(path + "/" + key,
       it == object.end() ? "is missing"
                          : fmt::format("is of type {}", it->type_name()),
       type);
  return nullptr;
}

std::string JsonReader::Text(const Json& object, const std::string& path,
                             const char* key) {
  const Json* member = Member(object, path, key, Type::kString);
  return member == nullptr ? "" : member->get<std::string>();
}

uint64_t JsonReader::Number(const Json& object, const std::string& path,
                            const char* key) {
  const Json* member = Member(object, path, key, Type::kNumber);
  return member == nullptr ? 0 : member->get<uint64_t>();
}

bool JsonReader::Bool(const Json& object, const std::string& path,
                      const char* key) {
  const Json* member = Member(object, path, key, Type::kBoolean);
  return member != nullptr && member->get<bool>();
}

void JsonReader::Fail(const std::string& path, const std::string& what,
                      Type wanted) {
  if (!status_.ok()) return;
  status_ = absl::InvalidArgumentError(fmt::format(
      "{}: {} {}; {} is wanted", name_, path, what, NameOf(wanted)));
}

}  // namespace bindersim::explore
