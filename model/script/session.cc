// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/session.h"

#include <algorithm>
#include <tuple>

#include "model/driver/system_calls.h"
#include "model/script/runner.h"
#include "sim/check.h"

namespace bindersim::script {

namespace {

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
    auto& session = env.Get<Session>();
    switch (section) {
      case Section::kIdle:
        env.machine.ClearSignal(env.self);  // the handler is empty
        if (session.HasCall(index)) {
          section = Section::kReturned;
          return session.Begin(env, index);
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
    const bool exits = session.IsExiting(index);
    session.End(index, exits ? 0 : env.result());
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

constexpr uint32_t kFirstPid = 1000;
constexpr uint32_t kPidsEach = 100;

}  // namespace

Result Run(const Script& script, sim::Sink* sink) {
  return Session(script, sink).Run();
}

Session::Session(const Script& script, sim::Sink* sink)
    : script_(script),
      machine_({1, 1, {}}),
      env_(machine_, recorder_, chooser_, *this) {
  if (sink != nullptr) recorder_.AddSink(sink);
  env_.Provide(kernel_);
  env_.Provide(driver_);
  env_.Provide(*this);
  machine_.SetFree(true);
  driver_.Start(env_);
  StartProcesses();
  RunUntilQuiet();
}

void Session::StartProcesses() {
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
    processes_.push_back(
        {kernel_.AddProcess(process), process.pid, {}, {}, {}});
    const os::ProcessId id = processes_.back().id;
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

void Session::RunUntilQuiet(sim::Duration time) {
  constexpr uint64_t kMostSteps = 10'000'000;
  const sim::RunEnd end = machine_.Run(
      env_, {machine_.now() + time, machine_.steps() + kMostSteps});
  SIM_CHECK(end != sim::RunEnd::kSteps) << script_.name << " does not end";
}

void Session::OnEvent(sim::Env&, uint32_t, uint64_t) {}

void Session::OnThreadExit(sim::Env& env, sim::ThreadId thread) {
  const os::ProcessId process = kernel_.ProcessOf(thread);
  if (kernel_.RemoveThread(env, thread)) driver::ExitProcess(env, process);
}

bool Session::Alive(size_t process) const {
  return kernel_.processes().Contains(processes_[process].id);
}

os::AddressSpace& Session::MemoryOf(size_t process) {
  return kernel_.process(processes_[process].id).memory;
}

size_t Session::ProcessOf(const ThreadState& thread) const {
  return script_.threads[static_cast<size_t>(&thread - threads_.data())]
      .process;
}

Mapping Session::MappingOf(const ProcessState& process,
                           const std::string& label) const {
  const auto it = process.mappings.find(label);
  return it == process.mappings.end() ? Mapping{} : it->second;
}

bool Session::HasCall(size_t thread) const {
  return threads_[thread].phase == Phase::kIssued;
}

bool Session::IsExiting(size_t thread) const {
  return script_.steps[threads_[thread].step].op == Op::kExitThread;
}

void Session::End(size_t thread, int64_t result) {
  threads_[thread].phase = Phase::kIdle;
  threads_[thread].result = result;
  completed_.push_back(thread);
}

std::string Session::Obstacle(const Step& step) const {
  if (!step.ByThread()) {
    const bool of_process = step.op == Op::kFds || step.op == Op::kKill;
    return of_process && !Alive(step.process) ? "dead" : "";
  }
  const ThreadState& thread = threads_[step.thread];
  if (!machine_.Alive(thread.id)) return "dead";
  return thread.phase == Phase::kIdle ? "" : "busy";
}

StepResult Session::Perform(size_t index) {
  const Step& step = script_.steps[index];
  StepResult result;
  std::string obstacle = Obstacle(step);
  if (obstacle.empty() && step.ByThread()) {
    ThreadState& thread = threads_[step.thread];
    thread.step = index;
    obstacle = Prepare(step, thread);
    if (obstacle.empty()) {
      thread.phase = Phase::kIssued;
      machine_.Wake(env_, thread.id);
    }
  }
  if (!obstacle.empty()) {
    result.self.emplace_back("skipped", obstacle);
    return result;
  }
  if (step.ByThread()) {
    RunUntilQuiet(step.op == Op::kThreadSleep
                      ? sim::Duration(std::chrono::milliseconds(step.number))
                      : sim::Duration{});
  } else {
    Control(step, result);
  }
  for (const size_t done : completed_) {
    Operation operation = Complete(done);
    if (threads_[done].step != index) operation.of = threads_[done].step;
    result.operations.emplace(script_.threads[done].name, std::move(operation));
  }
  completed_.clear();
  if (step.ByThread() && threads_[step.thread].phase != Phase::kIdle &&
      machine_.Alive(threads_[step.thread].id)) {
    result.operations[script_.threads[step.thread].name].blocked = true;
  }
  return result;
}

Result Session::Run() {
  Result result;
  result.name = script_.name;
  for (size_t i = 0; i < script_.steps.size(); ++i) {
    result.steps.push_back(Perform(i));
  }
  std::vector<std::pair<std::string, size_t>> blocked;
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (machine_.Alive(threads_[i].id) && threads_[i].phase != Phase::kIdle) {
      blocked.emplace_back(script_.processes[ProcessOf(threads_[i])].name, i);
    }
  }
  std::ranges::sort(blocked);
  for (const auto& [process, i] : blocked) {
    result.blocked.push_back(script_.threads[i].name);
  }
  result.leak = KillAll();
  return result;
}

// Ends all processes. Returns whether the driver has anything left.
bool Session::KillAll() {
  for (size_t i = 0; i < processes_.size(); ++i) {
    if (!Alive(i)) continue;
    kernel_.Kill(env_, processes_[i].id, record::ExitReason::kKilled);
    RunUntilQuiet();
  }
  return !driver_.procs.empty() || !driver_.threads.empty() ||
         !driver_.nodes.empty() || !driver_.refs.empty() ||
         !driver_.deaths.empty() || !driver_.transactions.empty() ||
         !driver_.dead_nodes.empty() || !kernel_.files().empty();
}

}  // namespace bindersim::script
