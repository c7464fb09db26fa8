// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/system.h"

#include <linux/android/binder.h>

#include <tuple>

#include "fmt/format.h"
#include "model/driver/system_calls.h"

namespace bindersim::fuzz {

namespace {

// A thread that makes the calls handed to it, one after the other.
struct FuzzThread {
  static constexpr char kName[] = "fuzz thread";
  static constexpr bool kUserMode = true;
  enum class Section : uint8_t { kIdle, kAwake, kReturned };
  uint32_t index = 0;
  Section section = Section::kIdle;

  auto Fields() const { return std::tie(index, section); }
  bool operator==(const FuzzThread&) const = default;

  sim::Step Run(sim::Env& env) {
    auto& system = env.Get<System>();
    const Call* call = system.CallOf(index);
    switch (section) {
      case Section::kIdle:
        env.machine.ClearSignal(env.self);
        if (call != nullptr) {
          section = Section::kReturned;
          return system.Begin(env, *call);
        }
        env.machine.PrepareToWait(env.self, true, "next call");
        section = Section::kAwake;
        return sim::Step::Sleep();
      case Section::kAwake:
        env.machine.FinishWait(env.self);
        section = Section::kIdle;
        return sim::Step::Again();
      case Section::kReturned:
        break;
    }
    const bool exits = call->kind == Call::Kind::kExit;
    system.End(env, index, exits ? 0 : env.result());
    section = Section::kIdle;
    return exits ? sim::Step::Exit() : sim::Step::Again();
  }
};

constexpr uint64_t kMostSteps = 200'000;

}  // namespace

System::System(uint32_t cpus, uint64_t schedule_seed)
    : machine_({cpus, 1, {}}),
      random_(schedule_seed),
      checker_(driver_, kernel_),
      env_(machine_, recorder_,
           schedule_seed == 0 ? static_cast<sim::Chooser&>(first_come_)
                              : random_,
           *this) {
  env_.Provide(kernel_);
  env_.Provide(driver_);
  env_.Provide(*this);
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
    ThreadState& thread = threads_[index];
    thread = {};
    thread.arena = memory(process).Map(kArenaSize, true);
    thread.id =
        kernel_.StartThread(env_, state.id, 0, record::ThreadRole::kWorker,
                            "thread", FuzzThread{static_cast<uint32_t>(index)});
  }
}

bool System::IsAlive(size_t process) const {
  return kernel_.processes().Contains(processes_[process].id) &&
         !kernel_.process(processes_[process].id).exiting;
}

bool System::IsIdle(size_t thread) const {
  return IsAlive(thread / kThreadsEach) &&
         machine_.Alive(threads_[thread].id) && !threads_[thread].call;
}

const Call* System::CallOf(size_t thread) const {
  const auto& call = threads_[thread].call;
  return call ? &*call : nullptr;
}

void System::Issue(size_t thread, const Call& call) {
  threads_[thread].call = call;
  machine_.Wake(env_, threads_[thread].id);
}

void System::Kill(size_t process) {
  if (!IsAlive(process)) return;
  kernel_.Kill(env_, processes_[process].id, record::ExitReason::kKilled);
}

void System::Signal(size_t thread) {
  if (machine_.Alive(threads_[thread].id)) {
    machine_.Signal(env_, threads_[thread].id);
  }
}

void System::Run(sim::Duration time) {
  sim::RunLimits limits;
  limits.steps = machine_.steps() + kMostSteps;
  if (time >= sim::Duration{}) limits.until = machine_.now() + time;
  machine_.Run(env_, limits);
}

os::AddressSpace& System::memory(size_t process) {
  return kernel_.process(processes_[process].id).memory;
}

sim::Step System::Begin(sim::Env& env, const Call& call) {
  switch (call.kind) {
    case Call::Kind::kOpen:
      return driver::Open(env, call.device, call.flag);
    case Call::Kind::kMmap:
      return driver::Mmap(env, call.descriptor, call.argument, call.flag);
    case Call::Kind::kMunmap:
      return driver::Munmap(env, call.argument, uint64_t{4} << 20);
    case Call::Kind::kIoctl:
      return driver::Ioctl(env, call.descriptor, call.request, call.argument);
    case Call::Kind::kPoll:
      return driver::Poll(env, call.descriptor, call.timeout);
    case Call::Kind::kClose:
      return driver::Close(env, call.descriptor);
    case Call::Kind::kExit:
      break;
  }
  return sim::Step::Again();
}

void System::End(sim::Env&, size_t thread, int64_t result) {
  ThreadState& state = threads_[thread];
  if (state.call->kind == Call::Kind::kMmap && result > 0) {
    processes_[thread / kThreadsEach].mappings.push_back(
        static_cast<uint64_t>(result));
  }
  if (state.read_buffer != 0) TakeReturns(thread);
  state.call.reset();
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
