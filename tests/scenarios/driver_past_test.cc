// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// scenarios/driver_past: without the step that a file leaves out, some random
// schedule breaks what the file says it breaks, and nothing else; with it,
// none does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "model/driver/fixes.h"
#include "model/scenario/loader.h"
#include "model/world.h"
#include "sim/chooser.h"
#include "sim/machine.h"
#include "sim/record.h"
#include "tests/scenarios/shipped.h"

namespace bindersim {
namespace {

using ::testing::HasSubstr;

constexpr char kFolder[] = "scenarios/driver_past";
// Random schedules: one of so many goes wrong without the step, so many are
// tried with it.
constexpr uint64_t kSeeds = 10;
constexpr uint64_t kSeedsWithTheStep = 4;

struct Past {
  driver::Fix fix;
  const char* kind;  // of the finding
  const char* text;  // that its text begins with or holds
};

// What shows first where every section is checked.
constexpr Past kPast[] = {
    {driver::Fix::kClaimBufferAtFree, "invariant_violated", "node_counts"},
    {driver::Fix::kResetAllowUserFree, "invariant_violated", "node_counts"},
    {driver::Fix::kUnlinkBufferUnderLock, "use_after_free",
     "binder_free_buf/kUnlink uses transaction"},
    {driver::Fix::kReadWorkTypeUnderLock, "use_after_free",
     "binder_release_work/kDrop uses node"},
    // OBJ-17, REF-31: the increment fails, and the reference stays.
    {driver::Fix::kRemoveRefOfFailedIncrement, "invariant_violated",
     "ref_counts"},
    {driver::Fix::kWakeUnregisteredReaders, "invariant_violated",
     "lost_wake_up"},
    {driver::Fix::kCountLoopersUnderLock, "invariant_violated", "thread_pool"},
    {driver::Fix::kPinTargetProcess, "invariant_violated", "transaction_stack"},
    {driver::Fix::kPinTargetThread, "invariant_violated", "transaction_stack"},
    {driver::Fix::kPinTargetNode, "use_after_free",
     "node_operation/kLockNode uses node"},
    {driver::Fix::kRefundWholeBuffer, "invariant_violated", "buffer_allocator"},
    {driver::Fix::kDeathOnProcessTodo, "deadlock", "condition gone"},
    {driver::Fix::kNotifyUnderNodeLock, "invariant_violated", "work_lists"},
};

class DriverPastTest : public ::testing::TestWithParam<Past> {
 protected:
  void SetUp() override {
    const std::string name = driver::InfoOf(GetParam().fix).name;
    const scenario::LoadResult loaded =
        scenario::LoadScenario(ScenarioPath(kFolder, name));
    ASSERT_TRUE(loaded.scenario.has_value()) << loaded.ToString();
    scenario_ = *loaded.scenario;
  }

  std::vector<Finding> FindingsOf(uint64_t seed) const {
    scenario::Scenario scenario = scenario_;
    scenario.seed = seed;
    World world(scenario);
    sim::Recorder recorder;
    sim::RandomChooser chooser(seed);
    return bindersim::Run(world, recorder, chooser, {}, Checking::kEverySection)
        .findings;
  }

  scenario::Scenario scenario_;
};

TEST_P(DriverPastTest, LeavesOutThatStepAlone) {
  driver::FixSet expected;
  expected.Add(GetParam().fix);
  EXPECT_EQ(scenario_.without_fixes, expected);
  EXPECT_THAT(scenario_.about, HasSubstr(driver::InfoOf(GetParam().fix).fact));
}

TEST_P(DriverPastTest, GoesWrongWithoutTheStep) {
  std::optional<uint64_t> first;
  for (uint64_t seed = 1; seed <= kSeeds && !first; ++seed) {
    for (const Finding& finding : FindingsOf(seed)) {
      EXPECT_EQ(finding.kind, GetParam().kind) << finding.text;
      EXPECT_THAT(finding.text, HasSubstr(GetParam().text));
      first = seed;
    }
  }
  ASSERT_TRUE(first.has_value()) << "in none of " << kSeeds << " schedules";
  RecordProperty("seed", static_cast<int>(*first));
}

TEST_P(DriverPastTest, GoesWellWithTheStep) {
  scenario_.without_fixes = {};
  for (uint64_t seed = 1; seed <= kSeedsWithTheStep; ++seed) {
    for (const Finding& finding : FindingsOf(seed)) {
      ADD_FAILURE() << "seed " << seed << ": " << finding.kind << ": "
                    << finding.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, DriverPastTest, ::testing::ValuesIn(kPast),
                         [](const auto& info) {
                           return std::string(
                               driver::InfoOf(info.param.fix).name);
                         });

TEST(DriverPast, HasAFileForEachStepAndNoOther) {
  std::vector<std::string> names;
  for (const driver::FixInfo& fix : driver::Fixes()) names.push_back(fix.name);
  EXPECT_THAT(ShippedScenarios(kFolder),
              ::testing::UnorderedElementsAreArray(names));
  EXPECT_EQ(std::size(kPast), names.size());
}

}  // namespace
}  // namespace bindersim
