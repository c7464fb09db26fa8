// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>

#include "model/userspace/program_frames.h"

namespace bindersim::userspace {

namespace {

void EmitWait(sim::Env& env, record::UserWaitKind kind, bool begins,
              SymbolIndex symbol) {
  if (!env.recorder.enabled()) return;
  Userspace& user = env.Get<Userspace>();
  env.Emit(record::UserWait{
      kind, begins ? 1u : 0u,
      env.recorder.Intern(user.SetupOf(user.Self(env)).symbols[symbol])});
}

bool Contains(const std::vector<sim::ThreadId>& list, sim::ThreadId thread) {
  return std::ranges::find(list, thread) != list.end();
}

}  // namespace

sim::Step LockMutex::Run(sim::Env& env) {
  Touch(env, Shared::kMutex, mutex);
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  UserMutex& lock = user.processes[thread.process].mutexes[mutex];
  if (waits == 0) {
    if (!lock.holder) {
      lock.holder = env.self;
      lock.holder_tid = thread.tid;
      return sim::Step::Done();
    }
    // A Java monitor may be entered again by its owner; a std::mutex not.
    if (lock.holder == env.self &&
        user.SetupOf(thread).language == record::Language::kJava) {
      ++lock.depth;
      return sim::Step::Done();
    }
    lock.waiters.push_back(env.self);
    thread.waiting = {UserWaiting::Kind::kMutex, mutex, false};
    EmitWait(env, record::UserWaitKind::kMutex, true, mutex);
    waits = 1;
  } else if (!Contains(lock.waiters, env.self)) {  // it was handed over
    env.machine.FinishWait(env.self);
    thread.waiting = {};
    EmitWait(env, record::UserWaitKind::kMutex, false, mutex);
    return sim::Step::Done();
  }
  env.machine.PrepareToWait(
      env.self, true, user.image->mutex_texts[thread.process][mutex].c_str());
  return sim::Step::Sleep();
}

void UnlockMutex(sim::Env& env, SymbolIndex mutex, std::string_view as) {
  Touch(env, Shared::kMutex, mutex);
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  UserMutex& lock = user.processes[thread.process].mutexes[mutex];
  if (lock.holder != env.self) {
    const ProcessSetup& setup = user.SetupOf(thread);
    user.Report(env, "misuse",
                fmt::format("thread {} of {} {} mutex {}, which it does not "
                            "hold",
                            thread.name, setup.name, as, setup.symbols[mutex]));
    return;
  }
  if (lock.depth > 0) {
    --lock.depth;
    return;
  }
  if (lock.waiters.empty()) {
    lock.holder = {};
    lock.holder_tid = 0;
    return;
  }
  lock.holder = lock.waiters.front();
  lock.holder_tid = user.Of(lock.holder).tid;
  lock.waiters.erase(lock.waiters.begin());
  env.machine.Wake(env, lock.holder);
}

void NotifyCondition(sim::Env& env, SymbolIndex condition, bool all) {
  Touch(env, Shared::kCondition, condition);
  Condition& target = env.Get<Userspace>().Process(env).conditions[condition];
  if (target.waiters.empty()) ++target.unheard;
  while (!target.waiters.empty()) {
    const sim::ThreadId waiter = target.waiters.front();
    target.waiters.erase(target.waiters.begin());
    env.machine.Wake(env, waiter);
    if (all) continue;
    if (!target.waiters.empty()) ++target.passed_by.value;
    return;
  }
}

sim::Step WaitForCondition::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  ProcessState& process = user.processes[thread.process];
  const Wait& spec = std::get<Wait>(user.image->At(action).body);
  Touch(env, Shared::kCondition, spec.condition);
  Condition& condition = process.conditions[spec.condition];
  std::vector<sim::ThreadId>& waiters = condition.waiters;
  switch (section) {
    case 0: {
      section = 1;
      const sim::Duration limit =
          spec.timeout ? sim::Duration{user.Draw(env, *spec.timeout, action)}
                       : sim::Duration{-1};
      if (waiters.empty()) condition.passed_by.value = 0;
      waiters.push_back(env.self);
      thread.waiting = {UserWaiting::Kind::kCondition, spec.condition,
                        spec.timeout.has_value()};
      EmitWait(env, record::UserWaitKind::kCondition, true, spec.condition);
      if (spec.mutex) {
        UserMutex& lock = process.mutexes[*spec.mutex];
        if (lock.holder == env.self) depth = std::exchange(lock.depth, 0);
        UnlockMutex(env, *spec.mutex, "waits with");
      }
      env.machine.PrepareToWait(
          env.self, true,
          user.image->condition_texts[thread.process][spec.condition].c_str());
      return limit < sim::Duration{} ? sim::Step::Sleep()
                                     : sim::Step::SleepFor(limit);
    }
    case 1:
      section = 2;
      env.machine.FinishWait(env.self);
      std::erase(waiters, env.self);  // still there after a time-out
      thread.waiting = {};
      EmitWait(env, record::UserWaitKind::kCondition, false, spec.condition);
      if (!spec.mutex) return sim::Step::Done();
      return env.Call(LockMutex{*spec.mutex});
    default:
      process.mutexes[*spec.mutex].depth += depth;
      return sim::Step::Done();
  }
}

}  // namespace bindersim::userspace
