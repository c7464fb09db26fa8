// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// A transaction that failed: what was done is undone, last first, and whoever
// must know is told (TXN-43, TXN-75, TXN-86).

#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/transaction.h"

namespace bindersim::driver {

using sim::Step;

Step TransactionFlow::RunUnwind(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kUndoStack:
      driver.PopTransaction(env, thread, transaction);
      return Next(Section::kUndoComplete, Step::Leave(driver.costs.lock));
    case Section::kUndoComplete:
      return Next(Section::kCompleteUndone,
                  Step::Enter(driver.LookAt(proc).inner_lock));
    case Section::kCompleteUndone:
      std::erase(driver.threads[thread].todo, Completion());
      return Next(Section::kReleaseObjects, Step::Leave(driver.costs.lock));
    case Section::kReleaseObjects: {
      section = Section::kDropBufferNode;
      ReleaseBuffer release;
      release.proc = target_proc;
      release.buffer = buffer;
      release.end = offset_at;
      release.failure = true;
      return env.Call(release);
    }
    case Section::kDropBufferNode: {
      section = Section::kLockToFree;
      const NodeId node = target_node;  // its strong count went with the buffer
      target_node = {};
      if (!node || !driver.Has(Fix::kPinTargetNode)) return Step::Again();
      return env.Call(NodeOperation::Put(node));
    }
    case Section::kLockToFree:
      return Next(Section::kFreeBuffer,
                  Step::Enter(driver.LookAt(target_proc).alloc_mutex));
    case Section::kFreeBuffer:
      driver.procs[target_proc].alloc[buffer].transaction = {};
      driver.FreeBufferMemory(env, target_proc, buffer);
      return Next(Section::kFreeTransaction, Step::Leave(driver.costs.buffer));
    case Section::kFreeTransaction:
      driver.EraseTransaction(env, transaction);
      driver.statistics->Deleted(Counted::kTransactionComplete);
      return Next(Section::kDropTargetStrong, Step::Again());
    case Section::kDropTargetStrong:
      section = Section::kDropTargetTmp;
      if (!target_node) return Step::Again();
      return env.Call(NodeOperation::DecrementLocal(target_node, true));
    case Section::kDropTargetTmp:
      section = Section::kFailDropThread;
      if (!target_node || !driver.Has(Fix::kPinTargetNode)) {
        return Step::Again();
      }
      return env.Call(NodeOperation::Put(target_node));
    case Section::kFailDropThread:
      if (!HoldsTarget(driver)) {
        return Next(Section::kReportToCaller, Step::Again());
      }
      return Next(Section::kFailDropProc,
                  Step::Enter(driver.LookAt(target_proc).inner_lock));
    default:  // kFailDropProc
      DropTarget(env, driver);
      return Next(Section::kReportToCaller, Step::Leave(driver.costs.lock));
  }
}

void TransactionFlow::LogFailure(Driver& driver) {
  LogEntry* entry = driver.statistics->log.Change().Find(debug_id);
  if (entry == nullptr) return;  // 32 others have begun since
  entry->return_error = return_error;
  entry->return_error_param = return_error_param;
  entry->done = true;
  driver.statistics->failed_log.Change().Add(*entry);
}

Step TransactionFlow::RunReport(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kReportToCaller: {
      LogFailure(driver);
      target_thread = {};
      if (in_reply_to) {
        driver.Touch(env, in_reply_to);
        target_thread = driver.LookAt(in_reply_to).from;
      }
      if (!target_thread) return Next(Section::kReportLock, Step::Again());
      // Pinned until it has been told (LCK-08).
      ThreadState& caller = driver.threads[target_thread];
      ++caller.tmp_ref;
      return Next(Section::kSetCallerError,
                  Step::Enter(driver.LookAt(caller.proc).inner_lock));
    }
    case Section::kSetCallerError: {
      ThreadState& caller = driver.threads[target_thread];
      const bool waits = bool{driver.LookAt(in_reply_to).from};
      if (waits && caller.ee.command == BR_OK) {
        caller.ee = {debug_id, return_error, return_error_param};
      }
      return Next(Section::kLockToUnpin, Step::Leave(driver.costs.lock));
    }
    case Section::kLockToUnpin: {
      const ProcId its = driver.LookAt(target_thread).proc;
      return Next(Section::kUnpinCaller,
                  Step::Enter(driver.LookAt(its).inner_lock));
    }
    case Section::kUnpinCaller:
      driver.PutThread(env, target_thread);
      return Next(Section::kReportLock, Step::Leave(driver.costs.lock));
    case Section::kReportLock:
      return Next(Section::kReport,
                  Step::Enter(driver.LookAt(proc).inner_lock));
    case Section::kReport: {
      ThreadState& own = driver.threads[thread];
      SIM_CHECK(own.return_error == BR_OK) << "two return errors";
      if (in_reply_to) {  // the server must not care (TXN-75)
        own.return_error = BR_TRANSACTION_COMPLETE;
      } else {
        own.ee = {debug_id, return_error, return_error_param};
        own.return_error = return_error;
        env.Emit(record::TransactionFailed{debug_id, return_error,
                                           return_error_param, 0});
      }
      driver.EnqueueThreadWork(env, thread,
                               Work::Of(WorkType::kReturnError, thread));
      return Next(Section::kReportSent, Step::Leave(driver.costs.lock));
    }
    default:
      section = Section::kDone;
      if (!in_reply_to) return Step::Again();
      return env.Call(SendFailedReply{in_reply_to, return_error});
  }
}

}  // namespace bindersim::driver
