// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/reach/counts.h"

#include <nlohmann/json.hpp>

namespace bindersim::coverage {

namespace {

using Json = nlohmann::json;

class Counter {
 public:
  explicit Counter(Counts& counts) : counts_(counts) {}

  void AddTry(const Json& step) {
    const std::string op = step["op"];
    if (op == "dump") {
      Add("dump", step["what"]);
      return;
    }
    Add("call", op);
    if (op == "set_context_mgr_ext") AddObjectFlags(step);
    if (!step.contains("write")) return;
    for (const Json& command : step["write"]) {
      const std::string name = command["bc"];
      Add("command", name);
      if (name.find("TRANSACTION") == std::string::npos &&
          name.find("REPLY") == std::string::npos) {
        continue;
      }
      AddTransactionFlags(command);
      if (command.contains("data")) AddItems(command["data"]);
    }
  }

  void AddOperation(const std::string& op, const Json& operation) {
    if (operation.contains("errno")) {
      Add("error", op + " " + std::string(operation["errno"]));
    } else if (op == "get_extended_error" && operation.contains("param")) {
      const Json& param = operation["param"];
      Add("extended error",
          std::string(operation["command"]) + " " +
              (param.is_string() ? std::string(param) : param.dump()));
    }
    if (operation.contains("revents")) {
      for (const Json& event : operation["revents"]) Add("event", event);
    }
    if (operation.contains("head")) Add("return", operation["head"]);
    if (!operation.contains("br")) return;
    for (const Json& entry : operation["br"]) {
      Add("return", entry["br"]);
      if (!entry.contains("objs")) continue;
      for (const Json& object : entry["objs"]) {
        Add("object received", object["type"]);
      }
    }
  }

 private:
  void Add(const std::string& kind, const std::string& name) {
    ++counts_[{kind, name}];
  }

  // Calls `take` with each flag that has a name, and the other bits.
  template <class Take>
  static void ForFlags(const Json& holder, Take take) {
    if (!holder.contains("flags")) return;
    const Json& flags = holder["flags"];
    uint64_t bits = 0;
    const auto one = [&](const Json& flag) {
      if (flag.is_string() && std::string(flag).find("0x") != 0) {
        take(std::string(flag), 0);
      } else {
        bits |= flag.is_string() ? std::stoull(std::string(flag), nullptr, 0)
                                 : flag.get<uint64_t>();
      }
    };
    if (flags.is_array()) {
      for (const Json& flag : flags) one(flag);
    } else {
      one(flags);
    }
    if (bits != 0) take("", bits);
  }

  void AddTransactionFlags(const Json& command) {
    static constexpr std::pair<uint64_t, const char*> kFlags[] = {
        {0x01, "ONE_WAY"},    {0x04, "ROOT_OBJECT"}, {0x08, "STATUS_CODE"},
        {0x10, "ACCEPT_FDS"}, {0x20, "CLEAR_BUF"},   {0x40, "UPDATE_TXN"}};
    ForFlags(command, [&](const std::string& name, uint64_t bits) {
      if (!name.empty()) return Add("transaction flag", name);
      for (const auto& [bit, flag] : kFlags) {
        if ((bits & bit) != 0) Add("transaction flag", flag);
        bits &= ~bit;
      }
      if (bits != 0) Add("transaction flag", "other");
    });
  }

  void AddObjectFlags(const Json& object) {
    ForFlags(object, [&](const std::string& name, uint64_t bits) {
      if (!name.empty()) return Add("object flag", name);
      if ((bits & 0x100) != 0) Add("object flag", "ACCEPTS_FDS");
      if ((bits & 0x1000) != 0) Add("object flag", "TXN_SECURITY_CTX");
      if ((bits & 0xff) != 0) Add("object flag", "priority");
    });
  }

  void AddItems(const Json& items) {
    if (!items.is_array()) return AddItem(items);
    for (const Json& item : items) AddItem(item);
  }

  void AddItem(const Json& item) {
    if (!item.is_object() || !item.contains("obj")) return;
    const std::string type = item["obj"];
    Add("object sent", type);
    if (type == "PTR") {
      if (item.contains("parent")) Add("object flag", "HAS_PARENT");
      if (item.contains("content")) AddItems(item["content"]);
    } else if (type != "FDA" && type != "RAW") {
      AddObjectFlags(item);
    }
  }

  Counts& counts_;
};

}  // namespace

void CountScript(const std::string& text, Counts& counts) {
  const Json script = Json::parse(text);
  Counter counter(counts);
  for (const Json& step : script["steps"]) counter.AddTry(step);
}

void CountResult(const std::string& script_text, const std::string& result_text,
                 Counts& counts) {
  const Json script = Json::parse(script_text);
  const Json result = Json::parse(result_text);
  if (!result.contains("steps")) return;
  Counter counter(counts);
  const Json& steps = script["steps"];
  for (const Json& done : result["steps"]) {
    const size_t index = done["i"];
    if (!done.contains("self") || !done["self"].contains("skipped")) {
      counter.AddTry(steps[index]);
    }
    if (!done.contains("r")) continue;
    for (const Json& operation : done["r"]) {
      counter.AddOperation(steps[operation.value("of", index)]["op"],
                           operation);
    }
  }
}

}  // namespace bindersim::coverage
