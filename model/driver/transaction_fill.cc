// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The transaction's buffer in the receiver: allocation, copies, objects
// (TXN-18..27).

#include <linux/android/binder.h>

#include <cerrno>

#include "model/driver/transaction.h"
#include "model/protocol.h"

namespace bindersim::driver {

using sim::Step;

Step TransactionFlow::RunFill(sim::Env& env, Driver& driver) {
  switch (section) {
    case Section::kCreate:
      return Create(env, driver);
    case Section::kLockAllocator:
      return Next(Section::kAllocate,
                  Step::Enter(driver.LookAt(target_proc).alloc_mutex));
    case Section::kAllocate:
      return Allocate(env, driver);
    case Section::kAllocated:
      return Next(Section::kResetBuffer, Step::Run(driver.costs.command));
    case Section::kResetBuffer: {
      Proc& target = driver.procs[target_proc];
      Buffer& entry = target.alloc[buffer];
      env.Touch(Driver::FreeableOf(target, entry.offset));
      entry.allow_user_free = false;
      return Next(Section::kCopyOffsets, Step::Again());
    }
    case Section::kCopyOffsets:
      return CopyOffsets(env, driver);
    case Section::kNextObject:
      return NextObject(env, driver);
    case Section::kObjectTranslated:
      if (env.result() < 0) {
        return Fail(BR_FAILED_REPLY, static_cast<int32_t>(env.result()),
                    Section::kReleaseObjects, Step::Again());
      }
      offset_at += sizeof(binder_size_t);
      return Next(Section::kNextObject, Step::Again());
    default:
      return CopyRest(env, driver);
  }
}

Step TransactionFlow::Create(sim::Env& env, Driver& driver) {
  const sim::Thread& self = env.machine.thread(env.self);
  const os::Process& sender =
      env.Get<const os::Kernel>().process(driver.LookAt(proc).process);
  Transaction entry;
  entry.debug_id = debug_id;
  if (!reply && !oneway()) {
    entry.from = thread;
    entry.from_pid = driver.LookAt(proc).pid;
  }
  entry.sent_to = driver.LookAt(target_proc).pid;
  entry.to_proc = target_proc;
  entry.to_thread = target_thread;
  entry.code = arguments.code;
  entry.flags = arguments.flags;
  entry.priority = self.nice;
  entry.sender_euid = sender.uid;
  transaction = driver.transactions.Insert(entry);
  driver.statistics->Created(Counted::kTransaction);
  driver.statistics->Created(Counted::kTransactionComplete);
  if (LogEntry* log = driver.statistics->log.Change().Find(debug_id)) {
    log->to_proc = driver.LookAt(target_proc).pid;
    if (target_thread) log->to_thread = driver.LookAt(target_thread).tid;
  }

  if (target_node && driver.LookAt(target_node).txn_security_ctx) {
    if (sender.security_context.empty()) {  // no security module
      return Fail(BR_FAILED_REPLY, -EINVAL, Section::kFreeTransaction,
                  Step::Run(driver.costs.transaction));
    }
    context_size = protocol::Align8(sender.security_context.size() + 1);
    arguments.extra_buffers_size += context_size;
    if (arguments.extra_buffers_size < context_size) {  // BUG-20
      return Fail(BR_FAILED_REPLY, -EINVAL, Section::kFreeTransaction,
                  Step::Run(driver.costs.transaction));
    }
  }
  env.Emit(record::TransactionSent{
      debug_id, reply ? driver.LookAt(in_reply_to).debug_id.value : 0,
      driver.LookAt(target_proc).pid,
      target_thread ? driver.LookAt(target_thread).tid.value : 0,
      target_node ? driver.LookAt(target_node).debug_id.value : 0,
      arguments.code, arguments.flags, reply, arguments.data_size,
      arguments.offsets_size});
  return Next(Section::kLockAllocator, Step::Run(driver.costs.transaction));
}

Step TransactionFlow::Allocate(sim::Env& env, Driver& driver) {
  Proc& target = driver.procs[target_proc];
  const AllocationResult got = target.alloc.Allocate(
      arguments.data_size, arguments.offsets_size, arguments.extra_buffers_size,
      oneway(), driver.LookAt(proc).pid, driver.Has(Fix::kResetAllowUserFree));
  const Step leave = Step::Leave(driver.costs.buffer +
                                 driver.costs.page_fault * got.pages_populated +
                                 driver.costs.page_reuse * got.pages_reused);
  if (got.error != 0) {
    return Fail(got.error == ESRCH ? BR_DEAD_REPLY : BR_FAILED_REPLY,
                -got.error, Section::kFreeTransaction, leave);
  }
  buffer = got.buffer;
  spam_suspect = got.spam_suspect;
  target.bytes_in_use += target.alloc.SizeOf(buffer);
  Buffer& entry = target.alloc[buffer];
  entry.debug_id = debug_id;
  entry.transaction = transaction;
  entry.target_node = target_node;
  entry.clear_on_free = (arguments.flags & TF_CLEAR_BUF) != 0;
  driver.transactions[transaction].buffer = buffer;
  HideWhatWasThere(env, driver);
  if (context_size != 0) PutSecurityContext(env, driver);
  driver.EmitAllocated(env, target, buffer, got.pages_populated);
  if (!driver.Has(Fix::kResetAllowUserFree)) {
    return Next(Section::kAllocated, leave);
  }
  return Next(Section::kCopyOffsets, leave);
}

// The driver leaves it: nobody reads it before it is written over, unless user
// space can free the buffer before (BUG-02). But two states must not differ in
// nothing else.
void TransactionFlow::HideWhatWasThere(sim::Env& env, Driver& driver) {
  if (!env.machine.untimed() || !driver.Has(Fix::kResetAllowUserFree)) return;
  const Proc& target = driver.LookAt(target_proc);
  driver.BufferMemory(env, target_proc)
      .Zero(driver.BufferAddress(target, buffer), target.alloc.SizeOf(buffer),
            os::Access::kKernel);
}

// The last part of the extra area (TXN-91).
void TransactionFlow::PutSecurityContext(sim::Env& env, Driver& driver) {
  const Proc& target = driver.LookAt(target_proc);
  const std::string& text = env.Get<const os::Kernel>()
                                .process(driver.LookAt(proc).process)
                                .security_context;
  const uint64_t address = driver.BufferAddress(target, buffer) +
                           protocol::Align8(arguments.data_size) +
                           protocol::Align8(arguments.offsets_size) +
                           protocol::Align8(arguments.extra_buffers_size) -
                           context_size;
  driver.BufferMemory(env, target_proc)
      .Write(address, std::as_bytes(std::span(text.c_str(), text.size() + 1)),
             os::Access::kKernel);
  driver.transactions[transaction].security_context = address;
}

Step TransactionFlow::CopyOffsets(sim::Env& env, Driver& driver) {
  const Proc& target = driver.LookAt(target_proc);
  const uint64_t base = driver.BufferAddress(target, buffer);
  offset_at = protocol::Align8(arguments.data_size);
  if (!Driver::MemoryToRead(env, driver.LookAt(proc))
           .CopyTo(arguments.offsets, arguments.offsets_size,
                   driver.BufferMemory(env, target_proc), base + offset_at)) {
    return Fail(BR_FAILED_REPLY, -EFAULT, Section::kReleaseObjects,
                Step::Again());
  }
  if (arguments.offsets_size % sizeof(binder_size_t) != 0 ||
      arguments.extra_buffers_size % sizeof(uint64_t) != 0) {
    return Fail(BR_FAILED_REPLY, -EINVAL, Section::kReleaseObjects,
                Step::Again());
  }
  extra_at = protocol::Align8(offset_at + arguments.offsets_size);
  extra_end = extra_at + arguments.extra_buffers_size - context_size;
  return Next(Section::kNextObject,
              Step::Run(driver.CopyCost(arguments.offsets_size)));
}

// Copies the data up to the next object and translates that (TXN-25).
Step TransactionFlow::NextObject(sim::Env& env, Driver& driver) {
  if (offset_at >=
      protocol::Align8(arguments.data_size) + arguments.offsets_size) {
    return Next(Section::kCopyRest, Step::Again());
  }
  const Proc& target = driver.LookAt(target_proc);
  const uint64_t base = driver.BufferAddress(target, buffer);
  os::AddressSpace& to = driver.BufferMemory(env, target_proc);
  const os::AddressSpace& from = Driver::MemoryToRead(env, driver.LookAt(proc));
  uint64_t offset = 0;
  to.ReadValue(base + offset_at, offset);

  const uint64_t gap = offset - copied;
  if (gap != 0 &&
      (copied > offset || offset > arguments.data_size ||
       !from.CopyTo(arguments.data + copied, gap, to, base + copied))) {
    return Fail(BR_FAILED_REPLY, -EFAULT, Section::kReleaseObjects,
                Step::Again());
  }
  const AnyObject object =
      ReadObject(from, arguments.data, arguments.data_size, offset);
  if (object.size == 0) {  // OBJ-01
    return Fail(BR_FAILED_REPLY, -EINVAL, Section::kReleaseObjects,
                Step::Again());
  }
  copied = offset + object.size;
  const bool is_flat = object.type != BINDER_TYPE_FD &&
                       object.type != BINDER_TYPE_PTR &&
                       object.type != BINDER_TYPE_FDA;
  if (!is_flat) {
    const int error = TranslateObjectNow(env, driver, object, offset);
    const Step work = Step::Run(driver.costs.object);
    if (error != 0) {
      return Fail(BR_FAILED_REPLY, error, Section::kReleaseObjects, work);
    }
    offset_at += sizeof(binder_size_t);
    return Next(Section::kNextObject, work);
  }
  const auto flat = object.As<flat_binder_object>();
  section = Section::kObjectTranslated;
  TranslateObject translate;
  translate.proc = proc;
  translate.thread = thread;
  translate.target_proc = target_proc;
  translate.to_address = base + offset;
  translate.type = object.type;
  translate.flags = flat.flags;
  translate.binder = object.type == BINDER_TYPE_HANDLE ||
                             object.type == BINDER_TYPE_WEAK_HANDLE
                         ? flat.handle
                         : flat.binder;
  translate.cookie = flat.cookie;
  return env.Call(translate);
}

Step TransactionFlow::CopyRest(sim::Env& env, Driver& driver) {
  const Proc& target = driver.LookAt(target_proc);
  if (!Driver::MemoryToRead(env, driver.LookAt(proc))
           .CopyTo(arguments.data + copied, arguments.data_size - copied,
                   driver.BufferMemory(env, target_proc),
                   driver.BufferAddress(target, buffer) + copied)) {
    return Fail(BR_FAILED_REPLY, -EFAULT, Section::kReleaseObjects,
                Step::Again());
  }
  if (!CopyBuffers(env, driver)) {
    return Fail(BR_FAILED_REPLY, -EINVAL, Section::kReleaseObjects,
                Step::Again());
  }
  return Next(
      reply ? Section::kLockForReplyComplete : Section::kLockForCallComplete,
      Step::Run(
          driver.CopyCost(arguments.data_size + arguments.extra_buffers_size)));
}

}  // namespace bindersim::driver
