// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The target, the stages in order, and the hand-over. transaction_fill.cc has
// the buffer, transaction_failure.cc the unwinding.

#include "model/driver/transaction.h"

#include <linux/android/binder.h>

#include <cerrno>

namespace bindersim::driver {

using sim::Step;

sim::Step SendTransaction(sim::Env& env, ProcId proc, ThreadStateId thread,
                          const TransactionArguments& arguments, bool reply) {
  TransactionFlow flow;
  flow.proc = proc;
  flow.thread = thread;
  flow.arguments = arguments;
  flow.reply = reply;
  return env.Call(flow);
}

void TransactionFlow::Log(sim::Env& env, Driver& driver) {
  const Proc& own = driver.LookAt(proc);
  LogEntry entry;
  entry.debug_id = debug_id;
  entry.type = reply                                 ? LogEntry::Type::kReply
               : (arguments.flags & TF_ONE_WAY) != 0 ? LogEntry::Type::kAsync
                                                     : LogEntry::Type::kCall;
  entry.from_proc = own.pid;
  entry.from_thread = env.tid();
  entry.target_handle = arguments.handle;
  entry.data_size = arguments.data_size;
  entry.offsets_size = arguments.offsets_size;
  entry.context = ContextName(own.device);
  driver.statistics->log.Change().Add(entry);
}

bool TransactionFlow::oneway() const {
  return !reply && (arguments.flags & TF_ONE_WAY) != 0;
}

Step TransactionFlow::Next(Section next, Step step) {
  section = next;
  return step;
}

Step TransactionFlow::Fail(uint32_t error, int32_t param, Section from,
                           Step step) {
  return_error = error;
  return_error_param = param;
  return Next(from, step);
}

Step TransactionFlow::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  driver.LooksAtTarget(env);
  if (section == Section::kBegin) {
    debug_id = ++driver.last_debug_id;  // TXN-03
    Log(env, driver);
    return Next(Section::kResetError,
                Step::Enter(driver.LookAt(proc).inner_lock));
  }
  if (section == Section::kResetError) {
    env.OnlyLooks();
    driver.threads[thread].ee = {debug_id, BR_OK, 0};
    return Next(reply ? Section::kLockOwnStack : Section::kFindTarget,
                Step::Leave(driver.costs.lock));
  }
  if (section < Section::kFindTarget) return RunFindCaller(env, driver);
  if (section < Section::kCreate) return RunFindTarget(env, driver);
  if (section < Section::kLockForReplyComplete) return RunFill(env, driver);
  if (section < Section::kLockForCallComplete) {
    return RunDeliverReply(env, driver);
  }
  if (section < Section::kDropThread) return RunDeliverCall(env, driver);
  if (section <= Section::kDone) return RunEnd(env, driver);
  if (section < Section::kReportToCaller) return RunUnwind(env, driver);
  return RunReport(env, driver);
}

// --- whom to answer (TXN-70..74) ---

Step TransactionFlow::RunFindCaller(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kLockOwnStack:
      return Next(Section::kPopOwnStack,
                  Step::Enter(driver.LookAt(proc).inner_lock));
    case Section::kPopOwnStack:
      return PopOwnStack(env, driver);
    case Section::kFindCaller: {
      env.machine.SetNice(env.self, driver.LookAt(in_reply_to).saved_priority);
      driver.Touch(env, in_reply_to);
      target_thread = driver.LookAt(in_reply_to).from;
      if (!target_thread) {
        return Fail(BR_DEAD_REPLY, 0, Section::kReportToCaller, Step::Again());
      }
      ThreadState& caller = driver.threads[target_thread];
      if (driver.Has(Fix::kPinTargetThread)) ++caller.tmp_ref;
      return Next(Section::kCheckCaller,
                  Step::Enter(driver.LookAt(caller.proc).inner_lock));
    }
    default:
      return CheckCaller(env, driver);
  }
}

Step TransactionFlow::PopOwnStack(sim::Env& env, Driver& driver) {
  env.OnlyLooks();
  driver.ChangesInbox(env, thread);
  ThreadState& server = driver.threads[thread];
  in_reply_to = server.transaction_stack;
  const Step leave = Step::Leave(driver.costs.lock);
  if (!in_reply_to) {
    return Fail(BR_FAILED_REPLY, -EPROTO, Section::kReportToCaller, leave);
  }
  const Transaction& request = driver.LookAt(in_reply_to);
  if (request.to_thread != thread) {  // its own unanswered call (TXN-71)
    in_reply_to = {};
    return Fail(BR_FAILED_REPLY, -EPROTO, Section::kReportToCaller, leave);
  }
  server.transaction_stack = request.to_parent;
  return Next(Section::kFindCaller, leave);
}

Step TransactionFlow::CheckCaller(sim::Env& env, Driver& driver) {
  const Step leave = Step::Leave(driver.costs.lock);
  if (!driver.LookAt(in_reply_to).from) {  // it went meanwhile
    if (driver.Has(Fix::kPinTargetThread)) driver.PutThread(env, target_thread);
    target_thread = {};
    return Fail(BR_DEAD_REPLY, 0, Section::kReportToCaller, leave);
  }
  const ThreadState& caller = driver.LookAt(target_thread);
  if (caller.transaction_stack != in_reply_to) {
    // The real driver forgets the caller's tmp_ref here, and so does this one.
    in_reply_to = {};
    target_thread = {};
    return Fail(BR_FAILED_REPLY, -EPROTO, Section::kReportToCaller, leave);
  }
  target_proc = caller.proc;
  if (driver.Has(Fix::kPinTargetProcess)) ++driver.procs[target_proc].tmp_ref;
  env.OnlyLooks();
  driver.LooksAtInbox(env, target_thread);
  return Next(Section::kCreate, leave);
}

// --- whom to ask (TXN-11..17) ---

Step TransactionFlow::RunFindTarget(sim::Env& env, Driver& driver) {
  const Proc& own = driver.LookAt(proc);
  switch (section) {
    case Section::kFindTarget:
      if (arguments.handle == 0) {  // the manager, without any ref (TXN-12)
        return Next(Section::kFindManager,
                    Step::Enter(driver.ContextOf(own).manager_mutex));
      }
      return Next(Section::kFindTargetRef, Step::Enter(own.outer_lock));
    case Section::kFindManager:
      env.OnlyLooks();
      target_node = driver.ContextOf(own).manager;
      if (!target_node) {
        return Fail(BR_DEAD_REPLY, -EINVAL, Section::kReportToCaller,
                    Step::Leave(driver.costs.lock));
      }
      return Next(Section::kLockTargetOwner,
                  Step::Enter(driver.LookAt(target_node).lock));
    case Section::kFindTargetRef: {
      env.OnlyLooks();
      const RefId ref = driver.FindRef(proc, arguments.handle, true);
      if (!ref) {
        return Fail(BR_FAILED_REPLY, -EINVAL, Section::kReportToCaller,
                    Step::Leave(driver.costs.lock));
      }
      target_node = driver.LookAt(ref).node;
      return Next(Section::kLockTargetOwner,
                  Step::Enter(driver.LookAt(target_node).lock));
    }
    case Section::kLockTargetOwner:
      env.OnlyLooks();
      return Next(Section::kPinTarget,
                  Step::Enter(driver.OwnerLock(target_node)));
    case Section::kPinTarget:
      return PinTarget(env, driver);
    case Section::kCheckTarget:
      LogTarget(driver);
      if ((arguments.handle == 0 &&
           driver.LookAt(target_proc).pid == own.pid) ||
          target_proc == proc) {  // TXN-14, 15
        return Fail(BR_FAILED_REPLY, -EINVAL, Section::kDropTargetStrong,
                    Step::Again());
      }
      return Next(Section::kCheckOwnState, Step::Enter(own.inner_lock));
    default:
      return CheckOwnState(env, driver);
  }
}

// The entry names the node unless it is the manager calling itself.
void TransactionFlow::LogTarget(Driver& driver) {
  const bool own_manager =
      arguments.handle == 0 &&
      driver.LookAt(target_proc).pid == driver.LookAt(proc).pid;
  LogEntry* entry = driver.statistics->log.Change().Find(debug_id);
  if (entry == nullptr || own_manager) return;
  entry->to_node = driver.LookAt(target_node).debug_id;
}

Step TransactionFlow::PinTarget(sim::Env& env, Driver& driver) {
  const Step leave = Step::Leave(driver.costs.lock, 3);
  Node& node = driver.nodes[target_node];
  env.OnlyLooks();
  if (!driver.IsHeldStrongly(env, target_node)) {
    Driver::ChangesUnder(env, node.lock);
  }
  if (!node.proc) {
    target_node = {};
    return Fail(BR_DEAD_REPLY, -EINVAL, Section::kReportToCaller, leave);
  }
  driver.IncNode(env, target_node, true, false, {});
  if (driver.Has(Fix::kPinTargetNode)) ++node.tmp_refs;
  target_proc = node.proc;
  if (driver.Has(Fix::kPinTargetProcess)) ++driver.procs[target_proc].tmp_ref;
  return Next(Section::kCheckTarget, leave);
}

Step TransactionFlow::CheckOwnState(sim::Env& env, Driver& driver) {
  const ThreadState& own = driver.LookAt(thread);
  if (oneway() || !own.transaction_stack) {
    env.OnlyLooks();
    driver.LooksAtInbox(env, thread);
  }
  const Step leave = Step::Leave(driver.costs.lock);
  if (oneway()) return Next(Section::kCreate, leave);  // TXN-37
  if (!own.todo.empty() &&
      own.todo.front().type == WorkType::kTransaction) {  // THR-36
    return Fail(BR_FAILED_REPLY, -EPROTO, Section::kDropTargetStrong, leave);
  }
  TransactionId at = own.transaction_stack;
  if (at && driver.LookAt(at).to_thread != thread) {  // THR-35
    return Fail(BR_FAILED_REPLY, -EPROTO, Section::kDropTargetStrong, leave);
  }
  // If the target process already waits somewhere up this chain of calls, the
  // thread that waits will serve the new one (THR-30, 31).
  for (; at; at = driver.LookAt(at).from_parent) {
    const ThreadStateId from = driver.LookAt(at).from;
    if (from && driver.LookAt(from).proc == target_proc) {
      target_thread = from;
      if (driver.Has(Fix::kPinTargetThread)) ++driver.threads[from].tmp_ref;
      break;
    }
  }
  return Next(Section::kCreate, leave);
}

// --- the hand-over of a reply (TXN-78, LCK-19, 20) ---

Step TransactionFlow::RunDeliverReply(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kLockForReplyComplete:
      return Next(Section::kReplyComplete,
                  Step::Enter(driver.LookAt(proc).inner_lock));
    case Section::kReplyComplete:
      env.OnlyLooks();
      driver.ChangesInbox(env, thread);
      driver.EnqueueThreadWork(env, thread, Completion());
      return Next(Section::kLockCaller, Step::Leave(driver.costs.lock));
    case Section::kLockCaller:
      return Next(Section::kDeliverReply,
                  Step::Enter(driver.LookAt(target_proc).inner_lock));
    case Section::kDeliverReply:
      if (driver.LookAt(target_thread).is_dead) {
        return Fail(BR_DEAD_REPLY, 0, Section::kUndoComplete,
                    Step::Leave(driver.costs.lock));
      }
      if (!driver.LookAt(target_proc).is_frozen) {
        env.OnlyLooks();
        driver.ChangesInbox(env, target_thread);
      }
      driver.PopTransaction(env, target_thread, in_reply_to);
      driver.EnqueueThreadWork(env, target_thread,
                               Work::Of(WorkType::kTransaction, transaction));
      ++driver.procs[target_proc].outstanding_txns;
      EmitQueued(env, driver, false, target_thread);
      return Next(Section::kWakeCaller, Step::Leave(driver.costs.lock));
    case Section::kWakeCaller:
      driver.WakeWaiter(env, target_thread, true);
      return Next(Section::kRequestAnswered, Step::Run(driver.costs.wake_up));
    default: {
      section = Section::kDropThread;
      return env.Call(FreeTransactionFlow{in_reply_to});
    }
  }
}

// --- the hand-over of a call (TXN-28, 29, 40; LCK-12, 13) ---

Step TransactionFlow::RunDeliverCall(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kLockForCallComplete:
      return Next(Section::kCallComplete,
                  Step::Enter(driver.LookAt(proc).inner_lock));
    case Section::kCallComplete:
      env.OnlyLooks();
      driver.ChangesInbox(env, thread);
      if (oneway()) {
        driver.EnqueueThreadWork(env, thread, Completion());
      } else {
        // Deferred: the caller need not return before its reply (TXN-28).
        driver.EnqueueDeferredThreadWork(thread, Completion());
        Transaction& call = driver.transactions[transaction];
        call.need_reply = true;
        call.from_parent = driver.LookAt(thread).transaction_stack;
        driver.threads[thread].transaction_stack = transaction;
      }
      return Next(Section::kLockNode, Step::Leave(driver.costs.lock));
    case Section::kLockNode:
      return Next(Section::kLockTarget,
                  Step::Enter(driver.LookAt(target_node).lock));
    case Section::kLockTarget:
      env.OnlyLooks();
      return Next(Section::kEnqueue,
                  Step::Enter(driver.LookAt(target_proc).inner_lock));
    case Section::kEnqueue:
      return Enqueue(env, driver);
    case Section::kEnqueued:
      if (return_error == 0) {
        return Next(outdated ? Section::kReleaseOutdated : Section::kDropThread,
                    Step::Again());
      }
      // Why is asked without the locks, so the answer may be another (TXN-40).
      Driver::TouchUnder(env, driver.LookAt(target_proc).inner_lock);
      if (driver.LookAt(target_proc).is_frozen) return_error = BR_FROZEN_REPLY;
      if (oneway()) return Next(Section::kUndoComplete, Step::Again());
      return Next(Section::kUndoStack,
                  Step::Enter(driver.LookAt(proc).inner_lock));
    case Section::kReleaseOutdated: {
      section = Section::kLockForOutdated;
      const BufferId old = driver.LookAt(outdated).buffer;
      driver.procs[target_proc].alloc[old].transaction = {};
      ReleaseBuffer release = ReleaseBuffer::Entire(driver, target_proc, old);
      release.failure = true;
      return env.Call(release);
    }
    case Section::kLockForOutdated:
      return Next(Section::kFreeOutdated,
                  Step::Enter(driver.LookAt(target_proc).alloc_mutex));
    default:  // kFreeOutdated
      driver.FreeBufferMemory(env, target_proc, driver.LookAt(outdated).buffer);
      driver.EraseTransaction(env, outdated);
      return Next(Section::kDropThread, Step::Leave(driver.costs.buffer));
  }
}

// A oneway call, waiting on the same node, that this one makes obsolete
// (TXN-58); null if there is none.
TransactionId TransactionFlow::FindOutdated(const Driver& driver) const {
  constexpr uint32_t kUpdating = TF_ONE_WAY | TF_UPDATE_TXN;
  if ((arguments.flags & kUpdating) != kUpdating) return {};
  const Proc& target = driver.LookAt(target_proc);
  const uint32_t sender = target.alloc[buffer].pid;
  for (const Work& work : driver.nodes[target_node].async_todo) {
    const TransactionId id = work.Owner<TransactionTag>();
    const Transaction& queued = driver.LookAt(id);
    if (queued.code == arguments.code && queued.flags == arguments.flags &&
        target.alloc[queued.buffer].pid == sender) {
      return id;
    }
  }
  return {};
}

// binder_proc_transaction, one section under node and target's inner lock.
Step TransactionFlow::Enqueue(sim::Env& env, Driver& driver) {
  section = Section::kEnqueued;
  const Node& node = driver.LookAt(target_node);
  Proc& target = driver.procs[target_proc];
  const Step leave = Step::Leave(driver.costs.lock + driver.costs.wake_up, 2);
  const bool behind_another = oneway() && node.has_async_transaction;
  if (oneway()) driver.nodes[target_node].has_async_transaction = true;
  if (target.is_frozen) {
    (oneway() ? target.async_recv : target.sync_recv) = true;
  }
  if ((target.is_frozen && !oneway()) || target.is_dead ||
      (target_thread && driver.LookAt(target_thread).is_dead)) {
    return_error = BR_DEAD_REPLY;                // or BR_FROZEN_REPLY
    Driver::TouchUnder(env, target.inner_lock);  // others may go on before that
    return leave;
  }
  if (!target.is_frozen) {
    env.OnlyLooks();
    if (oneway()) Driver::ChangesUnder(env, node.lock);
  }
  ++target.outstanding_txns;
  const Work work = Work::Of(WorkType::kTransaction, transaction);
  if (behind_another) {
    if (target.is_frozen) outdated = FindOutdated(driver);
    if (outdated) {
      std::erase(driver.nodes[target_node].async_todo,
                 Work::Of(WorkType::kTransaction, outdated));
      --target.outstanding_txns;
    }
    driver.nodes[target_node].async_todo.push_back(work);
    EmitQueued(env, driver, true, {});
    return leave;
  }
  if (!target_thread) Driver::ChangesPool(env, target);
  const ThreadStateId chosen =
      target_thread ? target_thread : driver.SelectThread(env, target_proc);
  if (chosen) {
    driver.ChangesInbox(env, chosen);
    driver.EnqueueThreadWork(env, chosen, work);
  } else {
    driver.Enqueue(work, WorkListRef::Todo(target_proc));
    driver.BeginPoolWait(env, transaction);
  }
  EmitQueued(env, driver, false, chosen);
  driver.WakeThread(env, target_proc, chosen, !oneway());
  return leave;
}

void TransactionFlow::EmitQueued(sim::Env& env, Driver& driver, bool on_node,
                                 ThreadStateId to_thread) {
  env.Emit(record::TransactionQueued{
      debug_id, driver.LookAt(target_proc).pid,
      to_thread ? driver.LookAt(to_thread).tid.value : 0, on_node});
}

Work TransactionFlow::Completion() const {
  return {spam_suspect ? WorkType::kOnewaySpamSuspect
                       : WorkType::kTransactionComplete,
          debug_id, 0};
}

// --- the end: what pinned the target is let go (TXN-30) ---

bool TransactionFlow::HoldsTarget(const Driver& driver) const {
  return driver.Has(Fix::kPinTargetProcess) ||
         (target_thread && driver.Has(Fix::kPinTargetThread));
}

void TransactionFlow::DropTarget(sim::Env& env, Driver& driver) {
  if (target_thread && driver.Has(Fix::kPinTargetThread)) {
    driver.PutThread(env, target_thread);
  }
  if (driver.Has(Fix::kPinTargetProcess)) driver.PutProc(env, target_proc);
}

Step TransactionFlow::RunEnd(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kDropThread:
      if (!HoldsTarget(driver)) return Next(Section::kDropNode, Step::Again());
      return Next(Section::kDropProc,
                  Step::Enter(driver.LookAt(target_proc).inner_lock));
    case Section::kDropProc:
      if (driver.IsAlive(target_proc, target_thread)) env.OnlyLooks();
      if (target_thread) driver.LooksAtInbox(env, target_thread);
      DropTarget(env, driver);
      return Next(Section::kDropNode, Step::Leave(driver.costs.lock));
    case Section::kDropNode:
      section = Section::kDone;
      if (!target_node || !driver.Has(Fix::kPinTargetNode)) {
        return Step::Again();
      }
      return env.Call(NodeOperation::Put(target_node));
    default:
      if (LogEntry* entry = driver.statistics->log.Change().Find(debug_id)) {
        entry->done = true;
      }
      return Step::Done();
  }
}

}  // namespace bindersim::driver
