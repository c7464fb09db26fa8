// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the flows under way have in hand: counts that they hold and entities
// that they have taken out of one place and not yet put into another. Read from
// the frames on the threads' stacks; a frame's `section` is the one that it
// runs next.

#ifndef BINDERSIM_MODEL_DRIVER_INVARIANTS_CLAIMS_H_
#define BINDERSIM_MODEL_DRIVER_INVARIANTS_CLAIMS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "model/driver/driver.h"
#include "model/driver/invariants/tally.h"
#include "model/os/kernel.h"
#include "sim/machine.h"

namespace bindersim::driver {

struct NodeClaim {
  int32_t tmp_refs = 0;
  int32_t local_strong_refs = 0;
  int32_t local_weak_refs = 0;
  bool unlinked = false;  // out of all tables, still to be freed
};

struct TransactionClaim {
  int32_t owners = 0;
  bool is_sent = true;    // it was put on a list, so that it is outstanding
  bool answered = false;  // from_parent no longer matters
};

// How much of what a buffer's contents hold still stands.
struct BufferClaim {
  bool target_node = false;  // the strong count of its target
  uint64_t begin = 0;        // entries of the offsets array, from begin to end,
  uint64_t end = 0;          // in bytes from the buffer's start
  bool is_current = false;   // of its node's oneway calls
};

// A wait in a read or a poll.
struct Sleeper {
  ProcId proc;
  ThreadStateId thread;
  bool polls = false;
  bool for_process_work = false;
};

struct Claims {
  // What the frames hold now.
  void Read(const Driver& driver, const sim::Machine& machine);

  // Sums of what the frames hold; nothing where no frame holds anything.
  Tally<NodeId, NodeClaim> nodes;
  Tally<TransactionId, TransactionClaim> transactions;
  Tally<std::pair<ProcId, BufferId>, BufferClaim> buffers;
  Tally<ThreadStateId, int32_t> threads;  // tmp_ref
  Tally<ProcId, int32_t> procs;           // tmp_ref
  Tally<os::FileId, uint32_t> files;      // running system calls
  Tally<RefId, bool> unlinked_refs;       // still to be freed
  Tally<RefId, bool> refs_in_hand;        // may hold nothing
  Tally<DeathId, int32_t> deaths;
  Tally<ProcId, bool> released;        // their release is under way or due
  Tally<ProcId, bool> looked_after;    // a reader is awake and will look again
  Tally<ThreadStateId, bool> wakings;  // about to be woken
  Tally<std::pair<ProcId, sim::ThreadId>, bool> freezers;
  std::vector<Sleeper> waits;     // those between two looks at the lists
  std::vector<Sleeper> sleepers;  // of them, those that nobody has woken
  uint32_t completions = 0;       // of kTransactionComplete
  bool work_queue_sleeps = false;

 private:
  void Clear();
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_INVARIANTS_CLAIMS_H_
