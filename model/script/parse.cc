// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <linux/android/binder.h>
#include <sys/mman.h>

#include <array>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "model/protocol.h"
#include "model/script/script.h"
#include "nlohmann/json.hpp"

namespace bindersim::script {

namespace {

using Json = nlohmann::ordered_json;

// What is wrong with a script; caught in ParseScript.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

uint64_t ToNumber(const Json& json) {
  if (json.is_number_unsigned()) return json.get<uint64_t>();
  if (json.is_number_integer()) {
    return static_cast<uint64_t>(json.get<int64_t>());
  }
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_string()) return std::stoull(json.get<std::string>(), nullptr, 0);
  throw Malformed("not a number: " + json.dump());
}

std::string ToBytes(const std::string& hex) {
  if (hex.size() % 2 != 0) throw Malformed("odd number of hex digits");
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(
        static_cast<char>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::optional<uint32_t> FlagNamed(const std::string& name) {
  const auto flag = protocol::ValueOf(protocol::TransactionFlags(), name);
  return flag ? flag : protocol::ValueOf(protocol::ObjectFlags(), name);
}

uint32_t ToFlags(const Json& json) {
  if (!json.is_array()) return static_cast<uint32_t>(ToNumber(json));
  uint32_t flags = 0;
  for (const Json& one : json) {
    const auto named = one.is_string() ? FlagNamed(one.get<std::string>())
                                       : std::optional<uint32_t>();
    flags |= named ? *named : static_cast<uint32_t>(ToNumber(one));
  }
  return flags;
}

// {"rx": ...}, {"off": ...}, or a number.
Value ToValue(const Json& json) {
  if (!json.is_object()) return Value::Number(ToNumber(json));
  Value value;
  if (json.contains("rx")) {
    const std::string text = json.at("rx").get<std::string>();
    const size_t mark = text.rfind('#');
    if (mark == std::string::npos) throw Malformed("no # in " + text);
    value.kind = Value::Kind::kReceived;
    value.text = text.substr(0, mark);
    value.nth = std::stoll(text.substr(mark + 1));
    value.object = json.contains("obj") ? ToNumber(json["obj"]) : 0;
    value.number = json.contains("add") ? ToNumber(json["add"]) : 0;
    return value;
  }
  if (!json.contains("off")) throw Malformed("not a value: " + json.dump());
  value.kind = Value::Kind::kMapping;
  value.number = ToNumber(json["off"]);
  value.text = json.value("fd", "b");
  return value;
}

// A descriptor: a label, a number or something received.
Value ToDescriptor(const Json& json) {
  return json.is_string() ? Value::Label(json.get<std::string>())
                          : ToValue(json);
}

// The members of one JSON object, by name, with defaults.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {
    if (!json.is_object()) throw Malformed("not an object: " + json.dump());
  }

  const Json* Find(const char* name) const {
    const auto it = json_.find(name);
    return it == json_.end() ? nullptr : &*it;
  }
  const Json& Get(const char* name) const {
    const Json* found = Find(name);
    if (found == nullptr) throw Malformed(fmt::format("no \"{}\"", name));
    return *found;
  }
  std::string Text(const char* name) const {
    return Get(name).get<std::string>();
  }
  std::string Text(const char* name, const char* otherwise) const {
    const Json* found = Find(name);
    return found == nullptr ? otherwise : found->get<std::string>();
  }
  uint64_t Number(const char* name, uint64_t otherwise = 0) const {
    const Json* found = Find(name);
    return found == nullptr ? otherwise : ToNumber(*found);
  }
  uint32_t Word(const char* name, uint32_t otherwise = 0) const {
    return static_cast<uint32_t>(Number(name, otherwise));
  }
  std::optional<uint64_t> Optional(const char* name) const {
    const Json* found = Find(name);
    if (found == nullptr) return std::nullopt;
    return ToNumber(*found);
  }
  Value Any(const char* name) const {
    const Json* found = Find(name);
    return found == nullptr ? Value() : ToValue(*found);
  }
  uint32_t Flags(const char* name) const {
    const Json* found = Find(name);
    return found == nullptr ? 0 : ToFlags(*found);
  }
  // Whether the list of words contains `word`.
  bool Lists(const char* name, std::string_view word) const {
    const Json* found = Find(name);
    if (found == nullptr) return false;
    for (const Json& one : *found) {
      if (one.get<std::string>() == word) return true;
    }
    return false;
  }

 private:
  const Json& json_;
};

std::vector<Item> ParseItems(const Json* json);

void ParseObject(const Fields& fields, Item& item) {
  const std::string name = fields.Text("obj");
  item.kind = Item::Kind::kObject;
  item.unaligned = fields.Number("unaligned") != 0;
  item.in_offsets = fields.Number("nooff") == 0;
  item.flags = fields.Flags("flags");
  item.cookie = fields.Any("cookie");
  if (name == "RAW") {
    item.type = fields.Word("type");
    item.bytes = ToBytes(fields.Text("body", ""));
    item.raw = true;
    return;
  }
  const auto type = protocol::ValueOf(protocol::ObjectTypes(), name);
  if (!type) throw Malformed("no object type " + name);
  item.type = *type;
  switch (item.type) {
    case BINDER_TYPE_BINDER:
    case BINDER_TYPE_WEAK_BINDER:
      item.value = fields.Any("ptr");
      break;
    case BINDER_TYPE_HANDLE:
    case BINDER_TYPE_WEAK_HANDLE:
      item.value = fields.Any("handle");
      break;
    case BINDER_TYPE_FD:
      item.value = ToDescriptor(fields.Get("fd"));
      break;
    default:
      break;
  }
  item.content = ParseItems(fields.Find("content"));
  item.length = fields.Optional("length");
  item.buffer = fields.Optional("buffer");
  item.num_fds = fields.Number("num_fds");
  item.parent = fields.Number("parent");
  item.parent_offset = fields.Number("parent_offset");
  if (item.type == BINDER_TYPE_PTR && fields.Find("parent") != nullptr) {
    item.flags |= BINDER_BUFFER_FLAG_HAS_PARENT;
  }
}

Item ParseItem(const Json& json) {
  Item item;
  if (json.is_string()) {
    item.bytes = ToBytes(json.get<std::string>());
    return item;
  }
  const Fields fields(json);
  item.at = fields.Optional("at");
  if (fields.Find("obj") != nullptr) {
    ParseObject(fields, item);
  } else if (fields.Find("fd32") != nullptr) {
    item.kind = Item::Kind::kDescriptor;
    item.value = ToDescriptor(fields.Get("fd32"));
  } else if (fields.Find("hex") != nullptr) {
    item.bytes = ToBytes(fields.Text("hex"));
  } else if (fields.Find("zero") != nullptr) {
    item.bytes.assign(fields.Number("zero"), '\0');
  } else if (fields.Find("u32") != nullptr || fields.Find("u64") != nullptr) {
    const bool wide = fields.Find("u64") != nullptr;
    const uint64_t number = fields.Number(wide ? "u64" : "u32");
    for (int i = 0; i < (wide ? 8 : 4); ++i) {
      item.bytes.push_back(static_cast<char>(number >> (8 * i)));
    }
  } else if (fields.Find("fill") != nullptr) {
    const uint64_t seed = fields.Number("seed");
    item.bytes.resize(fields.Number("fill"));
    for (uint64_t i = 0; i < item.bytes.size(); ++i) {
      item.bytes[i] = static_cast<char>((7 * i + seed) % 256);
    }
  } else {
    throw Malformed("no such data item: " + json.dump());
  }
  return item;
}

std::vector<Item> ParseItems(const Json* json) {
  std::vector<Item> items;
  if (json == nullptr) return items;
  if (!json->is_array()) {
    items.push_back(ParseItem(*json));
    return items;
  }
  for (const Json& one : *json) items.push_back(ParseItem(one));
  return items;
}

void ParseTransaction(const Fields& fields, Command& command) {
  command.code = fields.Word("code");
  command.flags = fields.Flags("flags");
  command.data = ParseItems(fields.Find("data"));
  command.data_size = fields.Optional("data_size");
  command.offsets_size = fields.Optional("offsets_size");
  command.buffers_size = fields.Optional("buffers_size");
  command.data_ptr = fields.Optional("data_ptr");
  command.offsets_ptr = fields.Optional("offsets_ptr");
  if (const Json* offsets = fields.Find("offsets")) {
    command.offsets.emplace();
    for (const Json& one : *offsets) {
      command.offsets->push_back(ToNumber(one));
    }
  }
}

Command::Kind KindOf(uint32_t word) {
  switch (word) {
    case BC_TRANSACTION:
    case BC_REPLY:
    case BC_TRANSACTION_SG:
    case BC_REPLY_SG:
      return Command::Kind::kTransaction;
    case BC_FREE_BUFFER:
      return Command::Kind::kFreeBuffer;
    case BC_INCREFS:
    case BC_ACQUIRE:
    case BC_RELEASE:
    case BC_DECREFS:
      return Command::Kind::kReference;
    case BC_INCREFS_DONE:
    case BC_ACQUIRE_DONE:
      return Command::Kind::kReferenceDone;
    case BC_REQUEST_DEATH_NOTIFICATION:
    case BC_CLEAR_DEATH_NOTIFICATION:
      return Command::Kind::kDeath;
    case BC_DEAD_BINDER_DONE:
      return Command::Kind::kDeadBinderDone;
    case BC_ATTEMPT_ACQUIRE:
      return Command::Kind::kAttemptAcquire;
    case BC_ACQUIRE_RESULT:
      return Command::Kind::kAcquireResult;
    default:
      return Command::Kind::kNoArgument;
  }
}

Command ParseCommand(const Json& json) {
  const Fields fields(json);
  const std::string name = fields.Text("bc");
  Command command;
  if (name == "RAW") {
    command.kind = Command::Kind::kBytes;
    command.bytes = ToBytes(fields.Text("hex"));
    return command;
  }
  if (name == "WORD") {
    command.word = fields.Word("value");
    return command;
  }
  const auto word = protocol::ValueOf(protocol::Commands(), name);
  if (!word) throw Malformed("no command " + name);
  command.word = *word;
  command.kind = KindOf(*word);
  command.handle = fields.Any("handle");
  command.ptr = fields.Any("ptr");
  command.cookie = fields.Any("cookie");
  command.buffer = fields.Any("buf");
  command.value = fields.Word(
      command.kind == Command::Kind::kAttemptAcquire ? "priority" : "value");
  if (command.kind == Command::Kind::kTransaction) {
    ParseTransaction(fields, command);
  }
  return command;
}

constexpr auto kOps = std::to_array<std::pair<std::string_view, Op>>({
    {"open", Op::kOpen},
    {"mmap", Op::kMmap},
    {"munmap", Op::kMunmap},
    {"close", Op::kClose},
    {"mkfd", Op::kMkfd},
    {"set_max_threads", Op::kSetMaxThreads},
    {"set_context_mgr", Op::kSetContextMgr},
    {"set_context_mgr_ext", Op::kSetContextMgrExt},
    {"version", Op::kVersion},
    {"thread_exit", Op::kThreadExit},
    {"exit_thread", Op::kExitThread},
    {"wr", Op::kWr},
    {"poll", Op::kPoll},
    {"freeze", Op::kFreeze},
    {"get_frozen_info", Op::kGetFrozenInfo},
    {"oneway_spam_detection", Op::kOnewaySpamDetection},
    {"get_node_info_for_ref", Op::kGetNodeInfoForRef},
    {"get_node_debug_info", Op::kGetNodeDebugInfo},
    {"get_extended_error", Op::kGetExtendedError},
    {"ioctl", Op::kIoctl},
    {"thread_sleep", Op::kThreadSleep},
    {"kill", Op::kKill},
    {"signal", Op::kSignal},
    {"sleep_ms", Op::kSleepMs},
    {"fds", Op::kFds},
    {"dump", Op::kDump},
});

driver::Device ToDevice(const std::string& name) {
  if (name == "binder") return driver::Device::kBinder;
  if (name == "hwbinder") return driver::Device::kHwBinder;
  if (name == "vndbinder") return driver::Device::kVndBinder;
  throw Malformed("no device " + name);
}

// Parses steps, given the script's processes and threads.
class StepParser {
 public:
  explicit StepParser(const Script& script) : script_(script) {}

  Step Parse(const Json& json) const {
    const Fields fields(json);
    Step step;
    step.op = ToOp(fields.Text("op"));
    if (step.ByThread()) step.thread = Thread(fields.Text("t"));
    const Json* fd = fields.Find("fd");
    step.fd = fd == nullptr ? Value::Label("b") : ToDescriptor(*fd);
    if (step.op == Op::kWr) {
      ParseWriteRead(fields, step);
    } else if (step.op < Op::kSetMaxThreads) {
      ParseFile(fields, step);
    } else if (step.ByThread()) {
      ParseIoctl(fields, step);
    } else {
      ParseControl(fields, step);
    }
    return step;
  }

 private:
  static Op ToOp(const std::string& name) {
    for (const auto& [known, op] : kOps) {
      if (known == name) return op;
    }
    throw Malformed("no op " + name);
  }

  size_t Thread(const std::string& name) const {
    for (size_t i = 0; i < script_.threads.size(); ++i) {
      if (script_.threads[i].name == name) return i;
    }
    throw Malformed("no thread " + name);
  }

  size_t Process(const std::string& name) const {
    for (size_t i = 0; i < script_.processes.size(); ++i) {
      if (script_.processes[i].name == name) return i;
    }
    throw Malformed("no process " + name);
  }

  void ParseFile(const Fields& fields, Step& step) const {
    const std::string device = fields.Text("device", "");
    step.device = device.empty() ? script_.device : ToDevice(device);
    step.nonblocking =
        step.op == Op::kOpen && fields.Lists("flags", "NONBLOCK");
    step.size = fields.Number("size");
    step.length = fields.Optional("len");
    step.offset = fields.Number(step.op == Op::kMmap ? "offset" : "off");
    if (step.op == Op::kMmap) ParseMmap(fields, step);
  }

  static void ParseMmap(const Fields& fields, Step& step) {
    step.protection = fields.Find("prot") == nullptr ? PROT_READ : 0;
    if (fields.Lists("prot", "READ")) step.protection |= PROT_READ;
    if (fields.Lists("prot", "WRITE")) step.protection |= PROT_WRITE;
    if (fields.Lists("prot", "EXEC")) step.protection |= PROT_EXEC;
    step.map_flags = fields.Lists("flags", "SHARED") ? MAP_SHARED : MAP_PRIVATE;
    if (fields.Lists("flags", "NORESERVE")) step.map_flags |= MAP_NORESERVE;
  }

  void ParseIoctl(const Fields& fields, Step& step) const {
    step.handle = fields.Any("handle");
    step.ptr = fields.Any("ptr");
    step.cookie = fields.Any("cookie");
    step.flags = fields.Flags("flags");
    step.type = fields.Word("type", BINDER_TYPE_BINDER);
    step.strong_count = fields.Word("strong_count");
    step.weak_count = fields.Word("weak_count");
    step.reserved = fields.Word("reserved1");
    step.command = fields.Word("cmd");
    step.bytes = ToBytes(fields.Text("arg", ""));
    step.timeout_ms = static_cast<int64_t>(fields.Number("timeout_ms"));
    step.number = static_cast<int64_t>(
        step.op == Op::kSetMaxThreads
            ? fields.Number("max")
            : fields.Number(step.op == Op::kThreadSleep ? "ms" : "enable", 1));
    if (step.op == Op::kFreeze || step.op == Op::kGetFrozenInfo) {
      const Json* target = fields.Find("target");
      if (target == nullptr) {
        step.target_process = script_.threads[step.thread].process;
      } else if (target->is_string()) {
        step.target_process = Process(target->get<std::string>());
      } else {
        step.handle = Value::Number(ToNumber(*target));
      }
    }
  }

  void ParseWriteRead(const Fields& fields, Step& step) const {
    if (const Json* commands = fields.Find("write")) {
      for (const Json& one : *commands) {
        step.write.push_back(ParseCommand(one));
      }
    }
    step.read_size = fields.Number("read");
    step.read_consumed = fields.Number("read_consumed");
    step.write_consumed = fields.Number("write_consumed");
    step.write_cut = fields.Number("write_cut");
    step.write_size = fields.Optional("write_size");
    step.write_ptr = fields.Optional("write_ptr");
    step.read_ptr = fields.Optional("read_ptr");
  }

  void ParseControl(const Fields& fields, Step& step) const {
    step.number = static_cast<int64_t>(fields.Number("ms"));
    if (step.op == Op::kSignal) step.thread = Thread(fields.Text("target"));
    if (step.op == Op::kDump) step.dump = fields.Text("what");
    if (fields.Find("p") != nullptr) step.process = Process(fields.Text("p"));
  }

  const Script& script_;
};

void ParseProcesses(const Json& json, Script& script) {
  for (const auto& [name, body] : json.items()) {
    const Fields fields(body);
    const size_t index = script.processes.size();
    script.processes.push_back({name, fields.Word("uid")});
    for (const Json& thread : fields.Get("threads")) {
      script.threads.push_back({name + "." + thread.get<std::string>(), index});
    }
  }
}

}  // namespace

absl::StatusOr<Script> ParseScript(const std::string& text) {
  Script script;
  std::string where = "script";
  try {
    const Json json = Json::parse(text);
    const Fields fields(json);
    script.name = fields.Text("name");
    script.doc = fields.Text("doc", "");
    script.device = ToDevice(fields.Text("device", "binder"));
    ParseProcesses(fields.Get("processes"), script);
    const StepParser parser(script);
    for (const Json& step : fields.Get("steps")) {
      where = fmt::format("step {}", script.steps.size());
      script.steps.push_back(parser.Parse(step));
    }
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}: {}", script.name, where, error.what()));
  }
  return script;
}

std::string NameOf(const std::string& text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("name")) return "";
  return json["name"].is_string() ? json["name"].get<std::string>() : "";
}

}  // namespace bindersim::script
