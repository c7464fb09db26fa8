// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/world.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/driver/invariants.h"
#include "model/findings.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/refs.h"
#include "model/userspace/threads.h"
#include "sim/slot_map.h"

namespace bindersim {

namespace {

using userspace::ProcessIndex;
using userspace::Userspace;

// Codes of the model's events.
enum EventCode : uint32_t {
  kBeginTime,
  kStartProcess,   // argument: index in Setup::processes
  kScenarioEvent,  // argument: index in Setup::events
  kFault,          // argument: index in Setup::processes
};

sim::MachineOptions OptionsOf(const scenario::Scenario& scenario) {
  return {scenario.cpus, scenario.seed, scenario.costs.scheduler};
}

class WorldHooks : public sim::Hooks {
 public:
  void OnEvent(sim::Env& env, uint32_t code, uint64_t argument) override {
    const auto index = static_cast<uint32_t>(argument);
    switch (code) {
      case kBeginTime:
        userspace::BeginTime(env);
        break;
      case kStartProcess:
        userspace::StartProcess(env, index);
        break;
      case userspace::kStartThreadEvent:
        userspace::OnStartThreadEvent(env, argument);
        break;
      case kFault:
        Kill(env, index);
        if (--env.Get<Userspace>().faults_left == 0) env.machine.ClearFaults();
        break;
      default:
        Happen(env, env.Get<Userspace>().setup().events[index]);
        break;
    }
  }

  void OnThreadExit(sim::Env& env, sim::ThreadId thread) override {
    auto& kernel = env.Get<os::Kernel>();
    const os::ProcessId process = kernel.ProcessOf(thread);
    if (!process) return;
    userspace::ChangesThreads(env, kernel.process(process).pid);
    const bool last = kernel.RemoveThread(env, thread);
    userspace::OnThreadExit(env, thread, last);
    if (last) driver::ExitProcess(env, process);
  }

 private:
  static void Happen(sim::Env& env, const userspace::Event& event) {
    if (const auto* mark = std::get_if<userspace::MarkAction>(&event.what)) {
      env.Get<Userspace>().CountMark(env, mark->text);
      if (env.recorder.enabled()) {
        env.Emit(record::Mark{env.recorder.Intern(mark->text)});
      }
      return;
    }
    for (const ProcessIndex process :
         std::get<userspace::Kill>(event.what).processes) {
      Kill(env, process);
    }
  }

  static void Kill(sim::Env& env, ProcessIndex process) {
    const Userspace& user = env.Get<Userspace>();
    env.Emit(record::FaultInjected{user.setup().processes[process].pid, 0});
    userspace::KillProcess(env, process);
  }
};

// Adds to the records what only the driver knows.
class WorldPrograms : public userspace::Programs {
 public:
  uint32_t DebugIdOf(sim::Env& env, uint64_t address) override {
    const auto& driver = env.Get<driver::Driver>();
    for (const driver::ProcId id : ProcsOfSelf(env)) {
      const driver::Proc& proc = driver.procs[id];
      if (address < proc.mapping) continue;
      const driver::BufferId buffer = proc.alloc.Find(address - proc.mapping);
      if (buffer) return proc.alloc[buffer].debug_id;
    }
    return 0;
  }

  std::string NameOf(sim::Env& env, uint32_t handle) override {
    const auto& driver = env.Get<driver::Driver>();
    for (const driver::ProcId id : ProcsOfSelf(env)) {
      const driver::RefId ref = driver.FindRef(id, handle, false);
      if (!ref) continue;
      const driver::Node& node = driver.nodes[driver.refs[ref].node];
      const driver::Proc* owner = driver.procs.Find(node.proc);
      if (owner == nullptr) continue;  // it is dead
      return ObjectName(env.Get<Userspace>(), owner->pid, node.ptr);
    }
    return {};
  }

 private:
  static std::vector<driver::ProcId> ProcsOfSelf(sim::Env& env) {
    const os::ProcessId self = env.Get<os::Kernel>().ProcessOf(env.self);
    const auto& driver = env.Get<driver::Driver>();
    std::vector<driver::ProcId> procs;
    for (const driver::ProcId id : driver.proc_list) {
      if (driver.procs[id].process == self) procs.push_back(id);
    }
    return procs;
  }

  static std::string ObjectName(const Userspace& user, uint32_t pid,
                                uint64_t ptr) {
    for (ProcessIndex i = 0; i < user.processes.size(); ++i) {
      if (user.setup().processes[i].pid != pid) continue;
      const userspace::ObjectIndex object =
          userspace::ObjectAt(user.processes[i], ptr);
      const auto& names = user.image->object_names[i];
      if (object < names.size()) return names[object];
    }
    return {};
  }
};

// Runs everything that is to happen before time begins.
sim::RunEnd RunBeforeTime(World& world, sim::Env& env, uint64_t steps) {
  const sim::RunLimits limits{sim::kStart, steps};
  const auto& processes = world.user.setup().processes;
  world.machine.SetFree(true);
  world.driver.Start(env);
  sim::RunEnd end = world.machine.Run(env, limits);
  for (const bool managers : {true, false}) {
    for (ProcessIndex i = 0; i < processes.size(); ++i) {
      if (processes[i].at != sim::Duration{} ||
          processes[i].is_service_manager != managers) {
        continue;
      }
      userspace::StartProcess(env, i);
      end = world.machine.Run(env, limits);
    }
  }
  world.machine.SetFree(false);
  return end;
}

// Runs in the default order until the scenario's threads are about to start.
void RunRegistration(World& world, sim::Env& env, uint64_t steps) {
  std::vector<sim::Transition> transitions;
  while ((!world.user.is_up || world.user.registering > 0) &&
         world.machine.steps() < steps) {
    world.machine.ListTransitions(transitions);
    if (transitions.empty() ||
        transitions[0].kind == sim::Transition::Kind::kEnd) {
      return;
    }
    world.machine.Take(env, transitions[0]);
  }
}

void ScheduleEvents(World& world) {
  const userspace::Setup& setup = world.user.setup();
  world.machine.ScheduleModelEvent(sim::kStart, kBeginTime, 0);
  for (ProcessIndex i = 0; i < setup.processes.size(); ++i) {
    const sim::Duration at = setup.processes[i].at;
    if (at == sim::Duration{}) continue;
    world.machine.ScheduleModelEvent(sim::Time{at}, kStartProcess, i);
  }
  for (uint32_t i = 0; i < setup.events.size(); ++i) {
    world.machine.ScheduleModelEvent(sim::Time{setup.events[i].at},
                                     kScenarioEvent, i);
  }
}

void AddFaults(World& world) {
  for (const ProcessIndex process : world.user.setup().faults.kill) {
    world.machine.AddFault(kFault, process);
  }
}

// "binder_thread_read/kDeliver uses buffer 3.1, which binder_free_buf/kFree
// freed".
std::string Describe(const sim::StaleId& stale) {
  if (!stale.used_by) return stale.text;
  const std::string user = stale.used_by.ToString();
  if (stale.generation == 0) {
    return fmt::format("{} uses a null {} id", user, stale.type);
  }
  return fmt::format(
      "{} uses {} {}.{}, which {}", user, stale.type, stale.index,
      stale.generation,
      stale.freed_by ? stale.freed_by.ToString() + " freed" : "is gone");
}

// Nothing that runs on from here means anything.
void Break(World& world, const sim::Env& env, const char* kind,
           const std::string& text) {
  world.is_broken = true;
  Finding finding{kind, text, {}, {}, world.machine.stamp()};
  if (env.self && world.machine.Alive(env.self)) {
    finding.tids = {env.tid()};
  }
  world.user.findings.push_back(finding);
}

// An Env for the world, with all that belongs to it.
struct Surroundings {
  Surroundings(World& world, sim::Recorder& recorder, sim::Chooser& chooser,
               Checking checking)
      : world(world), env(world.machine, recorder, chooser, hooks) {
    env.Provide(world.kernel);
    env.Provide(world.driver);
    env.Provide(world.user);
    env.Provide<userspace::Application>(programs);
    if (checking == Checking::kOff) return;
    const bool by_transition = checking == Checking::kEveryTransition;
    env.observer = &checker.emplace(world.driver, world.kernel, world.machine,
                                    by_transition);
  }

  // Calls act(). What shows that the world is broken breaks it.
  template <class Act>
  void Guard(const Act& act) {
    try {
      act();
    } catch (const sim::StaleId& stale) {
      Break(world, env, "use_after_free", Describe(stale));
    } catch (const driver::InvariantViolated& violated) {
      Break(world, env, "invariant_violated", violated.text);
    }
  }

  // Returns whether the world may run on.
  bool Start(Timing timing, uint64_t steps) {
    if (world.is_started) return true;
    world.is_started = true;
    bool complete = RunBeforeTime(world, env, steps) != sim::RunEnd::kSteps;
    ScheduleEvents(world);
    if (timing == Timing::kTimed || !complete) return complete;
    world.machine.SetUntimed();
    RunRegistration(world, env, steps);
    AddFaults(world);
    return world.machine.steps() < steps;
  }

  World& world;
  WorldHooks hooks;
  WorldPrograms programs;
  std::optional<driver::InvariantChecker> checker;
  sim::Env env;
};

}  // namespace

World::World(const scenario::Scenario& scenario)
    : machine(OptionsOf(scenario)),
      driver(scenario.costs.driver, scenario.without_fixes),
      user(scenario.setup, scenario.costs.userspace, scenario.seed) {}

namespace {

// As the scenario says it, without where: what is dropped beside it is no
// matter.
std::string NameOf(const userspace::Setup& setup,
                   const userspace::Event& event) {
  if (const auto* mark = std::get_if<userspace::MarkAction>(&event.what)) {
    return "mark " + mark->text;
  }
  std::string name = "kill";
  for (const ProcessIndex process :
       std::get<userspace::Kill>(event.what).processes) {
    name += " " + setup.processes[process].name;
  }
  return name;
}

}  // namespace

std::string NameOfEvent(const World& world, uint32_t code, uint64_t argument) {
  const userspace::Setup& setup = world.user.setup();
  switch (code) {
    case kStartProcess:
      return "start " + setup.processes[argument].name;
    case userspace::kStartThreadEvent: {
      const auto [process, thread] = userspace::ThreadToStart::Unpack(argument);
      const userspace::ProcessSetup& its = setup.processes[process];
      return "start " + its.name + "/" + its.threads[thread].name;
    }
    case kScenarioEvent:
      return NameOf(setup, setup.events[argument]);
    default:
      return "begin";
  }
}

bool BringUp(World& world, sim::Recorder& recorder, Timing timing,
             uint64_t steps) {
  // Nothing is left to choice before time begins.
  sim::FirstComeChooser chooser;
  Surroundings around(world, recorder, chooser, Checking::kOff);
  bool complete = false;
  around.Guard([&] { complete = around.Start(timing, steps); });
  return complete || world.is_broken;
}

RunResult Run(World& world, sim::Recorder& recorder, sim::Chooser& chooser,
              const sim::RunLimits& limits, Checking checking) {
  RunResult result;
  Surroundings around(world, recorder, chooser, checking);
  if (!world.is_started) {
    sim::FirstComeChooser first_come;
    Surroundings start(world, recorder, first_come, checking);
    start.Guard([&] {
      if (!start.Start(Timing::kTimed, limits.steps)) {
        result.end = sim::RunEnd::kSteps;
      }
    });
  }
  if (!world.is_broken && result.end != sim::RunEnd::kSteps) {
    around.Guard([&] { result.end = world.machine.Run(around.env, limits); });
  }
  result.findings = world.user.findings;
  if (world.is_broken) return result;
  for (Finding& finding : FindingsAtEnd(world, result.end)) {
    result.findings.push_back(std::move(finding));
  }
  return result;
}

struct Stepper::Parts {
  Parts(World& world, sim::Recorder& recorder, Checking checking)
      : around(world, recorder, chooser, checking) {}

  sim::FirstComeChooser chooser;
  Surroundings around;
};

Stepper::Stepper(World& world, sim::Recorder& recorder, Checking checking,
                 sim::Time until, uint64_t steps)
    : world_(world),
      until_(until),
      steps_(steps),
      parts_(std::make_unique<Parts>(world, recorder, checking)) {}

Stepper::~Stepper() = default;

bool Stepper::List(std::vector<sim::Transition>& transitions) {
  transitions.clear();
  if (!world_.is_broken) world_.machine.ListTransitions(transitions, until_);
  return !transitions.empty();
}

void Stepper::Take(const sim::Transition& transition,
                   sim::Footprint* footprint) {
  parts_->around.env.footprint = footprint;
  parts_->around.Guard([&] {
    world_.machine.TakeWithin(parts_->around.env, transition, steps_);
  });
}

}  // namespace bindersim
