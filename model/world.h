// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// A whole system under simulation as one value: machine, operating system,
// driver and user space.
//
//   World world(scenario);
//   const RunResult result = Run(world, recorder, chooser, {});
//   const World copy = world;  // goes on by itself when it is run
//
// The first Run brings the system up before time begins: servicemanager first,
// then every process that starts at time 0 opens the driver and starts its
// thread pool, in the order of the scenario, at no cost. From then on
// everything costs what it costs: services are registered, and when all of
// those processes have done so, the scenario's threads start.

#ifndef BINDERSIM_MODEL_WORLD_H_
#define BINDERSIM_MODEL_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "model/driver/driver.h"
#include "model/os/kernel.h"
#include "model/scenario/scenario.h"
#include "model/userspace/finding.h"
#include "model/userspace/state.h"
#include "sim/chooser.h"
#include "sim/machine.h"
#include "sim/record.h"
#include "sim/value.h"

namespace bindersim {

struct World {
  explicit World(const scenario::Scenario& scenario);

  // Worlds are equal only if they are copies of one world, since each makes an
  // image of its scenario of its own.
  bool operator==(const World&) const = default;
  void AddTo(sim::Hasher& hasher) const {
    hasher.Add(std::tie(machine, kernel, driver, user, is_started, is_broken));
  }

  sim::Machine machine;
  os::Kernel kernel;
  driver::Driver driver;
  userspace::Userspace user;
  bool is_started = false;
  bool is_broken = false;  // a stale id was used; nothing runs any more
};

struct RunResult {
  sim::RunEnd end = sim::RunEnd::kQuiescent;
  // What was found in the whole run so far, and what is wrong at its end.
  std::vector<Finding> findings;
};

// When the driver's invariants are checked; a violation ends the run.
enum class Checking : uint8_t {
  kOff,
  // Untimed, after each transition: what is wrong within one only, nobody sees.
  // Timed, after each section. Takes a fraction of the time.
  kEveryTransition,
  kEverySection,  // names the section that does it
};

enum class Timing : uint8_t {
  kTimed,    // costs decide what happens when
  kUntimed,  // any order that causality allows (sim/machine.h)
};

// Runs on until a limit or until nothing will ever happen again. Can be called
// again to continue after kUntil. Needs no `recorder` sinks.
RunResult Run(World& world, sim::Recorder& recorder, sim::Chooser& chooser,
              const sim::RunLimits& limits = {},
              Checking checking = Checking::kOff);

// Brings the system up, if that is still to be done. An untimed world is then
// where its scenario's threads are about to start: services are registered, in
// the default order. Returns false if `steps` do not suffice.
bool BringUp(World& world, sim::Recorder& recorder, Timing timing,
             uint64_t steps = sim::RunLimits{}.steps);

// One of the model's events in a timed world (sim::Hooks::OnEvent), for people:
// "start app", "start app/main", "kill app", "mark done".
std::string NameOfEvent(const World& world, uint32_t code, uint64_t argument);

// Runs an untimed world step by step.
//
//   Stepper stepper(world, recorder, Checking::kOff);
//   while (stepper.List(transitions)) stepper.Take(transitions[0]);
class Stepper {
 public:
  // All must outlive the stepper. The world may be assigned to between steps.
  // Nothing happens after `until`. A step ends when the world has made `steps`
  // steps in all.
  Stepper(World& world, sim::Recorder& recorder, Checking checking,
          sim::Time until = sim::kNever, uint64_t steps = UINT64_MAX);
  ~Stepper();

  // What can happen next, the default first. Returns false if nothing can; so
  // it is also when the world is broken.
  bool List(std::vector<sim::Transition>& transitions);
  // Performs one of these. Gets what it touches, if asked.
  void Take(const sim::Transition& transition,
            sim::Footprint* footprint = nullptr);

 private:
  struct Parts;
  World& world_;
  const sim::Time until_;
  const uint64_t steps_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_WORLD_H_
