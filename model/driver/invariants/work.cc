// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Work lists, and whether those sleep who should not.

#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/invariants/check.h"

namespace bindersim::driver {

void Check::CheckWorkLists() {
  for (const auto& [id, thread] : driver_.threads) {
    CheckList(thread.todo, WorkListRef::Todo(id));
    // What is deferred can wait for the next item; other items cannot (RET-14).
    const bool urgent = std::ranges::any_of(thread.todo, [](const Work& work) {
      return work.type != WorkType::kTransactionComplete &&
             work.type != WorkType::kOnewaySpamSuspect &&
             work.type != WorkType::kNode;
    });
    if (urgent && !thread.process_todo) {
      Broken(Invariant::kWorkLists, "{} has work, but process_todo is false",
             Name(WorkListRef::Todo(id)));
    }
  }
  for (const auto& [id, proc] : driver_.procs) {
    CheckList(proc.todo, WorkListRef::Todo(id));
    CheckList(proc.delivered_death, WorkListRef::DeliveredDeath(id));
  }
  for (const auto& [id, node] : driver_.nodes) {
    if (node.async_todo.empty()) continue;
    CheckList(node.async_todo, WorkListRef::AsyncTodo(id));
  }
  constexpr Invariant kLists = Invariant::kWorkLists;
  for (const auto& [id, node] : driver_.nodes) {
    const auto [list, times] = listed_.nodes.Get(id);
    if (times != (node.work_list ? 1 : 0) ||
        (times == 1 && list != node.work_list)) {
      Broken(kLists, "the work of {} is on {} lists{}", Name(id), times,
             node.work_list ? "" : ", but should be on none");
    }
  }
  for (const auto& [id, death] : driver_.deaths) {
    const auto [list, times] = listed_.deaths.Get(id);
    if (times != (death.work_list ? 1 : 0) ||
        (times == 1 && list != death.work_list)) {
      Broken(kLists, "the death record with cookie {:#x} is on {} lists{}",
             death.cookie, times,
             death.work_list ? "" : ", but should be on none");
    }
  }
}

void Check::CheckList(const WorkList& list, WorkListRef ref) {
  for (const Work& work : list) CheckItem(work, ref);
}

void Check::CheckItem(const Work& work, WorkListRef list) {
  constexpr Invariant kLists = Invariant::kWorkLists;
  using Kind = WorkListRef::Kind;
  switch (work.type) {
    case WorkType::kTransaction: {
      const auto id = work.Owner<TransactionTag>();
      if (list.kind == Kind::kDeliveredDeath) {
        Broken(kLists, "a transaction is on {}", Name(list));
      }
      if (Exists(kLists, driver_.transactions, id, list)) {
        ++listed_.transactions[id];
      }
      return;
    }
    case WorkType::kNode: {
      const auto id = work.Owner<NodeTag>();
      if (list.kind != Kind::kThreadTodo && list.kind != Kind::kProcTodo) {
        Broken(kLists, "a node is on {}", Name(list));
      }
      if (!Exists(kLists, driver_.nodes, id, list)) return;
      if (!driver_.nodes[id].proc) {
        Broken(kLists, "{} has {}, of which nobody can be told", Name(list),
               Name(id));
      }
      auto& [its_list, times] = listed_.nodes[id];
      its_list = list;
      ++times;
      return;
    }
    case WorkType::kDeadBinder:
    case WorkType::kDeadBinderAndClear:
    case WorkType::kClearDeathNotification: {
      const auto id = work.Owner<DeathTag>();
      if (list.kind == Kind::kNodeAsyncTodo) {
        Broken(kLists, "a death record is on {}", Name(list));
      }
      if (!Exists(kLists, driver_.deaths, id, list)) return;
      if (driver_.deaths[id].type != work.type) {
        Broken(kLists, "{} has a death record as something else", Name(list));
      }
      auto& [its_list, times] = listed_.deaths[id];
      its_list = list;
      ++times;
      return;
    }
    default:
      CheckQueuedThreadWork(work, list);
  }
}

// Completions and errors, which belong to one thread.
void Check::CheckQueuedThreadWork(const Work& work, WorkListRef list) {
  constexpr Invariant kLists = Invariant::kWorkLists;
  if (list.kind != WorkListRef::Kind::kThreadTodo) {
    Broken(kLists, "{} has what only a thread can have", Name(list));
    return;
  }
  const ThreadStateId id{list.index, list.generation};
  const ThreadState& thread = driver_.threads[id];
  if (std::ranges::count(thread.todo, work) != 1) {
    Broken(kLists, "{} has an item twice", Name(list));
  }
  switch (work.type) {
    case WorkType::kReturnError:
    case WorkType::kReplyError: {
      const bool is_return = work.type == WorkType::kReturnError;
      const uint32_t error =
          is_return ? thread.return_error : thread.reply_error;
      if (work.Owner<ThreadStateTag>() != id || error == BR_OK) {
        Broken(kLists, "{} has an error that is none", Name(list));
      }
      return;
    }
    default:
      ++listed_.completions;
  }
}

std::string Check::Name(WorkListRef list) const {
  switch (list.kind) {
    case WorkListRef::Kind::kThreadTodo:
      return "todo of " + Name(ThreadStateId{list.index, list.generation});
    case WorkListRef::Kind::kProcTodo:
      return "todo of " + Name(ProcId{list.index, list.generation});
    case WorkListRef::Kind::kDeliveredDeath:
      return "delivered_death of " + Name(ProcId{list.index, list.generation});
    case WorkListRef::Kind::kNodeAsyncTodo:
      return "async_todo of " + Name(NodeId{list.index, list.generation});
    case WorkListRef::Kind::kNone:
      break;
  }
  return "no list";
}

// --- sleepers (THR-42) ---

void Check::CheckSleepers() {
  constexpr Invariant kLost = Invariant::kLostWakeUp;
  for (const Sleeper& sleeper : claims_.sleepers) {
    const ThreadState& thread = driver_.threads[sleeper.thread];
    const Proc& proc = driver_.procs[sleeper.proc];
    // A flush wakes readers only (CTL-62).
    const bool own_work =
        thread.process_todo || (thread.looper_need_return && !sleeper.polls);
    if (own_work && !claims_.wakings.Contains(sleeper.thread)) {
      Broken(kLost, "{} sleeps with {} items in its todo, process_todo {}",
             Name(sleeper.thread), thread.todo.size(), thread.process_todo);
    }
    // Idle threads take it, loopers or not (THR-18).
    const bool is_idle = !thread.transaction_stack && thread.todo.empty();
    const bool would_take =
        is_idle || (!sleeper.polls && sleeper.for_process_work);
    if (would_take && !proc.todo.empty() &&
        !claims_.looked_after.Contains(sleeper.proc)) {
      Broken(kLost,
             "{} sleeps with {} items in the todo of {}, and no other thread "
             "is on its way",
             Name(sleeper.thread), proc.todo.size(), Name(sleeper.proc));
    }
  }
  if (claims_.work_queue_sleeps && !driver_.deferred_list.empty() &&
      !driver_.holds_deferred_work) {
    Broken(kLost, "the work queue sleeps with {} processes in its list",
           driver_.deferred_list.size());
  }
}

// --- statistics (DBG-20) ---

void Check::CheckStatistics() {
  const Statistics& statistics = driver_.statistics.value;
  const auto compare = [&](const char* what, Counted kind, size_t there) {
    const auto index = static_cast<size_t>(kind);
    const uint32_t counted =
        statistics.created[index] - statistics.deleted[index];
    if (counted == there) return;
    Broken(Invariant::kStatistics, "{} active by the statistics is {}, not {}",
           what, counted, there);
  };
  compare("proc", Counted::kProc, driver_.procs.size());
  compare("thread", Counted::kThread, driver_.threads.size());
  compare("node", Counted::kNode, driver_.nodes.size());
  compare("ref", Counted::kRef, driver_.refs.size());
  compare("death", Counted::kDeath, driver_.deaths.size());
  compare("transaction", Counted::kTransaction, driver_.transactions.size());
  compare("transaction_complete", Counted::kTransactionComplete,
          listed_.completions + claims_.completions);
}

}  // namespace bindersim::driver
