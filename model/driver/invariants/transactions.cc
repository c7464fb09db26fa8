// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Transactions, the stacks that they form, and their buffers.

#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/invariants/check.h"

namespace bindersim::driver {

void Check::CheckTransactions() {
  CheckTransactionIds();
  owners_.Clear();
  CheckStacks();
  CheckOwners();
  CheckOutstanding();
}

// What a transaction refers to exists.
void Check::CheckTransactionIds() {
  constexpr Invariant kStack = Invariant::kTransactionStack;
  for (const auto& [id, transaction] : driver_.transactions) {
    if (transaction.from) {
      Exists(kStack, driver_.threads, transaction.from, id);
    }
    if (transaction.to_thread) {
      Exists(kStack, driver_.threads, transaction.to_thread, id);
    }
    if (transaction.to_proc) {
      Exists(kStack, driver_.procs, transaction.to_proc, id);
    }
  }
}

// Walks each thread's stack: what it serves, which it owns so far, and what it
// waits for.
void Check::CheckStacks() {
  constexpr Invariant kStack = Invariant::kTransactionStack;
  awaited_.Clear();
  for (const auto& [id, thread] : driver_.threads) {
    size_t depth = 0;
    for (TransactionId at = thread.transaction_stack; at && !thread.is_dead;) {
      if (!Exists(kStack, driver_.transactions, at, id)) break;
      if (++depth > driver_.transactions.size()) {
        Broken(kStack, "the stack of {} has no end", Name(id));
        break;
      }
      const Transaction& entry = driver_.transactions[at];
      if (entry.to_thread != id && entry.from != id) {
        Broken(kStack,
               "{} is on the stack of {}, who neither serves nor "
               "sent it",
               Name(at), Name(id));
        break;
      }
      if (!entry.need_reply) {
        Broken(kStack, "{} is on the stack of {}, but needs no reply", Name(at),
               Name(id));
      }
      const bool serves = entry.to_thread == id;
      if (serves) {
        ++owners_[at];
      } else {
        awaited_[at] = id;
      }
      at = serves ? entry.to_parent : entry.from_parent;
    }
  }
  for (const auto& [id, entry] : driver_.transactions) {
    const TransactionClaim* claim = claims_.transactions.Find(id);
    const bool being_sent = claim != nullptr && !claim->is_sent;
    if (!entry.from || awaited_.Contains(id) || being_sent) continue;
    Broken(kStack, "{} is not on the stack of its sender", Name(id));
  }
}

// Each transaction belongs to one: a list, the stack of who serves it, a flow,
// or, its server being gone, the call that server was waiting for itself.
void Check::CheckOwners() {
  constexpr Invariant kOwned = Invariant::kTransactions;
  for (const auto& [id, times] : listed_.transactions) owners_[id] += times;
  for (const auto& [id, claim] : claims_.transactions) {
    if (Exists(kOwned, driver_.transactions, id, "a flow")) {
      owners_[id] += claim.owners;
    }
  }
  for (const auto& [id, entry] : driver_.transactions) {
    const TransactionClaim* claim = claims_.transactions.Find(id);
    const bool answered = claim != nullptr && claim->answered;
    if (entry.from || !entry.from_parent || answered) continue;
    if (!Exists(kOwned, driver_.transactions, entry.from_parent, id)) {
      continue;
    }
    const Transaction& parent = driver_.transactions[entry.from_parent];
    if (!parent.to_thread && !parent.to_proc) ++owners_[entry.from_parent];
  }
  for (const auto& [id, entry] : driver_.transactions) {
    const int owners = owners_.Get(id);
    if (owners == 1) continue;
    Broken(kOwned,
           "{} belongs to {} of: a work list, the stack of a server, a flow",
           Name(id), owners);
  }
}

void Check::CheckOutstanding() {
  outstanding_.Clear();
  for (const auto& [id, entry] : driver_.transactions) {
    const TransactionClaim* claim = claims_.transactions.Find(id);
    const bool is_sent = claim == nullptr || claim->is_sent;
    if (entry.to_proc && is_sent) ++outstanding_[entry.to_proc];
  }
  for (const auto& [id, proc] : driver_.procs) {
    const int64_t there = outstanding_.Get(id);
    if (proc.outstanding_txns == there) continue;
    Broken(Invariant::kOutstanding, "{}: outstanding_txns is {}, not {}",
           Name(id), proc.outstanding_txns, there);
  }
}

// --- buffers ---

void Check::CheckBuffers(Allocators allocators) {
  for (const auto& [id, proc] : driver_.procs) {
    if (allocators == Allocators::kAll || noted_allocators_.Contains(id)) {
      const absl::Status status = proc.alloc.CheckInvariants();
      if (!status.ok()) {
        Broken(Invariant::kAllocator, "{}: {}", Name(id),
               std::string(status.message()));
        continue;
      }
    }
    CheckBufferLinks(proc, id);
  }
  noted_allocators_.Clear();
  for (const auto& [id, entry] : driver_.transactions) {
    if (!entry.buffer) continue;
    const Proc* proc = driver_.procs.Find(entry.to_proc);
    const Buffer* buffer =
        proc == nullptr ? nullptr : proc->alloc.Get(entry.buffer);
    const TransactionClaim* claim = claims_.transactions.Find(id);
    const bool being_undone = claim != nullptr && !claim->is_sent;
    if (being_undone || (buffer != nullptr && buffer->transaction == id)) {
      continue;
    }
    Broken(Invariant::kBuffers, "{} has a buffer that does not know of it",
           Name(id));
  }
  CheckOneway();
}

void Check::CheckBufferLinks(const Proc& proc, ProcId id) {
  uint64_t in_use = 0;
  proc.alloc.ForEachExtent([&](const Extent& extent) {
    if (!extent.buffer) return;
    in_use += extent.size;
    const Buffer& buffer = proc.alloc[extent.buffer];
    if (!buffer.transaction) return;
    const Transaction* entry = driver_.transactions.Find(buffer.transaction);
    if (entry == nullptr || entry->buffer != extent.buffer ||
        entry->to_proc != id) {
      Broken(Invariant::kBuffers,
             "the buffer of transaction {} in {} has {}, which does not know "
             "of it",
             buffer.debug_id, Name(id), buffer.transaction.ToString());
    }
  });
  if (in_use != proc.bytes_in_use) {
    Broken(Invariant::kBuffers, "{}: {} bytes in use, counted {}", Name(id),
           in_use, proc.bytes_in_use);
  }
}

// Of a node's oneway calls one is being delivered or executed; the others wait
// in async_todo until its buffer is freed.
void Check::CheckOneway() {
  constexpr Invariant kOneway = Invariant::kOneway;
  current_oneway_.Clear();
  for (const auto& [id, proc] : driver_.procs) {
    if (IsReleased(id)) continue;
    proc.alloc.ForEachExtent([&, id = id, &proc = proc](const Extent& extent) {
      if (!extent.buffer) return;
      const Buffer& buffer = proc.alloc[extent.buffer];
      if (!buffer.async_transaction || !buffer.target_node) return;
      if (ClaimOf(id, extent.buffer).is_current) {
        ++current_oneway_[buffer.target_node];
      }
    });
  }
  for (const auto& [id, node] : driver_.nodes) {
    if (!node.proc || IsUnlinked(id) || IsReleased(node.proc)) continue;
    int waiting = 0;
    for (const Work& work : node.async_todo) {
      const Transaction* entry =
          driver_.transactions.Find(work.Owner<TransactionTag>());
      if (entry == nullptr) continue;  // CheckWorkLists has said so
      ++waiting;
      const Buffer* buffer = driver_.procs[node.proc].alloc.Get(entry->buffer);
      if (buffer == nullptr || buffer->target_node != id ||
          !buffer->async_transaction) {
        Broken(kOneway, "transaction {} waits at {}, which is not its target",
               entry->debug_id, Name(id));
      }
    }
    const int delivered = current_oneway_.Get(id) - waiting;
    if (delivered == (node.has_async_transaction ? 1 : 0)) continue;
    Broken(kOneway,
           "{}: {} oneway calls delivered at a time, {} waiting, "
           "has_async_transaction {}",
           Name(id), delivered, waiting, node.has_async_transaction);
  }
}

}  // namespace bindersim::driver
