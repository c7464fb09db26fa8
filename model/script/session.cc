// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/session.h"

#include <algorithm>
#include <utility>

namespace bindersim::script {

namespace {

constexpr int64_t kPatience = 8000;  // ms that a step may take

}  // namespace

Session::Session(const Script& script, Host& host)
    : script_(script),
      host_(host),
      processes_(script.processes.size()),
      threads_(script.threads.size()) {}

size_t Session::ProcessOf(const ThreadState& thread) const {
  return script_.threads[static_cast<size_t>(&thread - threads_.data())]
      .process;
}

Mapping Session::MappingOf(const ProcessState& process,
                           const std::string& label) const {
  const auto it = process.mappings.find(label);
  return it == process.mappings.end() ? Mapping{} : it->second;
}

std::string Session::Obstacle(const Step& step) const {
  if (!step.ByThread()) {
    const bool of_process = step.op == Op::kFds || step.op == Op::kKill;
    return of_process && !host_.ProcessAlive(step.process) ? "dead" : "";
  }
  if (!host_.ThreadAlive(step.thread)) return "dead";
  return threads_[step.thread].busy ? "busy" : "";
}

void Session::Settle(size_t index, int64_t milliseconds) {
  const std::string why = host_.Settle(milliseconds);
  if (!why.empty()) failure_ = Failure{Failure::Kind::kHang, why, index};
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
      thread.busy = true;
      host_.Issue(step.thread, CallOf(step, thread));
    }
  }
  if (!obstacle.empty()) {
    result.self.emplace_back("skipped", obstacle);
    return result;
  }
  if (step.ByThread()) {
    const int64_t pause = step.op == Op::kThreadSleep ? step.number : 0;
    Settle(index, std::min(pause, kPatience));
    if (pause > kPatience) {
      failure_ = Failure{Failure::Kind::kHang, "a thread sleeps on", index};
    }
  } else {
    Control(index, result);
  }
  if (failure_) return result;
  for (const Host::Completion& completion : host_.TakeCompletions()) {
    ThreadState& thread = threads_[completion.thread];
    thread.busy = false;
    Operation operation = Complete(completion);
    if (thread.step != index) operation.of = thread.step;
    result.operations.emplace(script_.threads[completion.thread].name,
                              std::move(operation));
  }
  if (step.ByThread() && threads_[step.thread].busy &&
      host_.ThreadAlive(step.thread)) {
    result.operations[script_.threads[step.thread].name].blocked = true;
  }
  return result;
}

std::vector<std::string> Session::Blocked() const {
  std::vector<std::pair<std::string, size_t>> blocked;
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (host_.ThreadAlive(i) && threads_[i].busy) {
      blocked.emplace_back(script_.processes[ProcessOf(threads_[i])].name, i);
    }
  }
  std::ranges::sort(blocked);
  std::vector<std::string> names;
  for (const auto& [process, i] : blocked) {
    names.push_back(script_.threads[i].name);
  }
  return names;
}

}  // namespace bindersim::script
