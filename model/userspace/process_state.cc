// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/process_state.h"

#include <linux/android/binder.h>

#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/refs.h"

namespace bindersim::userspace {

namespace {

// A BBinder with the members of an ordinary subclass, and its weakref_type.
constexpr uint64_t kObjectSize = 128;
constexpr uint64_t kRefsSize = 32;

}  // namespace

driver::Device DeviceOf(const ProcessSetup& setup) {
  if (setup.device == "hwbinder") return driver::Device::kHwBinder;
  if (setup.device == "vndbinder") return driver::Device::kVndBinder;
  return driver::Device::kBinder;
}

LocalObject NewLocalObject(sim::Env& env) {
  Heap& heap = HeapOf(env);
  os::AddressSpace& memory = Memory(env);
  LocalObject object;
  object.refs = heap.Allocate(memory, kRefsSize);
  object.cookie = heap.Allocate(memory, kObjectSize);
  return object;
}

void MakeLocalObjects(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  const ProcessSetup& setup = user.SetupOf(thread);
  ProcessState& process = user.processes[thread.process];
  process.objects.resize(setup.objects.size() +
                         (setup.is_service_manager ? 1 : 0));
  for (LocalObject& object : process.objects) object = NewLocalObject(env);
  process.slots.resize(setup.symbols.size());
  process.mutexes.resize(setup.symbols.size());
  process.conditions.resize(setup.symbols.size());
  process.files.resize(setup.symbols.size(), -1);
}

sim::Step OpenDriver::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ProcessSetup& setup = user.SetupOf(user.Self(env));
  ProcessState& process = user.Process(env);
  os::AddressSpace& memory = Memory(env);
  const uint64_t argument = IpcOf(env).scratch;
  switch (section) {
    case Section::kOpen:
      section = Section::kVersion;
      return driver::Open(env, DeviceOf(setup));
    case Section::kVersion:
      if (env.result() < 0) return Abort(env, "cannot open the driver");
      process.driver_fd = static_cast<int32_t>(env.result());
      section = Section::kMaxThreads;
      return driver::Ioctl(env, process.driver_fd, BINDER_VERSION, argument);
    case Section::kMaxThreads: {
      int32_t version = 0;
      memory.ReadValue(argument, version);
      if (env.result() < 0 || version != BINDER_CURRENT_PROTOCOL_VERSION) {
        return Abort(env, "the driver's protocol version does not match");
      }
      process.max_threads = setup.is_service_manager ? 0 : setup.max_threads;
      memory.WriteValue(argument, process.max_threads);
      section = Section::kSpamDetection;
      return driver::Ioctl(env, process.driver_fd, BINDER_SET_MAX_THREADS,
                           argument);
    }
    case Section::kSpamDetection:
      memory.WriteValue(argument, uint32_t{1});
      section = Section::kMap;
      return driver::Ioctl(env, process.driver_fd,
                           BINDER_ENABLE_ONEWAY_SPAM_DETECTION, argument);
    case Section::kMap:
      section = Section::kMapped;
      return driver::Mmap(env, process.driver_fd, setup.map_size);
    case Section::kMapped:
      break;
  }
  if (env.result() < 0) return Abort(env, "cannot map the driver");
  process.mapping = static_cast<uint64_t>(env.result());
  return sim::Step::Done();
}

}  // namespace bindersim::userspace
