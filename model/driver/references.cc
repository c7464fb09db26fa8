// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Flows that change reference counts (REF-10..31, CMD-11..16).

#include <cerrno>

#include "model/driver/flows.h"

namespace bindersim::driver {

sim::Step NodeOperation::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  driver.LooksAtTarget(env);
  switch (section++) {
    case kLockNode:
      return sim::Step::Enter(driver.LookAt(node).lock);
    case kLockOwner:
      env.OnlyLooks();
      return sim::Step::Enter(driver.OwnerLock(node));
    case kChange:
      env.OnlyLooks();
      if ((!strong && kind != Kind::kPut) ||
          !driver.IsHeldStrongly(env, node)) {
        Driver::ChangesUnder(env, driver.LookAt(node).lock);
      }
      if (kind == Kind::kPut) --driver.nodes[node].tmp_refs;
      // For a put nothing is decremented here; it only tests for the end.
      last = driver.DecNode(env, node, kind == Kind::kDecrement && strong,
                            kind == Kind::kPut);
      return sim::Step::Leave(driver.costs.lock, 2);
    default:
      if (last) driver.FreeNode(env, node);
      return sim::Step::Done();
  }
}

sim::Step UpdateRef::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section++) {
    case kLock:
      return sim::Step::Enter(driver.LookAt(proc).outer_lock);
    case kFind:
      ref = driver.FindRef(proc, desc, strong);
      if (!ref) {
        error = -EINVAL;
        section = kDone;
        return sim::Step::Leave(driver.costs.lock);
      }
      node = driver.LookAt(ref).node;
      return CountAlone(driver);
    case kLockOwner:
      env.OnlyLooks();
      return sim::Step::Enter(driver.OwnerLock(node));
    case kUpdate:
      env.OnlyLooks();
      Driver::ChangesUnder(env, driver.LookAt(proc).outer_lock);
      Driver::ChangesUnder(env, driver.LookAt(node).lock);
      if (increment) {
        error = driver.IncRef(env, ref, strong, {});
      } else {
        --driver.refs[ref].strong;
        driver.DecNode(env, node, true, true);
      }
      return sim::Step::Leave(driver.costs.lock, 2);
    case kCleanUp: {
      const Ref& entry = driver.LookAt(ref);
      if (increment || entry.strong > 0 || entry.weak > 0) {
        section = kDone;
        return sim::Step::Leave(sim::Duration{});
      }
      return env.Call(CleanupRef{ref});
    }
    case kCleanedUp:
      node_unused = env.result() != 0;
      return sim::Step::Leave(sim::Duration{});
    case kFree:
      if (node_unused) driver.FreeNode(env, node);
      driver.FreeRef(ref);
      return sim::Step::Again();
    default:
      return sim::Step::Done(error);
  }
}

// Changes the ref alone; if its node has to change too, goes on with the node's
// locks.
sim::Step UpdateRef::CountAlone(Driver& driver) {
  const Ref& entry = driver.LookAt(ref);
  int32_t& count = driver.CountOf(ref, strong);
  if (increment ? count == 0 : strong && count == 1) {
    return sim::Step::Enter(driver.LookAt(node).lock);
  }
  section = kDone;
  if (increment) {
    ++count;
  } else if (count > 0) {  // else it is only logged (CMD-14)
    --count;
    if (entry.strong == 0 && entry.weak == 0) {
      section = kCleanUp;
      return sim::Step::Again();
    }
  }
  return sim::Step::Leave(driver.costs.lock);
}

sim::Step IncRefForNode::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  driver.LooksAtTarget(env);
  switch (section++) {
    case kLock:
      env.OnlyLooks();
      return sim::Step::Enter(driver.LookAt(proc).outer_lock);
    case kFind: {
      env.OnlyLooks();
      Driver::ChangesUnder(env, driver.LookAt(proc).outer_lock);
      const RefId known = driver.FindRefForNode(proc, node);
      if (!known || driver.CountOf(known, strong) == 0) {
        return sim::Step::Enter(driver.LookAt(node).lock);
      }
      ++driver.CountOf(known, strong);
      outcome = static_cast<int64_t>(driver.LookAt(known).desc);
      section = kDone;
      return sim::Step::Leave(driver.costs.lock);
    }
    case kLockOwner:
      env.OnlyLooks();
      return sim::Step::Enter(driver.OwnerLock(node));
    case kIncrement: {
      // Work that is queued may be on a list of the owner's.
      if (!owner_thread || !driver.LookAt(node).work_list) {
        env.OnlyLooks();
        Driver::ChangesUnder(env, driver.LookAt(proc).outer_lock);
        Driver::ChangesUnder(env, driver.LookAt(node).lock);
      }
      RefId ref = driver.FindRefForNode(proc, node);
      const bool is_new = !ref;
      if (is_new) ref = driver.NewRef(env, proc, node);
      const int error = driver.IncRef(env, ref, strong, owner_thread);
      outcome =
          error != 0 ? error : static_cast<int64_t>(driver.LookAt(ref).desc);
      if (error != 0 && is_new &&
          driver.Has(Fix::kRemoveRefOfFailedIncrement)) {
        // The caller's tmp_ref keeps the node.
        driver.UnlinkRef(env, ref);
        driver.FreeRef(ref);
      }
      return sim::Step::Leave(driver.costs.lock, 3);
    }
    default:
      env.OnlyLooks();
      return sim::Step::Done(outcome);
  }
}

sim::Step CleanupRef::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  const Ref& entry = driver.LookAt(ref);
  switch (section++) {
    case kLockNode:
      return sim::Step::Enter(driver.LookAt(entry.node).lock);
    case kLockOwner:
      env.OnlyLooks();
      return sim::Step::Enter(driver.OwnerLock(entry.node));
    case kUnlink:
      env.OnlyLooks();
      Driver::ChangesUnder(env, driver.LookAt(entry.proc).outer_lock);
      Driver::ChangesUnder(env, driver.LookAt(entry.node).lock);
      node_unused = driver.UnlinkRef(env, ref);
      return sim::Step::Leave(driver.costs.lock, 2);
    case kLockHolder:
      if (!entry.death) return sim::Step::Done(node_unused);
      return sim::Step::Enter(driver.LookAt(entry.proc).inner_lock);
    case kDropDeath:
      driver.DequeueDeathWork(entry.death);  // DTH-13
      return sim::Step::Leave(driver.costs.lock);
    default:
      return sim::Step::Done(node_unused);
  }
}

sim::Step ReferenceCommand::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  Context& context = driver.ContextOf(driver.LookAt(proc));
  switch (section++) {
    case kStart:
      if (!increment || desc != 0) {
        section = kOrdinary;
        return sim::Step::Again();
      }
      return sim::Step::Enter(context.manager_mutex);
    case kManager:  // handle 0 means the manager, ref or no ref (CMD-12)
      env.OnlyLooks();
      if (!context.manager) {
        section = kOrdinary;
        return sim::Step::Leave(driver.costs.lock);
      }
      if (driver.LookAt(context.manager).proc == proc) {  // CMD-15
        outcome = -EINVAL;
        section = kDone;
        return sim::Step::Leave(driver.costs.lock);
      }
      return env.Call(IncRefForNode{proc, context.manager, strong, {}});
    case kManagerDone:
      env.OnlyLooks();
      outcome = 0;
      section = env.result() < 0 ? kOrdinary : kDone;
      return sim::Step::Leave(driver.costs.lock);
    case kOrdinary:
      return env.Call(UpdateRef{proc, desc, increment, strong});
    case kIgnoreError:
      return sim::Step::Done();  // a bad handle is only logged (CMD-08)
    default:
      return sim::Step::Done(outcome);
  }
}

sim::Step ReferenceDone::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section++) {
    case kLock:
      return sim::Step::Enter(driver.LookAt(proc).inner_lock);
    case kFindNode:
      node = driver.FindNode(proc, ptr);
      if (!node || driver.IsHeldStrongly(env, node)) env.OnlyLooks();
      if (node) ++driver.nodes[node].tmp_refs;
      return sim::Step::Leave(driver.costs.lock);
    case kLockNode:
      if (!node) return sim::Step::Done();
      if (driver.LookAt(node).cookie != cookie) {
        section = kPut;
        return sim::Step::Again();
      }
      return sim::Step::Enter(driver.LookAt(node).lock);
    case kLockOwner:
      env.OnlyLooks();
      return sim::Step::Enter(driver.OwnerLock(node));
    case kDecrement: {
      env.OnlyLooks();
      Driver::ChangesUnder(env, driver.LookAt(node).lock);
      const Node& entry = driver.LookAt(node);
      if (strong ? entry.pending_strong_ref : entry.pending_weak_ref) {
        Node& told = driver.nodes[node];
        (strong ? told.pending_strong_ref : told.pending_weak_ref) = false;
        driver.DecNode(env, node, strong, false);
      }
      return sim::Step::Leave(driver.costs.lock, 2);
    }
    case kPut:
      return env.Call(NodeOperation::Put(node));
    default:
      return sim::Step::Done();
  }
}

}  // namespace bindersim::driver
