// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What of the driver's behaviour only a race can show, and no script in
// lockstep: that it happens, and under some schedules only.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <string>
#include <vector>

#include "explore/explorer.h"
#include "explore/strategies/strategy.h"
#include "explore/trial.h"
#include "model/driver/statistics.h"
#include "model/record.h"
#include "sim/record.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

struct Records : sim::Sink {
  void OnRecord(const sim::Record& record, const sim::NameTable&) override {
    all.push_back(record);
  }
  std::vector<sim::Record> all;
};

// A call that was refused when it was to be queued (TXN-41), and all records of
// that run.
struct Refusal {
  uint32_t debug_id = 0;
  uint32_t error = 0;  // BR_
  std::vector<sim::Record> records;
};

// Of so many runs, by all strategies in turn.
std::vector<Refusal> Refusals(const std::string& text, uint64_t runs) {
  const scenario::Scenario scenario = Load(text);
  Trial trial(scenario, {});
  const Learned learned = Learn(trial, 1);
  const auto strategies = MakeStrategies(PortfolioNames());
  std::vector<Refusal> refusals;
  for (uint64_t run = 0; run < runs; ++run) {
    Strategy& strategy = *strategies[run % strategies.size()];
    strategy.Begin(run, trial.world().machine, learned);
    trial.Run(strategy);
    const auto log = trial.world().driver.statistics->failed_log.entries();
    for (const driver::LogEntry& entry : log) {
      if (entry.return_error_param != 0) continue;  // not even found
      Records records;
      sim::Recorder recorder;
      recorder.AddSink(&records);
      strategy.Begin(run, trial.world().machine, learned);
      trial.RunRecorded(strategy, recorder);
      refusals.push_back({entry.debug_id, entry.return_error, records.all});
    }
  }
  return refusals;
}

// TXN-40, TXN-41: a call is refused since its target is frozen; why is looked
// up after that, and by then it can be thawed.
TEST(DriverRaces, AThawedProcessCanCountAsDead) {
  uint64_t frozen = 0;
  uint64_t dead = 0;
  for (const Refusal& refusal : Refusals(R"({"processes": {
         "app": {"max_threads": 0, "services": {"svc": {"methods": {"m": {}}}}},
         "client": {"threads": {"main": {"do": [
           {"repeat": 3, "do": [{"call": "svc.m"}]}]}}},
         "system": {"threads": {"main": {"do": [
           {"repeat": 3, "do": [{"freeze": "app"}, {"unfreeze": "app"}]}]}}}}})",
                                         2000)) {
    ++(refusal.error == BR_FROZEN_REPLY ? frozen : dead);
    if (refusal.error != BR_FROZEN_REPLY) {
      EXPECT_EQ(refusal.error, uint32_t{BR_DEAD_REPLY});
    }
  }
  EXPECT_GT(frozen, 0u);
  EXPECT_GT(dead, 0u);
}

// EXT-21, TXN-42, RET-27: a call that has found its target, which then died, is
// refused when it is to be queued. Its sender is told that only, not also that
// it was sent.
TEST(DriverRaces, ADeadProcessIsFoundOutWhenTheCallIsQueued) {
  const std::vector<Refusal> refusals = Refusals(R"({"processes": {
      "server": {"max_threads": 0, "services": {"svc": {"methods": {
        "m": {"oneway": true}}}}},
      "client": {"threads": {"main": {"do": [{"call": "svc.m"}]}}}},
    "faults": {"kill": ["server"]}})",
                                                 2000);
  for (const Refusal& refusal : refusals) {
    EXPECT_EQ(refusal.error, uint32_t{BR_DEAD_REPLY});
    uint32_t sender = 0;
    uint64_t completions = 0;
    uint64_t errors = 0;
    for (const sim::Record& record : refusal.records) {
      const auto sent = record.As<record::TransactionSent>();
      if (sent && sent->debug_id == refusal.debug_id) sender = record.tid;
      const auto told = record.As<record::ReturnDelivered>();
      if (!told || sender == 0 || record.tid != sender) continue;
      if (told->command == BR_TRANSACTION_COMPLETE) ++completions;
      if (told->command == BR_DEAD_REPLY) ++errors;
    }
    EXPECT_EQ(errors, 1u);
    EXPECT_EQ(completions, 0u);
  }
  EXPECT_FALSE(refusals.empty());
}

// TXN-75, LCK-08: the caller may go while its server's reply fails, and while
// it is told so.
TEST(DriverRaces, ACallerMayGoWhileItsReplyFails) {
  const std::string text = R"({"processes": {
      "server": {"max_threads": 0, "services": {"svc": {"methods": {
        "m": {"reply": "20KiB"}}}}},
      "client": {"map_size": "8KiB", "threads": {"main": {"do": [
        {"call": "svc.m"}]}}}},
    "faults": {"kill": ["client"]}})";
  ExploreOptions options;
  options.runs = 1000;
  options.check_every = 1;
  ExploreObserver observer;
  EXPECT_THAT(Explore(Load(text), options, observer).found,
              ::testing::IsEmpty());
}

}  // namespace
}  // namespace bindersim::explore
