// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Threads of simulated processes that make system calls as they are told.

#ifndef BINDERSIM_MODEL_SCRIPT_CALLERS_H_
#define BINDERSIM_MODEL_SCRIPT_CALLERS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/os/kernel.h"
#include "model/script/host.h"
#include "sim/machine.h"

namespace bindersim::script {

// The frames find it in their environment. Threads have numbers that their
// owner chooses.
class Callers {
 public:
  static constexpr size_t kSlot = 2;

  // Starts a thread of the process; it takes the place of one that has ended.
  void Start(sim::Env& env, uint32_t number, os::ProcessId process,
             const std::string& name);
  sim::ThreadId id(size_t number) const { return threads_[number].id; }
  // The call that the thread is to make, or makes; null if it is idle.
  const SystemCall* CallOf(size_t number) const;
  // Hands a call to the thread. REQUIRES: it is alive and idle.
  void Issue(sim::Env& env, size_t number, const SystemCall& call);
  // The calls that have returned since the last time, in the order of their
  // return. A call that ends with its thread is not among them, but for kExit.
  std::vector<Host::Completion> TakeCompletions();

  // What kMkfd was told to make, by File::private_data of an ordinary file.
  const std::string& Identity(uint64_t file) const { return identities_[file]; }

  // --- for the threads' frames ---
  sim::Step Begin(sim::Env& env, const SystemCall& call);
  void End(size_t number, int64_t result);

 private:
  struct Thread {
    sim::ThreadId id;
    std::optional<SystemCall> call;
  };

  std::vector<Thread> threads_;
  std::vector<Host::Completion> completions_;
  std::vector<std::string> identities_;
};

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_CALLERS_H_
