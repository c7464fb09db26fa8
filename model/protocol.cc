// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/protocol.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

namespace bindersim::protocol {

namespace {

constexpr Word kCommands[] = {
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
};

constexpr Word kReturns[] = {
    {"BR_ERROR", BR_ERROR},
    {"BR_OK", BR_OK},
    {"BR_TRANSACTION", BR_TRANSACTION},
    {"BR_TRANSACTION_SEC_CTX", BR_TRANSACTION_SEC_CTX},
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
};

constexpr Word kObjectTypes[] = {
    {"BINDER", BINDER_TYPE_BINDER}, {"WEAK_BINDER", BINDER_TYPE_WEAK_BINDER},
    {"HANDLE", BINDER_TYPE_HANDLE}, {"WEAK_HANDLE", BINDER_TYPE_WEAK_HANDLE},
    {"FD", BINDER_TYPE_FD},         {"FDA", BINDER_TYPE_FDA},
    {"PTR", BINDER_TYPE_PTR},
};

constexpr Word kTransactionFlags[] = {
    {"ONE_WAY", TF_ONE_WAY},         {"ROOT_OBJECT", TF_ROOT_OBJECT},
    {"STATUS_CODE", TF_STATUS_CODE}, {"ACCEPT_FDS", TF_ACCEPT_FDS},
    {"CLEAR_BUF", TF_CLEAR_BUF},     {"UPDATE_TXN", TF_UPDATE_TXN},
};

constexpr Word kObjectFlags[] = {
    {"ACCEPTS_FDS", FLAT_BINDER_FLAG_ACCEPTS_FDS},
    {"TXN_SECURITY_CTX", FLAT_BINDER_FLAG_TXN_SECURITY_CTX},
};

}  // namespace

std::span<const Word> Commands() { return kCommands; }
std::span<const Word> Returns() { return kReturns; }
std::span<const Word> ObjectTypes() { return kObjectTypes; }
std::span<const Word> TransactionFlags() { return kTransactionFlags; }
std::span<const Word> ObjectFlags() { return kObjectFlags; }

std::optional<uint32_t> ValueOf(std::span<const Word> words,
                                std::string_view name) {
  for (const Word& word : words) {
    if (word.name == name) return word.value;
  }
  return std::nullopt;
}

std::string NameOf(std::span<const Word> words, uint32_t value) {
  for (const Word& word : words) {
    if (word.value == value) return word.name;
  }
  return fmt::format("{:#010x}", value);
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

}  // namespace bindersim::protocol
