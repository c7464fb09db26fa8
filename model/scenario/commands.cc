// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Commands of the driver's protocol, word by word: what a BINDER_WRITE_READ of
// a scenario writes.

#include <linux/android/binder.h>

#include <cstddef>
#include <cstring>

#include "model/protocol.h"
#include "model/scenario/programs.h"

namespace bindersim::scenario {
namespace {

// A number in a command's argument.
struct Field {
  uint32_t command;
  const char* name;
  size_t offset;
  size_t size;
};
#define BINDERSIM_FIELD(command, key, type, member) \
  { command, key, offsetof(type, member), sizeof(type::member) }
#define BINDERSIM_TRANSACTION(command)                                 \
  {command, "handle", 0, sizeof(uint32_t)},                            \
      BINDERSIM_FIELD(command, "code", binder_transaction_data, code), \
      BINDERSIM_FIELD(command, "flags", binder_transaction_data, flags)
#define BINDERSIM_DEATH(command)            \
  {command, "handle", 0, sizeof(uint32_t)}, \
      BINDERSIM_FIELD(command, "cookie", binder_handle_cookie, cookie)
#define BINDERSIM_DONE(command)                            \
  BINDERSIM_FIELD(command, "ptr", binder_ptr_cookie, ptr), \
      BINDERSIM_FIELD(command, "cookie", binder_ptr_cookie, cookie)
constexpr Field kFields[] = {
    BINDERSIM_TRANSACTION(BC_TRANSACTION),
    {BC_REPLY, "code", offsetof(binder_transaction_data, code),
     sizeof(uint32_t)},
    {BC_REPLY, "flags", offsetof(binder_transaction_data, flags),
     sizeof(uint32_t)},
    {BC_FREE_BUFFER, "buffer", 0, sizeof(uint64_t)},
    {BC_INCREFS, "handle", 0, sizeof(uint32_t)},
    {BC_ACQUIRE, "handle", 0, sizeof(uint32_t)},
    {BC_RELEASE, "handle", 0, sizeof(uint32_t)},
    {BC_DECREFS, "handle", 0, sizeof(uint32_t)},
    BINDERSIM_DONE(BC_INCREFS_DONE),
    BINDERSIM_DONE(BC_ACQUIRE_DONE),
    BINDERSIM_DEATH(BC_REQUEST_DEATH_NOTIFICATION),
    BINDERSIM_DEATH(BC_CLEAR_DEATH_NOTIFICATION),
    {BC_DEAD_BINDER_DONE, "cookie", 0, sizeof(uint64_t)}};
#undef BINDERSIM_DONE
#undef BINDERSIM_DEATH
#undef BINDERSIM_TRANSACTION
#undef BINDERSIM_FIELD

// Those whose arguments can be given; the last have none.
constexpr uint32_t kKnown[] = {BC_TRANSACTION,
                               BC_REPLY,
                               BC_FREE_BUFFER,
                               BC_INCREFS,
                               BC_ACQUIRE,
                               BC_RELEASE,
                               BC_DECREFS,
                               BC_INCREFS_DONE,
                               BC_ACQUIRE_DONE,
                               BC_REQUEST_DEATH_NOTIFICATION,
                               BC_CLEAR_DEATH_NOTIFICATION,
                               BC_DEAD_BINDER_DONE,
                               BC_REGISTER_LOOPER,
                               BC_ENTER_LOOPER,
                               BC_EXIT_LOOPER};

std::optional<uint32_t> CommandNamed(const Reporter& reporter,
                                     const Place& name) {
  std::vector<std::string> known;
  for (const uint32_t command : kKnown) {
    known.push_back(protocol::NameOf(protocol::Commands(), command));
    if (name->text == known.back()) return command;
  }
  reporter.ReportUnknown(name, name->text, known);
  return std::nullopt;
}

// Appends the command's argument; its number is there already.
bool ReadFields(const Reporter& reporter, const Place& place, uint32_t command,
                userspace::RawIoctl& result) {
  const size_t begin = result.write.size();
  result.write.resize(begin + _IOC_SIZE(command));
  bool good = true;
  for (const Place& member : place.Children()) {
    const std::string& key = member->key;
    if (key == "command") continue;
    std::vector<std::string> keys;
    const Field* found = nullptr;
    for (const Field& field : kFields) {
      if (field.command != command) continue;
      keys.push_back(field.name);
      if (key == field.name) found = &field;
    }
    if (found == nullptr) {
      reporter.ReportKey(member, "the key " + Quoted(key),
                         keys.empty() ? "no other key" : ListOf(keys), "",
                         "of this command");
      good = false;
      continue;
    }
    const uint64_t value = *member->AsUint64();
    const size_t at = begin + found->offset;
    std::memcpy(result.write.data() + at, &value, found->size);
    if (command == BC_FREE_BUFFER) {
      result.buffers.push_back(static_cast<uint32_t>(at));
    }
  }
  return good;
}

}  // namespace

bool ReadCommands(const Reporter& reporter, const Place& commands,
                  userspace::RawIoctl& result) {
  bool good = true;
  for (const Place& place : commands.Children()) {
    const auto command = CommandNamed(reporter, place.Member("command"));
    if (!command) {
      good = false;
      continue;
    }
    result.write.append(reinterpret_cast<const char*>(&*command),
                        sizeof(*command));
    good &= ReadFields(reporter, place, *command, result);
  }
  return good;
}

}  // namespace bindersim::scenario
