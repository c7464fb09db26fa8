// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// IPCThreadState's flows as frames named after its functions.

#ifndef BINDERSIM_MODEL_USERSPACE_IPC_THREAD_STATE_H_
#define BINDERSIM_MODEL_USERSPACE_IPC_THREAD_STATE_H_

#include <cstdint>
#include <tuple>

#include "model/userspace/application.h"
#include "model/userspace/state.h"
#include "sim/machine.h"
#include "sim/observed.h"

namespace bindersim::userspace {

// The ioctl that exchanges mOut and mIn with the driver (USR-20..22). Result: a
// status.
struct TalkWithDriver {
  static constexpr char kName[] = "IPCThreadState::talkWithDriver";
  static constexpr bool kUserMode = true;
  bool receive = true;
  bool called = false;
  auto Fields() const { return std::tie(receive, called); }
  bool operator==(const TalkWithDriver&) const = default;
  sim::Step Run(sim::Env& env);
};

// Stops the thread for as long as its process is frozen. A frame of user mode
// calls it where a thread may be stopped. Result: `result`.
struct StopWhileFrozen {
  static constexpr char kName[] = "cgroup freezer";
  static constexpr bool kUserMode = true;
  int64_t result = 0;
  auto Fields() const { return std::tie(result); }
  bool operator==(const StopWhileFrozen&) const = default;
  sim::Step Run(sim::Env& env);
};
bool IsFrozen(sim::Env& env);
// Freezes or thaws a process as its control group does (FRZ-07, 12): threads
// stop when they are in user mode, and waits in the driver are interrupted so
// that they get there.
void SetFrozen(sim::Env& env, ProcessIndex process, bool frozen);

// Writes mOut without reading, and what came up meanwhile (USR-24).
struct FlushCommands {
  static constexpr char kName[] = "IPCThreadState::flushCommands";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  auto Fields() const { return std::tie(section); }
  bool operator==(const FlushCommands&) const = default;
  sim::Step Run(sim::Env& env);
};

// Flushes the commands of Ipc::unflushed one by one (flushIfNeeded, USR-23).
struct FlushRefs {
  static constexpr char kName[] = "IPCThreadState::flushIfNeeded";
  static constexpr bool kUserMode = true;
  auto Fields() const { return std::tuple<>(); }
  bool operator==(const FlushRefs&) const = default;
  sim::Step Run(sim::Env& env);
};

// Reads and executes commands until the call (or the sending of a reply, or of
// a oneway call: no `wants_reply`) is over (USR-30, 31). Result: the status.
struct WaitForResponse {
  static constexpr char kName[] = "IPCThreadState::waitForResponse";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kTalk, kRead, kExecuted, kLogged };
  ParcelId reply;  // null: the reply is not looked at
  uint32_t wants_reply = 0;
  Section section = Section::kTalk;
  Status status = kOk;
  uint32_t unused = 0;
  auto Fields() const {
    return std::tie(reply, wants_reply, section, status, unused);
  }
  bool operator==(const WaitForResponse&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Handle(sim::Env& env, uint32_t command);
  sim::Step Finish(sim::Env& env, Status result);
};

// One BR_ command outside of the call under way (USR-32). Result: a status.
struct ExecuteCommand {
  static constexpr char kName[] = "IPCThreadState::executeCommand";
  static constexpr bool kUserMode = true;
  uint32_t command = 0;
  uint32_t section = 0;
  uint64_t cookie = 0;  // of BR_DEAD_BINDER
  auto Fields() const { return std::tie(command, section, cookie); }
  bool operator==(const ExecuteCommand&) const = default;
  sim::Step Run(sim::Env& env);
};

// BR_TRANSACTION: dispatch and reply (USR-33..37).
struct ServeTransaction {
  static constexpr char kName[] = "IPCThreadState::executeCommand(transaction)";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kDispatch, kReply, kReplied };
  Incoming incoming;
  Section section = Section::kDispatch;
  auto Fields() const { return std::tie(incoming, section); }
  bool operator==(const ServeTransaction&) const = default;
  sim::Step Run(sim::Env& env);
};

// BC_REPLY (USR-35, 36). Result: the status.
struct SendReply {
  static constexpr char kName[] = "IPCThreadState::sendReply";
  static constexpr bool kUserMode = true;
  ParcelId reply;
  uint32_t flags = 0;
  uint32_t section = 0;
  auto Fields() const { return std::tie(reply, flags, section); }
  bool operator==(const SendReply&) const = default;
  sim::Step Run(sim::Env& env);
};

// BC_TRANSACTION to a handle (USR-29). Result: the status; also in the reply.
struct Transact {
  static constexpr char kName[] = "IPCThreadState::transact";
  static constexpr bool kUserMode = true;
  uint32_t handle = 0;
  uint32_t code = 0;
  uint32_t flags = 0;
  uint32_t section = 0;
  ParcelId data;
  ParcelId reply;  // null: not wanted
  Status status = kOk;
  uint32_t unused = 0;
  sim::Observed<sim::Time> began{};
  auto Fields() const {
    return std::tie(handle, code, flags, section, data, reply, status, unused,
                    began);
  }
  bool operator==(const Transact&) const = default;
  sim::Step Run(sim::Env& env);
};

// Reads one command and executes it; the starvation clock (USR-13). Result: a
// status.
struct GetAndExecuteCommand {
  static constexpr char kName[] = "IPCThreadState::getAndExecuteCommand";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  auto Fields() const { return std::tie(section); }
  bool operator==(const GetAndExecuteCommand&) const = default;
  sim::Step Run(sim::Env& env);
};

// The life of a pool thread (USR-26).
struct JoinThreadPool {
  static constexpr char kName[] = "IPCThreadState::joinThreadPool";
  static constexpr bool kUserMode = true;
  uint32_t is_main = 0;
  uint32_t section = 0;
  auto Fields() const { return std::tie(is_main, section); }
  bool operator==(const JoinThreadPool&) const = default;
  sim::Step Run(sim::Env& env);
};

// Announces the thread as a looper that polls (USR-27).
struct SetupPolling {
  static constexpr char kName[] = "IPCThreadState::setupPolling";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  auto Fields() const { return std::tie(section); }
  bool operator==(const SetupPolling&) const = default;
  sim::Step Run(sim::Env& env);
};

// Executes what there is after the descriptor polled readable (USR-27).
struct HandlePolledCommands {
  static constexpr char kName[] = "IPCThreadState::handlePolledCommands";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  auto Fields() const { return std::tie(section); }
  bool operator==(const HandlePolledCommands&) const = default;
  sim::Step Run(sim::Env& env);
};

// The destructor at thread exit: flush and BINDER_THREAD_EXIT (USR-12). Then
// the thread ends.
struct ThreadDestructor {
  static constexpr char kName[] = "IPCThreadState::threadDestructor";
  static constexpr bool kUserMode = true;
  uint32_t section = 0;
  auto Fields() const { return std::tie(section); }
  bool operator==(const ThreadDestructor&) const = default;
  sim::Step Run(sim::Env& env);
};

// LOG_ALWAYS_FATAL: a finding, and the process aborts.
sim::Step Abort(sim::Env& env, const char* why);

// spawnPooledThread (USR-05, 06): nothing if the pool was never started.
void SpawnPooledThread(sim::Env& env, bool is_main);
// startThreadPool (USR-04).
void StartThreadPool(sim::Env& env);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_IPC_THREAD_STATE_H_
