// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/smaller_scenarios.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

namespace bindersim::explore {

namespace {

using Json = nlohmann::ordered_json;
using Pointer = Json::json_pointer;

// Keys under which each member or element can go by itself.
const std::set<std::string>& Collections() {
  static const std::set<std::string> keys = {
      "expect",  "events",  "processes", "threads",  "services",
      "objects", "methods", "do",        "on_error", "on_death",
      "kill",    "choose",  "fds"};
  return keys;
}

// Keys of an object that can go.
const std::set<std::string>& Optional() {
  static const std::set<std::string> keys = {
      "faults", "machine", "reply",    "data",    "on_error", "on_death",
      "fds",    "objects", "language", "timeout", "nice",     "map_size",
      "about",  "explore", "uid",      "at",      "$schema",  "bounds"};
  return keys;
}

class Steps {
 public:
  explicit Steps(const Json& root) : root_(root) {}

  std::vector<SmallerScenario> All() {
    // By level, so that what contains much goes first.
    std::vector<Pointer> level = {Pointer()};
    while (!level.empty()) {
      std::vector<Pointer> below;
      for (const Pointer& at : level) Visit(at, below);
      level = std::move(below);
    }
    return std::move(all_);
  }

 private:
  void Visit(const Pointer& at, std::vector<Pointer>& below) {
    const Json& node = root_.at(at);
    if (node.is_object()) {
      for (const auto& [key, value] : node.items()) {
        const Pointer member = at / key;
        if (Optional().contains(key)) Remove(at, key);
        if ((key == "repeat" || key == "count" || key == "cpus" ||
             key == "max_threads") &&
            value.is_number_unsigned()) {
          Reduce(member, value.get<uint64_t>());
        }
        if (Collections().contains(key)) Elements(member, value);
        below.push_back(member);
      }
    } else if (node.is_array()) {
      for (size_t i = 0; i < node.size(); ++i) below.push_back(at / i);
    }
  }

  void Elements(const Pointer& at, const Json& collection) {
    if (collection.is_object()) {
      for (const auto& [key, value] : collection.items()) Remove(at, key);
    } else if (collection.is_array()) {
      for (size_t i = collection.size(); i-- > 0;) {
        Json smaller = root_;
        smaller.at(at).erase(i);
        Add("drop", at / i, smaller);
        Unwrap(at, i);
      }
    }
  }

  // What an action contains, instead of it.
  void Unwrap(const Pointer& at, size_t index) {
    const Json& action = root_.at(at / index);
    if (!action.is_object() || !action.contains("repeat")) return;
    Json smaller = root_;
    Json& block = smaller.at(at);
    const Json inner = action["do"];
    const auto position = static_cast<std::ptrdiff_t>(index);
    block.erase(index);
    block.insert(block.begin() + position, inner.begin(), inner.end());
    Add("unwrap", at / index, smaller);
  }

  void Remove(const Pointer& at, const std::string& key) {
    Json smaller = root_;
    smaller.at(at).erase(key);
    Add("drop", at / key, smaller);
  }

  void Reduce(const Pointer& at, uint64_t number) {
    if (number < 2) return;
    for (const uint64_t less : std::set<uint64_t>{number / 2, number - 1}) {
      Json smaller = root_;
      smaller.at(at) = less;
      Add("reduce to " + std::to_string(less), at, smaller);
    }
  }

  void Add(const std::string& what, const Pointer& at, const Json& smaller) {
    all_.push_back({what + " " + at.to_string(), smaller.dump(2)});
  }

  const Json& root_;
  std::vector<SmallerScenario> all_;
};

}  // namespace

std::vector<SmallerScenario> SmallerScenarios(const std::string& json) {
  const Json root = Json::parse(json);
  return Steps(root).All();
}

}  // namespace bindersim::explore
