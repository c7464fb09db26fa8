// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The Binder driver of Linux 6.1 as a value: its entities and the operations
// on them that are one critical section or part of one. The flows that cross
// sections are frames, one file for each family:
//
//   files.cc        open, mmap, poll, close         section 1 of the facts
//   ioctl.cc        the dispatcher and small ioctls
//   write.cc        BC_ commands                    CMD
//   transaction.cc  BC_TRANSACTION, BC_REPLY        TXN; LCK-10, LCK-19
//   objects.cc      translating and releasing objects  OBJ
//   scatter_gather.cc  objects with buffers or files  OBJ
//   failure.cc      failed replies                  TXN-80
//   read.cc         BR_ returns                     RET
//   references.cc   reference commands              REF
//   death.cc        death notifications             DTH
//   release.cc      exit of threads and processes   EXT
//   freeze.cc       the freezer                     FRZ
//
// pool_wait.cc keeps the time, for findings.
//
// Locks, in their order (LCK-01, LCK-06): context manager mutex, outer_lock of
// a process, node lock, inner_lock of a process; the allocator's mutex is taken
// alone. A method that needs locks says which, and checks it.

#ifndef BINDERSIM_MODEL_DRIVER_DRIVER_H_
#define BINDERSIM_MODEL_DRIVER_DRIVER_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "model/costs.h"
#include "model/driver/fixes.h"
#include "model/driver/state.h"
#include "sim/slot_map.h"

namespace bindersim::driver {

// A synchronous call that has not been answered, for deadlock reports.
struct PendingCall {
  uint32_t debug_id = 0;
  uint32_t from_pid = 0;
  uint32_t from_tid = 0;
  sim::ThreadId from_thread;
  uint32_t to_pid = 0;
  uint32_t to_tid = 0;  // who serves it or must; 0 = any thread of to_pid
  sim::ThreadId to_thread;
  bool being_served = false;  // else it waits on a list
};

// What is left over in a process, for leak reports.
struct Usage {
  uint32_t pid = 0;
  uint32_t buffers_undelivered = 0;  // allocated, not yet given to user space
  uint32_t buffers_delivered = 0;    // given to user space and not freed
  uint32_t nodes = 0;
  uint32_t refs = 0;
  uint32_t threads = 0;
  uint32_t loopers = 0;
  uint32_t waiting_threads = 0;
  uint32_t max_threads = 0;
  uint32_t requested_threads_started = 0;
};

class Driver {
 public:
  static constexpr size_t kSlot = 1;

  explicit Driver(const DriverCosts& costs = {}, FixSet without_fixes = {})
      : costs(costs), without_fixes(without_fixes) {}

  // Whether the driver takes this step; it lacks those that the scenario leaves
  // out.
  bool Has(Fix fix) const { return !without_fixes.Contains(fix); }

  // Makes the contexts' locks and starts the work queue's kernel thread.
  void Start(sim::Env& env);

  // Sorted by debug id.
  std::vector<PendingCall> PendingCalls() const;
  // Sorted by pid; processes that are being released are left out.
  std::vector<Usage> Usages() const;
  // The longest wait of each process, also of those that are gone, and the one
  // that goes on; sorted by pid, longest first. A frozen process's calls wait
  // for something else.
  std::vector<PoolWait> PoolWaits(sim::Time now) const;

  bool operator==(const Driver&) const = default;
  void AddTo(sim::Hasher& hasher) const;

  // --- entities (for the driver's own files) ---
  DriverCosts costs;
  FixSet without_fixes;
  sim::SerialNumber last_debug_id{};  // TXN-03
  std::array<Context, 3> contexts;
  std::vector<ProcId> proc_list;      // newest last (CTL-04)
  std::vector<ProcId> deferred_list;  // a stack (CTL-64)
  std::vector<NodeId> dead_nodes;     // newest last
  sim::ThreadId work_queue;
  // Somebody outside wakes the work queue when there is something to do.
  bool holds_deferred_work = false;
  uint32_t grace_periods = 0;  // that threads wait for now
  sim::SlotMap<Proc, ProcId> procs;
  sim::SlotMap<ThreadState, ThreadStateId> threads;
  sim::SlotMap<Node, NodeId> nodes;
  sim::SlotMap<Ref, RefId> refs;
  sim::SlotMap<Death, DeathId> deaths;
  sim::SlotMap<Transaction, TransactionId> transactions;
  Observed<Statistics> statistics;

  // Entities that are only looked at: they keep their versions.
  const Proc& LookAt(ProcId id) const { return procs[id]; }
  const ThreadState& LookAt(ThreadStateId id) const { return threads[id]; }
  const Node& LookAt(NodeId id) const { return nodes[id]; }
  const Ref& LookAt(RefId id) const { return refs[id]; }
  const Transaction& LookAt(TransactionId id) const { return transactions[id]; }

  Context& ContextOf(const Proc& proc) {
    return contexts[static_cast<size_t>(proc.device)];
  }

  // --- work lists and wake-ups (work.cc). REQUIRES: inner_lock of the list's
  // process, if it belongs to one. ---
  WorkList& List(WorkListRef ref);
  void Enqueue(const Work& work, WorkListRef list);
  // binder_enqueue_thread_work_ilocked: the thread will look at its list.
  void EnqueueThreadWork(sim::Env& env, ThreadStateId thread, const Work& work);
  // Deferred: it rides along with the next item (RET-14, TXN-28).
  void EnqueueDeferredThreadWork(ThreadStateId thread, const Work& work);
  // Takes a node's or a death record's work off its list, if it is on one.
  void DequeueNodeWork(NodeId node);
  void DequeueDeathWork(DeathId death);
  // Takes the oldest item off the list, which must not be empty.
  Work DequeueHead(WorkListRef list);
  bool HasWork(ThreadStateId thread, bool do_proc_work) const;
  bool AvailableForProcWork(ThreadStateId thread) const;  // THR-17
  // The thread that is idle since the shortest time, taken off the stack; null
  // if none is (THR-10).
  ThreadStateId SelectThread(sim::Env& env, ProcId proc);
  void WakeThread(sim::Env& env, ProcId proc, ThreadStateId thread, bool sync);
  void WakeProc(sim::Env& env, ProcId proc) {
    WakeThread(env, proc, SelectThread(env, proc), false);
  }
  void WakeWaiter(sim::Env& env, ThreadStateId thread, bool sync);

  // --- how long transactions wait for a thread (pool_wait.cc) ---
  // Nothing depends on it, so that no footprint says that the time is looked
  // at.
  // The transaction comes into its process's list.
  void BeginPoolWait(sim::Env& env, TransactionId id) {
    transactions[id].queued.value = env.machine.now();
  }
  // A thread takes it, from whichever list.
  void EndPoolWait(sim::Env& env, ProcId proc, TransactionId id) {
    const sim::Duration span = env.machine.now() - LookAt(id).queued.value;
    if (span > LookAt(proc).longest_wait->span) NotePoolWait(env, proc, id);
  }
  // The process dies with what is in its list.
  void EndPoolWaits(sim::Env& env, ProcId proc);
  // The process is thawed: what lies in its list has waited for that.
  void RestartPoolWaits(sim::Env& env, ProcId proc);

  // --- nodes and references (nodes.cc) ---
  // The process's node for ptr, or null. REQUIRES: inner_lock.
  NodeId FindNode(ProcId proc, uint64_t ptr) const;
  // A new node with one tmp_ref. REQUIRES: inner_lock; none for ptr.
  NodeId NewNode(sim::Env& env, ProcId proc, uint64_t ptr, uint64_t cookie,
                 uint32_t flags);
  // inner_lock of the node's owner; null if it is dead. Only the node lock
  // keeps the owner, so this is asked with that held.
  sim::LockId OwnerLock(NodeId node) const {
    const ProcId owner = nodes[node].proc;
    return owner ? procs[owner].inner_lock : sim::LockId{};
  }
  // REQUIRES, these two: node lock, and inner_lock of a living owner.
  // Result: 0 or -EINVAL (REF-30). `owner_thread` gets node work.
  int IncNode(sim::Env& env, NodeId node, bool strong, bool internal,
              ThreadStateId owner_thread);
  // Result: whether the node is no longer needed and has been unlinked; then
  // FreeNode it after the locks are released.
  bool DecNode(sim::Env& env, NodeId node, bool strong, bool internal);
  void FreeNode(sim::Env& env, NodeId node);
  // REQUIRES: outer_lock. Null if there is none; with `need_strong` also if it
  // is weak only (CMD-13).
  RefId FindRef(ProcId proc, uint32_t desc, bool need_strong) const;
  RefId FindRefForNode(ProcId proc, NodeId node) const;
  // A new ref with the lowest free handle. REQUIRES: outer_lock, node lock.
  RefId NewRef(sim::Env& env, ProcId proc, NodeId node);
  // REQUIRES: outer_lock of the ref's process, node lock, inner_lock of the
  // node's living owner.
  int IncRef(sim::Env& env, RefId ref, bool strong, ThreadStateId owner_thread);
  // The ref's own count of that kind.
  int32_t& CountOf(RefId ref, bool strong) {
    return strong ? refs[ref].strong : refs[ref].weak;
  }
  // Takes the ref out of all tables and off its node. Result as DecNode, about
  // the ref's node. Its death record is taken off its list by the caller.
  bool UnlinkRef(sim::Env& env, RefId ref);
  void FreeRef(RefId ref);
  void EraseDeath(DeathId death);
  // The lock goes with its owner. Throws InvariantViolated if a thread waits
  // for it, which then should have pinned the owner but lacks that step.
  void RemoveLock(sim::Env& env, sim::LockId lock);

  // --- threads, processes, transactions (lifetime.cc) ---
  ThreadStateId FindThread(ProcId proc, uint32_t tid) const;
  ThreadStateId NewThread(sim::Env& env, ProcId proc);
  // REQUIRES: inner_lock of the thread's process. Frees it if it was dead and
  // this was the last use.
  void PutThread(sim::Env& env, ThreadStateId thread);
  // REQUIRES: inner_lock of the process, or nobody else can know it.
  void PutProc(sim::Env& env, ProcId proc);
  // The waiting thread's end of a call is over. REQUIRES: inner_lock of its
  // process.
  void PopTransaction(sim::Env& env, ThreadStateId thread,
                      TransactionId transaction);
  // binder_free_transaction. REQUIRES: inner_lock of to_proc, if it has one.
  void FreeTransaction(sim::Env& env, TransactionId transaction);

  // --- files in transit (scatter_gather.cc) ---
  // binder_apply_fd_fixups: the receiver gets descriptors (OBJ-40).
  void InstallFiles(sim::Env& env, TransactionId transaction);
  // The end of a transaction; files that it still has are let go (OBJ-41).
  void EraseTransaction(sim::Env& env, TransactionId transaction);

  // The acting thread looks at the transaction without a lock, or changes what
  // others look at so: the threads at its ends do (LCK-05).
  void Touch(sim::Env& env, TransactionId id) const {
    const Transaction* transaction = transactions.Find(id);
    if (transaction == nullptr) {
      env.Touch(sim::Footprint::Name(kTouchedTransactions, 0));
    } else if (transaction->from_pid != 0) {
      env.Touch(
          sim::Footprint::Name(kTouchedTransactions, transaction->from_pid));
    } else {
      env.Touch(sim::Footprint::Name(kTouchedReceived, transaction->sent_to));
    }
  }

  // --- footprints of sections that only look (sim::Env::OnlyLooks) ---
  // But for what this lock protects.
  static void ChangesUnder(sim::Env& env, sim::LockId lock) {
    env.Changes(sim::Footprint::kLock, env.machine.lock(lock).name);
  }
  // The same, without the lock held: the transition ends with the section.
  static void TouchUnder(sim::Env& env, sim::LockId lock) {
    ChangesUnder(env, lock);
    env.touched = true;
  }
  // At what a process's loopers share: its todo list, who waits for it, how
  // many were asked for.
  static uint64_t PoolOf(const Proc& proc) {
    return sim::Footprint::Name(kTouchedPools, proc.pid);
  }
  static void LooksAtPool(sim::Env& env, const Proc& proc) {
    env.LooksAt(sim::Footprint::kModel, PoolOf(proc));
  }
  static void ChangesPool(sim::Env& env, const Proc& proc) {
    env.Changes(sim::Footprint::kModel, PoolOf(proc));
  }
  // At which processes with that pid there are (binder_procs_lock).
  static uint64_t ProcsOf(uint32_t pid) {
    return sim::Footprint::Name(kTouchedProcs, pid);
  }
  // At which threads there are. A thread finds itself without that.
  static uint64_t ThreadsOf(const Proc& proc) {
    return sim::Footprint::Name(kTouchedThreads, proc.pid);
  }
  // At what others may want of a thread: its todo list, its stack of
  // transactions, whether it waits, looks for work, lives.
  uint64_t InboxOf(ThreadStateId thread) const {
    return sim::Footprint::Name(kTouchedInboxes, threads[thread].tid);
  }
  void LooksAtInbox(sim::Env& env, ThreadStateId thread) const {
    env.LooksAt(sim::Footprint::kModel, InboxOf(thread));
  }
  void ChangesInbox(sim::Env& env, ThreadStateId thread) const {
    env.Changes(sim::Footprint::kModel, InboxOf(thread));
  }
  // At whether user space may free what is there in the process's buffers: by
  // alloc_mutex who frees it changes that, but who delivers it has no lock.
  // That some places have the same name does no harm.
  static uint64_t FreeableOf(const Proc& proc, uint64_t offset) {
    return sim::Footprint::Name(
        kTouchedBuffers | (static_cast<uint32_t>(offset / 8) & 0xffffff),
        proc.pid);
  }
  static void ChangesFreeable(sim::Env& env, const Proc& proc,
                              uint64_t offset) {
    env.Changes(sim::Footprint::kModel, FreeableOf(proc, offset));
  }
  // At the target of a transaction, which a driver without one of the pins may
  // have freed meanwhile (BUG-18).
  bool PinsTargets() const {
    return Has(Fix::kPinTargetProcess) && Has(Fix::kPinTargetThread) &&
           Has(Fix::kPinTargetNode);
  }
  void LooksAtTarget(sim::Env& env) const {
    if (!PinsTargets()) env.LooksAt(sim::Footprint::kModel, kAnyTarget);
  }
  void FreesTarget(sim::Env& env) const {
    if (!PinsTargets()) env.Changes(sim::Footprint::kModel, kAnyTarget);
  }
  // Whether others hold the node so that no strong reference more or less
  // brings any of its counts to 0, and none of them can let go of it without
  // changing what its lock protects.
  bool IsHeldStrongly(sim::Env& env, NodeId node);
  // Counting the process or the thread up or down does nothing else.
  bool IsAlive(ProcId proc, ThreadStateId thread) const {
    return !procs[proc].is_dead && (!thread || !threads[thread].is_dead);
  }

  // --- memory (memory.cc) ---
  // Where the process's buffers are: its memory, or what was kept of it.
  os::AddressSpace& BufferMemory(sim::Env& env, ProcId proc);
  // A null process's memory reads as unmapped.
  os::AddressSpace& UserMemory(sim::Env& env, const Proc& proc);
  // The same, only to be read.
  static const os::AddressSpace& MemoryToRead(sim::Env& env, const Proc& proc) {
    return std::as_const(env.Get<os::Kernel>()).process(proc.process).memory;
  }
  // As BufferMemory, only to be read.
  static const os::AddressSpace& BuffersToRead(sim::Env& env, const Proc& proc);
  uint64_t BufferAddress(const Proc& proc, BufferId buffer) const;
  // REQUIRES: the allocator's mutex. Zeroes the buffer first if its sender
  // asked for that (ALLOC-14).
  void FreeBufferMemory(sim::Env& env, ProcId proc, BufferId buffer);
  // CPU time of copying that much.
  sim::Duration CopyCost(uint64_t bytes) const;

  // --- records and statistics ---
  // The thread executes it, or it is returned to the thread.
  void CountCommand(sim::Env& env, ThreadStateId thread, uint32_t command);
  void CountReturn(sim::Env& env, ThreadStateId thread, uint32_t command,
                   uint64_t subject);
  void EmitPool(sim::Env& env, const Proc& proc);
  void EmitAllocated(sim::Env& env, const Proc& proc, BufferId buffer,
                     uint32_t pages_populated);

  // Asks the work queue for a flush or a release (CTL-62, 63).
  void Defer(sim::Env& env, ProcId proc, bool release);

 private:
  // Names in footprints, beside user space's.
  static constexpr uint32_t kTouchedTransactions = 0xf0000000;
  static constexpr uint32_t kTouchedReceived = 0xf4000000;
  static constexpr uint32_t kTouchedPools = 0xf1000000;
  static constexpr uint32_t kTouchedThreads = 0xf2000000;
  static constexpr uint32_t kTouchedInboxes = 0xf3000000;
  static constexpr uint32_t kTouchedProcs = 0xf6000000;
  static constexpr uint32_t kTouchedBuffers = 0xf8000000;
  static constexpr uint64_t kAnyTarget = sim::Footprint::Name(0xf9000000, 0);

  // Whether the node is the manager of the process's context. That changes
  // under another lock than those of nodes.
  bool IsManager(sim::Env& env, const Proc& proc, NodeId node);
  void FreeProc(sim::Env& env, ProcId proc);
  PoolWait PoolWaitOf(const Proc& proc, TransactionId id, sim::Time now) const;
  void NotePoolWait(sim::Env& env, ProcId proc, TransactionId id);
};

// Locks that a section of `proc`'s, or of a node's owner's, needs.
inline void CheckHeld(const sim::Env& env, sim::LockId lock) {
  SIM_DCHECK(!env.self || env.machine.Holds(env.self, lock))
      << env.machine.lock(lock).role.c_str() << " is not held";
}

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_DRIVER_H_
