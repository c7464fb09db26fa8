// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The freezer: BINDER_FREEZE and BINDER_GET_FROZEN_INFO (FRZ-*).

#include "model/driver/freeze.h"

#include <algorithm>
#include <cerrno>

namespace bindersim::driver {

using sim::Step;

namespace {

// binder_txns_pending_ilocked: calls to the process or made by it (FRZ-04, 05).
bool TransactionsPending(const Driver& driver, const Proc& proc) {
  return proc.outstanding_txns > 0 ||
         std::ranges::any_of(proc.threads, [&](const auto& entry) {
           return bool{driver.LookAt(entry.second).transaction_stack};
         });
}

}  // namespace

Step FreezeFlow::Next(Section next, Step step) {
  section = next;
  return step;
}

Step FreezeFlow::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  auto& targets = driver.threads[thread].freeze_targets;
  switch (section) {
    case Section::kStart: {  // newest first, all of them pinned (FRZ-01)
      env.Touch(Driver::ProcsOf(pid));
      for (const ProcId id : driver.proc_list) {
        if (driver.LookAt(id).pid == pid) targets.push_back(id);
      }
      for (const ProcId id : targets) ++driver.procs[id].tmp_ref;
      return targets.empty() ? Step::Done(-EINVAL)
                             : Next(Section::kTarget, Step::Again());
    }
    case Section::kTarget:
      if (targets.empty()) return Step::Done(error);
      target = targets.back();
      targets.pop_back();
      return Next(error == 0 ? Section::kFlags : Section::kPut,
                  Step::Enter(driver.LookAt(target).inner_lock));
    case Section::kFlags: {
      Proc& proc = driver.procs[target];
      proc.sync_recv = proc.async_recv = false;
      if (proc.is_frozen && !enable) driver.RestartPoolWaits(env, target);
      proc.is_frozen = enable;
      deadline = sim::SaturatingAdd(env.now(), timeout);
      return Next(enable ? Section::kWait : Section::kLockToPut,
                  Step::Leave(driver.costs.lock));
    }
    case Section::kWait:
    case Section::kSleep:
    case Section::kAwake:
      return RunWait(env, driver);
    case Section::kJudge:
      if (TransactionsPending(driver, driver.LookAt(target))) error = -EAGAIN;
      return Next(error != 0 ? Section::kLockToThaw : Section::kLockToPut,
                  Step::Leave(driver.costs.lock));
    case Section::kLockToThaw:
      return Next(Section::kThaw,
                  Step::Enter(driver.LookAt(target).inner_lock));
    case Section::kThaw:
      driver.procs[target].is_frozen = false;  // FRZ-02
      return Next(Section::kLockToPut, Step::Leave(driver.costs.lock));
    case Section::kLockToPut:
      return Next(Section::kPut, Step::Enter(driver.LookAt(target).inner_lock));
    default:
      driver.PutProc(env, target);
      return Next(Section::kTarget, Step::Leave(driver.costs.lock));
  }
}

// Until nothing is outstanding, a signal comes or time is up (FRZ-03).
Step FreezeFlow::RunWait(sim::Env& env, Driver& driver) {
  Proc& proc = driver.procs[target];
  const auto judge = [&] {
    env.machine.FinishWait(env.self);
    std::erase(proc.freeze_waiters, env.self);
    return error != 0 ? Next(Section::kLockToThaw, Step::Again())
                      : Next(Section::kJudge, Step::Enter(proc.inner_lock));
  };
  switch (section) {
    case Section::kWait:
      // Without the lock under which transactions come and go.
      Driver::TouchUnder(env, proc.inner_lock);
      if (timeout <= sim::Duration{} || proc.outstanding_txns == 0 ||
          env.now() >= deadline) {
        return judge();
      }
      env.machine.PrepareToWait(env.self, true, "binder freeze");
      proc.freeze_waiters.push_back(env.self);
      return Next(Section::kSleep, Step::Again());
    case Section::kSleep:
      return Next(Section::kAwake, Step::SleepFor(env.Until(deadline)));
    default:  // kAwake
      Driver::TouchUnder(env, proc.inner_lock);
      if (proc.outstanding_txns > 0 && env.machine.SignalPending(env.self)) {
        env.machine.ClearSignal(env.self);
        error = -EINTR;
        return judge();
      }
      std::erase(proc.freeze_waiters, env.self);
      return Next(Section::kWait, Step::Again());
  }
}

Step Freeze(sim::Env& env, ThreadStateId thread,
            const binder_freeze_info& info) {
  FreezeFlow flow;
  flow.thread = thread;
  flow.pid = info.pid;
  flow.enable = info.enable != 0;
  flow.timeout = std::chrono::milliseconds(info.timeout_ms);
  return env.Call(flow);
}

int FrozenInfo(sim::Env& env, const Driver& driver,
               binder_frozen_status_info& info) {
  bool found = false;
  env.LooksAt(sim::Footprint::kModel, Driver::ProcsOf(info.pid));
  info.sync_recv = 0;
  info.async_recv = 0;
  for (const ProcId id : driver.proc_list) {
    const Proc& proc = driver.LookAt(id);
    if (proc.pid != info.pid) continue;
    found = true;
    Driver::ChangesUnder(env, proc.inner_lock);  // as if it were held
    const bool pending = TransactionsPending(driver, proc);
    info.sync_recv |= (proc.sync_recv ? 1u : 0u) | (pending ? 2u : 0u);
    info.async_recv |= proc.async_recv ? 1u : 0u;
  }
  return found ? 0 : -EINVAL;
}

}  // namespace bindersim::driver
