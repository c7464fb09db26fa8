// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The part of the statistics that follows processes, CPUs, locks, thread pools
// and buffers.

#ifndef BINDERSIM_VIZ_MACHINE_COLLECTOR_H_
#define BINDERSIM_VIZ_MACHINE_COLLECTOR_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/record.h"
#include "sim/record.h"
#include "sim/sched_records.h"
#include "viz/statistics.h"

namespace bindersim::viz {

class MachineCollector {
 public:
  // Returns whether the record tells nothing to others.
  bool OnRecord(const sim::Record& record, const sim::NameTable& names);
  // Adds processes, CPUs, locks and deaths up to result->facts.end. To be
  // called once.
  void Finish(RunStatistics* result);

 private:
  struct Process {
    ProcessStatistics statistics;
    uint32_t order = 0;  // of appearance
    int64_t begin = 0;
    int64_t end = -1;
    // The pool since the last change.
    int64_t pool_at = 0;
    uint32_t loopers = 0;
    uint32_t busy = 0;
    int64_t busy_time = 0;  // ns times threads
    uint64_t async_in_use = 0;
  };
  struct Thread {
    uint32_t pid = 0;
    sim::RunState state = sim::RunState::kBlocked;
    uint32_t cpu = 0;
    int64_t since = 0;
    int64_t running = 0;
    int64_t spinning = 0;
    int64_t runnable = 0;
    // The lock that it waits for; empty = none.
    std::string lock;
    int64_t lock_since = 0;
  };
  struct Cpu {
    int64_t busy = 0;
    uint64_t switches = 0;
    std::optional<uint32_t> previous;  // tid
  };

  void On(const sim::ThreadStateChanged& state);
  void On(const sim::LockWait& wait, const sim::NameTable& names);
  void On(const record::ProcessStarted& started, const sim::NameTable& names);
  void On(const record::ProcessExited& exited);
  void On(const record::PoolChanged& pool);
  void On(const record::BufferAllocated& buffer);
  void On(const record::BufferFreed& buffer);
  void On(const record::TransactionSent& sent);
  void On(const record::TransactionFailed& failed);
  void On(const record::PoolStarved& starved);

  Process& At(uint32_t pid);
  // Adds the time since the last change.
  void Charge(Thread& thread);
  void ChargePool(Process& process);

  std::map<uint32_t, Process> processes_;  // by pid
  std::map<uint32_t, Thread> threads_;     // by tid
  std::map<uint32_t, Cpu> cpus_;
  std::map<std::string, std::vector<int64_t>> lock_waits_;
  std::map<uint32_t, uint32_t> targets_;  // debug id -> pid, until allocated
  int64_t at_ = 0;
  uint32_t tid_ = 0;
  uint64_t deaths_ = 0;
  uint64_t obituaries_ = 0;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_MACHINE_COLLECTOR_H_
