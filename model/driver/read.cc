// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/read.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <cerrno>

namespace bindersim::driver {

using sim::Step;

namespace {

constexpr uint32_t kLooper = kLooperRegistered | kLooperEntered;

// An item is taken only if the largest one would fit (RET-04).
constexpr uint64_t kRoomForOne =
    sizeof(binder_transaction_data_secctx) + sizeof(uint32_t);

}  // namespace

Step ReadThread(sim::Env& env, ProcId proc, ThreadStateId thread,
                uint64_t buffer, uint64_t size, uint64_t consumed,
                bool nonblocking) {
  ReadFlow flow;
  flow.proc = proc;
  flow.thread = thread;
  flow.buffer = buffer;
  flow.size = size;
  flow.filled = consumed;
  flow.nonblocking = nonblocking;
  return env.Call(flow);
}

Step ReadFlow::Next(Section next, Step step) {
  section = next;
  return step;
}

template <class T>
bool ReadFlow::Put(sim::Env& env, const T& value) {
  auto& driver = env.Get<Driver>();
  const bool written = driver.UserMemory(env, driver.LookAt(proc))
                           .WriteValue(buffer + filled, value);
  if (written) filled += sizeof(T);
  return written;
}

template <class... Payload>
bool ReadFlow::PutReturn(sim::Env& env, uint32_t command, uint64_t subject,
                         const Payload&... payload) {
  if (!(Put(env, command) && ... && Put(env, payload))) return false;
  env.Get<Driver>().CountReturn(env, thread, command, subject);
  return true;
}

// The partial result is not counted (CTL-36).
Step ReadFlow::Faulted(sim::Duration cost) {
  error = -EFAULT;
  return Next(Section::kEnd, Step::Leave(cost));
}

Step ReadFlow::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  const sim::LockId inner = driver.LookAt(proc).inner_lock;
  switch (section) {
    case Section::kStart:
      if (filled == 0 && !Put(env, uint32_t{BR_NOOP})) {
        return Step::Done(-EFAULT);
      }
      return Next(Section::kRetry, Step::Again());
    case Section::kRetry:
      return Next(Section::kRetryLocked, Step::Enter(inner));
    case Section::kRetryLocked:
      return BeginWait(env, driver);
    case Section::kWait:
      return Next(Section::kTestWork, Step::Enter(inner));
    case Section::kTestWork:
      return TestWork(env, driver);
    case Section::kSleep:
      return Next(Section::kAwake, Step::Sleep());
    case Section::kAwake:
      return Next(Section::kTestWork, Step::Enter(inner));
    case Section::kDequeue:
      return Next(Section::kDequeueLocked, Step::Enter(inner));
    case Section::kDequeueLocked:
      return Dequeue(env, driver);
    case Section::kFreeNode:  // wait for whoever still holds the node's lock
      return Next(Section::kFreeNodeLocked,
                  Step::Enter(driver.LookAt(node).lock));
    case Section::kFreeNodeLocked:
      if (node_unused) {
        node_unused = false;
        return Step::Leave(sim::Duration{});
      }
      driver.FreeNode(env, node);
      return Next(error != 0 ? Section::kEnd : Section::kDequeue,
                  Step::Again());
    case Section::kDeliver:
      return Deliver(env, driver);
    case Section::kPush:
      return Next(Section::kPushLocked, Step::Enter(inner));
    case Section::kPushLocked: {
      env.OnlyLooks();
      driver.ChangesInbox(env, thread);
      ThreadState& server = driver.threads[thread];
      Transaction& taken = driver.transactions[transaction];
      taken.to_parent = server.transaction_stack;
      taken.to_thread = thread;
      server.transaction_stack = transaction;
      return Next(Section::kFinish, Step::Leave(driver.costs.lock));
    }
    case Section::kFinish:
      return Next(Section::kSpawn, Step::Enter(inner));
    case Section::kSpawn:
      return FinishRead(env, driver);
    default:
      return Step::Done(error != 0 ? error : static_cast<int64_t>(filled));
  }
}

// --- waiting (THR-42, RET-13) ---

Step ReadFlow::BeginWait(sim::Env& env, Driver& driver) {
  env.OnlyLooks();
  driver.ChangesInbox(env, thread);
  ThreadState& reader = driver.threads[thread];
  wait_for_proc_work = driver.AvailableForProcWork(thread);
  reader.looper |= kLooperWaiting;
  if (wait_for_proc_work) {  // THR-27
    env.machine.SetNice(env.self, driver.LookAt(proc).default_priority);
  }
  return Next(Section::kWait, Step::Leave(driver.costs.lock));
}

Step ReadFlow::TestWork(sim::Env& env, Driver& driver) {
  const Proc& owner = driver.LookAt(proc);
  ThreadState& reader = driver.threads[thread];
  env.OnlyLooks();
  driver.ChangesInbox(env, thread);
  if (wait_for_proc_work) Driver::ChangesPool(env, owner);
  if (reader.on_wait_queue) {  // back from a sleep
    reader.on_wait_queue = false;
    if (std::erase(driver.procs[proc].waiting_threads, thread) > 0) {
      driver.EmitPool(env, owner);
    }
    if (env.machine.SignalPending(env.self)) {
      env.machine.ClearSignal(env.self);
      return EndWait(env, driver, -EINTR);
    }
  }
  if (driver.HasWork(thread, wait_for_proc_work)) {
    return EndWait(env, driver, 0);
  }
  if (nonblocking) return EndWait(env, driver, -EAGAIN);
  const TransactionId top = reader.transaction_stack;
  const bool awaits_reply = top && driver.LookAt(top).from == thread;
  env.machine.PrepareToWait(env.self, true,
                            awaits_reply ? "binder reply" : "binder work");
  reader.on_wait_queue = true;
  if (wait_for_proc_work) {
    driver.procs[proc].waiting_threads.push_back(thread);
    driver.EmitPool(env, owner);
  }
  return Next(Section::kSleep, Step::Leave(driver.costs.lock));
}

Step ReadFlow::EndWait(sim::Env& env, Driver& driver, int64_t with_error) {
  env.machine.FinishWait(env.self);
  driver.threads[thread].looper &= ~kLooperWaiting;
  error = with_error;
  return Next(error != 0 ? Section::kEnd : Section::kDequeue,
              Step::Leave(driver.costs.lock));
}

// --- taking work (RET-04, 07..10) ---

Step ReadFlow::Dequeue(sim::Env& env, Driver& driver) {
  const Proc& owner = driver.LookAt(proc);
  const ThreadState& reader = driver.LookAt(thread);
  const Step leave = Step::Leave(driver.costs.lock);
  driver.ChangesInbox(env, thread);
  const auto is_own = [](const Work& work) {
    return work.type != WorkType::kNode && work.type < WorkType::kDeadBinder;
  };
  WorkListRef list;
  if (!reader.todo.empty()) {
    list = WorkListRef::Todo(thread);
    if (is_own(reader.todo.front())) env.OnlyLooks();
  } else if (wait_for_proc_work && !owner.todo.empty()) {
    list = WorkListRef::Todo(proc);
    if (is_own(owner.todo.front())) env.OnlyLooks();
    Driver::ChangesPool(env, owner);
  } else {
    env.OnlyLooks();
    if (wait_for_proc_work) Driver::LooksAtPool(env, owner);
    const bool nothing_added =
        filled == sizeof(uint32_t) && !reader.looper_need_return;
    return Next(nothing_added ? Section::kRetry : Section::kFinish, leave);
  }
  // Unsigned on purpose: beyond the buffer's end there is "room" (RET-06).
  if (size - filled < kRoomForOne) return Next(Section::kFinish, leave);
  const Work work = driver.DequeueHead(list);
  if (reader.todo.empty()) driver.threads[thread].process_todo = false;
  section = Section::kDequeue;
  return Take(env, driver, work);
}

Step ReadFlow::Take(sim::Env& env, Driver& driver, const Work& work) {
  switch (work.type) {
    case WorkType::kTransaction:
      transaction = work.Owner<TransactionTag>();
      driver.EndPoolWait(env, proc, transaction);
      return Next(Section::kDeliver, Step::Leave(driver.costs.lock));
    case WorkType::kReturnError:
      return TakeError(env, driver, driver.threads[thread].return_error);
    case WorkType::kReplyError:
      return TakeError(env, driver, driver.threads[thread].reply_error);
    case WorkType::kTransactionComplete:
    case WorkType::kOnewaySpamSuspect: {
      const bool suspect =
          work.type == WorkType::kOnewaySpamSuspect &&
          driver.LookAt(proc).oneway_spam_detection_enabled;  // CTL-51
      driver.statistics->Deleted(Counted::kTransactionComplete);
      if (!PutReturn(env,
                     suspect ? uint32_t{BR_ONEWAY_SPAM_SUSPECT}
                             : uint32_t{BR_TRANSACTION_COMPLETE},
                     work.index)) {
        return Faulted(driver.costs.lock);
      }
      return Step::Leave(driver.costs.command);
    }
    case WorkType::kNode:
      return TakeNode(env, driver, work.Owner<NodeTag>());
    case WorkType::kDeadBinder:
    case WorkType::kDeadBinderAndClear:
    case WorkType::kClearDeathNotification:
      return TakeDeath(env, driver, work.Owner<DeathTag>());
  }
  __builtin_unreachable();
}

Step ReadFlow::TakeError(sim::Env& env, Driver& driver, uint32_t& error_slot) {
  if (!PutReturn(env, error_slot, 0)) return Faulted(driver.costs.lock);
  error_slot = BR_OK;
  return Step::Leave(driver.costs.command);
}

// What the owner was told of its node is compared with what holds now (REF-20).
Step ReadFlow::TakeNode(sim::Env& env, Driver& driver, NodeId id) {
  Node& entry = driver.nodes[id];
  const bool strong =
      entry.internal_strong_refs != 0 || entry.local_strong_refs != 0;
  const bool weak = !entry.refs.empty() || entry.local_weak_refs != 0 ||
                    entry.tmp_refs != 0 || strong;
  const bool had_strong = entry.has_strong_ref;
  const bool had_weak = entry.has_weak_ref;
  if (weak && !had_weak) {
    entry.has_weak_ref = entry.pending_weak_ref = true;
    ++entry.local_weak_refs;
  }
  if (strong && !had_strong) {
    entry.has_strong_ref = entry.pending_strong_ref = true;
    ++entry.local_strong_refs;
  }
  if (!strong) entry.has_strong_ref = false;
  if (!weak) entry.has_weak_ref = false;

  const binder_ptr_cookie told{entry.ptr, entry.cookie};
  const uint32_t debug_id = entry.debug_id;
  bool written = true;
  const auto tell = [&](bool wanted, uint32_t command) {
    if (!wanted || !written) return;
    written = PutReturn(env, command, debug_id, told);
  };
  tell(weak && !had_weak, BR_INCREFS);
  tell(strong && !had_strong, BR_ACQUIRE);
  tell(!strong && had_strong, BR_RELEASE);
  tell(!weak && had_weak, BR_DECREFS);

  if (!weak && !strong) {
    std::erase_if(driver.procs[proc].nodes,
                  [&](const auto& known) { return known.second == id; });
    node = id;
    node_unused = true;
    section = Section::kFreeNode;
  }
  if (written) return Step::Leave(driver.costs.command);
  const Step faulted = Faulted(driver.costs.lock);
  if (node_unused) section = Section::kFreeNode;
  return faulted;
}

Step ReadFlow::TakeDeath(sim::Env& env, Driver& driver, DeathId id) {
  const Death death = driver.deaths[id];
  const bool cleared = death.type == WorkType::kClearDeathNotification;
  if (cleared) {
    driver.EraseDeath(id);
  } else {
    driver.Enqueue(Work::Of(death.type, id), WorkListRef::DeliveredDeath(proc));
  }
  env.Emit(record::DeathNotification{
      driver.LookAt(proc).pid,
      cleared ? record::DeathEvent::kCleared : record::DeathEvent::kDelivered,
      death.node_debug_id, 0, death.cookie});
  const uint32_t command = cleared ? uint32_t{BR_CLEAR_DEATH_NOTIFICATION_DONE}
                                   : uint32_t{BR_DEAD_BINDER};
  if (!PutReturn(env, command, death.cookie, binder_uintptr_t{death.cookie})) {
    return Faulted(driver.costs.lock);
  }
  // An obituary may lead to calls, so it ends the read (RET-09).
  if (!cleared) section = Section::kFinish;
  return Step::Leave(driver.costs.command);
}

// --- delivering a transaction (TXN-33..35) ---

void ReadFlow::SetServerPriority(sim::Env& env, Driver& driver) {
  const Transaction& taken = driver.LookAt(transaction);
  const Buffer& parcel = driver.LookAt(proc).alloc[taken.buffer];
  const int32_t least = driver.LookAt(parcel.target_node).min_priority;
  const bool oneway = (taken.flags & TF_ONE_WAY) != 0;
  const int32_t nice = std::as_const(env.machine).thread(env.self).nice;
  if (taken.saved_priority != nice) {
    driver.transactions[transaction].saved_priority = nice;
  }
  if (taken.priority < least && !oneway) {
    env.machine.SetNice(env.self, taken.priority);
  } else if (!oneway || taken.saved_priority > least) {
    env.machine.SetNice(env.self, least);
  }
}

Step ReadFlow::Deliver(sim::Env& env, Driver& driver) {
  driver.Touch(env, transaction);
  Proc& owner = driver.procs[proc];
  const Transaction& taken = driver.LookAt(transaction);
  Buffer& parcel = owner.alloc[taken.buffer];
  binder_transaction_data_secctx data{};
  binder_transaction_data& body = data.transaction_data;
  uint32_t command = BR_REPLY;
  if (parcel.target_node) {
    const Node& target = driver.LookAt(parcel.target_node);
    body.target.ptr = target.ptr;
    body.cookie = target.cookie;
    SetServerPriority(env, driver);
    command = BR_TRANSACTION;
  }
  body.code = taken.code;
  body.flags = taken.flags;
  body.sender_euid = taken.sender_euid;
  if (taken.from) {  // TXN-32
    const Proc& sender = driver.LookAt(driver.LookAt(taken.from).proc);
    // Another process may hold the Binder file of one that is gone.
    os::Kernel::LooksAtLife(env, sender.pid);
    const bool exists =
        env.Get<const os::Kernel>().Find(sender.process) != nullptr;
    body.sender_pid = exists ? static_cast<int32_t>(sender.pid) : 0;
  }
  driver.InstallFiles(env, transaction);
  body.data_size = parcel.data_size;
  body.offsets_size = parcel.offsets_size;
  body.data.ptr.buffer = driver.BufferAddress(owner, taken.buffer);
  body.data.ptr.offsets =
      body.data.ptr.buffer + ((parcel.data_size + 7) & ~uint64_t{7});
  data.secctx = taken.security_context;
  if (taken.security_context != 0) command = BR_TRANSACTION_SEC_CTX;

  const uint64_t begin = filled;
  const bool written =
      Put(env, command) &&
      (taken.security_context != 0 ? Put(env, data) : Put(env, body));
  if (!written) {  // TXN-62
    filled = begin;
    error = -EFAULT;
    section = Section::kEnd;
    return CleanupTransaction(env, transaction, BR_FAILED_REPLY);
  }
  Driver::ChangesFreeable(env, owner, parcel.offset);
  parcel.allow_user_free = true;
  return Delivered(env, driver, command);
}

Step ReadFlow::Delivered(sim::Env& env, Driver& driver, uint32_t command) {
  const Transaction& taken = driver.LookAt(transaction);
  env.Emit(record::TransactionReceived{taken.debug_id, command == BR_REPLY});
  driver.CountReturn(env, thread, command, taken.debug_id);
  if (command != BR_REPLY && (taken.flags & TF_ONE_WAY) == 0) {
    return Next(Section::kPush,
                Step::Run(driver.costs.command + driver.costs.copy_base));
  }
  section = Section::kFinish;
  return env.Call(FreeTransactionFlow{transaction});
}

// --- the end: is another looper wanted (THR-20, RET-03)? ---

Step ReadFlow::FinishRead(sim::Env& env, Driver& driver) {
  const Proc& owner = driver.LookAt(proc);
  section = Section::kEnd;
  const bool is_looper = (driver.LookAt(thread).looper & kLooper) != 0;
  env.OnlyLooks();
  if (is_looper) Driver::LooksAtPool(env, owner);
  if (is_looper && owner.requested_threads == 0 &&
      owner.waiting_threads.empty() &&
      owner.requested_threads_started < owner.max_threads) {
    Driver::ChangesPool(env, owner);
    ++driver.procs[proc].requested_threads;
    if (!driver.UserMemory(env, owner)
             .WriteValue(buffer, uint32_t{BR_SPAWN_LOOPER})) {
      error = kSpawnFault - static_cast<int64_t>(filled);
      return Step::Leave(driver.costs.lock);
    }
    env.Emit(record::LooperSpawnRequested{owner.pid, 0});
    driver.CountReturn(env, thread, BR_SPAWN_LOOPER, 0);
  }
  return Step::Leave(driver.costs.lock);
}

}  // namespace bindersim::driver
