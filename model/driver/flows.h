// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The driver's flows that other flows call, as frames. `section` is the
// critical section (or the gap between two) that runs next; LCK-10..29 say what
// may happen in between.
//
// Results (env.result()) are 0 or a negative errno unless said otherwise.

#ifndef BINDERSIM_MODEL_DRIVER_FLOWS_H_
#define BINDERSIM_MODEL_DRIVER_FLOWS_H_

#include <linux/android/binder.h>

#include <cstdint>
#include <tuple>

#include "model/driver/driver.h"
#include "sim/machine.h"

namespace bindersim::driver {

// One change of a node's counts, under its lock and its owner's inner_lock.
// Frees the node if it was the last use.
struct NodeOperation {
  static constexpr char kName[] = "node_operation";
  enum Section : uint8_t { kLockNode, kLockOwner, kChange, kFree };
  enum class Kind : uint8_t {
    kDecrement,  // binder_dec_node
    kPut,        // binder_put_node: drops a tmp_ref
  };
  Kind kind = Kind::kPut;
  bool strong = false;  // kDecrement of a local count
  bool last = false;
  uint8_t section = 0;
  NodeId node{};

  auto Fields() const { return std::tie(kind, strong, last, section, node); }
  bool operator==(const NodeOperation&) const = default;
  sim::Step Run(sim::Env& env);

  static NodeOperation Put(NodeId node) {
    return {Kind::kPut, false, false, 0, node};
  }
  static NodeOperation DecrementLocal(NodeId node, bool strong) {
    return {Kind::kDecrement, strong, false, 0, node};
  }
};

// binder_update_ref_for_handle: changes a count of the process's own ref.
struct UpdateRef {
  static constexpr char kName[] = "binder_update_ref_for_handle";
  enum Section : uint8_t {
    kLock,
    kFind,
    kLockOwner,
    kUpdate,
    kCleanUp,
    kCleanedUp,
    kFree,
    kDone
  };
  ProcId proc{};
  uint32_t desc = 0;
  bool increment = false;
  bool strong = false;
  uint8_t section = 0;
  bool node_unused = false;
  int32_t error = 0;
  RefId ref{};
  NodeId node{};

  auto Fields() const {
    return std::tie(proc, desc, increment, strong, section, node_unused, error,
                    ref, node);
  }
  bool operator==(const UpdateRef&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step CountAlone(Driver& driver);
};

// binder_inc_ref_for_node: finds or makes the process's ref to a node and
// increments it. Result: the handle, or a negative errno.
struct IncRefForNode {
  static constexpr char kName[] = "binder_inc_ref_for_node";
  enum Section : uint8_t { kLock, kFind, kLockOwner, kIncrement, kDone };
  ProcId proc{};
  NodeId node{};
  bool strong = false;
  ThreadStateId owner_thread{};  // is given the node work, if any
  uint8_t section = 0;
  int64_t outcome = 0;

  auto Fields() const {
    return std::tie(proc, node, strong, owner_thread, section, outcome);
  }
  bool operator==(const IncRefForNode&) const = default;
  sim::Step Run(sim::Env& env);
};

// binder_cleanup_ref: takes a ref out of everything. REQUIRES: outer_lock of
// its process. Result: 1 if the node is unused and must be freed.
struct CleanupRef {
  static constexpr char kName[] = "binder_cleanup_ref";
  enum Section : uint8_t {
    kLockNode,
    kLockOwner,
    kUnlink,
    kLockHolder,
    kDropDeath,
    kDone
  };
  RefId ref{};
  uint8_t section = 0;
  bool node_unused = false;

  auto Fields() const { return std::tie(ref, section, node_unused); }
  bool operator==(const CleanupRef&) const = default;
  sim::Step Run(sim::Env& env);
};

// BC_INCREFS, BC_ACQUIRE, BC_RELEASE, BC_DECREFS (CMD-11..15). Result: -EINVAL
// only where the whole write fails.
struct ReferenceCommand {
  static constexpr char kName[] = "reference_command";
  enum Section : uint8_t {
    kStart,
    kManager,
    kManagerDone,
    kOrdinary,
    kIgnoreError,
    kDone
  };
  ProcId proc{};
  uint32_t desc = 0;
  bool increment = false;
  bool strong = false;
  uint8_t section = 0;
  int64_t outcome = 0;

  auto Fields() const {
    return std::tie(proc, desc, increment, strong, section, outcome);
  }
  bool operator==(const ReferenceCommand&) const = default;
  sim::Step Run(sim::Env& env);
};

// BC_INCREFS_DONE, BC_ACQUIRE_DONE (CMD-16).
struct ReferenceDone {
  static constexpr char kName[] = "reference_done";
  enum Section : uint8_t {
    kLock,
    kFindNode,
    kLockNode,
    kLockOwner,
    kDecrement,
    kPut,
    kDone
  };
  ProcId proc{};
  uint64_t ptr = 0;
  uint64_t cookie = 0;
  bool strong = false;
  uint8_t section = 0;
  NodeId node{};

  auto Fields() const {
    return std::tie(proc, ptr, cookie, strong, section, node);
  }
  bool operator==(const ReferenceDone&) const = default;
  sim::Step Run(sim::Env& env);
};

// BC_REQUEST_DEATH_NOTIFICATION, BC_CLEAR_DEATH_NOTIFICATION (DTH-01..09).
struct DeathCommand {
  static constexpr char kName[] = "death_command";
  enum Section : uint8_t { kLock, kFindRef, kChange, kDone };
  ProcId proc{};
  ThreadStateId thread{};
  uint32_t desc = 0;
  uint64_t cookie = 0;
  bool clear = false;
  uint8_t section = 0;
  RefId ref{};

  auto Fields() const {
    return std::tie(proc, thread, desc, cookie, clear, section, ref);
  }
  bool operator==(const DeathCommand&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  void Request(sim::Env& env, Driver& driver);
  void Clear(sim::Env& env, Driver& driver);
};

// BC_DEAD_BINDER_DONE (DTH-10, 11).
struct DeadBinderDone {
  static constexpr char kName[] = "dead_binder_done";
  enum Section : uint8_t { kLock, kFind, kDone };
  ProcId proc{};
  ThreadStateId thread{};
  uint64_t cookie = 0;
  uint8_t section = 0;

  auto Fields() const { return std::tie(proc, thread, cookie, section); }
  bool operator==(const DeadBinderDone&) const = default;
  sim::Step Run(sim::Env& env);
};

// BC_FREE_BUFFER (CMD-17, 18): `address` as user space knows it.
struct FreeBuffer {
  static constexpr char kName[] = "binder_free_buf";
  enum Section : uint8_t {
    kLockAlloc,
    kClaim,
    kLockInner,
    kUnlink,
    kLockNode,
    kLockOwner,
    kNextOneway,
    kObjects,
    kLockAgain,
    kFree,
    kDone
  };
  ProcId proc{};
  uint64_t address = 0;
  ThreadStateId thread{};
  uint8_t section = 0;
  BufferId buffer{};
  NodeId node{};
  TransactionId transaction{};  // while its links are taken away

  auto Fields() const {
    return std::tie(proc, address, thread, section, buffer, node, transaction);
  }
  bool operator==(const FreeBuffer&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Unlink(sim::Env& env, Driver& driver);
  void NextOneway(sim::Env& env, Driver& driver);
};

// binder_transaction_buffer_release: gives back what the objects of a buffer
// hold, up to the object at offset `end` of the offsets array (OBJ-30, TXN-86).
struct ReleaseBuffer {
  static constexpr char kName[] = "binder_transaction_buffer_release";
  enum Section : uint8_t {
    kTargetNode,
    kObject,
    kFindNode,
    kNodeFound,
    kPutNode
  };
  ProcId proc{};
  BufferId buffer{};
  uint64_t end = 0;  // bytes from the buffer's start
  uint64_t at = 0;
  uint8_t section = 0;
  bool strong = false;
  bool failure = false;  // it was never delivered
  NodeId node{};
  uint64_t pointer = 0;    // the user's, of that node
  ThreadStateId thread{};  // who frees it; null: no thread of the process

  auto Fields() const {
    return std::tie(proc, buffer, end, at, section, strong, failure, node,
                    pointer, thread);
  }
  bool operator==(const ReleaseBuffer&) const = default;
  sim::Step Run(sim::Env& env);

  // All objects of the buffer.
  static ReleaseBuffer Entire(const Driver& driver, ProcId proc,
                              BufferId buffer);

 private:
  void CloseFiles(sim::Env& env, Driver& driver,
                  const binder_fd_array_object& array, uint64_t index);
};

// binder_translate_binder, binder_translate_handle: turns a flat_binder_object
// of the sender into the receiver's form and writes it to `to_address` in the
// receiver's buffer (OBJ-10..17).
struct TranslateObject {
  static constexpr char kName[] = "binder_translate_object";
  enum Section : uint8_t {
    kStart,
    kFindNode,
    kRefer,
    kWriteHandle,
    kBinderDone,
    kFindRef,
    kLockOwner,
    kPin,
    kLockNode,
    kCheckHome,
    kComeHome,
    kReferAgain,
    kWriteOther,
    kPut,
    kHandleDone
  };
  ProcId proc{};  // sender
  ThreadStateId thread{};
  ProcId target_proc{};
  uint64_t to_address = 0;
  uint32_t type = 0;
  uint32_t flags = 0;
  uint64_t binder = 0;  // or the handle
  uint64_t cookie = 0;
  uint8_t section = 0;
  bool strong = false;
  bool at_home = false;  // it became the receiver's own and holds a local count
  int64_t outcome = 0;
  NodeId node{};

  auto Fields() const {
    return std::tie(proc, thread, target_proc, to_address, type, flags, binder,
                    cookie, section, strong, at_home, outcome, node);
  }
  bool operator==(const TranslateObject&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step RunBinder(sim::Env& env, Driver& driver);
  sim::Step RunHandle(sim::Env& env, Driver& driver);
  void WriteObject(sim::Env& env, Driver& driver, uint32_t new_type,
                   uint64_t new_binder, uint64_t new_cookie);
};

// binder_free_transaction.
struct FreeTransactionFlow {
  static constexpr char kName[] = "binder_free_transaction";
  enum Section : uint8_t { kLock, kFree, kDone };
  TransactionId transaction{};
  uint8_t section = 0;

  auto Fields() const { return std::tie(transaction, section); }
  bool operator==(const FreeTransactionFlow&) const = default;
  sim::Step Run(sim::Env& env);
};

// binder_send_failed_reply: tells the caller, or, if it is gone, whoever that
// was serving (TXN-80).
struct SendFailedReply {
  static constexpr char kName[] = "binder_send_failed_reply";
  enum Section : uint8_t {
    kFindCaller,
    kTellCaller,
    kRelock,
    kUnpin,
    kFree,
    kNext
  };
  TransactionId transaction{};
  uint32_t error = 0;  // BR_ word
  uint8_t section = 0;
  bool told = false;  // else the caller went meanwhile
  ThreadStateId from{};
  TransactionId next{};

  auto Fields() const {
    return std::tie(transaction, error, section, told, from, next);
  }
  bool operator==(const SendFailedReply&) const = default;
  sim::Step Run(sim::Env& env);
};

// binder_cleanup_transaction: a transaction will not be delivered.
sim::Step CleanupTransaction(sim::Env& env, TransactionId transaction,
                             uint32_t error);

// binder_thread_release (EXT-10).
struct ReleaseThread {
  static constexpr char kName[] = "binder_thread_release";
  enum Section : uint8_t {
    kLock,
    kDetach,
    kGracePeriod,
    kWaitForGrace,
    kReply,
    kWork,
    kRelock,
    kPut,
    kDone
  };
  ThreadStateId thread{};
  uint8_t section = 0;
  TransactionId send_reply{};
  sim::Time grace_over = sim::kNever;

  auto Fields() const {
    return std::tie(thread, section, send_reply, grace_over);
  }
  bool operator==(const ReleaseThread&) const = default;
  sim::Step Run(sim::Env& env);
};

// binder_release_work (EXT-12): drops a list's items, `proc` being its owner.
struct ReleaseWork {
  static constexpr char kName[] = "binder_release_work";
  enum Section : uint8_t {
    kLock,
    kTake,
    kReadType,  // only without read_work_type_under_lock (BUG-05)
    kDrop,
    kEnd
  };
  ProcId proc{};
  WorkListRef list{};
  uint8_t section = 0;
  Work work{};

  auto Fields() const { return std::tie(proc, list, section, work); }
  bool operator==(const ReleaseWork&) const = default;
  sim::Step Run(sim::Env& env);
};

// The arguments of BC_TRANSACTION and BC_REPLY, SG forms included.
struct TransactionArguments {
  uint32_t handle = 0;
  uint32_t code = 0;
  uint32_t flags = 0;
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  uint64_t data = 0;  // addresses in the sender
  uint64_t offsets = 0;
  uint64_t extra_buffers_size = 0;

  auto Fields() const {
    return std::tie(handle, code, flags, data_size, offsets_size, data, offsets,
                    extra_buffers_size);
  }
  bool operator==(const TransactionArguments&) const = default;
};

// binder_transaction. What goes wrong is queued to the thread as a return
// error; the result is always 0 (CMD-19).
sim::Step SendTransaction(sim::Env& env, ProcId proc, ThreadStateId thread,
                          const TransactionArguments& arguments, bool reply);

// binder_thread_read. Result: read_consumed, or a negative errno.
sim::Step ReadThread(sim::Env& env, ProcId proc, ThreadStateId thread,
                     uint64_t buffer, uint64_t size, uint64_t consumed,
                     bool nonblocking);

// binder_ioctl_write_read for the binder_write_read at `argument`.
sim::Step WriteReadIoctl(sim::Env& env, ProcId proc, ThreadStateId thread,
                         uint64_t argument, bool nonblocking);

// The kernel thread that executes deferred work (CTL-62..64).
struct DeferredWork {
  static constexpr char kName[] = "binder_deferred_func";
  enum Section : uint8_t { kNext, kSleep, kFlush, kFlushLocked, kRelease };
  uint8_t section = 0;
  bool release = false;
  ProcId proc{};

  auto Fields() const { return std::tie(section, release, proc); }
  bool operator==(const DeferredWork&) const = default;
  sim::Step Run(sim::Env& env);
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_FLOWS_H_
