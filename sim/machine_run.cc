// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Running a thread's steps: CPU bursts, locks, sleeping, ending.

#include <algorithm>
#include <string>
#include <vector>

#include "sim/machine.h"
#include "sim/random.h"

namespace bindersim::sim {

void Machine::Continue(Env& env, ThreadId id) {
  while (EnterLocks(env, id)) {
    Thread& thread = threads_[id];
    if (thread.stack.empty() ||
        (thread.killed && thread.stack.Ops()->user_mode)) {
      ExitThread(env, id);
      return;
    }
    if (steps_ >= step_limit_) {  // Run() notices and stops
      ScheduleContinue(id);
      return;
    }
    const Step step = RunSection(env, id, thread.stack);
    if (!Apply(env, id, step)) return;
  }
}

// Returns whether the thread goes on at this moment.
bool Machine::Apply(Env& env, ThreadId id, const Step& step) {
  Thread& thread = threads_[id];
  switch (step.kind) {
    case Step::Kind::kAgain:
      return true;
    case Step::Kind::kRun:
      return BeginBurst(env, id, step.cost, AfterBurst::kContinue);
    case Step::Kind::kEnter:
      EnterSection(thread, step);
      return true;
    case Step::Kind::kLeave:
      thread.sections_to_leave = static_cast<uint32_t>(step.result);
      return BeginBurst(env, id, step.cost, AfterBurst::kLeave);
    case Step::Kind::kSleep:
      if (!BeginSleep(id, thread, step.cost)) return true;
      Block(env, id);
      return false;
    case Step::Kind::kDone:
      EndFrame(thread, step);
      return true;
    case Step::Kind::kExit:
      ExitThread(env, id);
      return false;
  }
  return true;
}

// Returns whether the thread is to be blocked.
bool Machine::BeginSleep(ThreadId id, Thread& thread, Duration limit) {
  SIM_DCHECK(thread.held.empty()) << "sleeps with a lock held";
  if (!thread.prepared) return false;
  if (thread.interruptible && (thread.killed || thread.signalled)) {
    thread.prepared = false;
    return false;
  }
  if (limit >= Duration{}) {
    thread.wake_event = events_.Push(SaturatingAdd(now_, limit),
                                     static_cast<uint8_t>(Rank::kWake),
                                     Event{Event::Kind::kArrive, 0, 0, id});
  }
  return true;
}

bool Machine::BeginBurst(Env& env, ThreadId id, Duration cost,
                         AfterBurst after) {
  Thread& thread = threads_[id];
  thread.after_burst = after;
  thread.burst_left = free_ ? Duration{} : Jittered(env, thread, cost);
  thread.burst_start = now_;
  if (thread.burst_left <= Duration{}) return FinishBurst(env, id);
  // If nothing else can happen before the burst is over, time just passes.
  const Time end = SaturatingAdd(now_, thread.burst_left);
  const bool within_slice =
      thread.spinlocks_held > 0 || thread.burst_left < thread.slice_left;
  if (within_slice && end <= until_ &&
      (events_.empty() || events_.NextTime() > end)) {
    now_ = end;
    Charge(thread);
    return FinishBurst(env, id);
  }
  ResumeBurst(id);
  return false;
}

void Machine::ResumeBurst(ThreadId id) {
  Thread& thread = threads_[id];
  thread.burst_start = now_;
  if (thread.burst_left <= Duration{}) {
    ScheduleContinue(id);
    return;
  }
  // A spinlock's holder keeps the CPU beyond its slice.
  const Duration part =
      thread.spinlocks_held > 0
          ? thread.burst_left
          : std::min(thread.burst_left,
                     std::max(thread.slice_left, Duration{1}));
  thread.burst_event = events_.Push(SaturatingAdd(now_, part),
                                    static_cast<uint8_t>(Rank::kBurst),
                                    Event{Event::Kind::kBurstEnd, 0, 0, id});
}

void Machine::ScheduleContinue(ThreadId id) {
  threads_[id].burst_event =
      events_.Push(now_, static_cast<uint8_t>(Rank::kContinue),
                   Event{Event::Kind::kContinue, 0, 0, id});
}

// Returns whether the thread keeps its CPU.
bool Machine::FinishBurst(Env& env, ThreadId id) {
  Thread& thread = threads_[id];
  if (thread.after_burst == AfterBurst::kLeave) {
    thread.after_burst = AfterBurst::kContinue;
    LeaveSection(env, thread);
  }
  if (thread.spinlocks_held > 0) return true;
  if (cpus_[thread.cpu].reschedule || YieldsSlice(thread)) {
    Preempt(env, thread.cpu);
    return false;
  }
  return true;
}

Duration Machine::Jittered(Env& env, Thread& thread, Duration cost) {
  const int64_t spread =
      cost.count() / 1000 * options_.costs.jitter_permille +
      cost.count() % 1000 * options_.costs.jitter_permille / 1000;
  if (spread <= 0) return cost;
  // Default: each thread draws from a stream of its own, so that no other
  // thread's bursts shift it. A chooser that decides is asked instead.
  if (!env.chooser.AlwaysDefault()) {
    constexpr uint32_t kLevels = 8;
    const uint32_t level = Choose(env, {.kind = ChoiceKind::kJitter,
                                        .options = kLevels,
                                        .subject = thread.tid});
    return cost - Duration{spread} + Duration{2 * spread * level / kLevels};
  }
  Stream stream =
      MakeStream(options_.seed, "jitter/" + std::to_string(thread.tid));
  stream.counter = thread.jitter_draws++;
  const uint64_t drawn = stream.Below(2 * static_cast<uint64_t>(spread) + 1);
  return cost - Duration{spread} + Duration{static_cast<int64_t>(drawn)};
}

// Takes the locks that the thread still has to enter. Returns false if it must
// wait for one; it then continues when it has been given it.
bool Machine::EnterLocks(Env& env, ThreadId id) {
  Thread& thread = threads_[id];
  while (thread.to_enter[0]) {
    const LockId lock_id = thread.to_enter[0];
    Lock& lock = locks_[lock_id];
    if (lock.holder) {
      SIM_CHECK(lock.holder != id) << lock.role.c_str() << " taken twice";
      lock.waiters.push_back(id);
      thread.waits_for = lock.role;
      if (env.recorder.enabled()) {
        env.EmitAbout(thread.tid,
                      LockWait{env.recorder.Intern(lock.role.c_str()), 1,
                               threads_[lock.holder].tid});
      }
      if (lock.kind == LockKind::kSpin) {
        SetState(env, id, RunState::kSpinning);
      } else {
        Block(env, id);
      }
      return false;
    }
    TakeLock(id, thread, lock_id, lock);
  }
  return true;
}

void Machine::LeaveSection(Env& env, Thread& thread) {
  while (thread.sections_to_leave > 0) {
    SIM_CHECK(!thread.held.empty()) << "leaves more sections than it entered";
    const LockId lock_id = thread.held.back();
    thread.held.pop_back();
    if (!lock_id) {
      --thread.sections_to_leave;
      continue;
    }
    Lock* const lock = locks_.Find(lock_id);
    // The section may have removed the lock together with what it protected.
    if (lock == nullptr || lock->kind == LockKind::kSpin) {
      --thread.spinlocks_held;
    }
    if (lock == nullptr) continue;
    lock->holder = {};
    // Untimed there never are any.
    if (!lock->waiters.empty()) HandOver(env, thread, lock_id, *lock);
  }
}

// Gives the lock to one of those who wait for it.
void Machine::HandOver(Env& env, const Thread& thread, LockId lock_id,
                       Lock& lock) {
  uint32_t pick = 0;
  if (lock.waiters.size() > 1 && !env.chooser.AlwaysDefault()) {
    std::vector<uint32_t> tids;
    for (const ThreadId waiter : lock.waiters) {
      tids.push_back(threads_[waiter].tid);
    }
    pick = Choose(env, {.kind = ChoiceKind::kLock,
                        .options = static_cast<uint32_t>(tids.size()),
                        .tids = tids});
  }
  const ThreadId next = lock.waiters[pick];
  lock.waiters.erase(lock.waiters.begin() + pick);
  Thread& waiter = threads_[next];
  TakeLock(next, waiter, lock_id, lock);
  if (env.recorder.enabled()) {
    env.EmitAbout(waiter.tid, LockWait{env.recorder.Intern(lock.role.c_str()),
                                       0, thread.tid});
  }
  if (waiter.state == RunState::kSpinning) {
    Charge(waiter);
    SetState(env, next, RunState::kRunning);
    ScheduleContinue(next);
  } else {
    BeginWake(next, options_.costs.wake_latency);
  }
}

void Machine::ExitThread(Env& env, ThreadId id) {
  SIM_CHECK(threads_[id].held.empty()) << "a thread ends with a lock held";
  env.self = id;
  section_under_way = {};
  env.hooks.OnThreadExit(env, id);
  env.self = {};
  const uint32_t cpu = threads_[id].cpu;
  if (untimed_) {
    RemoveRunnable(id);
  } else {
    TakeOffCpu(id);
  }
  if (cpus_[cpu].previous == id) cpus_[cpu].previous = {};
  SetState(env, id, RunState::kExited);
  if (threads_[id].wake_event) {
    env.Changes(Footprint::kTimers, Footprint::kEvents);
    events_.Cancel(threads_[id].wake_event);
  }
  threads_.Erase(id);
  if (!untimed_) Dispatch(env, cpu);
}

}  // namespace bindersim::sim
