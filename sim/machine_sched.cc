// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which thread is on which CPU.

#include <algorithm>

#include "sim/machine.h"

namespace bindersim::sim {

namespace {

// CPU share by nice value: one step is a factor of 1.25, nice 0 is 1024.
uint64_t Weight(int32_t nice) {
  uint64_t weight = uint64_t{1024} << 20;
  for (; nice < 0; ++nice) weight = weight * 5 / 4;
  for (; nice > 0; --nice) weight = weight * 4 / 5;
  return std::max<uint64_t>(weight >> 20, 1);
}

// `ran` of CPU as virtual run time.
uint64_t Virtual(Duration ran, int32_t nice) {
  const uint64_t ns = static_cast<uint64_t>(ran.count());
  return nice == 0 ? ns : ns * 1024 / Weight(nice);
}

}  // namespace

void Machine::Handle(Env& env, const Event& event) {
  switch (event.kind) {
    case Event::Kind::kBurstEnd: {
      Thread& thread = threads_[event.thread];
      thread.burst_event = {};
      Charge(thread);
      if (thread.burst_left > Duration{}) {  // only the slice is over
        if (YieldsSlice(thread)) {
          Preempt(env, thread.cpu);
        } else {
          ResumeBurst(event.thread);
        }
      } else if (FinishBurst(env, event.thread)) {
        Continue(env, event.thread);
      }
      break;
    }
    case Event::Kind::kContinue:
      threads_[event.thread].burst_event = {};
      Continue(env, event.thread);
      break;
    case Event::Kind::kArrive:
      Arrive(env, event.thread);
      break;
    case Event::Kind::kModel:
      env.hooks.OnEvent(env, event.code, event.argument);
      break;
  }
}

void Machine::Arrive(Env& env, ThreadId id) {
  Thread& thread = threads_[id];
  thread.wake_event = {};
  thread.waking = false;
  thread.prepared = false;
  thread.interruptible = false;
  // A sleeper comes back with little more credit than the others have, however
  // long it slept.
  const bool all_busy = std::ranges::none_of(
      cpus_, [](const Cpu& cpu) { return !cpu.current; });
  if (all_busy) {
    uint64_t least = UINT64_MAX;
    for (const Cpu& cpu : cpus_) {
      Thread& current = threads_[cpu.current];
      Charge(current);
      least = std::min(least, current.virtual_runtime);
    }
    min_virtual_runtime_ = std::max(min_virtual_runtime_, least);
  }
  const uint64_t credit =
      static_cast<uint64_t>(options_.costs.time_slice.count()) / 2;
  if (min_virtual_runtime_ > credit) {
    thread.virtual_runtime =
        std::max(thread.virtual_runtime, min_virtual_runtime_ - credit);
  }
  MakeReady(env, id);
  PlaceOnCpu(env, id);
}

void Machine::MakeReady(Env& env, ThreadId id) {
  threads_[id].ready_order = ready_counter_++;
  ready_.push_back(id);
  SetState(env, id, RunState::kRunnable);
}

void Machine::PlaceOnCpu(Env& env, ThreadId id) {
  const Thread& woken = threads_[id];
  const auto idle = [this](uint32_t cpu) { return !cpus_[cpu].current; };
  for (const uint32_t cpu : {woken.preferred_cpu, woken.cpu}) {
    if (idle(cpu)) return Dispatch(env, cpu);
  }
  for (uint32_t cpu = 0; cpu < cpus_.size(); ++cpu) {
    if (idle(cpu)) return Dispatch(env, cpu);
  }
  uint32_t victim = 0;  // the CPU whose thread has the weakest claim
  for (uint32_t cpu = 1; cpu < cpus_.size(); ++cpu) {
    if (Before(threads_[cpus_[victim].current],
               threads_[cpus_[cpu].current])) {
      victim = cpu;
    }
  }
  const Thread& current = threads_[cpus_[victim].current];
  if (!ShouldPreempt(woken, current)) return;
  if (current.spinlocks_held > 0 || current.state == RunState::kSpinning) {
    cpus_[victim].reschedule = true;
  } else {
    Preempt(env, victim);
  }
}

void Machine::Dispatch(Env& env, uint32_t cpu) {
  if (ready_.empty()) return;
  size_t pick = BestReady();
  if (ready_.size() > 1 && !env.chooser.AlwaysDefault()) {
    std::vector<ThreadId> order = ready_;
    std::ranges::sort(order, [this](ThreadId a, ThreadId b) {
      return Before(threads_[a], threads_[b]);
    });
    std::vector<uint32_t> tids;
    for (const ThreadId id : order) tids.push_back(threads_[id].tid);
    const uint32_t choice =
        Choose(env, ChoiceKind::kDispatch, cpu,
               static_cast<uint32_t>(tids.size()), tids);
    pick = static_cast<size_t>(std::ranges::find(ready_, order[choice]) -
                               ready_.begin());
  }
  DispatchTo(env, cpu, pick);
}

void Machine::DispatchTo(Env& env, uint32_t cpu, size_t ready_index) {
  const ThreadId id = ready_[ready_index];
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(ready_index));
  Thread& thread = threads_[id];
  const bool switches = cpus_[cpu].previous != id;
  cpus_[cpu] = Cpu{id, id, false};
  thread.cpu = cpu;
  thread.preferred_cpu = cpu;
  min_virtual_runtime_ =
      std::max(min_virtual_runtime_, thread.virtual_runtime);
  if (thread.slice_left <= Duration{}) {
    thread.slice_left = options_.costs.time_slice;
  }
  SetState(env, id, RunState::kRunning);
  if (switches && !free_) thread.burst_left += options_.costs.context_switch;
  ResumeBurst(id);
}

size_t Machine::BestReady() const {
  size_t best = 0;
  for (size_t i = 1; i < ready_.size(); ++i) {
    if (Before(threads_[ready_[i]], threads_[ready_[best]])) best = i;
  }
  return best;
}

bool Machine::Before(const Thread& a, const Thread& b) const {
  if (a.rt_priority != b.rt_priority) return a.rt_priority > b.rt_priority;
  if (a.rt_priority == 0 && a.virtual_runtime != b.virtual_runtime) {
    return a.virtual_runtime < b.virtual_runtime;
  }
  return a.ready_order < b.ready_order;
}

bool Machine::ShouldPreempt(const Thread& woken, const Thread& current) const {
  if (woken.rt_priority != current.rt_priority) {
    return woken.rt_priority > current.rt_priority;
  }
  if (woken.rt_priority > 0) return false;
  return current.virtual_runtime >
         woken.virtual_runtime +
             Virtual(options_.costs.wakeup_granularity, woken.nice);
}

bool Machine::YieldsSlice(Thread& thread) {
  if (thread.slice_left > Duration{}) return false;
  thread.slice_left = options_.costs.time_slice;
  if (ready_.empty()) return false;
  const Thread& next = threads_[ready_[BestReady()]];
  if (next.rt_priority != thread.rt_priority) {
    return next.rt_priority > thread.rt_priority;
  }
  return next.rt_priority > 0 ||  // equals take turns
         next.virtual_runtime <= thread.virtual_runtime;
}

void Machine::Preempt(Env& env, uint32_t cpu) {
  const ThreadId id = cpus_[cpu].current;
  TakeOffCpu(id);
  MakeReady(env, id);
  Dispatch(env, cpu);
}

void Machine::Block(Env& env, ThreadId id) {
  const uint32_t cpu = threads_[id].cpu;
  TakeOffCpu(id);
  SetState(env, id, RunState::kBlocked);
  Dispatch(env, cpu);
}

void Machine::TakeOffCpu(ThreadId id) {
  Thread& thread = threads_[id];
  Charge(thread);
  events_.Cancel(thread.burst_event);
  thread.burst_event = {};
  cpus_[thread.cpu].current = {};
  cpus_[thread.cpu].reschedule = false;
}

void Machine::Charge(Thread& thread) {
  const Duration ran = now_ - thread.burst_start;
  thread.burst_start = now_;
  if (ran <= Duration{}) return;
  thread.cpu_time += ran;
  thread.slice_left -= ran;
  thread.virtual_runtime += Virtual(ran, thread.nice);
  if (thread.state == RunState::kRunning) thread.burst_left -= ran;
}

void Machine::SetState(Env& env, ThreadId id, RunState state) {
  Thread& thread = threads_[id];
  thread.state = state;
  thread.burst_start = now_;
  if (!env.recorder.enabled()) return;
  const bool waits =
      state == RunState::kBlocked || state == RunState::kSpinning;
  env.EmitAbout(
      thread.tid,
      ThreadStateChanged{state, thread.cpu,
                         waits ? env.recorder.Intern(thread.waits_for.c_str())
                               : Name{}});
}

}  // namespace bindersim::sim
