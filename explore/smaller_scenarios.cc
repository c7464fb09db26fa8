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

bool Has(const Json& action, const char* key, const Json& name) {
  return action.is_object() && action.contains(key) && action[key] == name;
}

// A wait names a lock too.
bool IsLock(const Json& action) {
  return action.is_object() && action.contains("lock") &&
         !action.contains("wait");
}

// Takes out of a block what goes with a lock that was taken before it: the
// unlock, and waits that give the mutex up meanwhile.
void Release(Json& block, const Json& mutex, size_t from = 0) {
  size_t inside = 0;  // of locks that stay, as Java's may be
  for (size_t i = from; i < block.size(); ++i) {
    Json& action = block[i];
    if (IsLock(action) && Has(action, "lock", mutex)) {
      ++inside;
    } else if (Has(action, "unlock", mutex)) {
      if (inside == 0) {
        block.erase(i);
        return;
      }
      --inside;
    } else if (Has(action, "lock", mutex) && inside == 0) {
      block.erase(i--);
    } else if (action.is_object() && inside == 0) {
      // What the same thread does meanwhile.
      for (const char* key : {"do", "on_error"}) {
        const bool is_block = action.contains(key) && action[key].is_array();
        if (is_block && !action.contains("spawn")) Release(action[key], mutex);
      }
      if (!action.contains("choose")) continue;
      for (Json& option : action["choose"]) {
        Release(option.is_object() ? option["do"] : option, mutex);
      }
    }
  }
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
        if (GoesWithALock(at, collection[i])) continue;
        Json smaller = root_;
        smaller.at(at).erase(i);
        if (IsLock(collection[i])) {
          Release(smaller.at(at), collection[i]["lock"], i);
        }
        Add("drop", at / i, smaller);
        Unwrap(at, i);
      }
    }
  }

  // Without its unlock a lock is held for ever, which is another fault than any
  // that the program had.
  bool GoesWithALock(Pointer block, const Json& action) const {
    if (!action.is_object() || !action.contains("unlock")) return false;
    for (; !block.empty(); block = block.parent_pointer()) {
      const Json& around = root_.at(block);
      if (!around.is_array()) continue;
      for (const Json& other : around) {
        if (IsLock(other) && Has(other, "lock", action["unlock"])) return true;
      }
    }
    return false;
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
