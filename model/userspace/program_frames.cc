// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/program_frames.h"

#include <utility>
#include <variant>

#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/refs.h"
#include "model/userspace/service_client.h"
#include "model/userspace/threads.h"

namespace bindersim::userspace {

namespace {

// Begins one action; one overload for each kind.
struct Begin {
  sim::Env& env;
  ActionRef at;

  Userspace& user() const { return env.Get<Userspace>(); }

  sim::Step operator()(const Work& work) const {
    return sim::Step::Run(sim::Duration{user().Draw(env, work.duration, at)});
  }
  sim::Step operator()(const Sleep& sleep) const {
    return env.Call(
        UserSleep{{UserWaiting::Kind::kSleep, 0, true},
                  0,
                  sim::Duration{user().Draw(env, sleep.duration, at)}});
  }
  sim::Step operator()(const Call&) const { return env.Call(CallAction{at}); }
  sim::Step operator()(const GetService&) const {
    return env.Call(GetServiceAction{at});
  }
  sim::Step operator()(const AddService&) const {
    return env.Call(AddServiceAction{at});
  }
  sim::Step operator()(const LinkToDeath&) const {
    return env.Call(LinkAction{at, 0});
  }
  sim::Step operator()(const UnlinkToDeath&) const {
    return env.Call(LinkAction{at, 1});
  }
  sim::Step operator()(const Keep&) const { return env.Call(KeepAction{at}); }
  sim::Step operator()(const Release& release) const {
    StoreSlot(env, release.slot, {});
    return sim::Step::Again();
  }
  sim::Step operator()(const Lock& lock) const {
    return env.Call(LockMutex{lock.mutex});
  }
  sim::Step operator()(const Unlock& unlock) const {
    UnlockMutex(env, unlock.mutex);
    return sim::Step::Again();
  }
  sim::Step operator()(const Notify& notify) const {
    NotifyCondition(env, notify.condition, notify.all);
    return sim::Step::Again();
  }
  sim::Step operator()(const Wait&) const {
    return env.Call(WaitForCondition{at});
  }
  sim::Step operator()(const Spawn& spawn) const {
    SpawnThread(env, spawn.name, spawn.body);
    return sim::Step::Again();
  }
  sim::Step operator()(const Repeat& repeat) const {
    return env.Call(RepeatBlock{repeat.times, repeat.body, 0});
  }
  sim::Step operator()(const Choose& choose) const {
    uint64_t total = 0;
    for (const uint64_t weight : choose.weights) total += weight;
    if (total == 0) return sim::Step::Again();
    uint64_t drawn = user().DrawBelow(env, total, at);
    size_t branch = 0;
    while (drawn >= choose.weights[branch]) drawn -= choose.weights[branch++];
    return env.Call(RunBlock{choose.bodies[branch]});
  }
  sim::Step operator()(const MarkAction& mark) const {
    user().CountMark(env, mark.text);
    if (env.recorder.enabled()) {
      env.Emit(record::Mark{env.recorder.Intern(mark.text)});
    }
    return sim::Step::Again();
  }
  sim::Step operator()(const Kill& kill) const {
    for (const ProcessIndex process : kill.processes) {
      KillProcess(env, process);
    }
    const uint32_t caller = user().Self(env).activations.back().caller_pid;
    if (kill.caller && caller != 0) {
      for (ProcessIndex i = 0; i < user().processes.size(); ++i) {
        if (user().setup().processes[i].pid == caller) KillProcess(env, i);
      }
    }
    return sim::Step::Again();
  }
  sim::Step operator()(const Exit&) const { return ExitProcess(env); }
  sim::Step operator()(const Freeze&) const {
    return env.Call(FreezeAction{at});
  }
  sim::Step operator()(const RawIoctl&) const {
    return env.Call(IoctlAction{at});
  }
};

}  // namespace

sim::Step ExitProcess(sim::Env& env) {
  KillOwnProcess(env, record::ExitReason::kExited);
  return sim::Step::Again();
}

void KillProcess(sim::Env& env, ProcessIndex process) {
  const Userspace& user = env.Get<Userspace>();
  LooksAtThreads(env, user.setup().processes[process].pid);
  const os::ProcessId id = user.processes[process].id;
  if (!id) return;  // not started yet, or gone
  env.Get<os::Kernel>().Kill(env, id, record::ExitReason::kKilled);
}

sim::Step RunBlock::Run(sim::Env& env) {
  if (IsFrozen(env)) return env.Call(StopWhileFrozen{env.result()});
  if (NeedsFlush(env)) return env.Call(FlushRefs{});
  const auto& actions = env.Get<Userspace>().setup().blocks[block].actions;
  if (next >= actions.size()) return sim::Step::Done();
  const ActionRef at{block, next++};
  return std::visit(Begin{env, at}, actions[at.index].body);
}

sim::Step RepeatBlock::Run(sim::Env& env) {
  if (left == 0) return sim::Step::Done();
  --left;
  return env.Call(RunBlock{body});
}

}  // namespace bindersim::userspace
