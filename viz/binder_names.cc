// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/binder_names.h"

#include <fmt/format.h>
#include <linux/android/binder.h>
#include <linux/ioctl.h>

#include <limits>

#include "model/protocol.h"

namespace bindersim::viz {
namespace {

// Newer than the oldest header that this builds with.
constexpr uint32_t kTransactionPendingFrozen = _IO('r', 20);

constexpr int32_t kUnknownError = std::numeric_limits<int32_t>::min();

}  // namespace

std::string CommandName(uint32_t word) {
  if (word == kTransactionPendingFrozen) return "BR_TRANSACTION_PENDING_FROZEN";
  return protocol::NameOf(
      _IOC_TYPE(word) == 'c' ? protocol::Commands() : protocol::Returns(),
      word);
}

#define BINDERSIM_NAME(word) \
  case word:                 \
    return #word

std::string IoctlName(uint32_t request) {
  switch (request) {
    BINDERSIM_NAME(BINDER_WRITE_READ);
    BINDERSIM_NAME(BINDER_SET_IDLE_TIMEOUT);
    BINDERSIM_NAME(BINDER_SET_MAX_THREADS);
    BINDERSIM_NAME(BINDER_SET_IDLE_PRIORITY);
    BINDERSIM_NAME(BINDER_SET_CONTEXT_MGR);
    BINDERSIM_NAME(BINDER_THREAD_EXIT);
    BINDERSIM_NAME(BINDER_VERSION);
    BINDERSIM_NAME(BINDER_GET_NODE_DEBUG_INFO);
    BINDERSIM_NAME(BINDER_GET_NODE_INFO_FOR_REF);
    BINDERSIM_NAME(BINDER_SET_CONTEXT_MGR_EXT);
    BINDERSIM_NAME(BINDER_FREEZE);
    BINDERSIM_NAME(BINDER_GET_FROZEN_INFO);
    BINDERSIM_NAME(BINDER_ENABLE_ONEWAY_SPAM_DETECTION);
    BINDERSIM_NAME(BINDER_GET_EXTENDED_ERROR);
    default:
      return fmt::format("0x{:08x}", request);
  }
}

#undef BINDERSIM_NAME

std::string StatusName(int32_t status) {
  switch (status) {
    case 0:
      return "OK";
    case -1:
      return "PERMISSION_DENIED";
    case -2:
      return "NAME_NOT_FOUND";
    case -12:
      return "NO_MEMORY";
    case -22:
      return "BAD_VALUE";
    case -32:
      return "DEAD_OBJECT";
    case -38:
      return "INVALID_OPERATION";
    case -74:
      return "UNKNOWN_TRANSACTION";
    case -110:
      return "TIMED_OUT";
    case kUnknownError:
      return "UNKNOWN_ERROR";
    case kUnknownError + 1:
      return "BAD_TYPE";
    case kUnknownError + 2:
      return "FAILED_TRANSACTION";
    case kUnknownError + 7:
      return "FDS_NOT_ALLOWED";
    default:
      return std::to_string(status);
  }
}

}  // namespace bindersim::viz
