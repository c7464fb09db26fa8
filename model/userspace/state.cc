// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/state.h"

#include <utility>

#include "sim/random.h"

namespace bindersim::userspace {

Userspace::Userspace(Setup setup, const UserspaceCosts& the_costs,
                     uint64_t the_seed)
    : image(std::make_shared<const Image>(std::move(setup))),
      costs(the_costs),
      seed(the_seed),
      processes(image->setup.processes.size()),
      faults_left(image->setup.faults.at_most),
      tally(image->setup.watches.size()) {}

void Userspace::Adopt(sim::ThreadId thread, ProcessIndex process, uint32_t tid,
                      record::ThreadRole role, const std::string& name) {
  ThreadState state;
  state.machine_thread = thread;
  state.process = process;
  state.tid = tid;
  state.role = role;
  state.name = name;
  state.activations.emplace_back();
  if (thread_index.size() <= thread.index) {
    thread_index.resize(thread.index + 1);
  }
  thread_index[thread.index] = threads.Insert(std::move(state));
}

void Userspace::Forget(sim::ThreadId thread) {
  const ThreadState* state = Find(thread);
  if (state == nullptr) return;
  ProcessState& process = processes[state->process];
  for (UserMutex& mutex : process.mutexes) std::erase(mutex.waiters, thread);
  for (Condition& condition : process.conditions) {
    std::erase(condition.waiters, thread);
  }
  threads.Erase(thread_index[thread.index]);
  thread_index[thread.index] = {};
}

std::string Userspace::NameOf(const ThreadState& thread) const {
  return SetupOf(thread).name + "/" + thread.name + " (tid " +
         std::to_string(thread.tid) + ")";
}

std::string Userspace::NameOfProcess(uint32_t pid) const {
  for (const ProcessSetup& process : setup().processes) {
    if (process.pid == pid) return process.name;
  }
  return "pid " + std::to_string(pid);
}

std::string Userspace::UniqueName(ProcessIndex process,
                                  const std::string& name) {
  const uint32_t earlier = processes[process].thread_names[name]++;
  return earlier == 0 ? name : name + "#" + std::to_string(earlier + 1);
}

sim::Stream Userspace::StreamFor(const ThreadState& thread,
                                 const std::string& what,
                                 uint64_t counter) const {
  sim::Stream stream = sim::MakeStream(
      seed, SetupOf(thread).name + "/" + thread.name + "/" + what);
  stream.counter = counter;
  return stream;
}

int64_t Userspace::Draw(const sim::Env& env, const Quantity& quantity,
                        ActionRef action) {
  if (quantity.kind == Quantity::Kind::kConstant) return quantity.a;
  ThreadState& thread = Self(env);
  uint64_t& counter = thread.draws[{action.block, action.index}];
  sim::Stream stream = StreamFor(thread, image->At(action).pointer, counter);
  const int64_t value = sim::Draw(quantity, stream);
  counter = stream.counter;
  return value;
}

uint64_t Userspace::DrawBelow(const sim::Env& env, uint64_t n,
                              ActionRef action) {
  ThreadState& thread = Self(env);
  uint64_t& counter = thread.draws[{action.block, action.index}];
  sim::Stream stream = StreamFor(thread, image->At(action).pointer, counter);
  const uint64_t value = stream.Below(n);
  counter = stream.counter;
  return value;
}

int64_t Userspace::DrawReply(const sim::Env& env, ObjectIndex object,
                             uint32_t method) {
  ThreadState& thread = Self(env);
  const Object& hosted = SetupOf(thread).objects[object];
  const Quantity& quantity = hosted.methods[method].reply;
  if (quantity.kind == Quantity::Kind::kConstant) return quantity.a;
  // Above all block numbers, so that no action has the same key.
  uint64_t& counter = thread.draws[{UINT32_MAX - object, method}];
  sim::Stream stream = StreamFor(
      thread, "reply of " + hosted.name + "." + hosted.methods[method].name,
      counter);
  const int64_t value = sim::Draw(quantity, stream);
  counter = stream.counter;
  return value;
}

void Userspace::Report(const sim::Env& env, const char* kind,
                       std::string text) {
  const ThreadState& thread = Self(env);
  findings.push_back(Finding{kind,
                             std::move(text),
                             {SetupOf(thread).pid},
                             {thread.tid},
                             env.machine.stamp()});
}

void Userspace::CountMark(sim::Env& env, const std::string& text) {
  if (image->watches_order) Touch(env, Shared::kMarks);
  for (size_t i = 0; i < tally.size(); ++i) {
    const Watch& watch = setup().watches[i];
    if (watch.what == Watch::What::kMarks && watch.of == text) ++tally[i];
    if (watch.what != Watch::What::kBefore || tally[i] != kNeitherSeen) {
      continue;
    }
    if (watch.of == text) {
      tally[i] = kInOrder;
    } else if (watch.then == text) {
      tally[i] = kReversed;
    }
  }
}

void Userspace::CountCall(const std::string& method, Status status) {
  for (size_t i = 0; i < tally.size(); ++i) {
    const Watch& watch = setup().watches[i];
    if (watch.of != method) continue;
    if (watch.what == Watch::What::kCalls) ++tally[i];
    if (watch.what == Watch::What::kFailures && status != kOk) ++tally[i];
  }
}

namespace {

// In footprints.
uint64_t NameOf(uint32_t pid, Shared what, uint32_t which) {
  // That two of `which` have the same name by chance does no harm.
  return sim::Footprint::Name(
      static_cast<uint32_t>(what) << 24 | (which & 0xffffff), pid);
}

}  // namespace

void Touch(sim::Env& env, Shared what, uint32_t which) {
  if (!env.machine.untimed()) return;
  if (what == Shared::kMarks) {
    env.Touch(NameOf(0, what, which));
    return;
  }
  if (!env.self) return;
  if (what == Shared::kFrozen) {
    const auto& user = env.Get<Userspace>();
    env.Touch(NameOf(user.setup().processes[which].pid, what, 0));
    return;
  }
  const auto& kernel = env.Get<os::Kernel>();
  const os::Process& process = kernel.process(kernel.ProcessOf(env.self));
  LooksAtThreads(env, process.pid);
  if (process.threads.size() > 1) env.Touch(NameOf(process.pid, what, which));
}

void LooksAtThreads(sim::Env& env, uint32_t pid) {
  env.LooksAt(sim::Footprint::kModel, NameOf(pid, Shared::kThreads, 0));
}

void ChangesThreads(sim::Env& env, uint32_t pid) {
  env.Changes(sim::Footprint::kModel, NameOf(pid, Shared::kThreads, 0));
}

void KillOwnProcess(sim::Env& env, record::ExitReason reason) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& self = user.Self(env);
  LooksAtThreads(env, user.SetupOf(self).pid);
  env.Get<os::Kernel>().Kill(env, user.processes[self.process].id, reason);
}

Heap& HeapOf(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  const ProcessIndex process = user.Self(env).process;
  env.Changes(sim::Footprint::kModel,
              NameOf(user.setup().processes[process].pid, Shared::kHeap, 0));
  return user.processes[process].heap;
}

sim::Duration MarshalCost(const UserspaceCosts& costs, uint64_t bytes) {
  return costs.marshal +
         sim::Duration{static_cast<int64_t>(bytes) *
                       costs.marshal_picoseconds_per_byte / 1000};
}

sim::Duration UnmarshalCost(const UserspaceCosts& costs, uint64_t bytes) {
  return costs.unmarshal +
         sim::Duration{static_cast<int64_t>(bytes) *
                       costs.marshal_picoseconds_per_byte / 1000};
}

}  // namespace bindersim::userspace
