// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/state_hash.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/driver/read.h"
#include "model/scenario/loader.h"
#include "model/world.h"
#include "sim/check.h"

namespace bindersim {
namespace {

using driver::ReadFlow;

scenario::Scenario OneCall() {
  scenario::LoadResult loaded = scenario::ParseScenario(
      R"({"processes": {
        "server": {"max_threads": 0, "services": {"echo": {"methods": {
          "say": {}}}}},
        "client": {"threads": {"main": {"do": [{"call": "echo.say"}]}}}}})",
      "test.json");
  SIM_CHECK(loaded.scenario) << loaded.ToString();
  return *loaded.scenario;
}

// A thread whose system call has returned something and goes on.
const userspace::ThreadState* InTheMiddleOfARead(const World& world,
                                                 uint64_t& filled) {
  for (const auto& [id, thread] : world.user.threads) {
    const auto* read =
        world.machine.thread(thread.machine_thread).stack.Find<ReadFlow>();
    if (read == nullptr || read->filled <= sizeof(uint32_t)) continue;
    filled = read->filled;
    return &thread;
  }
  return nullptr;
}

World WithByte(const World& world, const userspace::ThreadState& thread,
               uint64_t position) {
  World other = world;
  os::Process& process =
      other.kernel.process(other.user.processes[thread.process].id);
  uint8_t byte = 0;
  process.memory.ReadValue(thread.ipc.in_data + position, byte);
  process.memory.WriteValue(thread.ipc.in_data + position,
                            static_cast<uint8_t>(byte ^ 1));
  return other;
}

// It will be looked at when the call is over; what is left there from the last
// one will not.
TEST(StateHash, IsAboutWhatASystemCallHasReturnedSoFar) {
  World world(OneCall());
  sim::Recorder nobody;
  ASSERT_TRUE(BringUp(world, nobody, Timing::kUntimed));
  Stepper stepper(world, nobody, Checking::kOff);
  StateHasher hasher(Symmetric::kNo);
  std::vector<sim::Transition> options;
  size_t compared = 0;
  while (stepper.List(options)) {
    stepper.Take(options[0]);
    uint64_t filled = 0;
    const userspace::ThreadState* thread = InTheMiddleOfARead(world, filled);
    if (thread == nullptr) continue;
    ++compared;
    const sim::Hash128 hash = hasher.Hash(world);
    EXPECT_NE(hasher.Hash(WithByte(world, *thread, filled - 1)), hash);
    EXPECT_EQ(hasher.Hash(WithByte(world, *thread, filled)), hash);
  }
  EXPECT_GT(compared, 0u);
}

}  // namespace
}  // namespace bindersim
