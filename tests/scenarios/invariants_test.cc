// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The driver's invariants hold after every section of the shipped scenarios,
// in their natural order and in a random one.

#include <gtest/gtest.h>

#include <string>

#include "model/scenario/loader.h"
#include "model/world.h"
#include "sim/chooser.h"
#include "sim/machine.h"
#include "sim/record.h"
#include "tests/scenarios/shipped.h"

namespace bindersim {
namespace {

constexpr char kFolder[] = "scenarios";
constexpr uint64_t kSteps = 6'000;  // of each run: from boot to full load

class CheckedTest : public ::testing::TestWithParam<std::string> {
 protected:
  void Check(sim::Chooser& chooser) {
    const scenario::LoadResult loaded =
        scenario::LoadScenario(ScenarioPath(kFolder, GetParam()));
    ASSERT_TRUE(loaded.scenario.has_value()) << loaded.ToString();
    World world(*loaded.scenario);
    sim::Recorder recorder;
    sim::RunLimits limits;
    limits.steps = kSteps;
    const RunResult result = bindersim::Run(world, recorder, chooser, limits,
                                            Checking::kEverySection);
    for (const Finding& finding : result.findings) {
      EXPECT_NE(finding.kind, "invariant_violated") << finding.text;
      EXPECT_NE(finding.kind, "use_after_free") << finding.text;
    }
  }
};

TEST_P(CheckedTest, FirstCome) {
  sim::FirstComeChooser chooser;
  Check(chooser);
}

TEST_P(CheckedTest, Random) {
  sim::RandomChooser chooser(1);
  Check(chooser);
}

INSTANTIATE_TEST_SUITE_P(All, CheckedTest,
                         ::testing::ValuesIn(ShippedScenarios(kFolder)),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace bindersim
