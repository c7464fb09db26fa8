// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Compiles the actions of a scenario to the blocks of a Setup. What depends on
// which objects a reference can stand for is left to object_flow.

#ifndef BINDERSIM_MODEL_SCENARIO_PROGRAMS_H_
#define BINDERSIM_MODEL_SCENARIO_PROGRAMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/scenario/declarations.h"
#include "model/scenario/reader.h"
#include "model/userspace/program.h"

namespace bindersim::scenario {

// The largest payload that any process can receive: the mapping's limit
// (CTL-13), bytes.
inline constexpr int64_t kMaxPayloadBytes = int64_t{4} << 20;

// Where a reference is written: the process, and the method if "$0" has a
// meaning there.
struct Context {
  GroupId group = 0;
  std::optional<MethodId> method;
};

// A call whose code is not known yet.
struct CallSite {
  Context context;
  userspace::BlockIndex block = 0;
  uint32_t action = 0;  // its index in the block
  Place place;          // the action
};

// `source` is stored into a slot: a kept or looked-up object.
struct SlotSource {
  Context context;
  userspace::SymbolIndex slot = 0;
  userspace::ObjectRef source;
};

// `object` is registered under a name by add_service.
struct AddedService {
  Context context;
  ServiceKey key;
  userspace::ObjectRef object;
};

// "$0" is written at `place`.
struct ArgumentUse {
  MethodId method = 0;
  uint32_t position = 0;
  Place place;
};

struct MethodProgram {
  userspace::BlockIndex body = 0;
  userspace::Quantity reply;
  std::vector<userspace::ObjectRef> reply_objects;
  userspace::Files reply_files;
};

struct Programs {
  std::vector<userspace::Block> blocks;
  std::vector<MethodProgram> methods;  // by MethodId
  // By group, then as declared.
  std::vector<std::vector<userspace::ThreadSetup>> threads;
  std::vector<CallSite> calls;
  std::vector<SlotSource> slot_sources;
  std::vector<AddedService> added_services;
  std::vector<ArgumentUse> argument_uses;
};

// Compiles everything that `declarations` names. Where there is a problem, the
// result is incomplete.
Programs Compile(const Reporter& reporter, const Declarations& declarations);

// Indices into Setup::processes of the process or group at `target`, or null
// and a problem with that note.
const std::vector<uint32_t>* FindProcesses(const Reporter& reporter,
                                           const Declarations& declarations,
                                           const Place& target,
                                           const std::string& note = "");

// The processes that "kill" names, or nothing and a problem.
std::optional<userspace::Kill> ReadKill(const Reporter& reporter,
                                        const Declarations& declarations,
                                        const Place& target, bool in_method);

// Actions that are system calls of their own (kernel_actions.cc). "on_error" is
// left to the caller. Nothing if there is a problem.

// `verb`: "freeze" or "unfreeze", in an action or an event.
std::optional<userspace::Freeze> ReadFreeze(const Reporter& reporter,
                                            const Declarations& declarations,
                                            const Place& action,
                                            const std::string& verb);
std::optional<userspace::RawIoctl> ReadIoctl(const Reporter& reporter,
                                             const Declarations& declarations,
                                             const Place& request);
// The "commands" of a BINDER_WRITE_READ (commands.cc). Returns whether there
// was no problem.
bool ReadCommands(const Reporter& reporter, const Place& commands,
                  userspace::RawIoctl& result);
// "fds". No problem is possible.
userspace::Files ReadFiles(const GroupDeclaration& group, const Place& fds);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_PROGRAMS_H_
