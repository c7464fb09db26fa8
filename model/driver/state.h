// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The driver's entities, named as in the kernel: binder_proc, binder_thread,
// binder_node, binder_ref, binder_transaction, and the work items on their
// lists (GLO-06, THR-04, THR-05).
//
// Work items are embedded in their owner in the kernel; here a list holds
// references to the owner. Each item is on at most one list, and the owners
// that may be taken out of the middle of a list know which one it is.

#ifndef BINDERSIM_MODEL_DRIVER_STATE_H_
#define BINDERSIM_MODEL_DRIVER_STATE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "model/driver/buffer_allocator.h"
#include "model/driver/ids.h"
#include "model/driver/statistics.h"
#include "model/driver/system_calls.h"
#include "model/os/kernel.h"
#include "sim/machine.h"
#include "sim/os_number.h"
#include "sim/serial_number.h"

namespace bindersim::driver {

// Looper bits (THR-01).
inline constexpr uint32_t kLooperRegistered = 0x01;
inline constexpr uint32_t kLooperEntered = 0x02;
inline constexpr uint32_t kLooperExited = 0x04;
inline constexpr uint32_t kLooperInvalid = 0x08;
inline constexpr uint32_t kLooperWaiting = 0x10;
inline constexpr uint32_t kLooperPoll = 0x20;

enum class WorkType : uint8_t {
  kTransaction,
  kTransactionComplete,
  kOnewaySpamSuspect,
  kReturnError,  // the thread's return_error (RET-22)
  kReplyError,   // the thread's reply_error
  kNode,
  kDeadBinder,
  kDeadBinderAndClear,
  kClearDeathNotification,
};

// A work item: its type, and the id of its owner (for completions the debug id
// of the transaction that they complete).
struct Work {
  WorkType type = WorkType::kTransaction;
  uint32_t index = 0;
  uint32_t generation = 0;

  template <class Tag>
  static Work Of(WorkType type, sim::Id<Tag> owner) {
    return {type, owner.index, owner.generation};
  }
  template <class Tag>
  sim::Id<Tag> Owner() const {
    return {index, generation};
  }

  auto Fields() const { return std::tie(type, index, generation); }
  bool operator==(const Work&) const = default;
  void AddCanonical(sim::CanonicalWriter& writer) const;
};

using WorkList = std::vector<Work>;  // first in, first out

// Names one work list.
struct WorkListRef {
  enum class Kind : uint8_t {
    kNone,
    kThreadTodo,
    kProcTodo,
    kDeliveredDeath,
    kNodeAsyncTodo,
  };
  Kind kind = Kind::kNone;
  uint32_t index = 0;
  uint32_t generation = 0;

  static WorkListRef Todo(ThreadStateId id) {
    return {Kind::kThreadTodo, id.index, id.generation};
  }
  static WorkListRef Todo(ProcId id) {
    return {Kind::kProcTodo, id.index, id.generation};
  }
  static WorkListRef DeliveredDeath(ProcId id) {
    return {Kind::kDeliveredDeath, id.index, id.generation};
  }
  static WorkListRef AsyncTodo(NodeId id) {
    return {Kind::kNodeAsyncTodo, id.index, id.generation};
  }
  explicit operator bool() const { return kind != Kind::kNone; }

  auto Fields() const { return std::tie(kind, index, generation); }
  bool operator==(const WorkListRef&) const = default;
  void AddCanonical(sim::CanonicalWriter& writer) const;
};

// binder_txn_fd_fixup: a file that a transaction carries.
struct FileInTransit {
  os::FileId file;
  uint64_t offset = 0;  // in the buffer: where the descriptor goes

  auto Fields() const { return std::tie(file, offset); }
  bool operator==(const FileInTransit&) const = default;
};

// binder_sg_copy: memory that is still to be copied into the buffer.
struct BufferCopy {
  uint64_t offset = 0;  // in the buffer
  uint64_t source = 0;  // address in the sender
  uint64_t length = 0;

  auto Fields() const { return std::tie(offset, source, length); }
  bool operator==(const BufferCopy&) const = default;
};

// binder_ptr_fixup: bytes of the buffer that are not to be copied.
struct PointerFixup {
  uint64_t offset = 0;   // in the buffer
  uint64_t pointer = 0;  // what is put there, ...
  uint64_t skip = 0;     // ... unless so many bytes are left to descriptors

  auto Fields() const { return std::tie(offset, pointer, skip); }
  bool operator==(const PointerFixup&) const = default;
};

// binder_transaction.
struct Transaction {
  sim::SerialNumber debug_id{};
  ThreadStateId from;         // sync calls: who waits for the reply
  sim::Tid from_pid;          // and its process, even when it is gone
  TransactionId from_parent;  // what `from` was serving when it called
  ProcId to_proc;
  sim::Tid sent_to;  // its process, even when it is gone
  ThreadStateId to_thread;
  TransactionId to_parent;  // what to_thread was doing when it took this
  bool need_reply = false;
  BufferId buffer;  // in to_proc's mapping
  uint32_t code = 0;
  uint32_t flags = 0;
  int32_t priority = 0;        // the sender's nice
  int32_t saved_priority = 0;  // the server's, to be restored (TXN-37)
  sim::Uid sender_euid;
  uint64_t security_context = 0;  // address in the receiver, or 0 (TXN-90)
  std::vector<FileInTransit> files;
  std::vector<BufferCopy> copies;    // while it is being sent
  std::vector<PointerFixup> fixups;  // by offset; while it is being sent
  // When it came into its process's list; kNever if it did not.
  Observed<sim::Time> queued{sim::kNever};

  auto Fields() const {
    return std::tie(debug_id, from, from_pid, from_parent, to_proc, sent_to,
                    to_thread, to_parent, need_reply, buffer, code, flags,
                    priority, saved_priority, sender_euid, security_context,
                    files, copies, fixups, queued);
  }
  bool operator==(const Transaction&) const = default;
};

// binder_node.
struct Node {
  sim::SerialNumber debug_id{};
  sim::LockId lock;
  ProcId proc;  // null = dead (REF-40)
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  int32_t internal_strong_refs = 0;
  int32_t local_weak_refs = 0;
  int32_t local_strong_refs = 0;
  int32_t tmp_refs = 0;
  bool has_strong_ref = false;
  bool pending_strong_ref = false;
  bool has_weak_ref = false;
  bool pending_weak_ref = false;
  bool has_async_transaction = false;
  bool accept_fds = false;
  bool txn_security_ctx = false;
  uint8_t min_priority = 0;
  WorkListRef work_list;    // where its node work is queued
  std::vector<RefId> refs;  // newest first (REF-14)
  WorkList async_todo;

  auto Fields() const {
    return std::tie(debug_id, lock, proc, ptr, cookie, internal_strong_refs,
                    local_weak_refs, local_strong_refs, tmp_refs,
                    has_strong_ref, pending_strong_ref, has_weak_ref,
                    pending_weak_ref, has_async_transaction, accept_fds,
                    txn_security_ctx, min_priority, work_list, refs,
                    async_todo);
  }
  bool operator==(const Node&) const = default;
};

// binder_ref_death.
struct Death {
  uint64_t cookie = 0;
  sim::SerialNumber node_debug_id{};  // for records
  WorkType type = WorkType::kDeadBinder;
  WorkListRef work_list;

  auto Fields() const {
    return std::tie(cookie, node_debug_id, type, work_list);
  }
  bool operator==(const Death&) const = default;
};

// binder_ref.
struct Ref {
  sim::SerialNumber debug_id{};
  uint32_t desc = 0;  // the handle
  int32_t strong = 0;
  int32_t weak = 0;
  ProcId proc;
  NodeId node;
  DeathId death;

  auto Fields() const {
    return std::tie(debug_id, desc, strong, weak, proc, node, death);
  }
  bool operator==(const Ref&) const = default;
};

// binder_extended_error (CTL-52).
struct ExtendedError {
  sim::SerialNumber id{};
  uint32_t command = 0;  // a BR_ word; BR_OK if none
  int32_t param = 0;     // negative errno or 0

  auto Fields() const { return std::tie(id, command, param); }
  bool operator==(const ExtendedError&) const = default;
};

// binder_thread.
struct ThreadState {
  ProcId proc;
  sim::Tid tid;
  sim::ThreadId thread;
  uint32_t looper = 0;
  bool looper_need_return = true;
  bool process_todo = false;
  bool is_dead = false;
  bool on_wait_queue = false;  // sleeps, or is about to, in a read or poll
  int32_t tmp_ref = 0;
  TransactionId transaction_stack;
  WorkList todo;
  uint32_t return_error = 0;  // BR_ word; BR_OK if none
  uint32_t reply_error = 0;
  ExtendedError ee;
  std::vector<ProcId> freeze_targets;  // of its BINDER_FREEZE, next at the back
  Observed<uint32_t> last_command{ProtocolCells::kCommands};  // by _IOC_NR

  auto Fields() const {
    return std::tie(proc, tid, thread, looper, looper_need_return, process_todo,
                    is_dead, on_wait_queue, tmp_ref, transaction_stack, todo,
                    return_error, reply_error, ee, freeze_targets,
                    last_command);
  }
  bool operator==(const ThreadState&) const = default;
};

// binder_proc.
struct Proc {
  os::ProcessId process;
  uint32_t pid = 0;
  Device device = Device::kBinder;
  int32_t default_priority = 0;
  sim::LockId outer_lock;
  sim::LockId inner_lock;
  sim::LockId alloc_mutex;
  bool is_dead = false;
  bool is_frozen = false;
  bool sync_recv = false;
  bool async_recv = false;
  bool oneway_spam_detection_enabled = false;
  bool flush_deferred = false;
  bool release_deferred = false;
  int32_t tmp_ref = 0;
  int32_t outstanding_txns = 0;
  uint32_t max_threads = 0;
  Observed<uint32_t> most_max_threads;  // the largest that it ever was
  uint32_t requested_threads = 0;
  uint32_t requested_threads_started = 0;
  uint32_t loopers = 0;  // for records: threads that entered or registered
  // The trees, as sorted vectors: by tid, by ptr, by handle, by node.
  std::vector<std::pair<uint32_t, ThreadStateId>> threads;
  std::vector<std::pair<uint64_t, NodeId>> nodes;
  std::vector<std::pair<uint32_t, RefId>> refs_by_desc;
  std::vector<std::pair<NodeId, RefId>> refs_by_node;
  std::vector<ThreadStateId> waiting_threads;  // a stack, top at the back
  std::vector<sim::ThreadId> freeze_waiters;   // BINDER_FREEZE of this process
  WorkList todo;
  WorkList delivered_death;
  uint64_t mapping = 0;       // address of the mapped area in the process
  uint64_t mapping_size = 0;  // 0 again when all of it is unmapped
  uint64_t bytes_in_use = 0;  // of allocated buffers
  BufferAllocator alloc;
  // The area, once the process has unmapped any of it.
  os::AddressSpace kept_memory;
  Observed<PoolWait> longest_wait;  // of those that have ended

  auto Fields() const {
    return std::tie(process, pid, device, default_priority, outer_lock,
                    inner_lock, alloc_mutex, is_dead, is_frozen, sync_recv,
                    async_recv, oneway_spam_detection_enabled, flush_deferred,
                    release_deferred, tmp_ref, outstanding_txns, max_threads,
                    most_max_threads, requested_threads,
                    requested_threads_started, loopers, threads, nodes,
                    refs_by_desc, refs_by_node, waiting_threads, freeze_waiters,
                    todo, delivered_death, mapping, mapping_size, bytes_in_use,
                    alloc, kept_memory, longest_wait);
  }
  bool operator==(const Proc&) const = default;
};

// binder_context: one for each device (CTL-05).
struct Context {
  sim::LockId manager_mutex;  // context_mgr_node_lock
  NodeId manager;
  std::optional<uint32_t> manager_uid;  // sticky (CTL-43)

  auto Fields() const { return std::tie(manager_mutex, manager, manager_uid); }
  bool operator==(const Context&) const = default;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_STATE_H_
