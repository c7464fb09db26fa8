// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which thread is on which CPU.

#include <algorithm>
#include <bit>

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

// Whether a has the weaker claim to a CPU. The order of a heap: the strongest
// claim comes out first.
bool Weaker(const ReadyThread& a, const ReadyThread& b) {
  if (a.rt_priority != b.rt_priority) return a.rt_priority < b.rt_priority;
  if (a.rt_priority == 0 && a.virtual_runtime != b.virtual_runtime) {
    return a.virtual_runtime > b.virtual_runtime;
  }
  return a.order > b.order;
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
      section_under_way = {};
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
  if (idle_cpus_ == 0) {
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
  const Thread& thread = threads_[id];
  ready_.push_back(
      {thread.rt_priority, thread.virtual_runtime, ready_counter_++, id});
  std::ranges::push_heap(ready_, Weaker);
  SetState(env, id, RunState::kRunnable);
}

void Machine::PlaceOnCpu(Env& env, ThreadId id) {
  const Thread& woken = threads_[id];
  if (idle_cpus_ != 0) {
    for (const uint32_t cpu : {woken.preferred_cpu, woken.cpu}) {
      if ((idle_cpus_ >> cpu & 1) != 0) return Dispatch(env, cpu);
    }
    return Dispatch(env, static_cast<uint32_t>(std::countr_zero(idle_cpus_)));
  }
  const auto claim = [this](uint32_t cpu) {  // its age does not count here
    const Thread& thread = threads_[cpus_[cpu].current];
    return ReadyThread{thread.rt_priority, thread.virtual_runtime, 0, {}};
  };
  uint32_t victim = 0;
  for (uint32_t cpu = 1; cpu < cpus_.size(); ++cpu) {
    if (Weaker(claim(cpu), claim(victim))) victim = cpu;
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
  if (!ready_.empty()) PutOnCpu(env, cpu, TakeReady(env, cpu));
}

ThreadId Machine::TakeReady(Env& env, uint32_t cpu) {
  size_t pick = 0;
  if (ready_.size() > 1 && !env.chooser.AlwaysDefault()) {
    std::ranges::sort(ready_, [](const ReadyThread& a, const ReadyThread& b) {
      return Weaker(b, a);
    });  // a sorted array is a heap too
    std::vector<uint32_t> tids;
    for (const ReadyThread& ready : ready_) {
      tids.push_back(threads_[ready.thread].tid);
    }
    pick = Choose(env, {.kind = ChoiceKind::kDispatch,
                        .options = static_cast<uint32_t>(tids.size()),
                        .subject = cpu,
                        .tids = tids});
  }
  const ThreadId taken = ready_[pick].thread;
  if (pick == 0) {
    std::ranges::pop_heap(ready_, Weaker);
    ready_.pop_back();
  } else {
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(pick));
    std::ranges::make_heap(ready_, Weaker);
  }
  return taken;
}

void Machine::PutOnCpu(Env& env, uint32_t cpu, ThreadId id) {
  Thread& thread = threads_[id];
  const bool switches = cpus_[cpu].previous != id;
  cpus_[cpu] = Cpu{id, id, false};
  idle_cpus_ &= ~(uint64_t{1} << cpu);
  thread.cpu = cpu;
  thread.preferred_cpu = cpu;
  min_virtual_runtime_ = std::max(min_virtual_runtime_, thread.virtual_runtime);
  if (thread.slice_left <= Duration{}) {
    thread.slice_left = options_.costs.time_slice;
  }
  SetState(env, id, RunState::kRunning);
  if (switches && !free_) thread.burst_left += options_.costs.context_switch;
  ResumeBurst(id);
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
  const ReadyThread& next = ready_.front();
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
  idle_cpus_ |= uint64_t{1} << thread.cpu;
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
      ThreadStateChanged{
          state, thread.cpu,
          waits ? env.recorder.Intern(thread.waits_for.c_str()) : Name{}});
}

}  // namespace bindersim::sim
