// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/os/kernel.h"

#include <algorithm>

#include "sim/check.h"

namespace bindersim::os {

ProcessId Kernel::AddProcess(Process process) {
  process.next_tid = process.pid;
  return processes_.Insert(std::move(process));
}

void Kernel::AnnounceThread(sim::Env& env, ProcessId id, uint32_t tid,
                            record::ThreadRole role, const std::string& name) {
  if (!env.recorder.enabled()) return;
  env.EmitAbout(tid, record::ThreadStarted{processes_[id].pid, role,
                                           env.recorder.Intern(name)});
}

void Kernel::AdoptThread(ProcessId id, sim::ThreadId thread) {
  processes_[id].threads.push_back(thread);
  if (thread_process_.size() <= thread.index) {
    thread_process_.resize(thread.index + 1);
  }
  thread_process_[thread.index] = {thread, id};
}

ProcessId Kernel::ProcessOf(sim::ThreadId thread) const {
  if (thread.index >= thread_process_.size()) return {};
  const auto& [known, process] = thread_process_[thread.index];
  return known == thread ? process : ProcessId{};
}

void Kernel::Kill(sim::Env& env, ProcessId id, record::ExitReason reason) {
  Process& process = processes_[id];
  if (process.exiting) return;
  process.exiting = true;
  process.exit_reason = reason;
  for (const sim::ThreadId thread : process.threads) {
    env.machine.Kill(env, thread);
  }
}

bool Kernel::RemoveThread(sim::Env& env, sim::ThreadId thread) {
  const ProcessId id = ProcessOf(thread);
  SIM_CHECK(id) << "a thread of no process";
  Process& process = processes_[id];
  std::erase(process.threads, thread);
  thread_process_[thread.index] = {};
  env.EmitAbout(env.machine.thread(thread).tid,
                record::ThreadExited{process.pid, 0});
  return process.threads.empty();
}

void Kernel::RemoveProcess(sim::Env& env, ProcessId id) {
  const Process& process = processes_[id];
  SIM_CHECK(process.threads.empty()) << process.name << " still has threads";
  env.Changes(sim::Footprint::kModel, LifeOf(process.pid));
  env.EmitAbout(0, record::ProcessExited{process.pid, process.exit_reason});
  processes_.Erase(id);
}

int32_t Kernel::Install(sim::Env& env, ProcessId id, FileId file) {
  ChangesDescriptors(env, id);
  auto& descriptors = processes_[id].descriptors;
  const auto free = std::ranges::find(descriptors, FileId{});
  const auto number = free - descriptors.begin();
  if (free == descriptors.end()) {
    descriptors.push_back(file);
  } else {
    *free = file;
  }
  return static_cast<int32_t>(number);
}

FileId Kernel::FileOf(const Process& process, int32_t descriptor) const {
  if (descriptor < 0 ||
      static_cast<size_t>(descriptor) >= process.descriptors.size()) {
    return {};
  }
  return process.descriptors[static_cast<size_t>(descriptor)];
}

}  // namespace bindersim::os
