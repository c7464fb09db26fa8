// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/system.h"

#include <linux/android/binder.h>

#include "fmt/format.h"
#include "model/driver/system_calls.h"

namespace bindersim::fuzz {

namespace {

constexpr uint64_t kMostSteps = 200'000;

}  // namespace

System::System(uint32_t cpus, uint64_t schedule_seed)
    : machine_({cpus, 1, {}}),
      random_(schedule_seed),
      checker_(driver_, kernel_, machine_),
      env_(machine_, recorder_,
           schedule_seed == 0 ? static_cast<sim::Chooser&>(first_come_)
                              : random_,
           *this) {
  env_.Provide(kernel_);
  env_.Provide(driver_);
  env_.Provide(callers_);
  env_.observer = &checker_;
  driver_.Start(env_);
  for (size_t i = 0; i < kProcesses; ++i) Start(i);
  Run(sim::Duration{-1});
}

void System::Start(size_t process) {
  if (IsAlive(process)) return;
  os::Process entry;
  entry.name = "process";
  entry.pid = next_pid_;
  next_pid_ += 100;
  ProcessState& state = processes_[process];
  state = {kernel_.AddProcess(entry), entry.pid, {}, {}};
  for (size_t i = 0; i < kThreadsEach; ++i) {
    const size_t index = process * kThreadsEach + i;
    threads_[index] = {memory(process).Map(kArenaSize, true)};
    callers_.Start(env_, static_cast<uint32_t>(index), state.id, "thread");
  }
}

bool System::IsAlive(size_t process) const {
  return kernel_.processes().Contains(processes_[process].id) &&
         !kernel_.process(processes_[process].id).exiting;
}

bool System::IsIdle(size_t thread) const {
  return IsAlive(thread / kThreadsEach) &&
         machine_.Alive(callers_.id(thread)) &&
         callers_.CallOf(thread) == nullptr;
}

void System::Issue(size_t thread, const script::SystemCall& call) {
  threads_[thread].mapping = call.kind == script::SystemCall::Kind::kMmap;
  callers_.Issue(env_, thread, call);
}

void System::Kill(size_t process) {
  if (!IsAlive(process)) return;
  kernel_.Kill(env_, processes_[process].id, record::ExitReason::kKilled);
}

void System::Signal(size_t thread) {
  const sim::ThreadId id = callers_.id(thread);
  if (machine_.Alive(id)) machine_.Signal(env_, id);
}

void System::Run(sim::Duration time) {
  sim::RunLimits limits;
  limits.steps = machine_.steps() + kMostSteps;
  if (time >= sim::Duration{}) limits.until = machine_.now() + time;
  machine_.Run(env_, limits);
  for (const auto& [thread, result] : callers_.TakeCompletions()) {
    End(thread, result);
  }
}

os::AddressSpace& System::memory(size_t process) {
  return kernel_.process(processes_[process].id).memory;
}

void System::End(size_t thread, int64_t result) {
  const size_t process = thread / kThreadsEach;
  ThreadState& state = threads_[thread];
  if (IsAlive(process)) {
    if (state.mapping && result > 0) {
      processes_[process].mappings.push_back(static_cast<uint64_t>(result));
    }
    if (state.read_buffer != 0) TakeReturns(thread);
  }
  state.read_buffer = 0;
}

// Notes the buffers and nodes that a read brought.
void System::TakeReturns(size_t thread) {
  const size_t process = thread / kThreadsEach;
  const os::AddressSpace& from = memory(process);
  Received& received = processes_[process].received;
  binder_write_read bwr{};
  if (!from.ReadValue(threads_[thread].bwr, bwr)) return;
  uint64_t at = 0;
  while (at + sizeof(uint32_t) <= bwr.read_consumed) {
    uint32_t command = 0;
    const uint64_t address = threads_[thread].read_buffer + at;
    if (!from.ReadValue(address, command)) return;
    const uint64_t payload = address + sizeof(command);
    binder_transaction_data data{};
    binder_ptr_cookie node{};
    switch (command) {
      case BR_TRANSACTION:
      case BR_TRANSACTION_SEC_CTX:
      case BR_REPLY:
        if (from.ReadValue(payload, data)) {
          received.buffers.push_back(data.data.ptr.buffer);
        }
        break;
      case BR_INCREFS:
      case BR_ACQUIRE:
        if (from.ReadValue(payload, node)) {
          received.pointers.emplace_back(node.ptr, node.cookie);
        }
        break;
      default:
        break;
    }
    at += sizeof(command) + _IOC_SIZE(command);
  }
}

void System::OnEvent(sim::Env&, uint32_t, uint64_t) {}

void System::OnThreadExit(sim::Env& env, sim::ThreadId thread) {
  const os::ProcessId process = kernel_.ProcessOf(thread);
  if (!process) return;
  if (kernel_.RemoveThread(env, thread)) driver::ExitProcess(env, process);
}

std::string System::Finish() {
  for (size_t i = 0; i < kProcesses; ++i) Kill(i);
  Run(sim::Duration{-1});
  const auto left = [](const char* what, size_t count) {
    return count == 0 ? std::string() : fmt::format(" {} {}", count, what);
  };
  // A dead node whose local count went below zero stays for ever, as in the
  // real driver.
  size_t nodes = 0;
  for (const auto& [id, node] : driver_.nodes) {
    if (node.proc || node.local_strong_refs >= 0) ++nodes;
  }
  return left("procs", driver_.procs.size()) +
         left("threads", driver_.threads.size()) + left("nodes", nodes) +
         left("refs", driver_.refs.size()) +
         left("deaths", driver_.deaths.size()) +
         left("transactions", driver_.transactions.size()) +
         left("files", kernel_.files().size());
}

}  // namespace bindersim::fuzz
