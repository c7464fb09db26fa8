// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What of the driver's behaviour only a race can show, and no script in
// lockstep: that it happens, and under some schedules only.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <optional>
#include <string>
#include <vector>

#include "explore/explorer.h"
#include "explore/strategies/strategy.h"
#include "explore/trial.h"
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

// The records of so many runs under random schedules.
std::vector<Records> RandomRuns(const std::string& text, uint64_t count) {
  const scenario::Scenario scenario = Load(text);
  Trial trial(scenario, {});
  const Learned learned = Learn(trial, 1);
  const auto strategy = MakeStrategy("random");
  std::vector<Records> runs(count);
  for (uint64_t i = 0; i < count; ++i) {
    strategy->Begin(i, trial.world().machine, learned);
    sim::Recorder recorder;
    recorder.AddSink(&runs[i]);
    trial.RunRecorded(*strategy, recorder, Checking::kEveryTransition);
    EXPECT_FALSE(trial.world().is_broken);
  }
  return runs;
}

// The call that was refused at once, if there is one.
std::optional<record::TransactionFailed> Refused(const Records& run) {
  for (const sim::Record& record : run.all) {
    const auto failed = record.As<record::TransactionFailed>();
    if (failed && failed->late == 0) return failed;
  }
  return std::nullopt;
}

// TXN-40, TXN-41: a call is refused since its target is frozen; why is looked
// up after that, and by then it can be thawed.
TEST(DriverRaces, AThawedProcessCanCountAsDead) {
  uint64_t frozen = 0;
  uint64_t dead = 0;
  for (const Records& run : RandomRuns(R"({"processes": {
         "app": {"max_threads": 0, "services": {"svc": {"methods": {"m": {}}}}},
         "client": {"threads": {"main": {"do": [
           {"get_service": "svc", "as": "s"}, {"call": "s.m"}]}}},
         "system": {"threads": {"main": {"do": [
           {"get_service": "svc", "as": "s"},
           {"freeze": "app"}, {"unfreeze": "app"}]}}}}})",
                                       1000)) {
    const auto refused = Refused(run);
    if (!refused) continue;
    EXPECT_EQ(refused->param, 0);
    ++(refused->error == BR_FROZEN_REPLY ? frozen : dead);
    if (refused->error != BR_FROZEN_REPLY) {
      EXPECT_EQ(refused->error, uint32_t{BR_DEAD_REPLY});
    }
  }
  EXPECT_GT(frozen, 0u);
  EXPECT_GT(dead, 0u);
}

// EXT-21, TXN-42, RET-27: a call that has found its target, which then died, is
// refused when it is to be queued. Its sender is told that only, not also that
// it was sent.
TEST(DriverRaces, ADeadProcessIsFoundOutWhenTheCallIsQueued) {
  uint64_t refusals = 0;
  for (const Records& run : RandomRuns(R"({"processes": {
         "server": {"max_threads": 0, "services": {"svc": {"methods": {
           "m": {"oneway": true}}}}},
         "client": {"threads": {"main": {"do": [
           {"get_service": "svc", "as": "s"}, {"call": "s.m"}]}}},
         "system": {"threads": {"main": {"do": [
           {"get_service": "svc", "as": "s"}, {"kill": "server"}]}}}}})",
                                       1000)) {
    const auto refused = Refused(run);
    if (!refused || refused->param != 0) continue;  // not even found
    ++refusals;
    EXPECT_EQ(refused->error, uint32_t{BR_DEAD_REPLY});
    uint32_t sender = 0;
    uint64_t completions = 0;
    uint64_t errors = 0;
    for (const sim::Record& record : run.all) {
      const auto sent = record.As<record::TransactionSent>();
      if (sent && sent->debug_id == refused->debug_id) sender = record.tid;
      const auto told = record.As<record::ReturnDelivered>();
      if (!told || sender == 0 || record.tid != sender) continue;
      if (told->command == BR_TRANSACTION_COMPLETE) ++completions;
      if (told->command == BR_DEAD_REPLY) ++errors;
    }
    EXPECT_EQ(errors, 1u);
    EXPECT_EQ(completions, 0u);
  }
  EXPECT_GT(refusals, 0u);
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
  uint64_t failed = 0;
  for (const Records& run : RandomRuns(text, 300)) {
    if (Refused(run)) ++failed;
  }
  EXPECT_EQ(failed, 0u);  // what fails is told later
  ExploreOptions options;
  options.runs = 1000;
  options.check_every = 1;
  ExploreObserver observer;
  EXPECT_THAT(Explore(Load(text), options, observer).found,
              ::testing::IsEmpty());
}

}  // namespace
}  // namespace bindersim::explore
