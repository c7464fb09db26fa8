// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What IPCThreadState writes for calls and does with the commands it reads.

#include <linux/android/binder.h>

#include "model/driver/system_calls.h"
#include "model/userspace/bp_binder.h"
#include "model/userspace/ipc_stream.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/refs.h"

namespace bindersim::userspace {

namespace {

// writeTransactionData. A reply in error state is sent as its status (USR-36).
void WriteTransactionData(sim::Env& env, uint32_t command, uint32_t flags,
                          uint32_t handle, uint32_t code, Parcel& parcel) {
  binder_transaction_data transaction{};
  transaction.target.handle = handle;
  transaction.code = code;
  transaction.flags = flags;
  transaction.offsets_size = parcel.offsets_size;
  if (parcel.error != kOk) {
    Heap& heap = HeapOf(env);
    os::AddressSpace& memory = Memory(env);
    if (parcel.data_size > 0) heap.Free(parcel.data, parcel.data_size);
    parcel.data_size = sizeof(Status);
    parcel.data = heap.Allocate(memory, parcel.data_size);
    memory.WriteValue(parcel.data, parcel.error);
    transaction.flags |= TF_STATUS_CODE;
    transaction.offsets_size = 0;
  }
  transaction.data_size = parcel.data_size;
  transaction.data.ptr.buffer = parcel.data;
  transaction.data.ptr.offsets = parcel.offsets;
  WriteOut(env, command);
  WriteOut(env, transaction);
}

Parcel& ParcelOf(sim::Env& env, ParcelId parcel) {
  return env.Get<Userspace>().Process(env).parcels[parcel];
}

}  // namespace

sim::Step Transact::Run(sim::Env& env) {
  if (section == 1) {
    status = static_cast<Status>(env.result());
    const sim::Duration waited = env.machine.now() - began.value;
    if (waited > env.Get<Userspace>().setup().bounds.answer &&
        (flags & TF_ONE_WAY) == 0) {
      env.Get<Application>().OnLateAnswer(env, waited);
    }
    section = 2;
  }
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  if (section == 2) return sim::Step::Done(status);
  section = 1;
  began.value = env.machine.now();  // for a finding only
  WriteTransactionData(env, BC_TRANSACTION, flags | TF_ACCEPT_FDS, handle, code,
                       ParcelOf(env, data));
  const bool oneway = (flags & TF_ONE_WAY) != 0;
  return env.Call(WaitForResponse{reply, oneway ? 0u : 1u});
}

sim::Step SendReply::Run(sim::Env& env) {
  if (section++ > 0) return sim::Step::Done(env.result());
  WriteTransactionData(env, BC_REPLY, flags, UINT32_MAX, 0,
                       ParcelOf(env, reply));
  return env.Call(WaitForResponse{{}, 0});
}

sim::Step WaitForResponse::Run(sim::Env& env) {
  switch (section) {
    case Section::kTalk:
      section = Section::kRead;
      return env.Call(TalkWithDriver{true});
    case Section::kRead:
      if (env.result() < 0) {
        return Finish(env, static_cast<Status>(env.result()));
      }
      section = Section::kTalk;
      if (InAvailable(env) == 0) return sim::Step::Again();
      return Handle(env, ReadIn<uint32_t>(env));
    case Section::kExecuted:
      section = Section::kTalk;
      if (env.result() != kOk) {
        return Finish(env, static_cast<Status>(env.result()));
      }
      return sim::Step::Again();
    case Section::kLogged:
      break;
  }
  return sim::Step::Done(status);
}

sim::Step WaitForResponse::Handle(sim::Env& env, uint32_t command) {
  switch (command) {
    case BR_ONEWAY_SPAM_SUSPECT:
    case BR_TRANSACTION_COMPLETE:
      if (wants_reply == 0) return Finish(env, kOk);
      return sim::Step::Again();
    case BR_DEAD_REPLY:
      return Finish(env, kDeadObject);
    case BR_FAILED_REPLY:
    case BR_FROZEN_REPLY:
      return Finish(env, kFailedTransaction);
    case BR_REPLY: {
      const auto transaction = ReadIn<binder_transaction_data>(env);
      Status result = kOk;
      if (wants_reply != 0 && (transaction.flags & TF_STATUS_CODE) != 0) {
        MemoryToRead(env).ReadValue(transaction.data.ptr.buffer, result);
      }
      const bool keep = wants_reply != 0 && reply &&
                        (transaction.flags & TF_STATUS_CODE) == 0;
      const ParcelId owner = keep ? reply : EmptyParcel(env);
      SetDataReference(env, owner, transaction);
      if (!keep) FreeParcel(env, owner);
      if (wants_reply == 0) return sim::Step::Again();
      return Finish(env, result);
    }
    default:
      section = Section::kExecuted;
      return env.Call(ExecuteCommand{command});
  }
}

sim::Step WaitForResponse::Finish(sim::Env& env, Status result) {
  status = result;
  if (status == kOk) return sim::Step::Done(kOk);
  if (reply) ParcelOf(env, reply).error = status;
  section = Section::kLogged;
  return driver::Ioctl(env, env.Get<Userspace>().Process(env).driver_fd,
                       BINDER_GET_EXTENDED_ERROR, IpcOf(env).scratch);
}

namespace {

// A node command: which object it is about; acknowledges increments. Returns
// false if it is about none; the real libbinder would use a wild pointer.
bool CountLocalObject(sim::Env& env, uint32_t command) {
  const auto node = ReadIn<binder_ptr_cookie>(env);
  ProcessState& process = env.Get<Userspace>().Process(env);
  const ObjectIndex index = ObjectAt(process, node.ptr, node.cookie);
  if (index == UINT32_MAX) return false;
  LocalObject& object = process.objects[index];
  Ipc& ipc = IpcOf(env);
  uint32_t done = 0;
  switch (command) {
    case BR_INCREFS:
      ++object.weak;
      done = BC_INCREFS_DONE;
      break;
    case BR_ACQUIRE:
      ++object.strong;
      ++object.weak;
      done = BC_ACQUIRE_DONE;
      break;
    case BR_RELEASE:
      ipc.pending_strong_derefs.push_back(index);
      return true;
    default:
      ipc.pending_weak_derefs.push_back(index);
      return true;
  }
  WriteOut(env, done);
  WriteOut(env, node.ptr);
  WriteOut(env, node.cookie);
  return true;
}

sim::Step BeginTransaction(sim::Env& env, uint32_t command) {
  binder_transaction_data transaction;
  if (command == static_cast<uint32_t>(BR_TRANSACTION_SEC_CTX)) {
    transaction = ReadIn<binder_transaction_data_secctx>(env).transaction_data;
  } else {
    transaction = ReadIn<binder_transaction_data>(env);
  }
  const ProcessState& process = env.Get<Userspace>().Process(env);
  Incoming incoming;
  // Only servicemanager gets calls without a target: its own object is the last
  // one (CTL-45).
  incoming.object =
      transaction.target.ptr == 0
          ? static_cast<ObjectIndex>(process.objects.size() - 1)
          : ObjectAt(process, transaction.target.ptr, transaction.cookie);
  if (incoming.object >= process.objects.size()) {
    return Abort(env, "a transaction for an object that is not there");
  }
  incoming.code = transaction.code;
  incoming.flags = transaction.flags;
  incoming.sender_pid = static_cast<uint32_t>(transaction.sender_pid);
  incoming.sender_uid = transaction.sender_euid;
  incoming.data = EmptyParcel(env);
  SetDataReference(env, incoming.data, transaction);
  incoming.reply = EmptyParcel(env);
  return env.Call(ServeTransaction{incoming});
}

}  // namespace

sim::Step ExecuteCommand::Run(sim::Env& env) {
  if (section > 0) {
    if (section++ == 1 && command == static_cast<uint32_t>(BR_DEAD_BINDER)) {
      WriteOut(env, static_cast<uint32_t>(BC_DEAD_BINDER_DONE));
      WriteOut(env, cookie);
    }
    if (NeedsFlush(env)) return env.Call(FlushRefs{});
    return sim::Step::Done(kOk);
  }
  section = 1;
  switch (command) {
    case BR_OK:
    case BR_NOOP:
      break;
    case BR_ERROR:
      return sim::Step::Done(ReadIn<Status>(env));
    case BR_INCREFS:
    case BR_ACQUIRE:
    case BR_RELEASE:
    case BR_DECREFS:
      if (!CountLocalObject(env, command)) {
        return Abort(env, "a node command for an object that is not there");
      }
      break;
    case BR_TRANSACTION:
    case BR_TRANSACTION_SEC_CTX:
      return BeginTransaction(env, command);
    case BR_DEAD_BINDER:
      cookie = ReadIn<uint64_t>(env);
      return env.Call(
          BpSendObituary{ProxyAt(env.Get<Userspace>().Process(env), cookie)});
    case BR_CLEAR_DEATH_NOTIFICATION_DONE:
      DecWeak(env, ProxyAt(env.Get<Userspace>().Process(env),
                           ReadIn<uint64_t>(env)));
      return sim::Step::Again();
    case BR_FINISHED:
      return sim::Step::Done(kTimedOut);
    case BR_SPAWN_LOOPER:
      SpawnPooledThread(env, false);
      break;
    default:
      return sim::Step::Done(kUnknownError);
  }
  return sim::Step::Done(kOk);
}

sim::Step ServeTransaction::Run(sim::Env& env) {
  Ipc& ipc = IpcOf(env);
  switch (section) {
    case Section::kDispatch:
      section = Section::kReply;
      ++ipc.serving;
      IncStrong(env, Binder::Local(incoming.object));
      return env.Get<Application>().OnTransact(env, incoming);
    case Section::kReply: {
      const Status status = static_cast<Status>(env.result());
      section = Section::kReplied;
      DecStrong(env, Binder::Local(incoming.object));
      if ((incoming.flags & TF_ONE_WAY) != 0) return sim::Step::Again();
      if (status < kOk) ParcelOf(env, incoming.reply).error = status;
      // The request goes first: its space is free before the caller can send
      // again (USR-34).
      FreeParcel(env, incoming.data);
      return env.Call(SendReply{incoming.reply, incoming.flags & TF_CLEAR_BUF});
    }
    case Section::kReplied:
      break;
  }
  --ipc.serving;
  FreeParcel(env, incoming.reply);
  if ((incoming.flags & TF_ONE_WAY) != 0) FreeParcel(env, incoming.data);
  return sim::Step::Done(kOk);
}

}  // namespace bindersim::userspace
