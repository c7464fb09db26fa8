// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/release_process.h"

#include <algorithm>

namespace bindersim::driver {

using sim::Step;

Step ReleaseProcess::Next(Section next, Step step) {
  section = next;
  return step;
}

Step ReleaseProcess::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  if (section == Section::kDone) return Step::Done();
  Proc& owner = driver.procs[proc];
  switch (section) {
    case Section::kStart:
      env.Touch(Driver::ProcsOf(owner.pid));
      std::erase(driver.proc_list, proc);
      return Next(Section::kLockManager,
                  Step::Enter(driver.ContextOf(owner).manager_mutex));
    case Section::kLockManager: {
      Context& context = driver.ContextOf(owner);
      if (context.manager && driver.LookAt(context.manager).proc == proc) {
        context.manager = {};  // the uid stays (CTL-43)
      } else {
        env.OnlyLooks();
      }
      return Next(Section::kDismissManager, Step::Leave(driver.costs.lock));
    }
    case Section::kDismissManager:
      return Next(Section::kMarkDead, Step::Enter(owner.inner_lock));
    case Section::kMarkDead:
      ++owner.tmp_ref;
      driver.EndPoolWaits(env, proc);
      owner.is_dead = true;
      owner.is_frozen = owner.sync_recv = owner.async_recv = false;
      return Next(Section::kThreads, Step::Leave(driver.costs.lock));
    case Section::kThreads:
      if (owner.threads.empty()) {
        return Next(Section::kLockNodes, Step::Again());
      }
      return env.Call(ReleaseThread{owner.threads.front().second});
    case Section::kLockNodes:
    case Section::kNodes:
    case Section::kReleaseNode:
      return RunNodes(env, driver);
    case Section::kLockRefs:
    case Section::kRefs:
    case Section::kRefUnlinked:
    case Section::kFreeRef:
      return RunRefs(env, driver);
    default:
      return RunLists(env, driver);
  }
}

Step ReleaseProcess::RunNodes(sim::Env& env, Driver& driver) {
  Proc& owner = driver.procs[proc];
  switch (section) {
    case Section::kLockNodes:
      return Next(Section::kNodes, Step::Enter(owner.inner_lock));
    case Section::kNodes:
      if (owner.nodes.empty()) {
        return Next(Section::kLockRefs, Step::Leave(driver.costs.lock));
      }
      node = owner.nodes.front().second;
      ++driver.nodes[node].tmp_refs;
      owner.nodes.erase(owner.nodes.begin());
      return Next(Section::kReleaseNode, Step::Leave(driver.costs.lock));
    default:
      section = Section::kLockNodes;
      return env.Call(ReleaseNode{node});
  }
}

Step ReleaseProcess::RunRefs(sim::Env& env, Driver& driver) {
  Proc& owner = driver.procs[proc];
  switch (section) {
    case Section::kLockRefs:
      return Next(Section::kRefs, Step::Enter(owner.outer_lock));
    case Section::kRefs:
      if (owner.refs_by_desc.empty()) {
        return Next(Section::kTodo, Step::Leave(driver.costs.lock));
      }
      ref = owner.refs_by_desc.front().second;
      node = driver.LookAt(ref).node;
      section = Section::kRefUnlinked;
      return env.Call(CleanupRef{ref});
    case Section::kRefUnlinked:
      node_unused = env.result() != 0;
      return Next(Section::kFreeRef, Step::Leave(driver.costs.lock));
    default:
      if (node_unused) driver.FreeNode(env, node);
      driver.FreeRef(ref);
      return Next(Section::kLockRefs, Step::Again());
  }
}

Step ReleaseProcess::RunLists(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kTodo:
      section = Section::kDeliveredDeath;
      return env.Call(ReleaseWork{proc, WorkListRef::Todo(proc)});
    case Section::kDeliveredDeath:
      section = Section::kLockToPut;
      return env.Call(ReleaseWork{proc, WorkListRef::DeliveredDeath(proc)});
    case Section::kLockToPut:
      return Next(Section::kPut, Step::Enter(driver.LookAt(proc).inner_lock));
    default:
      driver.PutProc(env, proc);
      return Next(Section::kDone, Step::Leave(driver.costs.lock));
  }
}

Step ReleaseNode::Next(Section next, Step step) {
  section = next;
  return step;
}

Step ReleaseNode::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  if (section == Section::kDone) return Step::Done();
  Node& entry = driver.nodes[node];
  const bool keeps_lock = driver.Has(Fix::kNotifyUnderNodeLock);
  switch (section) {
    case Section::kAsyncTodo:
      section = Section::kLock;
      return env.Call(ReleaseWork{entry.proc, WorkListRef::AsyncTodo(node)});
    case Section::kLock:  // the node lock is held to the last holder (LCK-22)
      return Next(Section::kLockOwner, Step::Enter(entry.lock));
    case Section::kLockOwner:
      return Next(Section::kDetach,
                  Step::Enter(driver.LookAt(entry.proc).inner_lock));
    case Section::kDetach:
      driver.DequeueNodeWork(node);
      if (entry.refs.empty() && entry.tmp_refs == 1) {
        return Next(Section::kFree, Step::Leave(driver.costs.lock, 2));
      }
      entry.proc = {};
      entry.local_strong_refs = 0;
      entry.local_weak_refs = 0;
      driver.dead_nodes.push_back(node);
      return Next(Section::kHolder,
                  Step::Leave(driver.costs.lock, keeps_lock ? 1 : 2));
    case Section::kHolder:
      if (holder >= entry.refs.size()) {
        return Next(Section::kPut, keeps_lock ? Step::Leave(driver.costs.lock)
                                              : Step::Again());
      }
      return Next(
          Section::kNotify,
          Step::Enter(
              driver.procs[driver.LookAt(entry.refs[holder]).proc].inner_lock));
    case Section::kNotify: {
      const Ref& ref = driver.refs[entry.refs[holder++]];
      if (!ref.death) {
        return Next(Section::kHolder, Step::Leave(driver.costs.lock));
      }
      driver.Enqueue(Work::Of(WorkType::kDeadBinder, ref.death),
                     WorkListRef::Todo(ref.proc));  // DTH-04
      env.Emit(record::DeathNotification{
          driver.LookAt(ref.proc).pid, record::DeathEvent::kQueued,
          entry.debug_id, 0, driver.deaths[ref.death].cookie});
      driver.WakeProc(env, ref.proc);
      return Next(Section::kHolder,
                  Step::Leave(driver.costs.lock + driver.costs.wake_up));
    }
    case Section::kPut:
      section = Section::kDone;
      return env.Call(NodeOperation::Put(node));
    default:
      driver.FreeNode(env, node);
      return Next(Section::kDone, Step::Again());
  }
}

}  // namespace bindersim::driver
