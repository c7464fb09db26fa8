// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/simulated_host.h"

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
  env_.Provide(callers_);
  machine_.SetFree(true);
  driver_.costs.grace_period = kInstant;
  driver_.holds_deferred_work = true;
  driver_.Start(env_);
  StartProcesses();
  Settle(0);
}

SimulatedHost::~SimulatedHost() = default;

void SimulatedHost::StartProcesses() {
  tids_.resize(script_.threads.size());
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
      callers_.Start(env_, t, id, script_.threads[t].name);
      tids_[t] = machine_.thread(callers_.id(t)).tid;
    }
  }
}

Memory& SimulatedHost::memory(size_t process) { return *memories_[process]; }

uint32_t SimulatedHost::pid(size_t process) const { return pids_[process]; }

uint32_t SimulatedHost::tid(size_t thread) const { return tids_[thread]; }

bool SimulatedHost::ProcessAlive(size_t process) const {
  return kernel_.processes().Contains(processes_[process]);
}

bool SimulatedHost::ThreadAlive(size_t thread) const {
  return machine_.Alive(callers_.id(thread));
}

void SimulatedHost::Issue(size_t thread, const SystemCall& call) {
  callers_.Issue(env_, thread, call);
}

void SimulatedHost::Kill(size_t process) {
  kernel_.Kill(env_, processes_[process], record::ExitReason::kKilled);
}

void SimulatedHost::Signal(size_t thread) {
  machine_.Signal(env_, callers_.id(thread));
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
  return callers_.TakeCompletions();
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
  return callers_.Identity(entry.private_data);
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
