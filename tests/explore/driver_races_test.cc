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
#include "explore/runs.h"
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
  Runs made(trial, learned, 1);
  std::vector<Refusal> refusals;
  for (uint64_t run = 0; run < runs; ++run) {
    made.Make(run);
    const auto log = trial.world().driver.statistics->failed_log->entries();
    for (const driver::LogEntry& entry : log) {
      if (entry.return_error_param != 0) continue;  // not even found
      Records records;
      sim::Recorder recorder;
      recorder.AddSink(&records);
      trial.RunRecorded(made.Begin(run), recorder);
      refusals.push_back({entry.debug_id, entry.return_error, records.all});
    }
  }
  return refusals;
}

// Lets the client's call come while the app is frozen and, if wanted, the thaw
// before the client, which has been refused, looks why.
class FrozenCall final : public sim::Chooser {
 public:
  FrozenCall(const World& world, bool thaws) : world_(world), thaws_(thaws) {}

  uint32_t Choose(const sim::ChoicePoint& point) override {
    if (point.kind != sim::ChoiceKind::kTransition) return 0;
    bool frozen = false;
    for (const auto& [id, proc] : world_.driver.procs) {
      frozen = frozen || proc.is_frozen;
    }
    const bool refused = frozen && HasQueued();
    was_refused_ = was_refused_ || refused;
    if (was_refused_ && (!thaws_ || !frozen)) return 0;
    const bool calls = !HasLookedUp() || (frozen && !refused);
    return Avoid(point, calls ? "system" : "client");
  }
  bool WantsForced() const override { return true; }

 private:
  std::string ProcessOf(sim::ThreadId id) const {
    const userspace::ThreadState* thread = world_.user.Find(id);
    return thread == nullptr ? "" : world_.user.SetupOf(*thread).name;
  }
  bool HasLookedUp() const {
    for (size_t i = 0; i < world_.user.processes.size(); ++i) {
      if (world_.user.setup().processes[i].name != "client") continue;
      return world_.user.processes[i].proxies.size() == 2;
    }
    return false;
  }
  // It is over: with a frozen target, it was refused.
  bool HasQueued() const {
    for (const auto& [id, thread] : world_.machine.threads()) {
      if (thread.stack.empty() || ProcessOf(id) != "client") continue;
      const auto section =
          sim::FlowSection::Of(thread.stack.Ops(), thread.stack.Top());
      if (section.ToString() == "binder_transaction/kEnqueued") return true;
    }
    return false;
  }
  uint32_t Avoid(const sim::ChoicePoint& point, const char* process) const {
    for (uint32_t i = 0; i < point.options; ++i) {
      const sim::Transition& option = point.transitions[i];
      const bool is_thread = option.kind == sim::Transition::Kind::kThread;
      if (is_thread && ProcessOf(option.thread) != process) return i;
    }
    return 0;
  }

  const World& world_;
  const bool thaws_;
  bool was_refused_ = false;
};

// TXN-40, TXN-41: a call is refused since its target is frozen; why is looked
// up after that, and by then it can be thawed.
TEST(DriverRaces, AThawedProcessCanCountAsDead) {
  const scenario::Scenario scenario = Load(R"({"processes": {
      "app": {"max_threads": 0, "services": {"svc": {"methods": {"m": {}}}}},
      "client": {"threads": {"main": {"do": [
        {"get_service": "svc", "as": "s"}, {"call": "s.m"}]}}},
      "system": {"threads": {"main": {"do": [
        {"freeze": "app"}, {"unfreeze": "app"}]}}}}})");
  for (const bool thaws : {false, true}) {
    Trial trial(scenario, {});
    FrozenCall chooser(trial.world(), thaws);
    trial.Run(chooser);
    const auto log = trial.world().driver.statistics->failed_log->entries();
    ASSERT_EQ(log.size(), 1u);
    EXPECT_EQ(log[0].return_error,
              uint32_t{thaws ? BR_DEAD_REPLY : BR_FROZEN_REPLY});
    EXPECT_EQ(log[0].return_error_param, 0);
  }
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
