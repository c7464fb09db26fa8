// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Work lists, and who is woken for what (THR-10..16, RET-13..15).

#include <algorithm>

#include "model/driver/driver.h"

namespace bindersim::driver {

void Work::AddCanonical(sim::CanonicalWriter& writer) const {
  writer.Add(type);
  switch (type) {
    case WorkType::kTransaction:
      writer.Add(Owner<TransactionTag>());
      break;
    case WorkType::kTransactionComplete:
    case WorkType::kOnewaySpamSuspect:
      break;  // the index is a debug id
    case WorkType::kReturnError:
    case WorkType::kReplyError:
      writer.Add(Owner<ThreadStateTag>());
      break;
    case WorkType::kNode:
      writer.Add(Owner<NodeTag>());
      break;
    case WorkType::kDeadBinder:
    case WorkType::kDeadBinderAndClear:
    case WorkType::kClearDeathNotification:
      writer.Add(Owner<DeathTag>());
      break;
  }
}

void WorkListRef::AddCanonical(sim::CanonicalWriter& writer) const {
  writer.Add(kind);
  switch (kind) {
    case Kind::kNone:
      break;
    case Kind::kThreadTodo:
      writer.Add(ThreadStateId{index, generation});
      break;
    case Kind::kProcTodo:
    case Kind::kDeliveredDeath:
      writer.Add(ProcId{index, generation});
      break;
    case Kind::kNodeAsyncTodo:
      writer.Add(NodeId{index, generation});
      break;
  }
}

WorkList& Driver::List(WorkListRef ref) {
  switch (ref.kind) {
    case WorkListRef::Kind::kThreadTodo:
      return threads[{ref.index, ref.generation}].todo;
    case WorkListRef::Kind::kProcTodo:
      return procs[{ref.index, ref.generation}].todo;
    case WorkListRef::Kind::kDeliveredDeath:
      return procs[{ref.index, ref.generation}].delivered_death;
    case WorkListRef::Kind::kNodeAsyncTodo:
      return nodes[{ref.index, ref.generation}].async_todo;
    case WorkListRef::Kind::kNone:
      break;
  }
  SIM_CHECK(false) << "a work item on no list";
  __builtin_unreachable();
}

void Driver::Enqueue(const Work& work, WorkListRef list) {
  List(list).push_back(work);
  if (work.type == WorkType::kNode) {
    nodes[work.Owner<NodeTag>()].work_list = list;
  } else if (work.type >= WorkType::kDeadBinder) {
    deaths[work.Owner<DeathTag>()].work_list = list;
  }
}

void Driver::EnqueueThreadWork(sim::Env& env, ThreadStateId id,
                               const Work& work) {
  ThreadState& thread = threads[id];
  CheckHeld(env, LookAt(thread.proc).inner_lock);
  Enqueue(work, WorkListRef::Todo(id));
  // A polling thread that queues its own work must wake its pollers (THR-44).
  if ((thread.looper & kLooperPoll) != 0 && thread.thread == env.self &&
      !thread.process_todo) {
    WakeWaiter(env, id, true);
  }
  thread.process_todo = true;
}

void Driver::EnqueueDeferredThreadWork(ThreadStateId id, const Work& work) {
  Enqueue(work, WorkListRef::Todo(id));
}

void Driver::DequeueNodeWork(NodeId id) {
  const WorkListRef list = LookAt(id).work_list;
  if (!list) return;
  std::erase(List(list), Work::Of(WorkType::kNode, id));
  nodes[id].work_list = {};
}

void Driver::DequeueDeathWork(DeathId id) {
  Death& death = deaths[id];
  if (!death.work_list) return;
  std::erase(List(death.work_list), Work::Of(death.type, id));
  death.work_list = {};
}

Work Driver::DequeueHead(WorkListRef ref) {
  WorkList& list = List(ref);
  SIM_CHECK(!list.empty()) << "no work to take";
  const Work work = list.front();
  list.erase(list.begin());
  if (work.type == WorkType::kNode) {
    nodes[work.Owner<NodeTag>()].work_list = {};
  } else if (work.type >= WorkType::kDeadBinder) {
    deaths[work.Owner<DeathTag>()].work_list = {};
  }
  return work;
}

bool Driver::HasWork(ThreadStateId id, bool do_proc_work) const {
  const ThreadState& thread = LookAt(id);
  return thread.process_todo || thread.looper_need_return ||
         (do_proc_work && !procs[thread.proc].todo.empty());
}

bool Driver::AvailableForProcWork(ThreadStateId id) const {
  constexpr uint32_t kLooper = kLooperRegistered | kLooperEntered;
  const ThreadState& thread = LookAt(id);
  return !thread.transaction_stack && thread.todo.empty() &&
         ((thread.looper & kLooper) != 0 || Has(Fix::kWakeUnregisteredReaders));
}

ThreadStateId Driver::SelectThread(sim::Env& env, ProcId id) {
  CheckHeld(env, LookAt(id).inner_lock);
  if (LookAt(id).waiting_threads.empty()) return {};
  Proc& proc = procs[id];
  const ThreadStateId thread = proc.waiting_threads.back();
  proc.waiting_threads.pop_back();
  EmitPool(env, proc);
  return thread;
}

void Driver::WakeThread(sim::Env& env, ProcId id, ThreadStateId thread,
                        bool sync) {
  if (thread) {
    WakeWaiter(env, thread, sync);
    return;
  }
  // Pollers are not on waiting_threads; nobody knows which one will come, so
  // all that could take the work are woken (THR-13).
  env.LooksAt(sim::Footprint::kModel, ThreadsOf(LookAt(id)));
  for (const auto& [tid, poller] : LookAt(id).threads) {
    if ((LookAt(poller).looper & kLooperPoll) == 0) continue;
    LooksAtInbox(env, poller);
    if (AvailableForProcWork(poller)) {
      WakeWaiter(env, poller, sync);
    }
  }
}

void Driver::WakeWaiter(sim::Env& env, ThreadStateId id, bool sync) {
  const ThreadState& thread = LookAt(id);
  LooksAtInbox(env, id);
  if (thread.on_wait_queue) env.machine.Wake(env, thread.thread, sync);
}

void Driver::EmitPool(sim::Env& env, const Proc& proc) {
  if (!env.recorder.enabled()) return;
  const auto is_looper = [this](ThreadStateId id) {
    return (LookAt(id).looper & (kLooperRegistered | kLooperEntered)) != 0;
  };
  // Who sleeps in a poll is not on the list, but idle all the same.
  const auto is_idle_poller = [&](const auto& entry) {
    const ThreadState& thread = LookAt(entry.second);
    return is_looper(entry.second) && (thread.looper & kLooperPoll) != 0 &&
           thread.on_wait_queue && !thread.transaction_stack &&
           std::ranges::find(proc.waiting_threads, entry.second) ==
               proc.waiting_threads.end();
  };
  const auto waiting = static_cast<uint32_t>(
      std::ranges::count_if(proc.waiting_threads, is_looper) +
      std::ranges::count_if(proc.threads, is_idle_poller));
  env.Emit(record::PoolChanged{proc.pid, proc.loopers, waiting,
                               proc.loopers - waiting});
}

}  // namespace bindersim::driver
