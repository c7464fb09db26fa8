// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Nodes, references and their counts (REF-*). Each function is part of one
// critical section.

#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/driver.h"
#include "model/driver/tables.h"

namespace bindersim::driver {

NodeId Driver::FindNode(ProcId proc, uint64_t ptr) const {
  return Lookup(procs[proc].nodes, ptr);
}

NodeId Driver::NewNode(sim::Env& env, ProcId proc_id, uint64_t ptr,
                       uint64_t cookie, uint32_t flags) {
  CheckHeld(env, LookAt(proc_id).inner_lock);
  Node node;
  node.debug_id = ++last_debug_id;
  node.lock = env.machine.AddLock(sim::LockKind::kSpin, "binder_node::lock",
                                  node.debug_id, LookAt(proc_id).pid);
  node.proc = proc_id;
  node.ptr = ptr;
  node.cookie = cookie;
  node.tmp_refs = 1;
  node.accept_fds = (flags & FLAT_BINDER_FLAG_ACCEPTS_FDS) != 0;
  node.txn_security_ctx = (flags & FLAT_BINDER_FLAG_TXN_SECURITY_CTX) != 0;
  node.min_priority =
      static_cast<uint8_t>(flags & FLAT_BINDER_FLAG_PRIORITY_MASK);
  env.Emit(record::NodeCreated{node.debug_id, LookAt(proc_id).pid, ptr});
  const NodeId id = nodes.Insert(std::move(node));
  statistics->Created(Counted::kNode);
  InsertSorted(procs[proc_id].nodes, ptr, id);
  return id;
}

bool Driver::IsManager(sim::Env& env, const Proc& proc, NodeId id) {
  const Context& context = ContextOf(proc);
  env.LooksAt(sim::Footprint::kLock,
              env.machine.lock(context.manager_mutex).name);
  return context.manager == id;
}

bool Driver::IsHeldStrongly(sim::Env& env, NodeId id) {
  const Node& node = LookAt(id);
  // Who finds a node by its owner's table does not hold its lock.
  env.LooksAt(sim::Footprint::kLock, env.machine.lock(node.lock).name);
  return node.internal_strong_refs > 0 ||
         (node.proc && IsManager(env, LookAt(node.proc), id));
}

int Driver::IncNode(sim::Env& env, NodeId id, bool strong, bool internal,
                    ThreadStateId owner_thread) {
  Node& node = nodes[id];
  if (strong) {
    if (internal) {
      // Nobody would tell the owner (REF-30).
      if (!owner_thread && node.internal_strong_refs == 0 &&
          !(node.has_strong_ref && node.proc &&
            IsManager(env, LookAt(node.proc), id))) {
        return -EINVAL;
      }
      ++node.internal_strong_refs;
    } else {
      ++node.local_strong_refs;
    }
    if (!node.has_strong_ref && owner_thread) {
      DequeueNodeWork(id);
      EnqueueDeferredThreadWork(owner_thread, Work::Of(WorkType::kNode, id));
    }
    return 0;
  }
  if (!internal) ++node.local_weak_refs;
  if (!node.has_weak_ref && owner_thread && !node.work_list) {
    Enqueue(Work::Of(WorkType::kNode, id), WorkListRef::Todo(owner_thread));
  }
  return 0;
}

bool Driver::DecNode(sim::Env& env, NodeId id, bool strong, bool internal) {
  Node& node = nodes[id];
  CheckHeld(env, node.lock);
  if (strong) {
    --(internal ? node.internal_strong_refs : node.local_strong_refs);
    if (node.local_strong_refs != 0 || node.internal_strong_refs != 0) {
      return false;
    }
  } else {
    if (!internal) --node.local_weak_refs;
    if (node.local_weak_refs != 0 || node.tmp_refs != 0 || !node.refs.empty()) {
      return false;
    }
  }
  if (node.proc) ChangesUnder(env, LookAt(node.proc).inner_lock);
  if (node.proc && (node.has_strong_ref || node.has_weak_ref)) {
    if (!node.work_list) {  // tell the owner (REF-25)
      Enqueue(Work::Of(WorkType::kNode, id), WorkListRef::Todo(node.proc));
      WakeProc(env, node.proc);
    }
    return false;
  }
  if (!node.refs.empty() || node.local_strong_refs != 0 ||
      node.local_weak_refs != 0 || node.tmp_refs != 0) {
    return false;
  }
  if (node.proc) {
    DequeueNodeWork(id);
    EraseKey(procs[node.proc].nodes, node.ptr);
  } else {
    std::erase(dead_nodes, id);
  }
  return true;
}

void Driver::FreeNode(sim::Env& env, NodeId id) {
  RemoveLock(env, LookAt(id).lock);
  FreesTarget(env);
  nodes.Erase(id);
  statistics->Deleted(Counted::kNode);
}

RefId Driver::FindRef(ProcId proc, uint32_t desc, bool need_strong) const {
  const RefId ref = Lookup(procs[proc].refs_by_desc, desc);
  if (ref && need_strong && refs[ref].strong == 0) return {};
  return ref;
}

RefId Driver::FindRefForNode(ProcId proc, NodeId node) const {
  return Lookup(procs[proc].refs_by_node, node);
}

RefId Driver::NewRef(sim::Env& env, ProcId proc_id, NodeId node) {
  Proc& proc = procs[proc_id];
  Ref ref;
  ref.debug_id = ++last_debug_id;
  ref.proc = proc_id;
  ref.node = node;
  ref.desc = IsManager(env, proc, node) ? 0 : 1;
  for (const auto& [desc, other] : proc.refs_by_desc) {
    if (desc > ref.desc) break;
    ref.desc = desc + 1;
  }
  const uint32_t desc = ref.desc;
  const RefId id = refs.Insert(std::move(ref));
  statistics->Created(Counted::kRef);
  InsertSorted(proc.refs_by_desc, desc, id);
  InsertSorted(proc.refs_by_node, node, id);
  auto& holders = nodes[node].refs;
  holders.insert(holders.begin(), id);
  return id;
}

int Driver::IncRef(sim::Env& env, RefId id, bool strong,
                   ThreadStateId owner_thread) {
  int32_t& count = CountOf(id, strong);
  if (count == 0) {
    const int error = IncNode(env, LookAt(id).node, strong, true, owner_thread);
    if (error != 0) return error;
  }
  ++count;
  return 0;
}

bool Driver::UnlinkRef(sim::Env& env, RefId id) {
  const Ref& ref = LookAt(id);
  Proc& proc = procs[ref.proc];
  EraseKey(proc.refs_by_desc, ref.desc);
  EraseKey(proc.refs_by_node, ref.node);
  if (ref.strong > 0) DecNode(env, ref.node, true, true);
  std::erase(nodes[ref.node].refs, id);
  return DecNode(env, ref.node, false, true);
}

void Driver::FreeRef(RefId id) {
  if (LookAt(id).death) EraseDeath(LookAt(id).death);
  refs.Erase(id);
  statistics->Deleted(Counted::kRef);
}

void Driver::EraseDeath(DeathId id) {
  deaths.Erase(id);
  statistics->Deleted(Counted::kDeath);
}

}  // namespace bindersim::driver
