// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The simulated machine: CPUs, threads, locks and what is to happen when.
//
// Threads are stacks of frames (sim/frame.h) that compete for CPUs under a
// fair-share scheduler with nice values and a real-time class above it
// (modelled on Linux's CFS: virtual run time by weight, time slices, wake-up
// preemption). Locks are spinlocks, whose holder is never preempted and whose
// waiters burn their CPU, or sleeping mutexes; both are handed over in arrival
// order. A wake-up takes `wake_latency` until the thread is runnable.
//
// Untimed, there are no CPUs and nothing costs time: a run is a sequence of
// transitions, in any order that causality allows (sim/transition.h). A
// thread's transition is a critical section with the steps before it, or up to
// one access to something shared that no lock protects: what lies between two
// such places cannot be told from something that happens at once (Lipton,
// "Reduction", CACM 18(12), 1975).
//
// The machine is a value: copy, compare, hash. What watches a run or decides in
// it (Recorder, Chooser, the model's hooks) is outside and comes in with Env.
//
// Invariants:
//  1. Running and spinning threads, and no others, are current on a CPU, each
//     on one.
//  2. ready_ holds the runnable threads, and only those.
//  3. A thread that is prepared to wait and is woken before it sleeps does not
//     sleep: no wake-up is lost between test and sleep (THR-42).
//  Untimed, instead of 1 and 2: runnable_ holds the threads that are not
//  blocked, by tid, and no CPU has a thread.

#ifndef BINDERSIM_SIM_MACHINE_H_
#define BINDERSIM_SIM_MACHINE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/chooser.h"
#include "sim/event_queue.h"
#include "sim/footprint.h"
#include "sim/frame.h"
#include "sim/id.h"
#include "sim/machine_options.h"
#include "sim/record.h"
#include "sim/sched_records.h"
#include "sim/slot_map.h"
#include "sim/static_text.h"
#include "sim/time.h"
#include "sim/transition.h"

namespace bindersim::sim {

enum class LockKind : uint8_t {
  kSpin,   // waiters burn CPU; the holder is not preempted
  kMutex,  // waiters sleep
};

struct Lock {
  LockKind kind = LockKind::kSpin;
  StaticText role;     // e.g. "binder_proc::inner_lock"
  uint32_t owner = 0;  // whose lock it is, for people: a pid, a debug id
  uint64_t name = 0;   // in footprints
  ThreadId holder;
  std::vector<ThreadId> waiters;  // in order of arrival

  auto Fields() const {
    return std::tie(kind, role, owner, name, holder, waiters);
  }
  bool operator==(const Lock&) const = default;
};

// When a thread's current CPU burst is over:
enum class AfterBurst : uint8_t { kContinue, kLeave };

struct Thread {
  // Used by every step; close to each other.
  uint32_t tid = 0;
  RunState state = RunState::kBlocked;
  bool waking = false;         // a wake-up is under way
  bool prepared = false;       // between PrepareToWait and being woken
  bool interruptible = false;  // the sleep ends when the thread is signalled
  bool killed = false;         // SIGKILL is pending
  bool signalled = false;      // some other signal is pending
  AfterBurst after_burst = AfterBurst::kContinue;
  uint32_t spinlocks_held = 0;
  uint32_t sections_to_leave = 0;  // when the burst under way is over
  Stack stack;
  std::array<LockId, 3> to_enter{};  // locks still to acquire
  // Locks held, in order of acquisition; each critical section begins with a
  // null entry.
  std::vector<LockId> held;
  int64_t result = 0;  // of the frame that ended last
  StaticText waits_for;
  int32_t nice = 0;            // -20 (most) .. 19 (least CPU)
  int32_t rt_priority = 0;     // > 0: real-time, above all others
  uint32_t cpu = 0;            // runs on, or last ran on
  uint32_t preferred_cpu = 0;  // where a sync wake-up wants it
  Duration burst_left{};       // CPU time still to use before the next step
  Time burst_start{};          // when the part under way began
  EventId burst_event;         // its end
  EventId wake_event;          // arrival of a wake-up, or a sleep's time-out
  Duration slice_left{};
  uint64_t virtual_runtime = 0;  // ns of CPU at nice 0
  uint64_t jitter_draws = 0;
  Duration cpu_time{};  // used in all

  auto Fields() const {
    return std::tie(tid, state, waking, prepared, interruptible, killed,
                    signalled, after_burst, spinlocks_held, sections_to_leave,
                    stack, to_enter, held, result, waits_for, nice, rt_priority,
                    cpu, preferred_cpu, burst_left, burst_start, burst_event,
                    wake_event, slice_left, virtual_runtime, jitter_draws,
                    cpu_time);
  }
  bool operator==(const Thread&) const = default;
};

// A runnable thread's place in the queue. Its claim does not change while it
// waits there.
struct ReadyThread {
  int32_t rt_priority = 0;
  uint64_t virtual_runtime = 0;
  uint64_t order = 0;  // of becoming runnable
  ThreadId thread;

  auto Fields() const {
    return std::tie(rt_priority, virtual_runtime, order, thread);
  }
  bool operator==(const ReadyThread&) const = default;
};

// Untimed: a thread that is not blocked.
struct RunnableThread {
  uint32_t tid = 0;
  ThreadId thread;
  LockId next_lock;  // its to_enter[0]

  auto Fields() const { return std::tie(tid, thread, next_lock); }
  bool operator==(const RunnableThread&) const = default;
};

struct Cpu {
  ThreadId current;         // null = idle
  ThreadId previous;        // whose state is still warm
  bool reschedule = false;  // preempt as soon as no spinlock is held

  auto Fields() const { return std::tie(current, previous, reschedule); }
  bool operator==(const Cpu&) const = default;
};

struct Event {
  enum class Kind : uint8_t {
    kBurstEnd,  // `thread` has used its burst or its slice
    kContinue,  // `thread` runs on (it was handed a lock)
    kArrive,    // `thread`'s wake-up arrives, or its sleep times out
    kModel,     // Hooks::OnEvent(code, argument)
  };
  Kind kind = Kind::kModel;
  uint32_t code = 0;
  uint64_t argument = 0;
  ThreadId thread;

  auto Fields() const { return std::tie(kind, code, argument, thread); }
  bool operator==(const Event&) const = default;
};

// Order of events of one moment (the rank of the event queue): things that end
// come before things that begin.
enum class Rank : uint8_t { kContinue = 0, kBurst = 1, kWake = 2, kModel = 3 };

class Env;

// What the model does when the machine calls back.
class Hooks {
 public:
  virtual ~Hooks() = default;
  // An event of ScheduleModelEvent is due.
  virtual void OnEvent(Env& env, uint32_t code, uint64_t argument) = 0;
  // `thread` has ended and is about to be removed.
  virtual void OnThreadExit(Env& env, ThreadId thread) = 0;
};

// Is shown each section that a run executes, with all that it has changed. It
// only looks; what it throws ends the run.
class SectionObserver {
 public:
  virtual ~SectionObserver() = default;
  // `section` is the one that env.self has just run; the step that it asked for
  // (locks, sleep, the end of its frame) is still to come.
  virtual void AfterSection(const Env& env, const FlowSection& section) = 0;
  // Untimed: a thread's transition is over; others can go on from here.
  virtual void AfterTransition(const Env& env) { static_cast<void>(env); }
};

struct RunLimits {
  Time until = kNever;           // stop before an event after this moment
  uint64_t steps = 200'000'000;  // frames run
};

enum class RunEnd : uint8_t {
  kQuiescent,  // nothing will ever happen again
  kUntil,
  kSteps,
};

class Machine {
 public:
  explicit Machine(const MachineOptions& options = {});

  // --- run ---
  RunEnd Run(Env& env, const RunLimits& limits);
  Time now() const { return now_; }
  uint64_t steps() const { return steps_; }
  uint64_t ties() const { return events_.ties_popped(); }
  uint64_t choices() const { return choices_; }  // asked of the chooser so far
  const MachineOptions& options() const { return options_; }
  // The time for records: now(); untimed, a microsecond more for each
  // transition, so that their order can be seen.
  Time stamp() const { return now_ + logical_; }
  // While set, nothing costs time (used to bring the system up).
  void SetFree(bool free) { free_ = free; }

  // --- untimed runs (machine_untimed.cc) ---
  // From now on Run is untimed. REQUIRES: no thread runs or is on its way to a
  // CPU, and none waits for a lock: as after a Run that ended.
  void SetUntimed();
  bool untimed() const { return untimed_; }
  // Something that may happen once, at any moment, if the chooser says so:
  // Hooks::OnEvent(code, argument). Only untimed runs have faults happen. They
  // are numbered from 0 by order of being added.
  void AddFault(uint32_t code, uint64_t argument);
  // None of them will happen any more.
  void ClearFaults() { faults_.clear(); }
  // What can happen next, the default first: the thread that ran last, then the
  // others in turn by tid, then time, then faults. None after `until`.
  void ListTransitions(std::vector<Transition>& transitions,
                       Time until = kNever) const;
  // Calls visit(tid, lock) for each thread that could go on if somebody had not
  // this lock.
  template <class Visitor>
  void ForEachLockedOut(Visitor visit) const {
    for (const RunnableThread& thread : runnable_) {
      const Lock* lock = LockThatKeepsOut(thread);
      if (lock != nullptr) visit(thread.tid, *lock);
    }
  }
  // Performs one of these. REQUIRES: it is not kEnd.
  void Take(Env& env, const Transition& transition);
  // The same, but breaks off when steps() reaches `steps`.
  void TakeWithin(Env& env, const Transition& transition, uint64_t steps);
  // Whether something is to happen at a time, be it after a run's end.
  bool HasTimedEvents() const { return !events_.empty(); }

  // --- threads ---
  struct ThreadOptions {
    uint32_t tid = 0;
    int32_t nice = 0;
    int32_t rt_priority = 0;
  };
  // A new thread that will run `first`; it becomes runnable after `delay`.
  template <FrameType F>
  ThreadId Spawn(Env& env, const ThreadOptions& options, const F& first,
                 Duration delay = {}) {
    const ThreadId id = AddThread(options);
    threads_[id].stack.Push(first);
    StartThread(env, id, delay);
    return id;
  }
  const SlotMap<Thread, ThreadId>& threads() const { return threads_; }
  const Thread& thread(ThreadId id) const { return threads_[id]; }
  bool Alive(ThreadId id) const { return threads_.Find(id) != nullptr; }
  void SetNice(ThreadId id, int32_t nice) { threads_[id].nice = nice; }

  // Wait protocol: PrepareToWait; test the condition; return Step::Sleep() if
  // it does not hold; after it FinishWait. `reason` is for people.
  void PrepareToWait(ThreadId id, bool interruptible, StaticText reason);
  void FinishWait(ThreadId id) { threads_[id].prepared = false; }
  // Ends a wait. Returns false if the thread was not waiting.
  bool Wake(Env& env, ThreadId id, bool sync = false);
  // A signal: ends interruptible sleeps. SIGKILL also ends the thread as soon
  // as its top frame is one of user mode.
  void Signal(Env& env, ThreadId id);
  void Kill(Env& env, ThreadId id);
  bool SignalPending(ThreadId id) const {
    return threads_[id].killed || threads_[id].signalled;
  }
  void ClearSignal(ThreadId id) { threads_[id].signalled = false; }

  // --- locks ---
  // In footprints, locks with the same role and the same `group` (a pid, or 0)
  // are one.
  LockId AddLock(LockKind kind, StaticText role, uint32_t owner,
                 uint32_t group);
  LockId AddLock(LockKind kind, StaticText role, uint32_t owner) {
    return AddLock(kind, role, owner, owner);
  }
  // REQUIRES: nobody holds it or waits for it.
  void RemoveLock(LockId id);
  const Lock& lock(LockId id) const { return locks_[id]; }
  bool Holds(ThreadId thread, LockId lock) const {
    return locks_[lock].holder == thread;
  }

  // --- the model's own events ---
  EventId ScheduleModelEvent(Time at, uint32_t code, uint64_t argument);
  void CancelEvent(EventId id) { events_.Cancel(id); }

  const std::vector<Cpu>& cpus() const { return cpus_; }
  const SlotMap<Lock, LockId>& locks() const { return locks_; }
  bool operator==(const Machine&) const = default;
  void AddTo(Hasher& hasher) const;
  // Calls visit(left, event) for what is to happen after so long, in order.
  template <class Visitor>
  void ForEachTimedEvent(Visitor visit) const {
    events_.ForEachInOrder([&](Time time, const Event& event) {
      visit(Duration{time - now_}, event);
    });
  }
  // What may happen, or has (kFaultHappened), by number.
  const std::vector<Event>& faults() const { return faults_; }

 private:
  friend class Env;

  static constexpr uint32_t kFaultHappened = UINT32_MAX;

  ThreadId AddThread(const ThreadOptions& options);
  void StartThread(Env& env, ThreadId id, Duration delay);
  void BeginWake(ThreadId id, Duration latency);
  // The lock that it is to enter and somebody has, or null. One that is gone is
  // noticed when the thread takes it.
  const Lock* LockThatKeepsOut(const RunnableThread& thread) const {
    const Lock* lock = locks_.Find(thread.next_lock);
    return lock != nullptr && lock->holder ? lock : nullptr;
  }
  // Asks the chooser. Fills in the ordinal; only points with more than one
  // option are counted.
  uint32_t Choose(Env& env, ChoicePoint&& point);
  uint32_t ChooseTie(Env& env);

  // machine_sched.cc
  void Handle(Env& env, const Event& event);
  void Arrive(Env& env, ThreadId id);
  void MakeReady(Env& env, ThreadId id);
  void PlaceOnCpu(Env& env, ThreadId id);
  void Dispatch(Env& env, uint32_t cpu);
  ThreadId TakeReady(Env& env, uint32_t cpu);
  void PutOnCpu(Env& env, uint32_t cpu, ThreadId id);
  bool ShouldPreempt(const Thread& woken, const Thread& current) const;
  bool YieldsSlice(Thread& thread);
  void Preempt(Env& env, uint32_t cpu);
  void Block(Env& env, ThreadId id);
  void TakeOffCpu(ThreadId id);
  void Charge(Thread& thread);
  void SetState(Env& env, ThreadId id, RunState state);

  // machine_run.cc
  void Continue(Env& env, ThreadId id);
  Step RunSection(Env& env, ThreadId id, Stack& stack);
  bool Apply(Env& env, ThreadId id, const Step& step);
  static void EnterSection(Thread& thread, const Step& step) {
    thread.held.push_back(LockId{});  // where the section begins
    size_t count = 0;
    for (const LockId lock : step.locks) {
      if (lock) thread.to_enter[count++] = lock;
    }
  }
  static void EndFrame(Thread& thread, const Step& step) {
    thread.result = step.result;
    thread.stack.Pop();
  }
  bool BeginSleep(ThreadId id, Thread& thread, Duration limit);
  bool BeginBurst(Env& env, ThreadId id, Duration cost, AfterBurst after);
  void ResumeBurst(ThreadId id);
  void ScheduleContinue(ThreadId id);
  bool FinishBurst(Env& env, ThreadId id);
  Duration Jittered(Env& env, Thread& thread, Duration cost);
  bool EnterLocks(Env& env, ThreadId id);
  static void TakeLock(ThreadId id, Thread& thread, LockId lock_id,
                       Lock& lock) {
    lock.holder = id;
    thread.held.push_back(lock_id);
    if (lock.kind == LockKind::kSpin) ++thread.spinlocks_held;
    thread.to_enter = {thread.to_enter[1], thread.to_enter[2], LockId{}};
  }
  void LeaveSection(Env& env, Thread& thread);
  void HandOver(Env& env, const Thread& thread, LockId lock_id, Lock& lock);
  void ExitThread(Env& env, ThreadId id);

  // machine_untimed.cc
  RunEnd RunUntimed(Env& env);
  void TakeThread(Env& env, ThreadId id);
  bool ApplyUntimed(Env& env, ThreadId id, Thread& thread, const Step& step,
                    bool& released);
  bool TakeLocks(Env& env, ThreadId id, Thread& thread);
  void ChangeAllHeld(Env& env, const Thread& thread) const;
  void Meet(Env& env, ThreadId other);
  void AddRunnable(Env& env, ThreadId id);
  void RemoveRunnable(ThreadId id);

  MachineOptions options_;
  Time now_ = kStart;
  // Limits of the Run under way; no part of the value between runs.
  Time until_ = kNever;
  uint64_t step_limit_ = UINT64_MAX;
  bool free_ = false;
  bool untimed_ = false;
  Duration logical_{};  // of stamp()
  uint64_t steps_ = 0;
  uint64_t choices_ = 0;
  uint64_t ready_counter_ = 0;
  uint64_t min_virtual_runtime_ = 0;
  EventQueue<Event> events_;
  std::vector<Cpu> cpus_;
  uint64_t idle_cpus_ = 0;  // a bit for each CPU without a current thread
  std::vector<ReadyThread> ready_;  // a heap, the strongest claim on top
  SlotMap<Thread, ThreadId> threads_;
  SlotMap<Lock, LockId> locks_;
  // Untimed only.
  std::vector<RunnableThread> runnable_;  // by tid
  ThreadId last_;                         // ran last
  uint32_t last_tid_ = 0;
  std::vector<Event> faults_;  // code kFaultHappened: has happened
};

// What a step can reach: the machine, who watches, who decides, and the parts
// of the model. Made anew for each run; never part of a world's value.
class Env {
 public:
  Env(Machine& machine, Recorder& recorder, Chooser& chooser, Hooks& hooks)
      : machine(machine), recorder(recorder), chooser(chooser), hooks(hooks) {}

  Machine& machine;
  Recorder& recorder;
  Chooser& chooser;
  Hooks& hooks;
  SectionObserver* observer = nullptr;  // costs nothing while there is none
  // Untimed: gets what transitions touch, if it is there.
  Footprint* footprint = nullptr;
  ThreadId self;  // the thread whose step is being run; null in events

  // The acting thread's section changes, or looks at, something that other
  // threads can reach without a lock. Untimed, its transition ends with the
  // section.
  void Touch(uint64_t what) {
    touched = true;
    Changes(Footprint::kModel, what);
  }
  bool touched = false;

  // The section under way holds locks, and only looks at what they protect, but
  // for what it says with Changes. Else it counts as changing all of it.
  void OnlyLooks() { only_looks = true; }
  bool only_looks = false;
  void Changes(Footprint::Space space, uint64_t name) {
    if (footprint != nullptr) footprint->Add(space, name, Access::kChange);
  }
  // At something that is changed without the locks held.
  void LooksAt(Footprint::Space space, uint64_t name) {
    if (footprint != nullptr) footprint->Add(space, name, Access::kLook);
  }

  // The model's parts by type: each has its own `static constexpr size_t
  // kSlot` below 8.
  template <class Part>
  void Provide(Part& part) {
    parts_[Part::kSlot] = &part;
  }
  template <class Part>
  Part& Get() const {
    SIM_DCHECK(parts_[Part::kSlot] != nullptr);
    return *static_cast<Part*>(parts_[Part::kSlot]);
  }

  Time now() {
    LooksAt(Footprint::kTimers, Footprint::kNow);
    return machine.now();
  }
  // How long it is until then; 0 if it is over.
  Duration Until(Time time) { return std::max(time - now(), Duration{}); }
  uint32_t tid() const { return self ? machine.thread(self).tid : 0; }
  // What the frame called last by this thread ended with.
  int64_t result() const { return machine.thread(self).result; }

  // Pushes `frame`; it runs next. Use as `return env.Call(...)`.
  template <FrameType F>
  Step Call(const F& frame) {
    machine.threads_[self].stack.Push(frame);
    return Step::Again();
  }

  // Does not even look up who acts while nobody listens.
  template <RecordPayload P>
  void Emit(const P& payload) {
    if (!recorder.enabled()) [[likely]]
      return;
    recorder.Emit(machine.stamp(), tid(), payload);
  }
  // A record about another thread than the acting one.
  template <RecordPayload P>
  void EmitAbout(uint32_t about_tid, const P& payload) {
    recorder.Emit(machine.stamp(), about_tid, payload);
  }

 private:
  std::array<void*, 8> parts_{};
};

// Runs the section that the thread's top frame is in. It may add threads.
inline Step Machine::RunSection(Env& env, ThreadId id, Stack& stack) {
  ++steps_;
  env.self = id;
  const FrameOps* const flow = stack.Ops();
  void* const frame = stack.Top();
  const FlowSection section = FlowSection::Of(flow, frame);
  section_under_way = section;
  const Step step = flow->run(frame, env);
  if (env.observer != nullptr) env.observer->AfterSection(env, section);
  env.self = {};
  return step;
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_MACHINE_H_
