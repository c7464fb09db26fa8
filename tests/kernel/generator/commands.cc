// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The commands of generated scripts.

#include <algorithm>
#include <utility>

#include "tests/kernel/generator/composer.h"

namespace bindersim::generator {

namespace {

constexpr uint64_t kWord = 4;
constexpr uint64_t kTransaction = kWord + 64;
constexpr uint64_t kTransactionSg = kTransaction + 8;

}  // namespace

std::optional<uint32_t> Composer::GoodHandle(const Actor& actor) {
  std::vector<uint32_t> held;
  std::vector<uint32_t> seen;
  for (const Handle& handle : PortOf(actor).handles) {
    if (handle.number == 0) continue;
    seen.push_back(handle.number);
    if (handle.strong > 0) held.push_back(handle.number);
  }
  if (!held.empty() && dice_.Percent(85)) return dice_.Pick(held);
  if (!seen.empty()) return dice_.Pick(seen);
  return std::nullopt;
}

std::vector<uint32_t> Composer::Callable(const Actor& actor) const {
  std::vector<uint32_t> handles;
  const auto add = [&](uint32_t number) {
    const auto target = peek_.Target(actor.thread, actor.label, number);
    if (target && *target != view_.threads()[actor.thread].process) {
      handles.push_back(number);
    }
  };
  add(0);
  for (const Handle& handle : PortOf(actor).handles) {
    if (handle.number != 0) add(handle.number);
  }
  return handles;
}

uint32_t Composer::AnyHandle(const Actor& actor) {
  if (Mistake()) {
    return static_cast<uint32_t>(
        dice_.Number({0, 1, 2, 3, 7, 99, 0x7fffffff, 0xffffffff}));
  }
  const std::vector<uint32_t> callable = Callable(actor);
  return callable.empty() ? 0 : dice_.Pick(callable);
}

void Composer::SpoilTransaction(Json& json, bool scatter, bool pointers) {
  switch (dice_.Below(scatter ? 7 : 6)) {
    case 0:
      json["data_size"] = dice_.Number(
          {0xfffffffffffffff8, 0xffffffffffffff00, 1ull << 40, 1ull << 62});
      break;
    case 1:
      json["offsets_size"] = dice_.Number({1, 4, 7, 0xfffffffffffffff8});
      break;
    case 2:
      json["data_ptr"] = dice_.Number({8, 4096});
      json["data_size"] = dice_.Number({1, 64, 100});
      break;
    case 3:
      json["offsets_ptr"] = dice_.Number({8, 4096});
      json["offsets_size"] = 8;
      break;
    case 4:
      json["offsets"] =
          dice_.Percent(50)
              ? Json::array({8, 0})
              : Json::array(
                    {dice_.Number({0, 4, 8, 16, 24, 4096, 1ull << 32})});
      break;
    case 5:
      json["offsets"] = Json::array({0, dice_.Number({8, 16, 24})});
      break;
    default:
      json["buffers_size"] =
          dice_.Number({0, 1, 4, 8, 16, 64, 1024, 0xfffffffffffffff8});
      break;
  }
  // A pointer that no offset leads to would arrive as the sender's address,
  // which no two machines share. These offsets are refused.
  if (pointers && json.contains("offsets")) {
    json["offsets"] = Json::array({8, 0});
  }
}

Command Composer::CallTo(uint32_t handle, bool oneway, Data data) {
  Command command;
  const bool scatter = data.pointers || dice_.Percent(3);
  command.json = {{"bc", scatter ? "BC_TRANSACTION_SG" : "BC_TRANSACTION"},
                  {"handle", handle},
                  {"code", next_code_++}};
  command.size = scatter ? kTransactionSg : kTransaction;
  Json flags = Json::array();
  if (oneway) flags.push_back("ONE_WAY");
  if (dice_.Percent(profile_.files > 1 ? 80 : 30)) {
    flags.push_back("ACCEPT_FDS");
  }
  if (dice_.Percent(5)) {
    flags.push_back(dice_.Pick(std::vector<std::string>{
        "ROOT_OBJECT", "STATUS_CODE", "CLEAR_BUF", "UPDATE_TXN"}));
  }
  if (dice_.Percent(2)) flags.push_back(0x80);
  if (!flags.empty()) command.json["flags"] = flags;
  if (dice_.Percent(3)) command.json["cookie"] = 55;
  if (!data.items.empty()) command.json["data"] = data.items;
  if (dice_.Percent(profile_.mistakes / 3)) {
    SpoilTransaction(command.json, scatter, data.pointers);
  }
  command.effects = std::move(data.effects);
  if (!oneway)
    command.effects.push_back({Effect::Kind::kCall, 0, 0, false, ""});
  return command;
}

Command Composer::Call(const Actor& actor, bool oneway) {
  const uint32_t handle = AnyHandle(actor);
  return CallTo(handle, oneway, Any(actor));
}

Command Composer::ReplyWith(Data data) {
  Command command;
  const bool scatter = data.pointers || dice_.Percent(3);
  command.json = {{"bc", scatter ? "BC_REPLY_SG" : "BC_REPLY"}};
  command.size = scatter ? kTransactionSg : kTransaction;
  if (dice_.Percent(15)) command.json["code"] = next_code_++;
  if (dice_.Percent(15)) {
    command.json["flags"] = Json::array({dice_.Pick(std::vector<std::string>{
        "STATUS_CODE", "ACCEPT_FDS", "CLEAR_BUF", "ONE_WAY"})});
  }
  if (!data.items.empty()) command.json["data"] = data.items;
  if (dice_.Percent(profile_.mistakes / 3)) {
    SpoilTransaction(command.json, scatter, data.pointers);
  }
  command.effects = std::move(data.effects);
  command.effects.push_back({Effect::Kind::kReply, 0, 0, false, ""});
  return command;
}

Command Composer::Free(const Parcel& parcel) {
  Command command;
  command.json = {{"bc", "BC_FREE_BUFFER"}, {"buf", {{"rx", parcel.rx}}}};
  command.size = kWord + 8;
  command.effects.push_back({Effect::Kind::kFree, 0, 0, false, parcel.rx});
  return command;
}

Command Composer::FreeBadly(const Actor& actor) {
  Command command;
  command.size = kWord + 8;
  command.json = {{"bc", "BC_FREE_BUFFER"}};
  std::vector<std::string> all;
  for (const ProcessView& process : view_.processes()) {
    for (const auto& [label, port] : process.ports) {
      for (const Parcel& parcel : port.parcels) all.push_back(parcel.rx);
    }
  }
  if (!all.empty() && dice_.Percent(50)) {
    command.json["buf"] = {{"rx", dice_.Pick(all)}};
    if (dice_.Percent(40)) {
      command.json["buf"]["add"] = dice_.Number({1, 8, 64, 4096});
    }
  } else if (dice_.Percent(60)) {
    command.json["buf"] = {{"off", dice_.Number({0, 8, 128, 4096, 1 << 20})},
                           {"fd", actor.label}};
  } else {
    command.json["buf"] = dice_.Number({0, 1, 0xffffffffffffff00});
  }
  return command;
}

Command Composer::Take(const Parcel& parcel, size_t object, bool strong) {
  Command command;
  command.json = {{"bc", strong ? "BC_ACQUIRE" : "BC_INCREFS"},
                  {"handle", {{"rx", parcel.rx}, {"obj", object}}}};
  command.size = kWord + 4;
  command.effects.push_back(
      {strong ? Effect::Kind::kAcquire : Effect::Kind::kIncrefs,
       parcel.objects[object].value & 0xffffffff, 0, false, ""});
  return command;
}

std::vector<Command> Composer::Reply(const Actor& actor) {
  std::vector<Command> commands;
  const Port& port = PortOf(actor);
  const auto& stack = view_.threads()[actor.thread].stack;
  const std::string rx = stack.empty() ? "" : stack.back().rx;
  for (const Parcel& parcel : port.parcels) {
    if (parcel.rx != rx || parcel.freed) continue;
    for (size_t i = 0; i < parcel.objects.size(); ++i) {
      if (IsHandle(parcel.objects[i]) && dice_.Percent(85)) {
        commands.push_back(Take(parcel, i, dice_.Percent(85)));
      }
    }
    if (dice_.Percent(75)) commands.push_back(Free(parcel));
  }
  Data data = Any(actor);
  if (data.items.empty() && dice_.Percent(50)) AddHandle(actor, data);
  commands.push_back(ReplyWith(std::move(data)));
  return commands;
}

Command Composer::ReferenceTo(const char* name, uint32_t handle) {
  const std::string text = name;
  Command command;
  command.json = {{"bc", text}, {"handle", handle}};
  command.size = kWord + 4;
  const Effect::Kind kind = text == "BC_INCREFS"   ? Effect::Kind::kIncrefs
                            : text == "BC_ACQUIRE" ? Effect::Kind::kAcquire
                            : text == "BC_RELEASE" ? Effect::Kind::kRelease
                                                   : Effect::Kind::kDecrefs;
  command.effects.push_back({kind, handle, 0, false, ""});
  return command;
}

Command Composer::Reference(const Actor& actor) {
  static constexpr const char* kNames[] = {"BC_INCREFS", "BC_ACQUIRE",
                                           "BC_RELEASE", "BC_DECREFS"};
  const Port& port = PortOf(actor);
  if (port.handles.empty() || Mistake()) {
    const uint32_t handle = AnyHandle(actor);
    return ReferenceTo(kNames[dice_.Below(4)], handle);
  }
  const Handle handle = dice_.Pick(port.handles);
  // As many down as up, on the whole.
  if (handle.strong > 0 && dice_.Percent(40)) {
    return ReferenceTo("BC_RELEASE", handle.number);
  }
  if (handle.weak > 0 && dice_.Percent(50)) {
    return ReferenceTo("BC_DECREFS", handle.number);
  }
  return ReferenceTo(kNames[dice_.Weighted({4, 4, 1, 1})], handle.number);
}

Command Composer::Done(bool strong, uint64_t ptr, uint64_t cookie) {
  Command command;
  command.json = {{"bc", strong ? "BC_ACQUIRE_DONE" : "BC_INCREFS_DONE"},
                  {"ptr", ptr},
                  {"cookie", cookie}};
  command.size = kWord + 16;
  command.effects.push_back({Effect::Kind::kDone, ptr, cookie, strong, ""});
  return command;
}

Command Composer::Answer(const Actor& actor) {
  const Port& port = PortOf(actor);
  if (port.asked.empty() || Mistake()) {
    const uint64_t ptr = port.nodes.empty() || dice_.Percent(30)
                             ? NodePtr(actor, dice_.Below(6))
                             : dice_.Pick(port.nodes).ptr;
    const uint64_t cookie = ptr + dice_.Number({8, 8, 16});
    return Done(dice_.Percent(50), ptr, cookie);
  }
  const Asked asked = dice_.Pick(port.asked);
  return Done(asked.strong, asked.ptr, asked.cookie);
}

Command Composer::RequestDeath(uint32_t handle, uint64_t cookie) {
  Command command;
  command.json = {{"bc", "BC_REQUEST_DEATH_NOTIFICATION"},
                  {"handle", handle},
                  {"cookie", cookie}};
  command.size = kWord + 12;
  command.effects.push_back(
      {Effect::Kind::kRequestDeath, handle, cookie, false, ""});
  return command;
}

Command Composer::ClearDeath(uint32_t handle, uint64_t cookie) {
  Command command;
  command.json = {{"bc", "BC_CLEAR_DEATH_NOTIFICATION"},
                  {"handle", handle},
                  {"cookie", cookie}};
  command.size = kWord + 12;
  command.effects.push_back(
      {Effect::Kind::kClearDeath, handle, cookie, false, ""});
  return command;
}

Command Composer::DeadDone(uint64_t cookie) {
  Command command;
  command.json = {{"bc", "BC_DEAD_BINDER_DONE"}, {"cookie", cookie}};
  command.size = kWord + 8;
  command.effects.push_back({Effect::Kind::kDeadDone, 0, cookie, false, ""});
  return command;
}

Command Composer::Death(const Actor& actor) {
  const Port& port = PortOf(actor);
  if (Mistake()) {
    const uint64_t cookie = dice_.Number({0, 1, 200, 201, 999});
    switch (dice_.Below(3)) {
      case 0:
        return DeadDone(cookie);
      case 1:
        return ClearDeath(AnyHandle(actor), cookie);
      default:
        return RequestDeath(AnyHandle(actor), cookie);
    }
  }
  for (const generator::Death& death : port.deaths) {
    if (death.delivered && dice_.Percent(70)) return DeadDone(death.cookie);
  }
  if (!port.deaths.empty() && dice_.Percent(35)) {
    const generator::Death death = dice_.Pick(port.deaths);
    return ClearDeath(death.handle, death.cookie);
  }
  const auto handle = GoodHandle(actor);
  return RequestDeath(handle.value_or(0), next_cookie_++);
}

Command Composer::Looper(const char* name) {
  Command command;
  command.json = {{"bc", name}};
  command.size = kWord;
  if (std::string(name) != "BC_EXIT_LOOPER") {
    command.effects.push_back({Effect::Kind::kLooper, 0, 0, false, ""});
  }
  return command;
}

Command Composer::Garbage() {
  Command command;
  switch (dice_.Below(6)) {
    case 0:
      command.json = {{"bc", "BC_ATTEMPT_ACQUIRE"},
                      {"priority", dice_.Below(3)},
                      {"handle", dice_.Below(3)}};
      command.size = kWord + 8;
      break;
    case 1:
      command.json = {{"bc", "BC_ACQUIRE_RESULT"}, {"value", dice_.Below(2)}};
      command.size = kWord + 4;
      break;
    case 2: {  // with the zeros, or the commands, behind it for its argument
      static const std::vector<uint64_t> words = {
          0x40046304, 0x40046305, 0x40046306, 0x40046307,  // references
          0x40086303, 0x40106308, 0x40106309, 0x400c630e,  // free, done, death
          0x400c630f, 0x40086310, 0x40406300, 0x40406301,  // dead, calls
          0x40486311, 0x40486312, 0x0000630b, 0x0000630c, 0x0000630d};
      command.json = {{"bc", "WORD"}, {"value", dice_.Number(words)}};
      command.size = kWord;
      break;
    }
    case 3:
      command.json = {{"bc", "RAW"},
                      {"hex", dice_.Percent(50) ? "0d6300" : "0c63"}};
      command.size = 3;
      break;
    default:
      command.json = {
          {"bc", "WORD"},
          {"value", dice_.Number({0, 0x63, 0x6300, 0x40046302, 0x400c6314,
                                  0x720c, 0xdeadbeef, 0xffffffff})}};
      command.size = kWord;
      break;
  }
  return command;
}

}  // namespace bindersim::generator
