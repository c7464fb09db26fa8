// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Kernel scripts on the simulated driver: one CPU, nothing takes time, and a
// running thread is never preempted; threads that are woken run in the order of
// their wake-ups, and before the driver's deferred work.

#ifndef BINDERSIM_MODEL_SCRIPT_SIMULATED_HOST_H_
#define BINDERSIM_MODEL_SCRIPT_SIMULATED_HOST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/driver/driver.h"
#include "model/os/kernel.h"
#include "model/script/callers.h"
#include "model/script/host.h"
#include "model/script/script.h"
#include "sim/chooser.h"
#include "sim/machine.h"
#include "sim/record.h"

namespace bindersim::script {

class SimulatedHost : public Host, private sim::Hooks {
 public:
  // Starts the script's processes. All arguments must outlive the host; `sink`,
  // which is given the run's records, may be null.
  SimulatedHost(const Script& script, sim::Sink* sink);
  ~SimulatedHost() override;

  Memory& memory(size_t process) override;
  uint32_t pid(size_t process) const override;
  uint32_t tid(size_t thread) const override;
  bool ProcessAlive(size_t process) const override;
  bool ThreadAlive(size_t thread) const override;
  void Issue(size_t thread, const SystemCall& call) override;
  void Kill(size_t process) override;
  void Signal(size_t thread) override;
  std::string Settle(int64_t milliseconds) override;
  std::vector<Completion> TakeCompletions() override;
  std::string FileName(size_t process, int32_t descriptor) const override;
  std::vector<std::string> FileNames(size_t process) const override;
  std::string DebugFile(const std::string& name, size_t process) override;
  uint64_t first_debug_id() const override { return 0; }
  const std::string& first_statistics() const override { return no_text_; }
  bool Finish() override;

  const driver::Driver& driver() const { return driver_; }
  const os::Kernel& kernel() const { return kernel_; }
  const sim::Machine& machine() const { return machine_; }
  // Shows each section from now on to the observer, which may be null.
  void Observe(sim::SectionObserver* observer) { env_.observer = observer; }

 private:
  class ProcessMemory;

  void OnEvent(sim::Env& env, uint32_t code, uint64_t argument) override;
  void OnThreadExit(sim::Env& env, sim::ThreadId thread) override;
  void StartProcesses();
  // Runs until nothing more happens in that time.
  void Run(sim::Duration time);

  const Script& script_;
  sim::Machine machine_;
  sim::Recorder recorder_;
  sim::FirstComeChooser chooser_;
  os::Kernel kernel_;
  driver::Driver driver_;
  sim::Env env_;
  std::vector<os::ProcessId> processes_;
  std::vector<uint32_t> pids_;
  std::vector<std::unique_ptr<ProcessMemory>> memories_;
  std::vector<uint32_t> tids_;
  Callers callers_;
  std::string no_text_;
};

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_SIMULATED_HOST_H_
