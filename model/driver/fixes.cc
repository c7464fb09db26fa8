// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/fixes.h"

#include <array>

namespace bindersim::driver {

std::span<const FixInfo> Fixes() {
  static constexpr std::array kFixes = {
      FixInfo{"claim_buffer_at_free", "BUG-03",
              "BC_FREE_BUFFER finds a buffer and claims it in one step."},
      FixInfo{"reset_allow_user_free", "BUG-02",
              "A buffer may not be freed by user space from its allocation on, "
              "whatever its place in the mapping was used for before."},
      FixInfo{"unlink_buffer_under_lock", "BUG-04",
              "BC_FREE_BUFFER takes the links between buffer and transaction "
              "away under the inner lock."},
      FixInfo{"read_work_type_under_lock", "BUG-05",
              "The release of a work list reads an item's type before it drops "
              "the lock."},
      FixInfo{"remove_ref_of_failed_increment", "BUG-12",
              "A new ref goes again if its first increment fails."},
      FixInfo{"wake_unregistered_readers", "BUG-11",
              "A reader that is no looper waits for the process's work too."},
      FixInfo{"count_loopers_under_lock", "BUG-16",
              "BC_REGISTER_LOOPER changes both counters in one step under the "
              "inner lock."},
      FixInfo{"pin_target_process", "BUG-18",
              "A transaction holds a tmp_ref of the process that it goes to."},
      FixInfo{"pin_target_thread", "BUG-18",
              "A transaction holds a tmp_ref of the thread that it goes to."},
      FixInfo{"pin_target_node", "BUG-18",
              "A transaction holds a tmp_ref of the node that it goes to."},
      FixInfo{"refund_whole_buffer", "BUG-25",
              "A oneway call's buffer gives back what it was charged, also "
              "that of an empty call."},
      FixInfo{"death_on_process_todo", "DTH-03",
              "The notice of who is dead already goes to the process's todo, "
              "not to that of the looper that asks."},
      FixInfo{"notify_under_node_lock", "LCK-22",
              "The release of a node holds its lock until all holders are "
              "told of its death."},
  };
  static_assert(kFixes.size() ==
                static_cast<size_t>(Fix::kNotifyUnderNodeLock) + 1);
  return kFixes;
}

std::optional<Fix> FixNamed(std::string_view name) {
  const std::span<const FixInfo> fixes = Fixes();
  for (size_t i = 0; i < fixes.size(); ++i) {
    if (name == fixes[i].name) return static_cast<Fix>(i);
  }
  return std::nullopt;
}

}  // namespace bindersim::driver
