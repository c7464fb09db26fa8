// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// How threads and processes leave the driver (EXT-10..28), and the work queue
// in which processes do (CTL-62..64).

#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/flows.h"
#include "model/driver/release_process.h"
#include "model/driver/tables.h"

namespace bindersim::driver {

using sim::Step;

namespace {

// Cuts the thread's stack loose: nobody will serve or wait there any more
// (EXT-11). REQUIRES: inner_lock of the thread's process.
void DetachStack(sim::Env& env, Driver& driver, ThreadStateId id) {
  Proc& proc = driver.procs[driver.LookAt(id).proc];
  TransactionId at = driver.LookAt(id).transaction_stack;
  while (at) {
    Transaction& transaction = driver.transactions[at];
    driver.Touch(env, at);
    if (transaction.to_thread == id) {
      --proc.outstanding_txns;
      transaction.to_proc = {};
      transaction.to_thread = {};
      if (transaction.buffer) {
        proc.alloc[transaction.buffer].transaction = {};
        transaction.buffer = {};
      }
      at = transaction.to_parent;
    } else {
      SIM_CHECK(transaction.from == id) << "a stranger's transaction";
      transaction.from = {};
      at = transaction.from_parent;
    }
  }
}

// Reading an item's type reads its owner, of which it is a part (BUG-05).
void TouchOwner(const Driver& driver, const Work& work) {
  switch (work.type) {
    case WorkType::kTransaction:
      static_cast<void>(driver.transactions[work.Owner<TransactionTag>()]);
      return;
    case WorkType::kNode:
      static_cast<void>(driver.nodes[work.Owner<NodeTag>()]);
      return;
    case WorkType::kDeadBinder:
    case WorkType::kDeadBinderAndClear:
    case WorkType::kClearDeathNotification:
      static_cast<void>(driver.deaths[work.Owner<DeathTag>()]);
      return;
    default:
      return;  // of the thread itself, or of nobody
  }
}

}  // namespace

Step ReleaseThread::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section++) {
    case kLock:
      return Step::Enter(driver.LookAt(driver.LookAt(thread).proc).inner_lock);
    case kDetach: {
      ThreadState& leaving = driver.threads[thread];
      Proc& proc = driver.procs[leaving.proc];
      if (!proc.is_dead && !proc.is_frozen) {
        env.OnlyLooks();
        driver.ChangesInbox(env, thread);
        Driver::ChangesPool(env, proc);
        env.Changes(sim::Footprint::kModel, Driver::ThreadsOf(proc));
      }
      ++proc.tmp_ref;  // until the thread is freed
      ++leaving.tmp_ref;
      EraseKey(proc.threads, leaving.tid.value);
      const TransactionId top = leaving.transaction_stack;
      if (top && driver.LookAt(top).to_thread == thread) {
        send_reply = top;
      }
      leaving.is_dead = true;
      DetachStack(env, driver, thread);
      if ((leaving.looper & (kLooperRegistered | kLooperEntered)) != 0) {
        --proc.loopers;
        driver.EmitPool(env, proc);
      }
      return Step::Leave(driver.costs.lock);
    }
    case kGracePeriod:  // synchronize_rcu, for the sake of epoll (EXT-10)
      if ((driver.LookAt(thread).looper & kLooperPoll) == 0) {
        section = kReply;
        return Step::Again();
      }
      ++driver.grace_periods;
      grace_over = sim::SaturatingAdd(env.now(), driver.costs.grace_period);
      return Step::Again();
    case kWaitForGrace:
      env.machine.FinishWait(env.self);
      if (env.now() < grace_over) {  // new work may wake the work queue
        section = kWaitForGrace;
        env.machine.PrepareToWait(env.self, false, "RCU grace period");
        return Step::SleepFor(env.Until(grace_over));
      }
      --driver.grace_periods;
      return Step::Again();
    case kReply:
      if (!send_reply) return Step::Again();
      return env.Call(SendFailedReply{send_reply, BR_DEAD_REPLY});
    case kWork:
      return env.Call(
          ReleaseWork{driver.LookAt(thread).proc, WorkListRef::Todo(thread)});
    case kRelock:
      return Step::Enter(driver.LookAt(driver.LookAt(thread).proc).inner_lock);
    case kPut:
      if (!driver.LookAt(driver.LookAt(thread).proc).is_dead) {
        env.OnlyLooks();
        driver.ChangesInbox(env, thread);
      }
      driver.PutThread(env, thread);
      return Step::Leave(driver.costs.lock);
    default:
      return Step::Done();
  }
}

Step ReleaseWork::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  const bool is_late = !driver.Has(Fix::kReadWorkTypeUnderLock);
  switch (section) {
    case kLock:
      section = kTake;
      return Step::Enter(driver.LookAt(proc).inner_lock);
    case kTake:
      if (driver.List(list).empty()) {
        if (list.kind == WorkListRef::Kind::kThreadTodo) env.OnlyLooks();
        section = kEnd;
      } else {
        work = driver.DequeueHead(list);
        if (work.type == WorkType::kNode && !driver.LookAt(proc).is_dead) {
          ++driver.statistics->forgotten_node_work;
        }
        section = is_late ? kReadType : kDrop;
      }
      return Step::Leave(driver.costs.lock);
    case kReadType:
      section = kDrop;
      return Step::Run(driver.costs.command);
    case kDrop:
      section = kLock;
      if (is_late) TouchOwner(driver, work);
      switch (work.type) {
        case WorkType::kTransaction:
          return CleanupTransaction(env, work.Owner<TransactionTag>(),
                                    BR_DEAD_REPLY);
        case WorkType::kDeadBinderAndClear:
        case WorkType::kClearDeathNotification:
          driver.EraseDeath(work.Owner<DeathTag>());
          return Step::Again();
        case WorkType::kTransactionComplete:
        case WorkType::kOnewaySpamSuspect:
          driver.statistics->Deleted(Counted::kTransactionComplete);
          return Step::Again();
        default:
          return Step::Again();
      }
    default:
      return Step::Done();
  }
}

Step DeferredWork::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section) {
    case kNext: {
      if (driver.deferred_list.empty()) {
        env.machine.PrepareToWait(env.self, false, "work queue");
        section = kSleep;
        return Step::Again();
      }
      proc = driver.deferred_list.back();
      driver.deferred_list.pop_back();
      Proc& owner = driver.procs[proc];
      const bool flush = owner.flush_deferred;
      release = owner.release_deferred;
      owner.flush_deferred = owner.release_deferred = false;
      section = flush ? kFlush : kRelease;
      return Step::Again();
    }
    case kSleep:
      section = kNext;
      return Step::Sleep();
    case kFlush:
      section = kFlushLocked;
      return Step::Enter(driver.LookAt(proc).inner_lock);
    case kFlushLocked:  // CTL-62
      for (const auto& [tid, id] : driver.LookAt(proc).threads) {
        driver.ChangesInbox(env, id);
        driver.threads[id].looper_need_return = true;
        if ((driver.LookAt(id).looper & kLooperWaiting) != 0) {
          driver.WakeWaiter(env, id, false);
        }
      }
      section = kRelease;
      return Step::Leave(driver.costs.lock);
    default:
      section = kNext;
      if (!release) return Step::Again();
      return env.Call(ReleaseProcess{proc});
  }
}

void Driver::Start(sim::Env& env) {
  for (Context& context : contexts) {
    context.manager_mutex =
        env.machine.AddLock(sim::LockKind::kMutex, "context_mgr_node_lock", 0);
  }
  constexpr uint32_t kTid = 2;  // kthreadd's pid; no process has it
  if (env.recorder.enabled()) {
    const record::Name name = env.recorder.Intern("kworker");
    env.EmitAbout(
        0, record::ProcessStarted{kTid, 0, name, record::Language::kKernel, 0});
    env.EmitAbout(
        kTid, record::ThreadStarted{kTid, record::ThreadRole::kKernel, name});
  }
  work_queue = env.machine.Spawn(env, {kTid, 0, 0}, DeferredWork{});
}

}  // namespace bindersim::driver
