// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Processes that do whatever an input says, on a driver whose invariants are
// checked after every section.

#ifndef BINDERSIM_TESTS_FUZZ_SYSTEM_H_
#define BINDERSIM_TESTS_FUZZ_SYSTEM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/driver/driver.h"
#include "model/driver/invariants.h"
#include "model/os/kernel.h"
#include "model/script/callers.h"
#include "sim/chooser.h"
#include "sim/machine.h"
#include "sim/record.h"

namespace bindersim::fuzz {

inline constexpr size_t kProcesses = 3;
inline constexpr size_t kThreadsEach = 3;
inline constexpr size_t kThreads = kProcesses * kThreadsEach;
inline constexpr uint64_t kArenaSize = 16384;  // bytes, one for each thread

// What a process has been given by the driver.
struct Received {
  std::vector<uint64_t> buffers;                        // addresses
  std::vector<std::pair<uint64_t, uint64_t>> pointers;  // of nodes, cookies
};

class System : private sim::Hooks {
 public:
  System(uint32_t cpus, uint64_t schedule_seed);

  // Starts a process in the slot, if none is there.
  void Start(size_t process);
  bool IsAlive(size_t process) const;
  // Whether the thread can be given a call.
  bool IsIdle(size_t thread) const;
  void Issue(size_t thread, const script::SystemCall& call);
  void Kill(size_t process);
  void Signal(size_t thread);
  // Lets time pass; a negative time: until nothing happens any more.
  void Run(sim::Duration time);
  // Ends all processes. Returns what is left over in the driver, "" if nothing.
  std::string Finish();

  os::AddressSpace& memory(size_t process);
  uint64_t arena(size_t thread) const { return threads_[thread].arena; }
  uint32_t pid(size_t process) const { return processes_[process].pid; }
  Received& received(size_t process) { return processes_[process].received; }
  // Where the process's Binder mappings begin.
  std::vector<uint64_t>& mappings(size_t process) {
    return processes_[process].mappings;
  }
  // The thread's read buffer; noted so that what comes there is looked at.
  void ExpectReturns(size_t thread, uint64_t address, uint64_t bwr) {
    threads_[thread].read_buffer = address;
    threads_[thread].bwr = bwr;
  }
  driver::Driver& driver() { return driver_; }

 private:
  struct ProcessState {
    os::ProcessId id;
    uint32_t pid = 0;
    Received received;
    std::vector<uint64_t> mappings;
  };
  struct ThreadState {
    uint64_t arena = 0;  // writable memory of its own
    bool mapping = false;
    uint64_t read_buffer = 0;
    uint64_t bwr = 0;
  };

  void OnEvent(sim::Env& env, uint32_t code, uint64_t argument) override;
  void OnThreadExit(sim::Env& env, sim::ThreadId thread) override;
  // A call of the thread has returned.
  void End(size_t thread, int64_t result);
  void TakeReturns(size_t thread);

  sim::Machine machine_;
  sim::Recorder recorder_;
  sim::FirstComeChooser first_come_;
  sim::RandomChooser random_;
  os::Kernel kernel_;
  driver::Driver driver_;
  script::Callers callers_;
  driver::InvariantChecker checker_;
  sim::Env env_;
  uint32_t next_pid_ = 1000;
  std::array<ProcessState, kProcesses> processes_;
  std::array<ThreadState, kThreads> threads_;
};

}  // namespace bindersim::fuzz

#endif  // BINDERSIM_TESTS_FUZZ_SYSTEM_H_
