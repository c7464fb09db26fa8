// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace bindersim::explore {

namespace {

const char* NameOf(scenario::Node::Kind kind) {
  using Kind = scenario::Node::Kind;
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "true or false";
    case Kind::kInteger:
      return "a whole number";
    case Kind::kNumber:
      return "a number";
    case Kind::kString:
      return "a string";
    case Kind::kArray:
      return "an array";
    case Kind::kObject:
      break;
  }
  return "an object";
}

}  // namespace

bool JsonReader::Is(const Place& value, Kind kind) const {
  if (value->kind == kind) return true;
  reporter_.Report(value, scenario::Describe(*value.node), NameOf(kind));
  return false;
}

JsonReader::Place JsonReader::Present(const Place& object, const char* key,
                                      const std::string& wanted) const {
  const Place member = object.Member(key);
  if (member) return member;
  // Shown where the object begins.
  reporter_.Report({object.node, member.pointer}, "nothing", wanted);
  return {};
}

JsonReader::Place JsonReader::Member(const Place& object, const char* key,
                                     Kind kind) const {
  const Place member = Present(object, key, NameOf(kind));
  return member && Is(member, kind) ? member : Place{};
}

std::string JsonReader::Text(const Place& object, const char* key) const {
  const Place member = Member(object, key, Kind::kString);
  return member ? member->text : "";
}

std::string JsonReader::Word(const Place& object, const char* key,
                             const std::vector<std::string>& known) const {
  const Place member = Member(object, key, Kind::kString);
  if (!member) return "";
  if (std::ranges::find(known, member->text) == known.end()) {
    reporter_.ReportUnknown(member, member->text, known);
    return "";
  }
  return member->text;
}

uint64_t JsonReader::Number(const Place& object, const char* key,
                            uint64_t least, uint64_t most) const {
  const std::string wanted =
      least == most ? fmt::format("the number {}", least)
                    : fmt::format("a whole number from {} to {}", least, most);
  const Place member = Present(object, key, wanted);
  if (!member) return least;
  const std::optional<uint64_t> value = member->AsUint64();
  if (!value || *value < least || *value > most) {
    reporter_.Report(member, scenario::Describe(*member.node), wanted);
    return least;
  }
  return *value;
}

bool JsonReader::Bool(const Place& object, const char* key) const {
  const Place member = Member(object, key, Kind::kBool);
  return member && member->boolean;
}

}  // namespace bindersim::explore
