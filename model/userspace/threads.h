// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The threads of scenario processes, from their first to their last moment.

#ifndef BINDERSIM_MODEL_USERSPACE_THREADS_H_
#define BINDERSIM_MODEL_USERSPACE_THREADS_H_

#include <cstdint>
#include <string>
#include <tuple>

#include "model/userspace/application.h"
#include "model/userspace/state.h"
#include "sim/machine.h"

namespace bindersim::userspace {

// A process's first thread: opens the driver, starts the pool, registers the
// services, starts the scenario's threads and, if the scenario has a thread
// "main", is that one. Processes that are up when time begins wait twice: for
// that moment, and, before their threads start, until all of them have
// registered their services.
struct MainThread {
  static constexpr char kName[] = "main";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t {
    kOpen,
    kStartPool,
    kWaitForTime,
    kRegister,
    kRegistered,
    kWaitForOthers,
    kStartThreads,
    kProgram,
    kEnd,
  };
  Section section = Section::kOpen;
  uint32_t next_object = 0;
  sim::Time start = sim::kNever;  // the process's, until its threads start
  auto Fields() const { return std::tie(section, next_object, start); }
  bool operator==(const MainThread&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step RegisterNext(sim::Env& env);
  void StartThreads(sim::Env& env);
  sim::Step BeginProgram(sim::Env& env);
  sim::Step End(sim::Env& env);
};

// Any other thread of a scenario.
struct ProgramThread {
  static constexpr char kName[] = "thread";
  static constexpr bool kUserMode = true;
  BlockIndex body = 0;
  uint32_t section = 0;
  auto Fields() const { return std::tie(body, section); }
  bool operator==(const ProgramThread&) const = default;
  sim::Step Run(sim::Env& env);
};

// "spawn": another thread of the acting process, with the same $0, $1, ...
void SpawnThread(sim::Env& env, const std::string& name, BlockIndex body);

// Code of the event that a scenario's thread is due, and its argument.
inline constexpr uint32_t kStartThreadEvent = 100;
struct ThreadToStart {
  ProcessIndex process = 0;
  uint32_t thread = 0;  // of its threads

  uint64_t Pack() const { return uint64_t{process} << 32 | thread; }
  static ThreadToStart Unpack(uint64_t packed) {
    return {static_cast<ProcessIndex>(packed >> 32),
            static_cast<uint32_t>(packed)};
  }
};
void OnStartThreadEvent(sim::Env& env, uint64_t argument);

// Whether the process has anything to do at all. One that has not is never
// started.
bool HasThreads(const ProcessSetup& setup);

// Starts the process now.
void StartProcess(sim::Env& env, ProcessIndex process);

// Time begins: wakes what waits for that, in the order of the processes.
void BeginTime(sim::Env& env);

// The thread is about to end; a process of which it was the last is forgotten.
void OnThreadExit(sim::Env& env, sim::ThreadId thread, bool last);

// Dispatches to the scenario's objects and servicemanager.
class Programs : public Application {
 public:
  sim::Step OnTransact(sim::Env& env, const Incoming& incoming) override;
  sim::Step OnBinderDied(sim::Env& env, const Recipient& recipient,
                         ProxyId proxy) override;
  void OnLateAnswer(sim::Env& env, sim::Duration waited) override;
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_THREADS_H_
