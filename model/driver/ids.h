// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Ids of the driver's entities. The names are what messages about a stale id
// say: "stale id: buffer 3.2".

#ifndef BINDERSIM_MODEL_DRIVER_IDS_H_
#define BINDERSIM_MODEL_DRIVER_IDS_H_

#include "sim/id.h"

namespace bindersim::driver {

// binder_proc: an open binder file.
struct ProcTag {
  static constexpr char kName[] = "proc";
  static constexpr uint32_t kSpace = 4;
};
using ProcId = sim::Id<ProcTag>;

// binder_thread: a thread as the driver knows it.
struct ThreadStateTag {
  static constexpr char kName[] = "thread";
  static constexpr uint32_t kSpace = 5;
};
using ThreadStateId = sim::Id<ThreadStateTag>;

// binder_node.
struct NodeTag {
  static constexpr char kName[] = "node";
  static constexpr uint32_t kSpace = 6;
};
using NodeId = sim::Id<NodeTag>;

// binder_ref.
struct RefTag {
  static constexpr char kName[] = "ref";
  static constexpr uint32_t kSpace = 7;
};
using RefId = sim::Id<RefTag>;

// binder_ref_death.
struct DeathTag {
  static constexpr char kName[] = "death";
  static constexpr uint32_t kSpace = 8;
};
using DeathId = sim::Id<DeathTag>;

// binder_transaction.
struct TransactionTag {
  static constexpr char kName[] = "transaction";
  static constexpr uint32_t kSpace = 9;
};
using TransactionId = sim::Id<TransactionTag>;

// An allocated binder_buffer.
struct BufferTag {
  static constexpr char kName[] = "buffer";
  static constexpr uint32_t kSpace = 12;
};
using BufferId = sim::Id<BufferTag>;

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_IDS_H_
