// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Death notifications (DTH-01..13). Requests and clears are one section under
// the holder's outer_lock, the node lock and the holder's inner_lock (LCK-28).

#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/flows.h"

namespace bindersim::driver {

namespace {

constexpr uint32_t kLooper = kLooperRegistered | kLooperEntered;

// Who gets BR_CLEAR_DEATH_NOTIFICATION_DONE: the acting thread if it is a
// looper, else any thread (DTH-08, 10).
void QueueCleared(sim::Env& env, Driver& driver, ProcId proc,
                  ThreadStateId thread, DeathId death) {
  driver.deaths[death].type = WorkType::kClearDeathNotification;
  const Work work = Work::Of(WorkType::kClearDeathNotification, death);
  if ((driver.LookAt(thread).looper & kLooper) != 0) {
    driver.EnqueueThreadWork(env, thread, work);
  } else {
    driver.Enqueue(work, WorkListRef::Todo(proc));
    driver.WakeProc(env, proc);
  }
}

}  // namespace

sim::Step DeathCommand::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section++) {
    case kLock:
      return sim::Step::Enter(driver.LookAt(proc).outer_lock);
    case kFindRef:
      ref = driver.FindRef(proc, desc, false);
      if (!ref) {
        section = kDone;
        return sim::Step::Leave(driver.costs.lock);
      }
      return sim::Step::Enter(driver.LookAt(driver.LookAt(ref).node).lock,
                              driver.LookAt(proc).inner_lock);
    case kChange:
      if (clear) {
        Clear(env, driver);
      } else {
        Request(env, driver);
      }
      return sim::Step::Leave(driver.costs.lock, 2);
    default:
      return sim::Step::Done();
  }
}

void DeathCommand::Request(sim::Env& env, Driver& driver) {
  Ref& entry = driver.refs[ref];
  if (entry.death) return;  // one for each ref (DTH-01)
  const Node& node = driver.LookAt(entry.node);
  Death death;
  death.cookie = cookie;
  death.node_debug_id = node.debug_id;
  entry.death = driver.deaths.Insert(death);
  driver.statistics->Created(Counted::kDeath);
  env.Emit(record::DeathNotification{driver.LookAt(proc).pid,
                                     record::DeathEvent::kRequested,
                                     node.debug_id, 0, cookie});
  if (node.proc) return;
  // It is dead already (DTH-03).
  const Work work = Work::Of(WorkType::kDeadBinder, entry.death);
  if (!driver.Has(Fix::kDeathOnProcessTodo) &&
      (driver.LookAt(thread).looper & kLooper) != 0) {
    driver.EnqueueThreadWork(env, thread, work);
    return;
  }
  driver.Enqueue(work, WorkListRef::Todo(proc));
  driver.WakeProc(env, proc);
}

void DeathCommand::Clear(sim::Env& env, Driver& driver) {
  Ref& entry = driver.refs[ref];
  if (!entry.death || driver.deaths[entry.death].cookie != cookie) return;
  const DeathId id = entry.death;
  entry.death = {};
  Death& death = driver.deaths[id];
  if (!death.work_list) {
    QueueCleared(env, driver, proc, thread, id);
    return;
  }
  // It is queued or delivered: both stay as they are, but once that is settled
  // the clear is answered (DTH-09).
  WorkList& list = driver.List(death.work_list);
  std::ranges::replace(list, Work::Of(WorkType::kDeadBinder, id),
                       Work::Of(WorkType::kDeadBinderAndClear, id));
  death.type = WorkType::kDeadBinderAndClear;
}

sim::Step DeadBinderDone::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section++) {
    case kLock:
      return sim::Step::Enter(driver.LookAt(proc).inner_lock);
    case kFind: {
      const WorkList& delivered = driver.LookAt(proc).delivered_death;
      const auto it = std::ranges::find_if(delivered, [&](const Work& work) {
        return driver.deaths[work.Owner<DeathTag>()].cookie == cookie;
      });
      if (it != delivered.end()) {
        const DeathId id = it->Owner<DeathTag>();
        driver.DequeueDeathWork(id);
        if (driver.deaths[id].type == WorkType::kDeadBinderAndClear) {
          QueueCleared(env, driver, proc, thread, id);
        }
      }
      return sim::Step::Leave(driver.costs.lock);
    }
    default:
      return sim::Step::Done();
  }
}

}  // namespace bindersim::driver
