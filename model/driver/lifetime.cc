// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// How long threads, processes and transactions live (LCK-08).

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/driver.h"
#include "model/driver/invariants.h"
#include "model/driver/tables.h"
#include "sim/flow_section.h"

namespace bindersim::driver {

namespace {

// They lie in the process in the kernel: once that is gone, to count is a use
// after free.
Counters& CountersOf(Driver& driver, ProcId id) {
  static_cast<void>(driver.LookAt(id));
  return driver.statistics->counters_of_procs[id.index].Change();
}

}  // namespace

ThreadStateId Driver::FindThread(ProcId proc, uint32_t tid) const {
  return Lookup(procs[proc].threads, tid);
}

ThreadStateId Driver::NewThread(sim::Env& env, ProcId proc_id) {
  Proc& proc = procs[proc_id];
  CheckHeld(env, proc.inner_lock);
  env.Changes(sim::Footprint::kModel, ThreadsOf(proc));
  ThreadState thread;
  thread.proc = proc_id;
  thread.tid = env.tid();
  thread.thread = env.self;
  thread.return_error = BR_OK;
  thread.reply_error = BR_OK;
  thread.ee.command = BR_OK;
  const uint32_t tid = thread.tid;
  const ThreadStateId id = threads.Insert(std::move(thread));
  statistics->Created(Counted::kThread);
  InsertSorted(proc.threads, tid, id);
  return id;
}

void Driver::PutThread(sim::Env& env, ThreadStateId id) {
  ThreadState& thread = threads[id];
  CheckHeld(env, LookAt(thread.proc).inner_lock);
  --thread.tmp_ref;
  if (!thread.is_dead || thread.tmp_ref > 0) return;
  SIM_CHECK(thread.todo.empty()) << "freed with work in its list";
  const ProcId proc = thread.proc;
  FreesTarget(env);
  threads.Erase(id);
  statistics->Deleted(Counted::kThread);
  PutProc(env, proc);  // the reference that ReleaseThread took
}

void Driver::PutProc(sim::Env& env, ProcId id) {
  Proc& proc = procs[id];
  --proc.tmp_ref;
  if (proc.is_dead && proc.threads.empty() && proc.tmp_ref == 0) {
    FreeProc(env, id);
  }
}

void Driver::FreeProc(sim::Env& env, ProcId id) {
  Proc& proc = procs[id];
  SIM_CHECK(proc.todo.empty() && proc.delivered_death.empty())
      << "process " << proc.pid << " freed with work in its lists";
  for (const sim::LockId lock :
       {proc.outer_lock, proc.inner_lock, proc.alloc_mutex}) {
    RemoveLock(env, lock);
  }
  if (proc.longest_wait->span > sim::Duration{}) {
    statistics->waits_of_the_dead.push_back(proc.longest_wait.value);
  }
  FreesTarget(env);
  procs.Erase(id);
  statistics->Deleted(Counted::kProc);
}

void Driver::RemoveLock(sim::Env& env, sim::LockId id) {
  const sim::Lock& lock = env.machine.lock(id);
  if (!without_fixes.empty() && !lock.waiters.empty()) {
    throw InvariantViolated(
        {Invariant::kFlows,
         fmt::format("the {} of {} is freed while a thread waits for it",
                     lock.role.c_str(), lock.owner)},
        sim::section_under_way.ToString());
  }
  env.machine.RemoveLock(id);
}

void Driver::PopTransaction(sim::Env& env, ThreadStateId thread_id,
                            TransactionId transaction_id) {
  Touch(env, transaction_id);
  ThreadState& thread = threads[thread_id];
  Transaction& transaction = transactions[transaction_id];
  SIM_CHECK(thread.transaction_stack == transaction_id &&
            transaction.from == thread_id)
      << "transaction " << transaction.debug_id
      << " is not the top of its sender's stack";
  thread.transaction_stack = transaction.from_parent;
  transaction.from = {};
}

void Driver::FreeTransaction(sim::Env& env, TransactionId id) {
  Touch(env, id);
  const Transaction& transaction = LookAt(id);
  if (transaction.to_proc) {
    Proc& proc = procs[transaction.to_proc];
    CheckHeld(env, proc.inner_lock);
    --proc.outstanding_txns;
    if (proc.outstanding_txns == 0 && proc.is_frozen) {  // FRZ-18
      for (const sim::ThreadId waiter : proc.freeze_waiters) {
        env.machine.Wake(env, waiter);
      }
    }
    if (transaction.buffer) {
      proc.alloc[transaction.buffer].transaction = {};
    }
  }
  EraseTransaction(env, id);
}

void Driver::Defer(sim::Env& env, ProcId id, bool release) {
  Proc& proc = procs[id];
  const bool queued = proc.flush_deferred || proc.release_deferred;
  (release ? proc.release_deferred : proc.flush_deferred) = true;
  if (!queued) deferred_list.push_back(id);
  if (!holds_deferred_work) env.machine.Wake(env, work_queue);
}

void Driver::CountCommand(sim::Env& env, ThreadStateId id, uint32_t command) {
  const uint32_t number = _IOC_NR(command);
  if (number < ProtocolCells::kCommands) {
    const ThreadState& thread = LookAt(id);
    if (thread.last_command.value != number) {
      threads[id].last_command.value = number;
    }
    ++statistics->counters.commands[number];
    ++CountersOf(*this, thread.proc).commands[number];
  }
  env.Emit(record::CommandExecuted{command, 0});
}

void Driver::CountReturn(sim::Env& env, ThreadStateId id, uint32_t command,
                         uint64_t subject) {
  const uint32_t number = _IOC_NR(command);
  if (number < ProtocolCells::kReturns) {
    const ThreadState& thread = LookAt(id);
    const Transaction* top = transactions.Find(thread.transaction_stack);
    auto doing = ProtocolCells::Doing::kNothing;
    if (top != nullptr) {
      doing = top->from == id ? ProtocolCells::Doing::kCalling
                              : ProtocolCells::Doing::kServing;
    }
    statistics->cells.Add(thread.last_command.value, number, doing);
    ++statistics->counters.returns[number];
    ++CountersOf(*this, thread.proc).returns[number];
  }
  env.Emit(record::ReturnDelivered{command, 0, subject});
}

std::vector<PendingCall> Driver::PendingCalls() const {
  std::vector<PendingCall> calls;
  for (const auto& [id, transaction] : transactions) {
    if (!transaction.from || !transaction.to_proc) continue;
    const ThreadState* from = threads.Find(transaction.from);
    const Proc* to = procs.Find(transaction.to_proc);
    if (from == nullptr || to == nullptr) continue;
    PendingCall call;
    call.debug_id = transaction.debug_id;
    call.from_pid = LookAt(from->proc).pid;
    call.from_tid = from->tid;
    call.from_thread = from->thread;
    call.to_pid = to->pid;
    if (const ThreadState* server = threads.Find(transaction.to_thread)) {
      call.to_tid = server->tid;
      call.to_thread = server->thread;
      const auto on_stack = [&, id = id,
                             &transaction = transaction](TransactionId at) {
        while (at && at != id) {
          const Transaction* t = transactions.Find(at);
          if (t == nullptr) return false;
          at = t->to_thread == transaction.to_thread ? t->to_parent
                                                     : t->from_parent;
        }
        return at == id;
      };
      call.being_served = on_stack(server->transaction_stack);
    }
    calls.push_back(call);
  }
  std::ranges::sort(calls, {}, &PendingCall::debug_id);
  return calls;
}

std::vector<Usage> Driver::Usages() const {
  std::vector<Usage> usages;
  for (const auto& [id, proc] : procs) {
    if (proc.is_dead) continue;
    Usage usage;
    usage.pid = proc.pid;
    usage.nodes = static_cast<uint32_t>(proc.nodes.size());
    usage.refs = static_cast<uint32_t>(proc.refs_by_desc.size());
    usage.threads = static_cast<uint32_t>(proc.threads.size());
    usage.loopers = proc.loopers;
    usage.waiting_threads = static_cast<uint32_t>(proc.waiting_threads.size());
    usage.max_threads = proc.max_threads;
    usage.requested_threads_started = proc.requested_threads_started;
    proc.alloc.ForEachExtent([&usage, &proc = proc](const Extent& extent) {
      if (!extent.buffer) return;
      ++(proc.alloc[extent.buffer].allow_user_free ? usage.buffers_delivered
                                                   : usage.buffers_undelivered);
    });
    usages.push_back(usage);
  }
  std::ranges::sort(usages, {}, &Usage::pid);
  return usages;
}

void Driver::AddTo(sim::Hasher& hasher) const {
  hasher.Add(std::tie(costs, without_fixes, last_debug_id, contexts, proc_list,
                      deferred_list, dead_nodes, work_queue,
                      holds_deferred_work, grace_periods, procs, threads, nodes,
                      refs, deaths, transactions));
}

}  // namespace bindersim::driver
