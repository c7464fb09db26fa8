// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs without time: one transition after the other.

#include <algorithm>

#include "sim/machine.h"

namespace bindersim::sim {

namespace {

// What a transition adds to stamp().
constexpr Duration kTransitionStamp{1000};

// Sections of nothing but null locks hold none.
bool HoldsLock(const Thread& thread) {
  return std::ranges::any_of(thread.held,
                             [](LockId lock) { return bool{lock}; });
}

}  // namespace

void Machine::SetUntimed() {
  SIM_CHECK(!untimed_ && ready_.empty() &&
            std::ranges::all_of(
                cpus_, [](const Cpu& cpu) { return !bool{cpu.current}; }))
      << "a thread runs";
  for (const auto& [id, thread] : threads_) {
    SIM_CHECK(!thread.to_enter[0] && thread.held.empty())
        << "tid " << thread.tid << " uses a lock";
  }
  untimed_ = true;
}

void Machine::AddFault(uint32_t code, uint64_t argument) {
  faults_.push_back(Event{Event::Kind::kModel, code, argument, {}});
}

void Machine::ListTransitions(std::vector<Transition>& transitions,
                              Time until) const {
  // Filled in place: this is done before each transition.
  transitions.resize(runnable_.size());
  auto listed = transitions.begin();
  const auto list = [&](auto begin, auto end) {
    for (auto next = begin; next != end; ++next) {
      if (LockThatKeepsOut(*next) != nullptr) continue;
      *listed++ = {Transition::Kind::kThread, 0, next->thread};
    }
  };
  // The turn of the thread that ran last comes first.
  auto first = runnable_.begin();
  while (first != runnable_.end() && first->tid < last_tid_) ++first;
  list(first, runnable_.end());
  list(runnable_.begin(), first);
  transitions.erase(listed, transitions.end());
  if (!events_.empty() && events_.NextTime() <= until) {
    transitions.push_back({Transition::Kind::kTimer, 0, {}});
  }
  if (faults_.empty()) return;
  const bool at_end = transitions.empty();
  for (uint32_t i = 0; i < faults_.size(); ++i) {
    if (faults_[i].code == kFaultHappened) continue;
    if (at_end && transitions.empty()) {
      transitions.push_back({Transition::Kind::kEnd, 0, {}});
    }
    transitions.push_back({Transition::Kind::kFault, i, {}});
  }
}

void Machine::Take(Env& env, const Transition& transition) {
  logical_ += kTransitionStamp;
  env.self = {};
  env.touched = false;
  switch (transition.kind) {
    case Transition::Kind::kThread:
      TakeThread(env, transition.thread);
      if (env.observer != nullptr) env.observer->AfterTransition(env);
      break;
    case Transition::Kind::kTimer: {
      env.Changes(Footprint::kTimers, Footprint::kEvents);
      env.Changes(Footprint::kTimers, Footprint::kNow);
      now_ = std::max(now_, events_.NextTime());
      const Event event = events_.Pop().payload;
      if (event.kind == Event::Kind::kArrive) {
        threads_[event.thread].wake_event = {};
        Meet(env, event.thread);
        AddRunnable(env, event.thread);
      } else {
        Handle(env, event);
      }
      break;
    }
    case Transition::Kind::kFault: {
      env.Changes(Footprint::kTimers, Footprint::kFaults);
      const Event event = faults_[transition.fault];
      faults_[transition.fault].code = kFaultHappened;
      Handle(env, event);
      break;
    }
    case Transition::Kind::kEnd:
      SIM_CHECK(false) << "the end cannot be performed";
  }
  section_under_way = {};
}

void Machine::TakeWithin(Env& env, const Transition& transition,
                         uint64_t steps) {
  step_limit_ = steps;
  Take(env, transition);
  step_limit_ = UINT64_MAX;
}

RunEnd Machine::RunUntimed(Env& env) {
  std::vector<Transition> transitions;
  while (true) {
    ListTransitions(transitions, until_);
    if (transitions.empty()) break;
    if (steps_ >= step_limit_) return RunEnd::kSteps;
    uint32_t pick = 0;
    const bool choice = transitions.size() > 1;
    if (choice ? !env.chooser.AlwaysDefault() : env.chooser.WantsForced()) {
      pick = Choose(env, {.kind = ChoiceKind::kTransition,
                          .options = static_cast<uint32_t>(transitions.size()),
                          .transitions = transitions});
    }
    if (transitions[pick].kind == Transition::Kind::kEnd) break;
    Take(env, transitions[pick]);
  }
  return events_.empty() ? RunEnd::kQuiescent : RunEnd::kUntil;
}

// These two are parts of each step's loop below.
[[gnu::always_inline]] inline void Machine::ChangeAllHeld(
    Env& env, const Thread& thread) const {
  if (env.footprint == nullptr) return;
  for (const LockId held : thread.held) {
    const Lock* lock = locks_.Find(held);
    if (lock != nullptr) env.Changes(Footprint::kLock, lock->name);
  }
}

// Returns whether the transition goes on.
[[gnu::always_inline]] inline bool Machine::ApplyUntimed(Env& env, ThreadId id,
                                                         Thread& thread,
                                                         const Step& step,
                                                         bool& released) {
  switch (step.kind) {
    case Step::Kind::kAgain:
    case Step::Kind::kRun:
      return true;
    case Step::Kind::kEnter:
      EnterSection(thread, step);
      return !(released && thread.to_enter[0]);
    case Step::Kind::kLeave: {
      const size_t held = thread.held.size();
      const size_t sections = static_cast<size_t>(step.result);
      thread.sections_to_leave = static_cast<uint32_t>(step.result);
      LeaveSection(env, thread);
      if (held - thread.held.size() == sections) return true;  // no locks
      released = true;
      return HoldsLock(thread);
    }
    case Step::Kind::kSleep:
      if (step.cost >= Duration{}) {
        env.Changes(Footprint::kTimers, Footprint::kEvents);
      }
      if (!BeginSleep(id, thread, step.cost)) return true;
      RemoveRunnable(id);
      SetState(env, id, RunState::kBlocked);
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

// Runs on to the end of its critical section, or of a section that touches
// something shared, or until it waits.
void Machine::TakeThread(Env& env, ThreadId id) {
  if (last_ != id) {
    if (env.recorder.enabled() && Alive(last_) &&
        threads_[last_].state == RunState::kRunning) {
      SetState(env, last_, RunState::kRunnable);
    }
    last_ = id;
    last_tid_ = threads_[id].tid;
  }
  Thread* thread = &threads_[id];
  const void* threads = threads_.storage();
  if (thread->state != RunState::kRunning) {
    SetState(env, id, RunState::kRunning);
  }
  env.Changes(Footprint::kThread, thread->tid);
  // Its locks were held before, so that others could not go on.
  ChangeAllHeld(env, *thread);
  // After the first release nothing may be acquired any more.
  bool released = false;
  while (!thread->to_enter[0] || TakeLocks(env, id, *thread)) {
    if (thread->stack.empty() ||
        (thread->killed && thread->stack.Ops()->user_mode)) {
      ExitThread(env, id);
      return;
    }
    if (steps_ >= step_limit_) break;
    env.only_looks = false;
    const Step step = RunSection(env, id, thread->stack);
    if (threads != threads_.storage()) {  // threads have been added
      threads = threads_.storage();
      thread = &threads_[id];
    }
    if (!env.only_looks) ChangeAllHeld(env, *thread);
    const bool just_goes_on =
        step.kind == Step::Kind::kAgain || step.kind == Step::Kind::kRun;
    if (!just_goes_on && !ApplyUntimed(env, id, *thread, step, released)) {
      break;
    }
    if (env.touched && !HoldsLock(*thread)) break;
  }
  thread = threads_.Find(id);
  if (thread == nullptr || thread->state == RunState::kBlocked) return;
  // And so it is if it goes on holding some.
  ChangeAllHeld(env, *thread);
  std::ranges::find(runnable_, id, &RunnableThread::thread)->next_lock =
      thread->to_enter[0];
}

// Takes what the thread still has to enter. Returns false if one of these locks
// is held by another thread; it cannot go on then.
bool Machine::TakeLocks(Env& env, ThreadId id, Thread& thread) {
  while (thread.to_enter[0]) {
    const LockId lock_id = thread.to_enter[0];
    Lock& lock = locks_[lock_id];
    env.LooksAt(Footprint::kLock, lock.name);
    if (lock.holder) {
      SIM_CHECK(lock.holder != id) << lock.role.c_str() << " taken twice";
      return false;
    }
    TakeLock(id, thread, lock_id, lock);
  }
  return true;
}

// The acting thread, or the event, changes whether `other` can go on.
void Machine::Meet(Env& env, ThreadId other) {
  env.Changes(Footprint::kThread, threads_[other].tid);
  if (env.self && !HoldsLock(threads_[env.self])) env.touched = true;
}

void Machine::AddRunnable(Env& env, ThreadId id) {
  Thread& thread = threads_[id];
  if (thread.wake_event) {
    env.Changes(Footprint::kTimers, Footprint::kEvents);
    events_.Cancel(thread.wake_event);
    thread.wake_event = {};
  }
  thread.waking = false;
  thread.prepared = false;
  thread.interruptible = false;
  const auto place =
      std::ranges::lower_bound(runnable_, thread.tid, {}, &RunnableThread::tid);
  runnable_.insert(place, {thread.tid, id, thread.to_enter[0]});
  SetState(env, id, RunState::kRunnable);
}

void Machine::RemoveRunnable(ThreadId id) {
  std::erase_if(runnable_, [id](const RunnableThread& runnable) {
    return runnable.thread == id;
  });
}

}  // namespace bindersim::sim
