// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/protocol.h"
#include "tests/kernel/reach/counts.h"

namespace bindersim::coverage {

namespace {

// All names of the words, and `more`.
std::vector<std::string> NamesOf(std::span<const protocol::Word> words,
                                 const std::vector<std::string>& more = {}) {
  std::vector<std::string> names;
  for (const protocol::Word& word : words) names.emplace_back(word.name);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

}  // namespace

const std::vector<std::pair<std::string, std::vector<std::string>>>& Names() {
  static const auto* names =
      new std::vector<std::pair<std::string, std::vector<std::string>>>{
          {"call",
           {"open",
            "mmap",
            "munmap",
            "close",
            "poll",
            "wr",
            "set_max_threads",
            "set_context_mgr",
            "set_context_mgr_ext",
            "version",
            "thread_exit",
            "exit_thread",
            "freeze",
            "get_frozen_info",
            "oneway_spam_detection",
            "get_node_info_for_ref",
            "get_node_debug_info",
            "get_extended_error",
            "ioctl",
            "kill",
            "signal",
            "mkfd",
            "fds"}},
          {"command", NamesOf(protocol::Commands(), {"WORD", "RAW"})},
          {"return", NamesOf(protocol::Returns())},
          {"object sent", NamesOf(protocol::ObjectTypes(), {"RAW"})},
          {"object received", NamesOf(protocol::ObjectTypes())},
          {"transaction flag",
           NamesOf(protocol::TransactionFlags(), {"other"})},
          {"object flag",
           NamesOf(protocol::ObjectFlags(), {"priority", "HAS_PARENT"})},
          {"error",
           {"open ENOMEM",
            "mmap EPERM",
            "mmap EBUSY",
            "mmap EINVAL",
            "mmap ENOMEM",
            "poll EINTR",
            "wr EFAULT",
            "wr EINVAL",
            "wr EINTR",
            "wr EAGAIN",
            "wr ENOMEM",
            "set_max_threads EINVAL",
            "version EINVAL",
            "set_context_mgr EBUSY",
            "set_context_mgr EPERM",
            "set_context_mgr ENOMEM",
            "set_context_mgr_ext EBUSY",
            "set_context_mgr_ext EPERM",
            "set_context_mgr_ext EINVAL",
            "freeze EAGAIN",
            "freeze EINTR",
            "freeze EINVAL",
            "freeze EFAULT",
            "freeze ENOMEM",
            "get_frozen_info EINVAL",
            "get_frozen_info EFAULT",
            "get_node_info_for_ref EINVAL",
            "get_node_info_for_ref EPERM",
            "get_node_info_for_ref EFAULT",
            "get_node_debug_info EFAULT",
            "oneway_spam_detection EFAULT",
            "get_extended_error EFAULT",
            "ioctl EINVAL"}},
          {"extended error",
           {"BR_OK 0", "BR_FAILED_REPLY -EINVAL", "BR_FAILED_REPLY -EFAULT",
            "BR_FAILED_REPLY -ENOSPC", "BR_FAILED_REPLY -ENOMEM",
            "BR_FAILED_REPLY -EPERM", "BR_FAILED_REPLY -EPROTO",
            "BR_FAILED_REPLY -EBADF", "BR_DEAD_REPLY -ESRCH",
            "BR_DEAD_REPLY -EINVAL", "BR_DEAD_REPLY 0", "BR_FROZEN_REPLY 0"}},
          {"event", {"POLLIN", "POLLERR", "POLLHUP", "POLLNVAL"}},
          {"dump",
           {"state", "stats", "transactions", "transaction_log",
            "failed_transaction_log", "proc"}},
      };
  return *names;
}

}  // namespace bindersim::coverage
