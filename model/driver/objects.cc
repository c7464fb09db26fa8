// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Objects in transactions: translated on the way (OBJ-10..17), given back when
// the buffer that holds them is freed (OBJ-30..33, CMD-18).

#include <linux/android/binder.h>

#include <algorithm>
#include <cerrno>

#include "model/driver/files.h"
#include "model/driver/flows.h"
#include "model/driver/object_reader.h"
#include "model/protocol.h"

namespace bindersim::driver {

sim::Step TranslateObject::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  driver.LooksAtTarget(env);
  const bool is_binder =
      type == BINDER_TYPE_BINDER || type == BINDER_TYPE_WEAK_BINDER;
  return is_binder ? RunBinder(env, driver) : RunHandle(env, driver);
}

void TranslateObject::WriteObject(sim::Env& env, Driver& driver,
                                  uint32_t new_type, uint64_t new_binder,
                                  uint64_t new_cookie) {
  flat_binder_object object{};
  object.hdr.type = new_type;
  object.flags = flags;
  object.binder = new_binder;
  object.cookie = new_cookie;
  driver.BufferMemory(env, target_proc)
      .Write(to_address, std::as_bytes(std::span(&object, 1)),
             os::Access::kKernel);
}

// The sender's own object becomes a handle of the receiver.
sim::Step TranslateObject::RunBinder(sim::Env& env, Driver& driver) {
  switch (section++) {
    case kStart:
      return sim::Step::Enter(driver.LookAt(proc).inner_lock);
    case kFindNode:
      node = driver.FindNode(proc, binder);
      if (node) {
        if (driver.IsHeldStrongly(env, node)) env.OnlyLooks();
        ++driver.nodes[node].tmp_refs;
      } else {
        node = driver.NewNode(env, proc, binder, cookie, flags);
      }
      return sim::Step::Leave(driver.costs.lock + driver.costs.object);
    case kRefer:
      strong = type == BINDER_TYPE_BINDER;
      if (driver.LookAt(node).cookie != cookie) {
        outcome = -EINVAL;
        section = kBinderDone;
        return env.Call(NodeOperation::Put(node));
      }
      return env.Call(IncRefForNode{target_proc, node, strong, thread});
    case kWriteHandle:
      if (env.result() < 0) {
        outcome = env.result();
      } else {
        WriteObject(env, driver,
                    strong ? BINDER_TYPE_HANDLE : BINDER_TYPE_WEAK_HANDLE,
                    static_cast<uint64_t>(env.result()), 0);
      }
      return env.Call(NodeOperation::Put(node));
    default:
      return sim::Step::Done(outcome);
  }
}

// A handle of the sender becomes the receiver's own object, if the receiver
// hosts it (OBJ-11), or a handle of the receiver (OBJ-12).
sim::Step TranslateObject::RunHandle(sim::Env& env, Driver& driver) {
  strong = type == BINDER_TYPE_HANDLE;
  if (section == kStart) {
    section = kFindRef;
    return sim::Step::Enter(driver.LookAt(proc).outer_lock);
  }
  switch (section++) {
    case kFindRef: {
      env.OnlyLooks();
      const RefId ref =
          driver.FindRef(proc, static_cast<uint32_t>(binder), strong);
      if (!ref) {
        outcome = -EINVAL;
        section = kHandleDone;
        return sim::Step::Leave(driver.costs.lock);
      }
      node = driver.LookAt(ref).node;
      return sim::Step::Enter(driver.LookAt(node).lock);
    }
    case kLockOwner:
      env.OnlyLooks();
      return sim::Step::Enter(driver.OwnerLock(node));
    case kPin:
      env.OnlyLooks();
      if (!driver.IsHeldStrongly(env, node)) {
        Driver::ChangesUnder(env, driver.LookAt(node).lock);
      }
      ++driver.nodes[node].tmp_refs;
      return sim::Step::Leave(driver.costs.lock + driver.costs.object, 3);
    case kLockNode:
      return sim::Step::Enter(driver.LookAt(node).lock);
    case kCheckHome:
      env.OnlyLooks();
      if (driver.LookAt(node).proc != target_proc) {
        section = kReferAgain;
        return sim::Step::Leave(driver.costs.lock);
      }
      return sim::Step::Enter(driver.OwnerLock(node));
    case kComeHome: {
      env.OnlyLooks();
      if (!driver.IsHeldStrongly(env, node)) {
        Driver::ChangesUnder(env, driver.LookAt(node).lock);
      }
      const Node& home = driver.LookAt(node);
      WriteObject(env, driver,
                  strong ? BINDER_TYPE_BINDER : BINDER_TYPE_WEAK_BINDER,
                  home.ptr, home.cookie);
      driver.IncNode(env, node, strong, false, {});
      at_home = true;
      section = kPut;
      return sim::Step::Leave(driver.costs.lock, 2);
    }
    case kReferAgain:
      return env.Call(IncRefForNode{target_proc, node, strong, {}});
    case kWriteOther:
      if (env.result() < 0) {
        outcome = env.result();
      } else {
        WriteObject(env, driver,
                    strong ? BINDER_TYPE_HANDLE : BINDER_TYPE_WEAK_HANDLE,
                    static_cast<uint64_t>(env.result()), 0);
      }
      return sim::Step::Again();
    case kPut:
      return env.Call(NodeOperation::Put(node));
    default:
      return sim::Step::Done(outcome);
  }
}

ReleaseBuffer ReleaseBuffer::Entire(const Driver& driver, ProcId proc,
                                    BufferId buffer) {
  const Buffer& entry = driver.procs[proc].alloc[buffer];
  ReleaseBuffer flow;
  flow.proc = proc;
  flow.buffer = buffer;
  flow.end = protocol::Align8(entry.data_size) + entry.offsets_size;
  return flow;
}

namespace {

// Whoever claimed a buffer may look at it without a lock. Without the claim
// others may free it meanwhile.
void LooksAtUnclaimed(sim::Env& env, const Driver& driver, const Proc& owner) {
  if (driver.Has(Fix::kClaimBufferAtFree)) return;
  env.LooksAt(sim::Footprint::kLock, env.machine.lock(owner.alloc_mutex).name);
}

}  // namespace

sim::Step ReleaseBuffer::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  driver.LooksAtTarget(env);
  const Proc& owner = driver.LookAt(proc);
  const Buffer& entry = owner.alloc[buffer];
  LooksAtUnclaimed(env, driver, owner);
  switch (section) {
    case kTargetNode:
      at = protocol::Align8(entry.data_size);
      section = kObject;
      if (!entry.target_node) return sim::Step::Again();
      return env.Call(NodeOperation::DecrementLocal(entry.target_node, true));
    case kObject: {
      if (at >= end) return sim::Step::Done();
      const BufferReader reader(env, driver, proc, buffer);
      const uint64_t index =
          (at - protocol::Align8(entry.data_size)) / sizeof(binder_size_t);
      const AnyObject object = reader.Object(reader.Offset(index));
      at += sizeof(binder_size_t);
      if (object.size == 0) return sim::Step::Again();
      switch (object.type) {
        case BINDER_TYPE_BINDER:
        case BINDER_TYPE_WEAK_BINDER:
          strong = object.type == BINDER_TYPE_BINDER;
          pointer = object.As<flat_binder_object>().binder;
          section = kFindNode;
          return sim::Step::Enter(owner.inner_lock);
        case BINDER_TYPE_HANDLE:
        case BINDER_TYPE_WEAK_HANDLE:
          return env.Call(UpdateRef{proc,
                                    object.As<flat_binder_object>().handle,
                                    false, object.type == BINDER_TYPE_HANDLE});
        case BINDER_TYPE_FDA:
          if (!failure) {
            CloseFiles(env, driver, object.As<binder_fd_array_object>(), index);
          }
          return sim::Step::Again();
        default:
          return sim::Step::Again();
      }
    }
    case kFindNode:
      node = driver.FindNode(proc, pointer);
      if (node) ++driver.nodes[node].tmp_refs;
      section = kNodeFound;
      return sim::Step::Leave(driver.costs.lock);
    case kNodeFound:
      section = kObject;
      if (!node) return sim::Step::Again();
      section = kPutNode;
      return env.Call(NodeOperation::DecrementLocal(node, strong));
    default:
      section = kObject;
      return env.Call(NodeOperation::Put(node));
  }
}

// The descriptors of an array that was delivered are closed with the buffer
// (OBJ-31); those of FD objects belong to user space.
void ReleaseBuffer::CloseFiles(sim::Env& env, Driver& driver,
                               const binder_fd_array_object& array,
                               uint64_t index) {
  const BufferReader reader(env, driver, proc, buffer);
  const auto parent = reader.ParentAt(array.parent, index);
  if (!parent ||
      !HoldsDescriptors(parent->object, array.num_fds, array.parent_offset)) {
    return;
  }
  const Proc& owner = driver.LookAt(proc);
  for (uint64_t i = 0; i < array.num_fds; ++i) {
    int32_t descriptor = -1;
    Driver::BuffersToRead(env, owner)
        .ReadValue(parent->object.buffer + array.parent_offset +
                       i * sizeof(descriptor),
                   descriptor);
    CloseDescriptor(env, owner.process, descriptor);
    if (thread) driver.threads[thread].looper_need_return = true;
  }
}

// The node's next oneway call goes to the tail of the process's queue; it does
// so before the old one's objects are released (TXN-51, 52, 56).
void FreeBuffer::NextOneway(sim::Env& env, Driver& driver) {
  Node& target = driver.nodes[node];
  if (target.async_todo.empty()) {
    target.has_async_transaction = false;
    return;
  }
  const Work next = driver.DequeueHead(WorkListRef::AsyncTodo(node));
  driver.Enqueue(next, WorkListRef::Todo(proc));
  if (driver.LookAt(proc).waiting_threads.empty()) {  // else one takes it
    driver.BeginPoolWait(env, next.Owner<TransactionTag>());
  }
  env.Emit(record::TransactionQueued{
      driver.LookAt(next.Owner<TransactionTag>()).debug_id,
      driver.LookAt(proc).pid, 0, 0});
  driver.WakeProc(env, proc);
}

sim::Step FreeBuffer::Unlink(sim::Env& env, Driver& driver) {
  const Buffer& entry = driver.LookAt(proc).alloc[buffer];
  const bool locked = driver.Has(Fix::kUnlinkBufferUnderLock);
  if (locked) transaction = entry.transaction;
  env.OnlyLooks();
  if (transaction) {
    driver.Touch(env, transaction);
    driver.transactions[transaction].buffer = {};
    driver.procs[proc].alloc[buffer].transaction = {};
    transaction = {};
  }
  if (entry.async_transaction) node = entry.target_node;
  return locked ? sim::Step::Leave(driver.costs.lock) : sim::Step::Again();
}

sim::Step FreeBuffer::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  const Proc& owner = driver.LookAt(proc);
  LooksAtUnclaimed(env, driver, owner);
  switch (section++) {
    case kLockAlloc:
      return sim::Step::Enter(owner.alloc_mutex);
    case kClaim: {
      const uint64_t offset = address - owner.mapping;
      Driver::ChangesFreeable(env, owner, offset);
      const ClaimResult claim = driver.procs[proc].alloc.PrepareToFree(
          offset, driver.Has(Fix::kClaimBufferAtFree));
      buffer = claim.buffer;
      if (claim.error != 0) section = kDone;  // only logged (CMD-17)
      return sim::Step::Leave(driver.costs.lock);
    }
    case kLockInner:
      if (driver.Has(Fix::kUnlinkBufferUnderLock)) {
        return sim::Step::Enter(owner.inner_lock);
      }
      transaction = owner.alloc[buffer].transaction;
      if (transaction) driver.Touch(env, transaction);
      return sim::Step::Run(driver.costs.command);
    case kUnlink:
      return Unlink(env, driver);
    case kLockNode:
      if (!node) {
        section = kObjects;
        return sim::Step::Again();
      }
      return sim::Step::Enter(driver.LookAt(node).lock);
    case kLockOwner:
      return sim::Step::Enter(driver.OwnerLock(node));
    case kNextOneway:
      NextOneway(env, driver);
      return sim::Step::Leave(driver.costs.lock, 2);
    case kObjects: {
      ReleaseBuffer release = ReleaseBuffer::Entire(driver, proc, buffer);
      release.thread = thread;
      return env.Call(release);
    }
    case kLockAgain:
      return sim::Step::Enter(owner.alloc_mutex);
    case kFree:
      driver.FreeBufferMemory(env, proc, buffer);
      return sim::Step::Leave(driver.costs.buffer);
    default:
      return sim::Step::Done();
  }
}

}  // namespace bindersim::driver
