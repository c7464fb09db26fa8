// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// open, mmap, munmap, poll, close, and the end of a process (CTL-01..18,
// CTL-60..64, EXT-01..03).

#include "model/driver/files.h"

#include <linux/android/binder.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "model/driver/flows.h"
#include "model/driver/system_calls.h"

namespace bindersim::driver {

using sim::Step;

namespace {

constexpr uint64_t kUserAddresses = 0x7fff'ffff'f000;  // on x86-64
constexpr uint64_t kEverything = ~uint64_t{0};

// Where the acting process's file `fd` leads, or null.
ProcId ProcOf(sim::Env& env, int32_t fd) {
  const auto& kernel = env.Get<const os::Kernel>();
  const os::FileId file = kernel.FileOf(kernel.CurrentToRead(env), fd);
  if (!file || kernel.file(file).kind != os::File::Kind::kBinder) return {};
  return Unpack<ProcTag>(kernel.file(file).private_data);
}

// What poll says of a descriptor that does not lead to the driver.
int64_t EventsOfOther(sim::Env& env, int32_t fd) {
  const auto& kernel = env.Get<const os::Kernel>();
  return kernel.FileOf(kernel.CurrentToRead(env), fd) ? POLLIN : POLLNVAL;
}

// The open file of a proc: searched for, since only unmapping asks.
os::FileId FileOf(const os::Kernel& kernel, ProcId proc) {
  for (const auto& [id, file] : kernel.files()) {
    if (file.kind == os::File::Kind::kBinder &&
        file.private_data == Pack(proc)) {
      return id;
    }
  }
  return {};
}

// The process unmaps what it still has of its area in [begin, end). After the
// first page the driver allocates no more there, but keeps the pages; when
// nothing is left the area no longer holds the file (CTL-16).
void UnmapArea(sim::Env& env, ProcId id, uint64_t begin, uint64_t end) {
  auto& kernel = env.Get<os::Kernel>();
  Proc& proc = env.Get<Driver>().procs[id];
  os::AddressSpace& memory = kernel.process(proc.process).memory;
  begin = std::max(begin, proc.mapping);
  end = std::min(end, proc.mapping + proc.mapping_size);
  if (begin >= end || !memory.MapsAny(begin, end - begin)) return;
  // Without the lock that who allocates there holds.
  Driver::TouchUnder(env, proc.alloc_mutex);
  if (proc.alloc.mapped()) {
    memory.CopyMappingTo(proc.mapping, proc.kept_memory);
    proc.alloc.Unmap();
  }
  memory.UnmapRange(begin, end - begin);
  if (memory.MapsAny(proc.mapping, proc.mapping_size)) return;
  proc.mapping_size = 0;
  PutFile(env, FileOf(kernel, id));
}

// The thread, if it is a looper, is idle from now on, or no more.
void EmitPoolOf(sim::Env& env, Driver& driver, ThreadStateId thread) {
  constexpr uint32_t kLooper = kLooperRegistered | kLooperEntered;
  const ThreadState& state = driver.LookAt(thread);
  if ((state.looper & kLooper) != 0) {
    driver.EmitPool(env, driver.LookAt(state.proc));
  }
}

}  // namespace

void PutFile(sim::Env& env, os::FileId id) {
  auto& kernel = env.Get<os::Kernel>();
  os::File& file = kernel.file(id);
  if (--file.references > 0) return;
  if (file.kind == os::File::Kind::kBinder) {
    env.Get<Driver>().Defer(env, Unpack<ProcTag>(file.private_data), true);
  }
  kernel.RemoveFile(id);
}

bool CloseDescriptor(sim::Env& env, os::ProcessId id, int32_t fd) {
  auto& kernel = env.Get<os::Kernel>();
  const os::FileId file = kernel.FileOf(kernel.processes()[id], fd);
  if (!file) return false;
  kernel.ChangesDescriptors(env, id);
  kernel.process(id).descriptors[static_cast<size_t>(fd)] = {};
  const os::File& closed = kernel.files()[file];
  if (closed.kind == os::File::Kind::kBinder) {  // CTL-62
    env.Get<Driver>().Defer(env, Unpack<ProcTag>(closed.private_data), false);
  }
  PutFile(env, file);
  return true;
}

Step PollFlow::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  switch (section) {
    case Section::kLock:
      proc = ProcOf(env, fd);
      if (!proc) {
        outcome = EventsOfOther(env, fd);
        section = Section::kEnd;
        return Step::Again();
      }
      section = Section::kTest;
      return Step::Enter(driver.LookAt(proc).inner_lock);
    case Section::kTest:
      return Test(env, driver);
    case Section::kSleep:
      section = Section::kAwake;
      return deadline == sim::kNever ? Step::Sleep()
                                     : Step::SleepFor(env.Until(deadline));
    case Section::kAwake:
      driver.ChangesInbox(env, thread);
      driver.threads[thread].on_wait_queue = false;
      EmitPoolOf(env, driver, thread);
      env.machine.FinishWait(env.self);
      section = Section::kLock;
      return Step::Again();
    case Section::kEnd:
      break;
  }
  PutFile(env, file);
  file = {};
  return Step::Done(outcome);
}

Step PollFlow::Test(sim::Env& env, Driver& driver) {
  thread = driver.FindThread(proc, env.tid());
  if (thread && (driver.LookAt(thread).looper & kLooperPoll) != 0) {
    env.OnlyLooks();
    driver.ChangesInbox(env, thread);
    Driver::LooksAtPool(env, driver.LookAt(proc));
  }
  if (!thread) thread = driver.NewThread(env, proc);
  ThreadState& poller = driver.threads[thread];
  poller.looper |= kLooperPoll;  // CTL-60
  section = Section::kEnd;
  if (driver.HasWork(thread, driver.AvailableForProcWork(thread))) {
    outcome = POLLIN;
  } else if (env.machine.SignalPending(env.self)) {
    env.machine.ClearSignal(env.self);
    outcome = -EINTR;
  } else if (deadline == sim::kNever || env.now() < deadline) {
    env.machine.PrepareToWait(env.self, true, "binder poll");
    poller.on_wait_queue = true;
    EmitPoolOf(env, driver, thread);
    section = Section::kSleep;
  }
  return Step::Leave(driver.costs.lock);
}

Step Open(sim::Env& env, Device device, bool nonblocking) {
  auto& kernel = env.Get<os::Kernel>();
  auto& driver = env.Get<Driver>();
  const os::ProcessId process = kernel.ProcessOf(env.self);
  const uint32_t pid = kernel.processes()[process].pid;
  Proc proc;
  proc.process = process;
  proc.pid = pid;
  proc.device = device;
  proc.default_priority = env.machine.thread(env.self).nice;  // CTL-03
  proc.outer_lock =
      env.machine.AddLock(sim::LockKind::kSpin, "binder_proc::outer_lock", pid);
  proc.inner_lock =
      env.machine.AddLock(sim::LockKind::kSpin, "binder_proc::inner_lock", pid);
  proc.alloc_mutex =
      env.machine.AddLock(sim::LockKind::kMutex, "binder_alloc::mutex", pid);
  const ProcId id = driver.procs.Insert(std::move(proc));
  driver.statistics->CreatedProc(id.index);
  env.Touch(Driver::ProcsOf(pid));
  driver.proc_list.push_back(id);
  const os::FileId file =
      kernel.AddFile({os::File::Kind::kBinder, nonblocking, 1, Pack(id)});
  return env.Call(Answer{kernel.Install(env, process, file)});
}

Step Mmap(sim::Env& env, int32_t fd, uint64_t size, bool writable) {
  auto& kernel = env.Get<os::Kernel>();
  const ProcId id = ProcOf(env, fd);
  if (!id && !kernel.FileOf(kernel.Current(env), fd)) {
    return env.Call(Answer{-EBADF});
  }
  if (size == 0) return env.Call(Answer{-EINVAL});
  if (size > kUserAddresses) return env.Call(Answer{-ENOMEM});
  if (!id) {  // an ordinary file
    const uint64_t address = kernel.Current(env).memory.Map(size, writable);
    return env.Call(Answer{static_cast<int64_t>(address)});
  }
  if (writable) return env.Call(Answer{-EPERM});
  Proc& proc = env.Get<Driver>().procs[id];
  if (proc.alloc.map_size() != 0) return env.Call(Answer{-EBUSY});
  proc.mapping = kernel.Current(env).memory.Map(size, false);
  proc.mapping_size = os::PageAlign(size);
  proc.alloc.Map(os::PageAlign(size));
  ++kernel.file(kernel.FileOf(kernel.CurrentToRead(env), fd)).references;
  return env.Call(Answer{static_cast<int64_t>(proc.mapping)});
}

Step Munmap(sim::Env& env, uint64_t address, uint64_t length) {
  if (address % os::kPageSize != 0 || length == 0) {
    return env.Call(Answer{-EINVAL});
  }
  auto& driver = env.Get<Driver>();
  const os::ProcessId process = env.Get<os::Kernel>().ProcessOf(env.self);
  const std::vector<ProcId> procs = driver.proc_list;
  for (const ProcId id : procs) {
    if (driver.LookAt(id).process != process) continue;
    UnmapArea(env, id, address, address + os::PageAlign(length));
  }
  return env.Call(Answer{0});
}

Step Poll(sim::Env& env, int32_t fd, sim::Duration timeout) {
  if (!ProcOf(env, fd)) return env.Call(Answer{EventsOfOther(env, fd)});
  auto& kernel = env.Get<os::Kernel>();
  PollFlow flow;
  flow.file = kernel.FileOf(kernel.CurrentToRead(env), fd);
  ++kernel.file(flow.file).references;
  flow.fd = fd;
  if (timeout >= sim::Duration{}) {
    flow.deadline = sim::SaturatingAdd(env.now(), timeout);
  }
  return env.Call(flow);
}

Step Close(sim::Env& env, int32_t fd) {
  const os::ProcessId process = env.Get<os::Kernel>().ProcessOf(env.self);
  return env.Call(Answer{CloseDescriptor(env, process, fd) ? 0 : -EBADF});
}

void ExitProcess(sim::Env& env, os::ProcessId id) {
  auto& kernel = env.Get<os::Kernel>();
  auto& driver = env.Get<Driver>();
  const std::vector<ProcId> procs = driver.proc_list;
  for (const ProcId proc : procs) {
    if (driver.LookAt(proc).process == id) UnmapArea(env, proc, 0, kEverything);
  }
  const size_t descriptors = kernel.processes()[id].descriptors.size();
  for (size_t fd = 0; fd < descriptors; ++fd) {
    CloseDescriptor(env, id, static_cast<int32_t>(fd));
  }
  kernel.RemoveProcess(env, id);
}

}  // namespace bindersim::driver
