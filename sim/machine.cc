// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/machine.h"

#include <utility>

#include "sim/random.h"

namespace bindersim::sim {

uint32_t RandomChooser::Choose(const ChoicePoint& point) {
  Stream stream = MakeStream(seed_, "chooser");
  stream.counter = point.ordinal;
  return static_cast<uint32_t>(stream.Below(point.options));
}

Machine::Machine(const MachineOptions& options) : options_(options) {
  SIM_CHECK(options.cpus >= 1 && options.cpus <= 64) << options.cpus << " CPUs";
  cpus_.resize(options.cpus);
  idle_cpus_ = ~uint64_t{0} >> (64 - options.cpus);
}

void Machine::AddTo(Hasher& hasher) const {
  hasher.Add(std::tie(options_, now_, free_, steps_, choices_, ready_counter_,
                      min_virtual_runtime_, events_, cpus_, idle_cpus_, ready_,
                      threads_, locks_, untimed_, logical_, runnable_, last_,
                      last_tid_, faults_));
}

RunEnd Machine::Run(Env& env, const RunLimits& limits) {
  until_ = limits.until;
  step_limit_ = limits.steps;
  RunEnd end = RunEnd::kQuiescent;
  if (untimed_) end = RunUntimed(env);
  while (!untimed_ && !events_.empty()) {
    const Time next = events_.NextTime();
    if (next > until_) {
      now_ = until_;
      end = RunEnd::kUntil;
      break;
    }
    if (steps_ >= step_limit_) {
      end = RunEnd::kSteps;
      break;
    }
    uint32_t pick = 0;
    if (!env.chooser.AlwaysDefault()) {
      if (events_.Ties() > 1) pick = ChooseTie(env);
    }
    now_ = next;
    const Event event =
        pick == 0 ? events_.Pop().payload : events_.PopTie(pick).payload;
    Handle(env, event);
  }
  section_under_way = {};
  until_ = kNever;
  step_limit_ = UINT64_MAX;
  return end;
}

uint32_t Machine::Choose(Env& env, ChoicePoint&& point) {
  point.ordinal = point.options > 1 ? choices_++ : choices_;
  const uint32_t pick = env.chooser.Choose(point);
  SIM_CHECK(pick < point.options) << pick << " of " << point.options;
  return pick;
}

uint32_t Machine::ChooseTie(Env& env) {
  std::vector<TiedEvent> tied;
  for (const Event& event : events_.Tied()) {
    const uint32_t tid = event.thread ? threads_[event.thread].tid : 0;
    tied.push_back({tid, event.code, event.argument});
  }
  return Choose(env, {.kind = ChoiceKind::kTie,
                      .options = static_cast<uint32_t>(tied.size()),
                      .events = tied});
}

ThreadId Machine::AddThread(const ThreadOptions& options) {
  Thread thread;
  thread.tid = options.tid;
  thread.nice = options.nice;
  thread.rt_priority = options.rt_priority;
  return threads_.Insert(std::move(thread));
}

void Machine::StartThread(Env& env, ThreadId id, Duration delay) {
  Thread& thread = threads_[id];
  if (untimed_) {  // being started costs time, no more
    Meet(env, id);
    AddRunnable(env, id);
    return;
  }
  thread.waking = true;
  thread.wake_event = events_.Push(
      SaturatingAdd(now_, free_ ? Duration{} : delay),
      static_cast<uint8_t>(Rank::kWake), Event{Event::Kind::kArrive, 0, 0, id});
  if (env.recorder.enabled()) {
    env.EmitAbout(thread.tid, ThreadStateChanged{RunState::kBlocked, 0, {}});
  }
}

void Machine::PrepareToWait(ThreadId id, bool interruptible,
                            StaticText reason) {
  Thread& thread = threads_[id];
  thread.prepared = true;
  thread.interruptible = interruptible;
  thread.waits_for = reason;
}

bool Machine::Wake(Env& env, ThreadId id, bool sync) {
  Thread& thread = threads_[id];
  if (untimed_) Meet(env, id);
  if (!thread.prepared) return false;
  thread.prepared = false;
  if (env.recorder.enabled()) {
    env.EmitAbout(thread.tid, ThreadWakened{env.tid(), sync ? 1u : 0u});
  }
  if (thread.state != RunState::kBlocked) return true;  // not asleep yet
  if (untimed_) {
    AddRunnable(env, id);
    return true;
  }
  if (sync && env.self) thread.preferred_cpu = threads_[env.self].cpu;
  const SchedulerCosts& costs = options_.costs;
  BeginWake(id, sync ? costs.sync_wake_latency : costs.wake_latency);
  return true;
}

void Machine::BeginWake(ThreadId id, Duration latency) {
  Thread& thread = threads_[id];
  events_.Cancel(thread.wake_event);
  thread.waking = true;
  thread.wake_event = events_.Push(
      SaturatingAdd(now_, free_ ? Duration{} : latency),
      static_cast<uint8_t>(Rank::kWake), Event{Event::Kind::kArrive, 0, 0, id});
}

void Machine::Signal(Env& env, ThreadId id) {
  threads_[id].signalled = true;
  if (untimed_) Meet(env, id);
  if (threads_[id].interruptible) Wake(env, id);
}

void Machine::Kill(Env& env, ThreadId id) {
  Thread& thread = threads_[id];
  thread.killed = true;
  if (untimed_) Meet(env, id);
  if (thread.interruptible) Wake(env, id);
  if (untimed_) return;  // nobody computes
  // In user mode nothing is finished first: what is left of a burst is dropped.
  if (id == env.self || !thread.held.empty() || thread.stack.empty() ||
      !thread.stack.Ops()->user_mode) {
    return;
  }
  if (thread.state == RunState::kRunning) {
    Charge(thread);
    events_.Cancel(thread.burst_event);
    ScheduleContinue(id);
  }
  thread.burst_left = {};
}

LockId Machine::AddLock(LockKind kind, StaticText role, uint32_t owner,
                        uint32_t group) {
  // FNV-1a. That two names are the same by chance does no harm.
  uint32_t what = 2166136261;
  for (const char* c = role.c_str(); *c != 0; ++c) {
    what = (what ^ static_cast<unsigned char>(*c)) * 16777619;
  }
  return locks_.Insert(
      Lock{kind, role, owner, Footprint::Name(what, group), {}, {}});
}

void Machine::RemoveLock(LockId id) {
  SIM_CHECK(locks_[id].waiters.empty())
      << locks_[id].role.c_str() << " removed while threads wait for it";
  locks_.Erase(id);
}

EventId Machine::ScheduleModelEvent(Time at, uint32_t code, uint64_t argument) {
  SIM_CHECK(at >= now_) << "an event in the past";
  return events_.Push(at, static_cast<uint8_t>(Rank::kModel),
                      Event{Event::Kind::kModel, code, argument, {}});
}

}  // namespace bindersim::sim
