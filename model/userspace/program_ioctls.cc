// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Actions that are system calls of their own: the freezer's and raw ioctls.

#include <linux/android/binder.h>

#include <cstddef>
#include <span>
#include <variant>

#include "model/driver/system_calls.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/refs.h"

namespace bindersim::userspace {

namespace {

// What user space has to have ready for any request: more than the largest
// argument of all.
constexpr uint64_t kArgumentSize = 256;

// A block of the heap with those bytes and zeros behind them.
uint64_t BlockOf(sim::Env& env, const std::string& bytes, uint64_t size) {
  os::AddressSpace& memory = Memory(env);
  const uint64_t address = HeapOf(env).Allocate(memory, size);
  memory.Write(address, std::as_bytes(std::span(bytes)));
  memory.Zero(address + bytes.size(), size - bytes.size());
  return address;
}

}  // namespace

sim::Step FreezeAction::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const auto& spec = std::get<Freeze>(user.image->At(action).body);
  switch (section) {
    case Section::kAsk:
      return Ask(env, spec);
    case Section::kAnswered:
      if (env.result() < 0) {
        section = Section::kEnd;
        if (spec.on_error) return env.Call(RunBlock{*spec.on_error});
        return sim::Step::Done();
      }
      section = Section::kAsk;
      SetFrozen(env, spec.processes[next++], spec.enable);
      return sim::Step::Again();
    case Section::kEnd:
      break;
  }
  return sim::Step::Done();
}

sim::Step FreezeAction::Ask(sim::Env& env, const Freeze& spec) {
  if (next == spec.processes.size()) return sim::Step::Done();
  Userspace& user = env.Get<Userspace>();
  const uint64_t argument = IpcOf(env).scratch;
  binder_freeze_info info{};
  info.pid = user.setup().processes[spec.processes[next]].pid;
  info.enable = spec.enable ? 1 : 0;
  info.timeout_ms = spec.timeout_ms;
  Memory(env).WriteValue(argument, info);
  section = Section::kAnswered;
  return driver::Ioctl(env, user.Process(env).driver_fd, BINDER_FREEZE,
                       argument);
}

sim::Step IoctlAction::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const auto& spec = std::get<RawIoctl>(user.image->At(action).body);
  switch (section) {
    case Section::kCall:
      section = Section::kReturned;
      return Begin(env, spec);
    case Section::kReturned:
      section = Section::kEnd;
      Free(env, spec);
      if (env.result() < 0 && spec.on_error) {
        return env.Call(RunBlock{*spec.on_error});
      }
      return sim::Step::Done();
    case Section::kEnd:
      break;
  }
  return sim::Step::Done();
}

sim::Step IoctlAction::Begin(sim::Env& env, const RawIoctl& spec) {
  Userspace& user = env.Get<Userspace>();
  argument = BlockOf(env, spec.argument, kArgumentSize);
  if (spec.pid_of) {
    Memory(env).WriteValue(argument, user.setup().processes[*spec.pid_of].pid);
  }
  if (spec.request == BINDER_WRITE_READ) {
    binder_write_read exchange{};
    exchange.write_size = spec.write.size();
    exchange.read_size = spec.read_size;
    if (!spec.write.empty()) {
      exchange.write_buffer = write =
          BlockOf(env, spec.write, spec.write.size());
      NameBuffers(env, spec);
    }
    if (spec.read_size > 0) {
      exchange.read_buffer = read = BlockOf(env, {}, spec.read_size);
    }
    Memory(env).WriteValue(argument, exchange);
  }
  return driver::Ioctl(env, user.Process(env).driver_fd, spec.request,
                       argument);
}

void IoctlAction::NameBuffers(sim::Env& env, const RawIoctl& spec) {
  os::AddressSpace& memory = Memory(env);
  for (const uint32_t at : spec.buffers) {
    uint64_t offset = 0;
    memory.ReadValue(write + at, offset);
    memory.WriteValue(write + at,
                      env.Get<Userspace>().Process(env).mapping + offset);
  }
}

void IoctlAction::Free(sim::Env& env, const RawIoctl& spec) {
  Heap& heap = HeapOf(env);
  if (read != 0) heap.Free(read, spec.read_size);
  if (write != 0) heap.Free(write, spec.write.size());
  heap.Free(argument, kArgumentSize);
}

}  // namespace bindersim::userspace
