// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Transactions that come to a bad end (TXN-80..87), and how any of them ends.

#include <linux/android/binder.h>

#include "model/driver/flows.h"

namespace bindersim::driver {

sim::Step FreeTransactionFlow::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section++) {
    case kLock: {
      const ProcId to_proc = driver.LookAt(transaction).to_proc;
      return sim::Step::Enter(to_proc ? driver.LookAt(to_proc).inner_lock
                                      : sim::LockId{});
    }
    case kFree: {
      const Transaction& freed = driver.LookAt(transaction);
      const bool awaited =
          freed.to_proc && driver.LookAt(freed.to_proc).is_frozen;
      if (!awaited && freed.files.empty()) env.OnlyLooks();
      driver.FreeTransaction(env, transaction);
      return sim::Step::Leave(driver.costs.lock);
    }
    default:
      return sim::Step::Done();
  }
}

sim::Step SendFailedReply::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section) {
    case kFindCaller: {
      driver.Touch(env, transaction);
      from = driver.LookAt(transaction).from;
      if (!from) {
        section = kFree;
        return sim::Step::Again();
      }
      ThreadState& caller = driver.threads[from];
      ++caller.tmp_ref;
      section = kTellCaller;
      return sim::Step::Enter(driver.LookAt(caller.proc).inner_lock);
    }
    case kTellCaller:
      section = kRelock;
      told = bool{driver.LookAt(transaction).from};
      if (!told) return sim::Step::Leave(driver.costs.lock);
      driver.PopTransaction(env, from, transaction);
      if (driver.threads[from].reply_error == BR_OK) {  // else RET-23
        driver.threads[from].reply_error = error;
        driver.EnqueueThreadWork(env, from,
                                 Work::Of(WorkType::kReplyError, from));
        driver.WakeWaiter(env, from, false);
        env.EmitAbout(driver.LookAt(from).tid,
                      record::TransactionFailed{
                          driver.LookAt(transaction).debug_id, error, 0, 1});
      }
      return sim::Step::Leave(driver.costs.lock + driver.costs.wake_up);
    case kRelock:
      section = kUnpin;
      return sim::Step::Enter(
          driver.LookAt(driver.LookAt(from).proc).inner_lock);
    case kUnpin:
      section = kFree;
      driver.PutThread(env, from);
      return sim::Step::Leave(driver.costs.lock);
    case kFree:
      next = told ? TransactionId{} : driver.LookAt(transaction).from_parent;
      section = kNext;
      return env.Call(FreeTransactionFlow{transaction});
    default:
      if (!next) return sim::Step::Done();
      transaction = next;
      section = kFindCaller;
      return sim::Step::Again();
  }
}

sim::Step CleanupTransaction(sim::Env& env, TransactionId id, uint32_t error) {
  auto& driver = env.Get<Driver>();
  const Transaction& transaction = driver.LookAt(id);
  const Buffer& buffer =
      driver.LookAt(transaction.to_proc).alloc[transaction.buffer];
  if (buffer.target_node && (transaction.flags & TF_ONE_WAY) == 0) {
    return env.Call(SendFailedReply{id, error});
  }
  return env.Call(FreeTransactionFlow{id});
}

}  // namespace bindersim::driver
