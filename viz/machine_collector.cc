// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/machine_collector.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bindersim::viz {
namespace {

uint64_t Permille(int64_t part, int64_t whole) {
  if (whole <= 0 || part <= 0) return 0;
  __extension__ using Wide = __int128;
  return static_cast<uint64_t>(Wide{part} * 1000 / whole);
}

}  // namespace

bool MachineCollector::OnRecord(const sim::Record& record,
                                const sim::NameTable& names) {
  at_ = (record.at - sim::kStart).count();
  tid_ = record.tid;
  if (const auto p = record.As<sim::ThreadStateChanged>()) {
    On(*p);
    return true;
  }
  if (const auto p = record.As<sim::LockWait>()) {
    On(*p, names);
    return true;
  }
  if (const auto p = record.As<record::BufferAllocated>()) {
    On(*p);
  } else if (const auto p = record.As<record::BufferFreed>()) {
    On(*p);
  } else if (const auto p = record.As<record::PoolChanged>()) {
    On(*p);
  } else if (const auto p = record.As<record::TransactionSent>()) {
    On(*p);
  } else if (const auto p = record.As<record::TransactionFailed>()) {
    On(*p);
  } else if (const auto p = record.As<record::ProcessStarted>()) {
    On(*p, names);
  } else if (const auto p = record.As<record::ProcessExited>()) {
    On(*p);
  } else if (const auto p = record.As<record::ThreadStarted>()) {
    threads_[tid_].pid = p->pid;
  } else if (const auto p = record.As<record::LooperSpawnRequested>()) {
    ++At(p->pid).statistics.spawn_requests;
  } else if (const auto p = record.As<record::DeathNotification>()) {
    obituaries_ += p->event == record::DeathEvent::kDelivered;
  } else if (const auto p = record.As<record::PoolStarved>()) {
    On(*p);
  }
  return false;
}

MachineCollector::Process& MachineCollector::At(uint32_t pid) {
  const auto [it, inserted] = processes_.try_emplace(pid);
  if (inserted) {
    it->second.statistics.pid = pid;
    it->second.order = static_cast<uint32_t>(processes_.size());
    it->second.begin = it->second.pool_at = at_;
  }
  return it->second;
}

void MachineCollector::Charge(Thread& thread) {
  const int64_t span = at_ - thread.since;
  thread.since = at_;
  switch (thread.state) {
    case sim::RunState::kSpinning:
      thread.spinning += span;
      [[fallthrough]];
    case sim::RunState::kRunning:
      thread.running += span;
      cpus_[thread.cpu].busy += span;
      break;
    case sim::RunState::kRunnable:
      thread.runnable += span;
      break;
    case sim::RunState::kBlocked:
    case sim::RunState::kExited:
      break;
  }
}

void MachineCollector::On(const sim::ThreadStateChanged& state) {
  Thread& thread = threads_[tid_];
  Charge(thread);
  thread.state = state.state;
  thread.cpu = state.cpu;
  if (state.state != sim::RunState::kRunning) return;
  Cpu& cpu = cpus_[state.cpu];
  if (cpu.previous && *cpu.previous != tid_) ++cpu.switches;
  cpu.previous = tid_;
}

void MachineCollector::On(const sim::LockWait& wait,
                          const sim::NameTable& names) {
  Thread& thread = threads_[tid_];
  if (wait.begins != 0) {
    thread.lock = names.Text(wait.lock);
    thread.lock_since = at_;
  } else if (!thread.lock.empty()) {
    lock_waits_[thread.lock].push_back(at_ - thread.lock_since);
    thread.lock.clear();
  }
}

void MachineCollector::On(const record::ProcessStarted& started,
                          const sim::NameTable& names) {
  At(started.pid).statistics.name = names.Text(started.name);
}

void MachineCollector::On(const record::ProcessExited& exited) {
  ++deaths_;
  Process& process = At(exited.pid);
  ChargePool(process);
  process.busy = process.loopers = 0;
  process.end = at_;
  process.statistics.exit = exited.reason;
}

void MachineCollector::ChargePool(Process& process) {
  const int64_t span = at_ - process.pool_at;
  process.pool_at = at_;
  process.busy_time += span * process.busy;
  if (process.loopers > 0 && process.busy >= process.loopers) {
    process.statistics.all_busy += span;
  }
}

void MachineCollector::On(const record::PoolChanged& pool) {
  Process& process = At(pool.pid);
  ChargePool(process);
  process.loopers = pool.loopers;
  process.busy = pool.busy;
  ProcessStatistics& statistics = process.statistics;
  statistics.max_loopers = std::max(statistics.max_loopers, pool.loopers);
  statistics.max_busy = std::max(statistics.max_busy, pool.busy);
}

void MachineCollector::On(const record::BufferAllocated& buffer) {
  Process& process = At(buffer.pid);
  ProcessStatistics& statistics = process.statistics;
  ++statistics.allocations;
  statistics.buffer_high_water =
      std::max(statistics.buffer_high_water, buffer.in_use);
  if (buffer.is_async != 0) {
    process.async_in_use += buffer.size;
    statistics.async_buffer_high_water =
        std::max(statistics.async_buffer_high_water, process.async_in_use);
  }
  targets_.erase(buffer.debug_id);
}

void MachineCollector::On(const record::BufferFreed& buffer) {
  if (buffer.is_async == 0) return;
  Process& process = At(buffer.pid);
  process.async_in_use -= std::min(process.async_in_use, buffer.size);
}

void MachineCollector::On(const record::TransactionSent& sent) {
  targets_[sent.debug_id] = sent.to_pid;
}

// No room for the buffer is -ENOSPC in the target's mapping (TXN-43).
void MachineCollector::On(const record::TransactionFailed& failed) {
  const auto target = targets_.find(failed.debug_id);
  if (target == targets_.end()) return;
  if (failed.param == -ENOSPC) {
    ++At(target->second).statistics.failed_allocations;
  }
  targets_.erase(target);
}

void MachineCollector::On(const record::PoolStarved& starved) {
  ProcessStatistics& statistics = At(starved.pid).statistics;
  ++statistics.starvations;
  statistics.starved += static_cast<int64_t>(starved.starved_ns);
}

void MachineCollector::Finish(RunStatistics* result) {
  const int64_t end = (result->facts.end - sim::kStart).count();
  at_ = std::max(at_, end);
  for (auto& [tid, thread] : threads_) {
    Charge(thread);
    const auto process = processes_.find(thread.pid);
    if (process == processes_.end()) continue;
    process->second.statistics.running += thread.running;
    process->second.statistics.spinning += thread.spinning;
    process->second.statistics.runnable += thread.runnable;
  }
  std::vector<const Process*> ordered;
  for (auto& [pid, process] : processes_) {
    ChargePool(process);
    ProcessStatistics& statistics = process.statistics;
    const int64_t ended = process.end >= 0 ? process.end : at_;
    statistics.lifetime = ended - process.begin;
    statistics.running_permille = Permille(statistics.running, at_);
    statistics.mean_busy_permille =
        Permille(process.busy_time, statistics.lifetime);
    statistics.all_busy_permille =
        Permille(statistics.all_busy, statistics.lifetime);
    ordered.push_back(&process);
  }
  std::ranges::sort(ordered, {}, &Process::order);
  for (const Process* process : ordered) {
    result->processes.push_back(process->statistics);
  }
  for (const auto& [number, cpu] : cpus_) {
    result->cpus.push_back(
        {number, cpu.busy, Permille(cpu.busy, at_), cpu.switches});
    result->context_switches += cpu.switches;
  }
  for (auto& [name, waits] : lock_waits_) {
    result->locks.push_back({name, Distribution(std::move(waits))});
  }
  result->deaths = deaths_;
  result->obituaries = obituaries_;
}

}  // namespace bindersim::viz
