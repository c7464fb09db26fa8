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
};
using ProcId = sim::Id<ProcTag>;

// binder_thread: a thread as the driver knows it.
struct ThreadStateTag {
  static constexpr char kName[] = "thread";
};
using ThreadStateId = sim::Id<ThreadStateTag>;

// binder_node.
struct NodeTag {
  static constexpr char kName[] = "node";
};
using NodeId = sim::Id<NodeTag>;

// binder_ref.
struct RefTag {
  static constexpr char kName[] = "ref";
};
using RefId = sim::Id<RefTag>;

// binder_ref_death.
struct DeathTag {
  static constexpr char kName[] = "death";
};
using DeathId = sim::Id<DeathTag>;

// binder_transaction.
struct TransactionTag {
  static constexpr char kName[] = "transaction";
};
using TransactionId = sim::Id<TransactionTag>;

// An allocated binder_buffer.
struct BufferTag {
  static constexpr char kName[] = "buffer";
};
using BufferId = sim::Id<BufferTag>;

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_IDS_H_
