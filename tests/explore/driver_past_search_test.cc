// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// scenarios/driver_past, as a proof: without the step the search of all
// schedules finds what is broken; with it, it comes to the end and finds
// nothing. Only those with few states are here; the command line does it for
// others (docs/exploring.md).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "explore/search.h"
#include "explore/trial.h"
#include "model/scenario/loader.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct Past {
  const char* name;
  const char* signature;  // how it begins
};

class DriverPastSearchTest : public ::testing::TestWithParam<Past> {};

TEST_P(DriverPastSearchTest, BreaksOnlyWithoutTheStep) {
  const scenario::LoadResult loaded = scenario::LoadScenario(
      ScenarioPath("scenarios/driver_past", GetParam().name));
  ASSERT_TRUE(loaded.scenario) << loaded.ToString();
  scenario::Scenario scenario = *loaded.scenario;

  SearchOptions first_only;
  first_only.checking = Checking::kEverySection;
  first_only.stop_after = 1;
  Trial without(scenario, {});
  const SearchResult broken = Search(without, first_only);
  ASSERT_THAT(broken.found, SizeIs(1));
  EXPECT_THAT(broken.found[0].problem.signature,
              StartsWith(GetParam().signature));

  // A search that looks less often names the same section.
  first_only.checking = Checking::kEveryTransition;
  const SearchResult quick = Search(without, first_only);
  ASSERT_THAT(quick.found, SizeIs(1));
  EXPECT_EQ(quick.found[0].problem.signature,
            broken.found[0].problem.signature);
  EXPECT_EQ(quick.found[0].schedule, broken.found[0].schedule);

  scenario.without_fixes = {};
  Trial with(scenario, {});
  const SearchResult whole = Search(with, {});
  EXPECT_TRUE(whole.exhausted);
  EXPECT_THAT(whole.found, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Few, DriverPastSearchTest,
    ::testing::Values(
        Past{"refund_whole_buffer", "invariant_violated: buffer_allocator"},
        Past{"wake_unregistered_readers", "invariant_violated: lost_wake_up"}),
    [](const ::testing::TestParamInfo<Past>& info) {
      return std::string(info.param.name);
    });

// A thread may be about to take a lock that went with the process that another
// thread let go too early.
TEST(DriverPastSearch, GoesOnAfterWhatItFinds) {
  const scenario::LoadResult loaded = scenario::LoadScenario(
      ScenarioPath("scenarios/driver_past", "pin_target_thread"));
  ASSERT_TRUE(loaded.scenario) << loaded.ToString();
  Trial without(*loaded.scenario, {});
  SearchOptions options;
  options.max_states = 20'000;
  const SearchResult result = Search(without, options);
  EXPECT_GE(result.states, 10'000u);
  for (const SearchFound& found : result.found) {
    EXPECT_THAT(found.problem.signature, StartsWith("use_after_free"));
  }
  EXPECT_GE(result.found.size(), 3u);
}

}  // namespace
}  // namespace bindersim::explore
