// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/names.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <array>
#include <cstring>

namespace bindersim::script {

namespace {

struct Entry {
  std::string_view name;
  uint32_t value;
};

constexpr auto kCommands = std::to_array<Entry>({
    {"BC_TRANSACTION", BC_TRANSACTION},
    {"BC_REPLY", BC_REPLY},
    {"BC_ACQUIRE_RESULT", BC_ACQUIRE_RESULT},
    {"BC_FREE_BUFFER", BC_FREE_BUFFER},
    {"BC_INCREFS", BC_INCREFS},
    {"BC_ACQUIRE", BC_ACQUIRE},
    {"BC_RELEASE", BC_RELEASE},
    {"BC_DECREFS", BC_DECREFS},
    {"BC_INCREFS_DONE", BC_INCREFS_DONE},
    {"BC_ACQUIRE_DONE", BC_ACQUIRE_DONE},
    {"BC_ATTEMPT_ACQUIRE", BC_ATTEMPT_ACQUIRE},
    {"BC_REGISTER_LOOPER", BC_REGISTER_LOOPER},
    {"BC_ENTER_LOOPER", BC_ENTER_LOOPER},
    {"BC_EXIT_LOOPER", BC_EXIT_LOOPER},
    {"BC_REQUEST_DEATH_NOTIFICATION", BC_REQUEST_DEATH_NOTIFICATION},
    {"BC_CLEAR_DEATH_NOTIFICATION", BC_CLEAR_DEATH_NOTIFICATION},
    {"BC_DEAD_BINDER_DONE", BC_DEAD_BINDER_DONE},
    {"BC_TRANSACTION_SG", BC_TRANSACTION_SG},
    {"BC_REPLY_SG", BC_REPLY_SG},
});

constexpr auto kReturns = std::to_array<Entry>({
    {"BR_ERROR", BR_ERROR},
    {"BR_OK", BR_OK},
    {"BR_TRANSACTION_SEC_CTX", BR_TRANSACTION_SEC_CTX},
    {"BR_TRANSACTION", BR_TRANSACTION},
    {"BR_REPLY", BR_REPLY},
    {"BR_ACQUIRE_RESULT", BR_ACQUIRE_RESULT},
    {"BR_DEAD_REPLY", BR_DEAD_REPLY},
    {"BR_TRANSACTION_COMPLETE", BR_TRANSACTION_COMPLETE},
    {"BR_INCREFS", BR_INCREFS},
    {"BR_ACQUIRE", BR_ACQUIRE},
    {"BR_RELEASE", BR_RELEASE},
    {"BR_DECREFS", BR_DECREFS},
    {"BR_ATTEMPT_ACQUIRE", BR_ATTEMPT_ACQUIRE},
    {"BR_NOOP", BR_NOOP},
    {"BR_SPAWN_LOOPER", BR_SPAWN_LOOPER},
    {"BR_FINISHED", BR_FINISHED},
    {"BR_DEAD_BINDER", BR_DEAD_BINDER},
    {"BR_CLEAR_DEATH_NOTIFICATION_DONE", BR_CLEAR_DEATH_NOTIFICATION_DONE},
    {"BR_FAILED_REPLY", BR_FAILED_REPLY},
    {"BR_FROZEN_REPLY", BR_FROZEN_REPLY},
    {"BR_ONEWAY_SPAM_SUSPECT", BR_ONEWAY_SPAM_SUSPECT},
});

constexpr auto kObjects = std::to_array<Entry>({
    {"BINDER", BINDER_TYPE_BINDER},
    {"WEAK_BINDER", BINDER_TYPE_WEAK_BINDER},
    {"HANDLE", BINDER_TYPE_HANDLE},
    {"WEAK_HANDLE", BINDER_TYPE_WEAK_HANDLE},
    {"FD", BINDER_TYPE_FD},
    {"PTR", BINDER_TYPE_PTR},
    {"FDA", BINDER_TYPE_FDA},
});

constexpr auto kFlags = std::to_array<Entry>({
    {"ONE_WAY", TF_ONE_WAY},
    {"ROOT_OBJECT", TF_ROOT_OBJECT},
    {"STATUS_CODE", TF_STATUS_CODE},
    {"ACCEPT_FDS", TF_ACCEPT_FDS},
    {"CLEAR_BUF", TF_CLEAR_BUF},
    {"UPDATE_TXN", TF_UPDATE_TXN},
    {"ACCEPTS_FDS", FLAT_BINDER_FLAG_ACCEPTS_FDS},
    {"TXN_SECURITY_CTX", FLAT_BINDER_FLAG_TXN_SECURITY_CTX},
});

template <size_t kSize>
std::optional<uint32_t> Find(const std::array<Entry, kSize>& table,
                             std::string_view name) {
  for (const Entry& entry : table) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

template <size_t kSize>
std::string Name(const std::array<Entry, kSize>& table, uint32_t value) {
  for (const Entry& entry : table) {
    if (entry.value == value) return std::string(entry.name);
  }
  return fmt::format("{:#010x}", value);
}

}  // namespace

std::optional<uint32_t> CommandWord(std::string_view name) {
  return Find(kCommands, name);
}
std::string ReturnName(uint32_t word) { return Name(kReturns, word); }
std::optional<uint32_t> ObjectType(std::string_view name) {
  return Find(kObjects, name);
}
std::string ObjectName(uint32_t type) { return Name(kObjects, type); }
std::optional<uint32_t> FlagValue(std::string_view name) {
  return Find(kFlags, name);
}

uint64_t ObjectSize(uint32_t type) {
  switch (type) {
    case BINDER_TYPE_BINDER:
    case BINDER_TYPE_WEAK_BINDER:
    case BINDER_TYPE_HANDLE:
    case BINDER_TYPE_WEAK_HANDLE:
      return sizeof(flat_binder_object);
    case BINDER_TYPE_FD:
      return sizeof(binder_fd_object);
    case BINDER_TYPE_PTR:
      return sizeof(binder_buffer_object);
    case BINDER_TYPE_FDA:
      return sizeof(binder_fd_array_object);
    default:
      return 0;
  }
}

std::string ErrorName(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? name : fmt::format("E{}", error);
}

}  // namespace bindersim::script
