// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// One run of a kernel script: the machine, the operating system, the driver,
// and what the script's processes and threads have in hand.

#ifndef BINDERSIM_MODEL_SCRIPT_SESSION_H_
#define BINDERSIM_MODEL_SCRIPT_SESSION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/driver/driver.h"
#include "model/os/kernel.h"
#include "model/script/result.h"
#include "model/script/returns.h"
#include "model/script/script.h"
#include "model/script/write_buffer.h"
#include "sim/chooser.h"
#include "sim/machine.h"
#include "sim/record.h"

namespace bindersim::script {

class Session : public sim::Hooks {
 public:
  static constexpr size_t kSlot = 2;

  // All must outlive the session. `sink` may be null.
  Session(const Script& script, sim::Sink* sink);

  Result Run();

  // --- for the frames of the script's threads ---
  bool HasCall(size_t thread) const;
  // Begins the thread's system call. The result of the step is that of End.
  sim::Step Begin(sim::Env& env, size_t thread);
  void End(size_t thread, int64_t result);
  bool IsExiting(size_t thread) const;

 private:
  enum class Phase : uint8_t { kIdle, kIssued, kRunning };

  struct ProcessState {
    os::ProcessId id;
    uint32_t pid = 0;
    std::map<std::string, int32_t> descriptors;  // by label
    std::map<std::string, Mapping> mappings;     // by label
    std::vector<Received> received;
  };

  struct ThreadState {
    sim::ThreadId id;
    uint32_t tid = 0;
    Phase phase = Phase::kIdle;
    size_t step = 0;  // what it does
    int32_t descriptor = -1;
    uint64_t argument = 0;  // addresses
    uint64_t read_buffer = 0;
    std::vector<uint64_t> regions;
    int64_t result = 0;
    std::vector<Received> received;
  };

  // What a read buffer is filled with before the call.
  static constexpr std::byte kUntouched{0xee};

  class ProcessResolver;
  class ProcessMeanings;

  void OnEvent(sim::Env& env, uint32_t code, uint64_t argument) override;
  void OnThreadExit(sim::Env& env, sim::ThreadId thread) override;

  void StartProcesses();
  StepResult Perform(size_t index);
  // What keeps the step from being performed; "" if nothing does.
  std::string Obstacle(const Step& step) const;
  void RunUntilQuiet(sim::Duration time = {});
  bool KillAll();

  // --- operations.cc ---
  // Resolves what the step refers to and lays out its arguments. Returns what
  // could not be resolved, "" if all could.
  std::string Prepare(const Step& step, ThreadState& thread);
  std::string PrepareWriteRead(const Step& step, ThreadState& thread);
  std::vector<std::byte> IoctlArgument(const Step& step);

  // --- completions.cc ---
  Operation Complete(size_t thread);
  void CompleteFile(const Step& step, const ThreadState& thread,
                    Operation& operation);
  void CompleteIoctl(const Step& step, const ThreadState& thread,
                     Operation& operation);
  void CompleteWriteRead(const Step& step, ThreadState& thread,
                         Operation& operation);
  // A step that no thread does.
  void Control(const Step& step, StepResult& result);
  std::vector<std::string> Dump(const Step& step);
  std::string FileName(const ProcessState& process, int32_t descriptor) const;

  bool Alive(size_t process) const;
  os::AddressSpace& MemoryOf(size_t process);
  size_t ProcessOf(const ThreadState& thread) const;
  Mapping MappingOf(const ProcessState& process,
                    const std::string& label) const;

  const Script& script_;
  sim::Machine machine_;
  sim::Recorder recorder_;
  sim::FirstComeChooser chooser_;
  os::Kernel kernel_;
  driver::Driver driver_;
  sim::Env env_;
  std::vector<ProcessState> processes_;
  std::vector<ThreadState> threads_;
  std::vector<size_t> completed_;        // threads, in the order of completion
  std::vector<std::string> file_names_;  // of ordinary files
};

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_SESSION_H_
