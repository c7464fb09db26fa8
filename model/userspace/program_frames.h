// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Scenario programs as frames: blocks, and the actions that take more than one
// step.

#ifndef BINDERSIM_MODEL_USERSPACE_PROGRAM_FRAMES_H_
#define BINDERSIM_MODEL_USERSPACE_PROGRAM_FRAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "model/userspace/application.h"
#include "model/userspace/state.h"
#include "sim/machine.h"

namespace bindersim::userspace {

// A thread whose calls nest deeper than this overflows its stack.
inline constexpr size_t kMostActivations = 200;

// --- references (program_refs.cc) ---

// What a reference stands for at this moment, borrowed; null if nothing.
Binder Resolve(sim::Env& env, const ObjectRef& ref);
// The service that has to be looked up before `ref` can be resolved.
std::optional<NameIndex> LookUpNeeded(sim::Env& env, const ObjectRef& ref);
// The reference as the scenario writes it.
std::string LabelOf(sim::Env& env, const ObjectRef& ref);
// Puts an owned reference (or null) into a slot of the process.
void StoreSlot(sim::Env& env, SymbolIndex slot, const Binder& owned);
// The index of the object's method with that code; nothing if it has none.
std::optional<uint32_t> FindMethod(const Object& object, uint32_t code);
// Begins a method, a death recipient or a thread's program. Returns false, with
// the process aborted, if there are too many already.
bool PushActivation(sim::Env& env, Activation activation);
// Ends it: its arguments are let go.
void PopActivation(sim::Env& env);

// --- control ---

// Runs the actions of a block one after the other.
struct RunBlock {
  static constexpr char kName[] = "program";
  static constexpr bool kUserMode = true;
  BlockIndex block = 0;
  uint32_t next = 0;
  auto Fields() const { return std::tie(block, next); }
  bool operator==(const RunBlock&) const = default;
  sim::Step Run(sim::Env& env);
};

struct RepeatBlock {
  static constexpr char kName[] = "repeat";
  static constexpr bool kUserMode = true;
  uint64_t left = 0;
  BlockIndex body = 0;
  uint32_t unused = 0;
  auto Fields() const { return std::tie(left, body, unused); }
  bool operator==(const RepeatBlock&) const = default;
  sim::Step Run(sim::Env& env);
};

// --- calls (program_calls.cc) ---

// A "call" action: through a proxy, or directly to a local object (JAV-12).
struct CallAction {
  static constexpr char kName[] = "call";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t {
    kLookUp,
    kBegin,
    kTransact,
    kReturned,
    kReply,
    kLocal,
    kEnd,
    kFailed,
    kDone,
  };
  ActionRef action;
  Section section = Section::kLookUp;
  uint32_t cursor = 0;  // references looked up so far
  Binder target{};
  ParcelId data{};
  ParcelId reply{};
  uint32_t call = 0;
  Status status = kOk;
  auto Fields() const {
    return std::tie(action, section, cursor, target, data, reply, call, status);
  }
  bool operator==(const CallAction&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  const Call& Spec(sim::Env& env) const;
  sim::Step LookUpNext(sim::Env& env);
  sim::Step Begin(sim::Env& env);
  std::string TargetName(sim::Env& env);
  sim::Step BeginLocal(sim::Env& env);
  sim::Step Marshal(sim::Env& env, uint64_t payload);
  void ReadReply(sim::Env& env);
  sim::Step End(sim::Env& env);
};

// A method's body in its activation, between MethodBegin and the making of the
// reply: the services that the reply mentions are looked up as well.
struct RunMethod {
  static constexpr char kName[] = "method";
  static constexpr bool kUserMode = true;
  ObjectIndex object = 0;
  uint32_t method = 0;
  uint32_t cursor = 0;
  uint32_t started = 0;
  auto Fields() const { return std::tie(object, method, cursor, started); }
  bool operator==(const RunMethod&) const = default;
  sim::Step Run(sim::Env& env);
};

// BBinder::transact of a scenario's object (USR-61, 66). Result: the status.
struct BBinderTransact {
  static constexpr char kName[] = "BBinder::transact";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kDispatch, kUnmarshal, kCall, kReply, kEnd };
  Incoming incoming;
  Section section = Section::kDispatch;
  uint32_t method = 0;
  sim::SerialNumber debug_id{};
  auto Fields() const { return std::tie(incoming, section, method, debug_id); }
  bool operator==(const BBinderTransact&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Dispatch(sim::Env& env);
  void BeginMethod(sim::Env& env);
  Activation ReadArguments(sim::Env& env);
  uint64_t WriteReply(sim::Env& env);
};

// --- services and death (program_services.cc) ---

struct GetServiceAction {
  static constexpr char kName[] = "get_service";
  static constexpr bool kUserMode = true;
  ActionRef action;
  uint32_t section = 0;
  auto Fields() const { return std::tie(action, section); }
  bool operator==(const GetServiceAction&) const = default;
  sim::Step Run(sim::Env& env);
};

struct AddServiceAction {
  static constexpr char kName[] = "add_service";
  static constexpr bool kUserMode = true;
  ActionRef action;
  uint32_t section = 0;
  auto Fields() const { return std::tie(action, section); }
  bool operator==(const AddServiceAction&) const = default;
  sim::Step Run(sim::Env& env);
};

// "link_to_death" and "unlink_to_death".
struct LinkAction {
  static constexpr char kName[] = "link_to_death";
  static constexpr bool kUserMode = true;
  ActionRef action;
  uint32_t unlink = 0;
  uint32_t section = 0;
  Binder target{};
  auto Fields() const { return std::tie(action, unlink, section, target); }
  bool operator==(const LinkAction&) const = default;
  sim::Step Run(sim::Env& env);
};

struct KeepAction {
  static constexpr char kName[] = "keep";
  static constexpr bool kUserMode = true;
  ActionRef action;
  uint32_t section = 0;
  auto Fields() const { return std::tie(action, section); }
  bool operator==(const KeepAction&) const = default;
  sim::Step Run(sim::Env& env);
};

// binderDied of a scenario's recipient.
struct RunBinderDied {
  static constexpr char kName[] = "DeathRecipient::binderDied";
  static constexpr bool kUserMode = true;
  ActionRef action;
  uint32_t section = 0;
  auto Fields() const { return std::tie(action, section); }
  bool operator==(const RunBinderDied&) const = default;
  sim::Step Run(sim::Env& env);
};

// --- mutexes and conditions (program_sync.cc) ---

struct LockMutex {
  static constexpr char kName[] = "mutex lock";
  static constexpr bool kUserMode = true;
  SymbolIndex mutex = 0;
  uint32_t waits = 0;
  auto Fields() const { return std::tie(mutex, waits); }
  bool operator==(const LockMutex&) const = default;
  sim::Step Run(sim::Env& env);
};

struct WaitForCondition {
  static constexpr char kName[] = "condition wait";
  static constexpr bool kUserMode = true;
  ActionRef action;
  uint32_t section = 0;
  uint32_t depth = 0;  // how often the mutex was held beyond once
  auto Fields() const { return std::tie(action, section, depth); }
  bool operator==(const WaitForCondition&) const = default;
  sim::Step Run(sim::Env& env);
};

// --- system calls (program_ioctls.cc) ---

// "freeze" and "unfreeze".
struct FreezeAction {
  static constexpr char kName[] = "freezer";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kAsk, kAnswered, kEnd };
  ActionRef action;
  Section section = Section::kAsk;
  uint32_t next = 0;  // of the action's processes
  auto Fields() const { return std::tie(action, section, next); }
  bool operator==(const FreezeAction&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Ask(sim::Env& env, const Freeze& spec);
};

// "ioctl".
struct IoctlAction {
  static constexpr char kName[] = "ioctl";
  static constexpr bool kUserMode = true;
  enum class Section : uint32_t { kCall, kReturned, kEnd };
  ActionRef action;
  Section section = Section::kCall;
  uint32_t unused = 0;
  uint64_t argument = 0;  // addresses of blocks of the heap
  uint64_t write = 0;
  uint64_t read = 0;
  auto Fields() const {
    return std::tie(action, section, unused, argument, write, read);
  }
  bool operator==(const IoctlAction&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Begin(sim::Env& env, const RawIoctl& spec);
  // Makes addresses of the offsets of buffers in what is to be written.
  void NameBuffers(sim::Env& env, const RawIoctl& spec);
  void Free(sim::Env& env, const RawIoctl& spec);
};

// Hands the mutex to the thread that waits longest. A program that does not
// hold it is reported; `as` says what it does.
void UnlockMutex(sim::Env& env, SymbolIndex mutex,
                 std::string_view as = "unlocks");
void NotifyCondition(sim::Env& env, SymbolIndex condition, bool all);

// Ends the acting process, or kills others (program_frames.cc).
sim::Step ExitProcess(sim::Env& env);
void KillProcess(sim::Env& env, ProcessIndex process);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_PROGRAM_FRAMES_H_
