// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The driver's invariants after every section of every recorded script.

#include "model/driver/invariants.h"

#include <string>

#include "gtest/gtest.h"
#include "model/script/run_on.h"
#include "model/script/script.h"
#include "model/script/simulated_host.h"
#include "tests/kernel/recordings.h"

namespace bindersim::script {
namespace {

// Runs all scripts of a corpus. Returns the number of checks made.
uint64_t CheckAll(const std::string& corpus) {
  uint64_t checks = 0;
  for (const Recording& recording : ReadRecordings(corpus)) {
    const auto script = ParseScript(recording.script);
    if (!script.ok()) continue;
    SimulatedHost host(*script, nullptr);
    driver::InvariantChecker checker(host.driver(), host.kernel(),
                                     host.machine());
    host.Observe(&checker);
    try {
      RunOn(host, *script);
    } catch (const driver::InvariantViolated& violated) {
      ADD_FAILURE() << recording.name << ": " << violated.text;
    }
    checks += checker.checks();
  }
  return checks;
}

TEST(RecordedInvariantsTest, Handwritten) {
  EXPECT_GT(CheckAll("handwritten"), 10'000u);
}
TEST(RecordedInvariantsTest, Mapping) {
  EXPECT_GT(CheckAll("mapping"), 1'000u);
}
TEST(RecordedInvariantsTest, Found) { EXPECT_GT(CheckAll("found"), 1'000u); }
TEST(RecordedInvariantsTest, Random) { EXPECT_GT(CheckAll("random"), 10'000u); }
TEST(RecordedInvariantsTest, Generated) {
  EXPECT_GT(CheckAll("generated"), 10'000u);
}

}  // namespace
}  // namespace bindersim::script
