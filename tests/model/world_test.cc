// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/value.h"
#include "tests/model/setup_for_test.h"

namespace bindersim {
namespace {

using S = SystemForTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// An app asks a server for something, ten times, and hands it an object of its
// own, which the server calls back.
S StartService() {
  S system;
  userspace::ProcessSetup& server = system.Add("system_server", kServerPid);
  server.objects.push_back(S::Service(
      "activity",
      {system.Method("startService", 1,
                     {S::Work(200us),
                      S::Oneway(S::Call(userspace::ArgumentRef{0}, "$0", 1))},
                     64)}));
  userspace::ProcessSetup& app = system.Add("app", kAppPid);
  app.uid = 10001;
  app.objects.push_back(
      S::Local("thread", {system.Method("scheduleCreateService", 1,
                                        {S::Work(1ms), S::Mark("created")})}));
  const userspace::BlockIndex once = system.Block(
      {S::With(S::CallService("activity", 1, 512), {userspace::LocalRef{0}}),
       userspace::Sleep{userspace::Quantity::Exponential(2000000)}});
  app.threads.push_back(
      system.Thread("main", 1ms, {userspace::Repeat{10, once}}));
  return system;
}

TEST(World, RunsAScenarioToItsEnd) {
  Ran ran(StartService().scenario);
  EXPECT_EQ(ran.result.end, sim::RunEnd::kQuiescent);
  EXPECT_THAT(ran.out.Marks(), SizeIs(10));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

TEST(World, TheSystemIsUpBeforeTimeBegins) {
  Ran ran(StartService().scenario, {sim::kStart});
  EXPECT_EQ(ran.world.machine.now(), sim::kStart);
  size_t pool_threads = 0;
  for (const auto& [id, thread] : ran.world.user.threads) {
    pool_threads += thread.role == record::ThreadRole::kPool;
  }
  EXPECT_EQ(pool_threads, 4u);  // USR-15: two each
  EXPECT_THAT(ran.out.All<record::CallBegin>(), IsEmpty());
}

TEST(World, ThreadsStartWhenTheServicesAreThere) {
  S system = StartService();
  system.scenario.setup.processes[2].threads[0].at = {};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), SizeIs(10));
  // Without waiting for a second lookup.
  EXPECT_LT(*ran.out.TimeOf("created"), sim::Time{10ms});
}

TEST(World, RunsAreReproducible) {
  const Ran one(StartService().scenario);
  const Ran two(StartService().scenario);
  EXPECT_EQ(one.out.digest.Value(), two.out.digest.Value());
  EXPECT_EQ(sim::HashOf(one.world), sim::HashOf(two.world));
  scenario::Scenario other = StartService().scenario;
  other.seed = 2;
  EXPECT_NE(Ran(other).out.digest.Value(), one.out.digest.Value());
}

TEST(World, ACopyGoesOnByItself) {
  for (const sim::Duration cut : {0us, 1005us, 1030us, 1100us, 2500us}) {
    Ran whole(StartService().scenario, {sim::Time{cut}});
    World copy = whole.world;
    EXPECT_TRUE(copy == whole.world);
    EXPECT_EQ(sim::HashOf(copy), sim::HashOf(whole.world));

    Collector rest;
    sim::Recorder recorder;
    recorder.AddSink(&rest);
    sim::FirstComeChooser chooser;
    bindersim::Run(copy, recorder, chooser);
    EXPECT_FALSE(copy == whole.world);

    const size_t before = whole.out.records.size();
    bindersim::Run(whole.world, whole.recorder, whole.chooser);
    EXPECT_TRUE(std::equal(
        rest.records.begin(), rest.records.end(),
        whole.out.records.begin() + static_cast<std::ptrdiff_t>(before),
        whole.out.records.end()))
        << cut.count();
    EXPECT_TRUE(copy == whole.world);
  }
}

TEST(World, RunningInPiecesChangesNothing) {
  const Ran whole(StartService().scenario);
  Ran pieces(StartService().scenario, {sim::kStart});
  for (sim::Duration at = 100us; at < 60ms; at += 100us) {
    bindersim::Run(pieces.world, pieces.recorder, pieces.chooser,
                   {sim::Time{at}});
  }
  bindersim::Run(pieces.world, pieces.recorder, pieces.chooser);
  EXPECT_EQ(pieces.out.digest.Value(), whole.out.digest.Value());
}

TEST(World, RecordsCostNothing) {
  const Ran watched(StartService().scenario);
  World world(StartService().scenario);
  sim::Recorder recorder;
  sim::FirstComeChooser chooser;
  bindersim::Run(world, recorder, chooser);
  EXPECT_EQ(sim::HashOf(world), sim::HashOf(watched.world));
}

// The records of a run without those about process `pid`.
std::vector<sim::Record> Without(const Collector& out, uint32_t pid) {
  std::vector<sim::Record> records;
  for (const sim::Record& record : out.records) {
    const auto started = record.As<record::ProcessStarted>();
    if (started && started->pid == pid) continue;
    records.push_back(record);
  }
  return records;
}

TEST(World, AnIdleProcessChangesNothing) {
  const Ran alone(StartService().scenario);
  S system = StartService();
  userspace::ProcessSetup idle;
  idle.name = "idle";
  idle.group = "idle";
  idle.pid = 9000;
  auto& processes = system.scenario.setup.processes;
  processes.insert(processes.begin() + 1, idle);
  const Ran with(system.scenario);
  EXPECT_EQ(Without(with.out, 9000), alone.out.records);
}

TEST(World, AProcessMayStartLater) {
  S system = StartService();
  system.scenario.setup.processes[2].at = 20ms;
  Ran ran(system.scenario);
  const auto started = ran.out.RecordsOf<record::ProcessStarted>();
  EXPECT_EQ(started.back().at, sim::Time{20ms});
  EXPECT_THAT(ran.out.Marks(), SizeIs(10));
  EXPECT_GT(*ran.out.TimeOf("created"), sim::Time{21ms});
}

TEST(World, EventsMarkAndKill) {
  S system = StartService();
  system.scenario.setup.events = {
      {5ms, userspace::MarkAction{"five"}, "/events/0"},
      {7ms, userspace::Kill{{1, 2}, false}, "/events/1"}};
  Ran ran(system.scenario);
  EXPECT_EQ(*ran.out.TimeOf("five"), sim::Time{5ms});
  EXPECT_THAT(ran.out.All<record::ProcessExited>(), SizeIs(2));
  EXPECT_THAT(ran.result.findings, IsEmpty());
  EXPECT_EQ(ran.world.kernel.processes().size(), 1u);  // servicemanager
}

// A death while the services are being registered holds nobody up.
TEST(World, ADeathDuringStartUp) {
  S system = StartService();
  system.scenario.setup.processes[2].threads[0].at = {};
  system.Add("third", 4000).threads = {
      system.Thread("main", 0ns, {S::Mark("third")})};
  system.scenario.setup.events = {
      {5us, userspace::Kill{{1}, false}, "/events/0"}};
  Ran ran(system.scenario);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("third"));
}

TEST(World, AnySchedulePassesTheSystemsOwnChecks) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    World world(StartService().scenario);
    sim::Recorder recorder;
    Collector out;
    recorder.AddSink(&out);
    sim::RandomChooser chooser(seed);
    const RunResult result = bindersim::Run(world, recorder, chooser);
    EXPECT_EQ(result.end, sim::RunEnd::kQuiescent);
    EXPECT_THAT(result.findings, IsEmpty()) << seed;
    EXPECT_THAT(out.Marks(), SizeIs(10)) << seed;
  }
}

}  // namespace
}  // namespace bindersim
