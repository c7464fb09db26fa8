// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/simulated_host.h"

#include <sys/mman.h>

#include <cerrno>
#include <chrono>
#include <tuple>
#include <utility>

#include "model/driver/debugfs.h"
#include "sim/check.h"

namespace bindersim::script {

namespace {

constexpr uint32_t kFirstPid = 1000;
constexpr uint32_t kPidsEach = 100;
// Nothing else takes time, so that all threads are at rest after it.
constexpr sim::Duration kInstant{1};
constexpr uint64_t kMostSteps = 10'000'000;

// A thread of the script: does one system call after the other as they are
// handed to it.
struct ScriptThread {
  static constexpr char kName[] = "script thread";
  static constexpr bool kUserMode = true;
  enum class Section : uint8_t { kIdle, kAwake, kReturned };
  uint32_t index = 0;
  Section section = Section::kIdle;

  auto Fields() const { return std::tie(index, section); }
  bool operator==(const ScriptThread&) const = default;

  sim::Step Run(sim::Env& env) {
    auto& host = env.Get<SimulatedHost>();
    const SystemCall* call = host.CallOf(index);
    switch (section) {
      case Section::kIdle:
        env.machine.ClearSignal(env.self);  // the handler is empty
        if (call != nullptr) {
          section = Section::kReturned;
          return host.Begin(env, *call);
        }
        env.machine.PrepareToWait(env.self, true, "next step");
        section = Section::kAwake;
        return sim::Step::Sleep();
      case Section::kAwake:
        env.machine.FinishWait(env.self);
        section = Section::kIdle;
        return sim::Step::Again();
      case Section::kReturned:
        break;
    }
    const bool exits = call->kind == SystemCall::Kind::kExit;
    host.End(index, exits ? 0 : env.result());
    section = Section::kIdle;
    return exits ? sim::Step::Exit() : sim::Step::Again();
  }
};

// A process's main thread: no thread of the script.
struct MainThread {
  static constexpr char kName[] = "main thread";
  static constexpr bool kUserMode = true;

  auto Fields() const { return std::tuple<>(); }
  bool operator==(const MainThread&) const = default;

  sim::Step Run(sim::Env& env) {
    env.machine.PrepareToWait(env.self, true, "the end");
    return sim::Step::Sleep();
  }
};

// A pause outside the driver.
struct Pause {
  static constexpr char kName[] = "pause";
  sim::Duration time{};
  bool over = false;
  int64_t outcome = 0;

  auto Fields() const { return std::tie(time, over, outcome); }
  bool operator==(const Pause&) const = default;

  sim::Step Run(sim::Env& env) {
    if (over) return sim::Step::Done(outcome);
    over = true;
    env.machine.PrepareToWait(env.self, true, "pause");
    return sim::Step::SleepFor(time);
  }
};

}  // namespace

class SimulatedHost::ProcessMemory : public Memory {
 public:
  ProcessMemory(os::Kernel& kernel, os::ProcessId process)
      : kernel_(kernel), process_(process) {}

  uint64_t Map(uint64_t size) override { return space().Map(size, true); }
  void Unmap(uint64_t address) override { space().Unmap(address); }
  bool Read(uint64_t address, std::span<std::byte> into) const override {
    return space().Read(address, into);
  }
  bool Write(uint64_t address, std::span<const std::byte> bytes) override {
    return space().Write(address, bytes);
  }

 private:
  os::AddressSpace& space() const { return kernel_.process(process_).memory; }

  os::Kernel& kernel_;
  os::ProcessId process_;
};

SimulatedHost::SimulatedHost(const Script& script, sim::Sink* sink)
    : script_(script),
      machine_({1, 1, {}}),
      env_(machine_, recorder_, chooser_, *this) {
  if (sink != nullptr) recorder_.AddSink(sink);
  env_.Provide(kernel_);
  env_.Provide(driver_);
  env_.Provide(*this);
  machine_.SetFree(true);
  driver_.costs.grace_period = kInstant;
  driver_.holds_deferred_work = true;
  driver_.Start(env_);
  StartProcesses();
  Settle(0);
}

SimulatedHost::~SimulatedHost() = default;

void SimulatedHost::StartProcesses() {
  threads_.resize(script_.threads.size());
  for (size_t i = 0; i < script_.processes.size(); ++i) {
    os::Process process;
    process.name = script_.processes[i].name;
    process.uid = script_.processes[i].uid;
    process.pid = kFirstPid + kPidsEach * static_cast<uint32_t>(i);
    // No two processes use the same addresses, as on a real machine.
    constexpr uint64_t kApart = uint64_t{16} << 20;
    for (size_t before = 0; before < i; ++before) {
      process.memory.Unmap(process.memory.Map(kApart, false));
    }
    const os::ProcessId id = kernel_.AddProcess(process);
    processes_.push_back(id);
    pids_.push_back(process.pid);
    memories_.push_back(std::make_unique<ProcessMemory>(kernel_, id));
    kernel_.StartThread(env_, id, 0, record::ThreadRole::kMain, process.name,
                        MainThread{});
    for (uint32_t t = 0; t < script_.threads.size(); ++t) {
      if (script_.threads[t].process != i) continue;
      threads_[t].id =
          kernel_.StartThread(env_, id, 0, record::ThreadRole::kWorker,
                              script_.threads[t].name, ScriptThread{t});
      threads_[t].tid = machine_.thread(threads_[t].id).tid;
    }
  }
}

Memory& SimulatedHost::memory(size_t process) { return *memories_[process]; }

uint32_t SimulatedHost::pid(size_t process) const { return pids_[process]; }

uint32_t SimulatedHost::tid(size_t thread) const {
  return threads_[thread].tid;
}

bool SimulatedHost::ProcessAlive(size_t process) const {
  return kernel_.processes().Contains(processes_[process]);
}

bool SimulatedHost::ThreadAlive(size_t thread) const {
  return machine_.Alive(threads_[thread].id);
}

void SimulatedHost::Issue(size_t thread, const SystemCall& call) {
  threads_[thread].call = call;
  machine_.Wake(env_, threads_[thread].id);
}

const SystemCall* SimulatedHost::CallOf(size_t thread) const {
  const auto& call = threads_[thread].call;
  return call ? &*call : nullptr;
}

void SimulatedHost::End(size_t thread, int64_t result) {
  threads_[thread].call.reset();
  completions_.push_back({thread, result});
}

sim::Step SimulatedHost::Begin(sim::Env& env, const SystemCall& call) {
  const auto time = std::chrono::milliseconds(call.milliseconds);
  switch (call.kind) {
    case SystemCall::Kind::kOpen:
      return driver::Open(env, call.device, call.nonblocking);
    case SystemCall::Kind::kMmap:
      if (call.offset % os::kPageSize != 0) {
        return env.Call(Pause{{}, true, -EINVAL});
      }
      return driver::Mmap(env, call.descriptor, call.length,
                          (call.protection & PROT_WRITE) != 0);
    case SystemCall::Kind::kMunmap:
      return driver::Munmap(env, call.address, call.length);
    case SystemCall::Kind::kClose:
      return driver::Close(env, call.descriptor);
    case SystemCall::Kind::kMkfd: {
      identities_.push_back(call.identity);
      const os::FileId file = kernel_.AddFile(
          {os::File::Kind::kOrdinary, false, 1, identities_.size() - 1});
      return env.Call(
          Pause{{}, true, kernel_.Install(kernel_.ProcessOf(env.self), file)});
    }
    case SystemCall::Kind::kIoctl:
      return driver::Ioctl(env, call.descriptor, call.request, call.address);
    case SystemCall::Kind::kPoll:
      return driver::Poll(env, call.descriptor,
                          time.count() < 0 ? sim::Duration{-1} : time);
    case SystemCall::Kind::kSleep:
      return env.Call(Pause{time});
    case SystemCall::Kind::kExit:
      break;
  }
  return sim::Step::Again();
}

void SimulatedHost::Kill(size_t process) {
  kernel_.Kill(env_, processes_[process], record::ExitReason::kKilled);
}

void SimulatedHost::Signal(size_t thread) {
  machine_.Signal(env_, threads_[thread].id);
}

std::string SimulatedHost::Settle(int64_t milliseconds) {
  Run(std::chrono::milliseconds(milliseconds));
  while (true) {
    if (driver_.grace_periods > 0) {
      Run(kInstant);
    } else if (!driver_.deferred_list.empty()) {
      machine_.Wake(env_, driver_.work_queue);
      Run({});
    } else {
      return "";
    }
  }
}

void SimulatedHost::Run(sim::Duration time) {
  const sim::RunEnd end = machine_.Run(
      env_, {machine_.now() + time, machine_.steps() + kMostSteps});
  SIM_CHECK(end != sim::RunEnd::kSteps) << script_.name << " does not end";
}

std::vector<Host::Completion> SimulatedHost::TakeCompletions() {
  return std::exchange(completions_, {});
}

void SimulatedHost::OnEvent(sim::Env&, uint32_t, uint64_t) {}

void SimulatedHost::OnThreadExit(sim::Env& env, sim::ThreadId thread) {
  const os::ProcessId process = kernel_.ProcessOf(thread);
  if (kernel_.RemoveThread(env, thread)) driver::ExitProcess(env, process);
}

std::string SimulatedHost::FileName(size_t process, int32_t descriptor) const {
  const os::FileId file =
      kernel_.FileOf(kernel_.process(processes_[process]), descriptor);
  if (!file) return "closed";
  const os::File& entry = *kernel_.files().Find(file);
  if (entry.kind != os::File::Kind::kOrdinary) return "open";
  return identities_[entry.private_data];
}

std::vector<std::string> SimulatedHost::FileNames(size_t process) const {
  std::vector<std::string> names;
  const auto& table = kernel_.process(processes_[process]).descriptors;
  for (size_t i = 0; i < table.size(); ++i) {
    const std::string name = FileName(process, static_cast<int32_t>(i));
    if (name != "open" && name != "closed") names.push_back(name);
  }
  return names;
}

std::string SimulatedHost::DebugFile(const std::string& name, size_t process) {
  const uint32_t pid = name == "proc" ? pids_[process] : 0;
  if (name == "state" || name == "proc") {
    driver::HoldPrintedNodes(env_, driver_, true, pid);
  } else if (name == "transactions") {
    driver::HoldPrintedNodes(env_, driver_, false);
  }
  if (name == "state") return driver::StateFile(driver_);
  if (name == "stats") return driver::StatsFile(driver_);
  if (name == "transactions") return driver::TransactionsFile(driver_);
  if (name == "transaction_log") return driver::TransactionLogFile(driver_);
  if (name == "failed_transaction_log") {
    return driver::FailedTransactionLogFile(driver_);
  }
  return driver::ProcFile(driver_, pid);
}

bool SimulatedHost::Finish() {
  for (size_t i = 0; i < processes_.size(); ++i) {
    if (!ProcessAlive(i)) continue;
    Kill(i);
    Settle(0);
  }
  return !driver_.procs.empty() || !driver_.threads.empty() ||
         !driver_.nodes.empty() || !driver_.refs.empty() ||
         !driver_.deaths.empty() || !driver_.transactions.empty() ||
         !driver_.dead_nodes.empty() || !kernel_.files().empty();
}

}  // namespace bindersim::script
