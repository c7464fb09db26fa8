// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// A machine with everything around it, and frames to put on it.

#ifndef BINDERSIM_TESTS_SIM_MACHINE_FIXTURE_H_
#define BINDERSIM_TESTS_SIM_MACHINE_FIXTURE_H_

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "sim/machine.h"

namespace bindersim::sim {

// One thing that a scripted thread does.
struct Do {
  enum class What : uint8_t {
    kNothing,
    kWork,       // amount ns of CPU
    kEnter,      // lock
    kEnterBoth,  // lock, then lock2, as one section
    kLeave,      // amount ns more, then the innermost section ends
    kLeaveTwo,   // as kLeave, two sections
    kSleep,      // until woken
    kSleepFor,   // at most amount ns
    kPrepare,    // to wait; the sleep comes with a later kSleepPrepared
    kSleepPrepared,
    kWake,  // thread with tid amount
    kKill,  // thread with tid amount
    kNote,  // writes down amount
  };
  What what = What::kNothing;
  int64_t amount = 0;
  uint8_t lock = 0;  // index in Notes::locks
  uint8_t lock2 = 0;

  auto Fields() const { return std::tie(what, amount, lock, lock2); }
  bool operator==(const Do&) const = default;
};

// What the frames of a test know and write, found through Env::Get.
struct Notes {
  static constexpr size_t kSlot = 0;
  std::array<LockId, 4> locks{};
  std::vector<std::pair<int64_t, int64_t>> written;  // (time, amount)
};

// A thread that does up to twelve things in order.
struct Script {
  static constexpr char kName[] = "script";
  static constexpr bool kUserMode = true;
  std::array<Do, 12> list{};
  uint32_t at = 0;

  auto Fields() const { return std::tie(list, at); }
  bool operator==(const Script&) const = default;

  static ThreadId Find(const Env& env, int64_t tid) {
    for (const auto& [id, thread] : env.machine.threads()) {
      if (thread.tid == static_cast<uint32_t>(tid)) return id;
    }
    return {};
  }

  Step Run(Env& env) {
    if (at == list.size()) return Step::Done();
    const Do& now = list[at++];
    auto& notes = env.Get<Notes>();
    switch (now.what) {
      case Do::What::kNothing:
        return Step::Again();
      case Do::What::kWork:
        return Step::Run(Duration{now.amount});
      case Do::What::kEnter:
        return Step::Enter(notes.locks[now.lock]);
      case Do::What::kEnterBoth:
        return Step::Enter(notes.locks[now.lock], notes.locks[now.lock2]);
      case Do::What::kLeave:
        return Step::Leave(Duration{now.amount});
      case Do::What::kLeaveTwo:
        return Step::Leave(Duration{now.amount}, 2);
      case Do::What::kSleep:
        env.machine.PrepareToWait(env.self, true, "a wake-up");
        return Step::Sleep();
      case Do::What::kSleepFor:
        env.machine.PrepareToWait(env.self, true, "a timer");
        return Step::SleepFor(Duration{now.amount});
      case Do::What::kPrepare:
        env.machine.PrepareToWait(env.self, true, "a wake-up");
        return Step::Again();
      case Do::What::kSleepPrepared:
        return Step::Sleep();
      case Do::What::kWake:
        env.machine.Wake(env, Find(env, now.amount));
        return Step::Again();
      case Do::What::kKill:
        env.machine.Kill(env, Find(env, now.amount));
        return Step::Again();
      case Do::What::kNote:
        notes.written.emplace_back(env.now().time_since_epoch().count(),
                                   now.amount);
        return Step::Again();
    }
    return Step::Done();
  }
};

// Keeps all records.
struct RecordList : Sink {
  std::vector<Record> records;
  void OnRecord(const Record& record, const NameTable&) override {
    records.push_back(record);
  }
};

// No costs but those that a test sets.
inline SchedulerCosts NoCosts() {
  SchedulerCosts costs;
  costs.context_switch = costs.wake_latency = costs.sync_wake_latency = {};
  return costs;
}

struct TestMachine : Hooks {
  explicit TestMachine(uint32_t cpus, const SchedulerCosts& costs = NoCosts())
      : machine({cpus, 1, costs}), env(machine, recorder, chooser, *this) {
    env.Provide(notes);
  }

  void OnEvent(Env&, uint32_t, uint64_t argument) override {
    notes.written.emplace_back(machine.now().time_since_epoch().count(),
                               static_cast<int64_t>(argument));
  }
  void OnThreadExit(Env& exiting, ThreadId) override {
    exits.push_back(exiting.tid());
  }

  ThreadId Start(uint32_t tid, std::array<Do, 12> list, int32_t nice = 0,
                 int32_t rt_priority = 0) {
    return machine.Spawn(env, {tid, nice, rt_priority}, Script{list});
  }
  RunEnd Run(const RunLimits& limits = {}) { return machine.Run(env, limits); }

  Machine machine;
  Recorder recorder;
  FirstComeChooser chooser;
  Notes notes;
  std::vector<uint32_t> exits;
  Env env;
};

using What = Do::What;
using Written = std::vector<std::pair<int64_t, int64_t>>;

}  // namespace bindersim::sim

#endif  // BINDERSIM_TESTS_SIM_MACHINE_FIXTURE_H_
