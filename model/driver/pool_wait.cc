// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// How long transactions lie in a process's list. They get there only if no
// thread of the process waits for work (THR-10), and the first thread that is
// free takes the oldest: what lies there for long is what a starved pool is
// about (USR-13).

#include <algorithm>
#include <tuple>

#include "model/driver/driver.h"

namespace bindersim::driver {

namespace {

bool IsTransaction(const Work& work) {
  return work.type == WorkType::kTransaction;
}

// The oldest transaction in the list; null if there is none.
TransactionId OldestIn(const WorkList& list) {
  const auto found = std::ranges::find_if(list, IsTransaction);
  return found == list.end() ? TransactionId{} : found->Owner<TransactionTag>();
}

}  // namespace

PoolWait Driver::PoolWaitOf(const Proc& proc, TransactionId id,
                            sim::Time now) const {
  const Transaction& transaction = LookAt(id);
  PoolWait wait;
  wait.pid = proc.pid;
  wait.span = now - transaction.queued.value;
  wait.end = now;
  wait.debug_id = transaction.debug_id;
  wait.from_pid = transaction.from_pid;
  wait.threads = proc.loopers;
  wait.behind = static_cast<uint64_t>(
      std::ranges::count_if(proc.todo, [&](const Work& work) {
        return IsTransaction(work) && work.Owner<TransactionTag>() != id;
      }));
  return wait;
}

void Driver::NotePoolWait(sim::Env& env, ProcId proc, TransactionId id) {
  // Without time nothing takes long; without loopers there is no pool.
  const Proc& owner = LookAt(proc);
  if (env.machine.untimed() || owner.loopers == 0) return;
  procs[proc].longest_wait.value = PoolWaitOf(owner, id, env.machine.now());
}

void Driver::EndPoolWaits(sim::Env& env, ProcId proc) {
  const TransactionId oldest = OldestIn(LookAt(proc).todo);
  if (oldest && !LookAt(proc).is_frozen) EndPoolWait(env, proc, oldest);
}

void Driver::RestartPoolWaits(sim::Env& env, ProcId proc) {
  for (const Work& work : LookAt(proc).todo) {
    if (IsTransaction(work)) BeginPoolWait(env, work.Owner<TransactionTag>());
  }
}

std::vector<PoolWait> Driver::PoolWaits(sim::Time now) const {
  std::vector<PoolWait> waits = statistics->waits_of_the_dead;
  for (const auto& [id, proc] : procs) {
    if (proc.longest_wait->span > sim::Duration{}) {
      waits.push_back(proc.longest_wait.value);
    }
    const TransactionId oldest = OldestIn(proc.todo);
    if (!oldest || proc.is_dead || proc.is_frozen || proc.loopers == 0) {
      continue;
    }
    waits.push_back(PoolWaitOf(proc, oldest, now));
    waits.back().goes_on = true;
  }
  std::ranges::sort(waits, [](const PoolWait& a, const PoolWait& b) {
    return std::tie(a.pid, b.span, a.debug_id) <
           std::tie(b.pid, a.span, b.debug_id);
  });
  return waits;
}

}  // namespace bindersim::driver
