// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/check.h"

#include "gtest/gtest.h"

namespace bindersim::sim {
namespace {

TEST(CheckTest, PassingCheckDoesNotEvaluateItsContext) {
  int evaluated = 0;
  const auto count = [&evaluated] { return ++evaluated; };
  SIM_CHECK(1 + 1 == 2) << count();
  EXPECT_EQ(evaluated, 0);
}

TEST(CheckTest, IsOneStatement) {
  bool other_branch = false;
  if (false)
    SIM_CHECK(false) << "not reached";
  else
    other_branch = true;
  EXPECT_TRUE(other_branch);
}

TEST(CheckDeathTest, FailureNamesPlaceConditionAndContext) {
  const int pid = 42;
  EXPECT_EXIT(SIM_CHECK(pid < 0) << "pid " << pid,
              testing::ExitedWithCode(kInternalFaultStatus),
              "bindersim: internal fault: .*check_test.cc:[0-9]+: pid < 0: "
              "pid 42");
}

TEST(CheckDeathTest, DcheckIsGoneWithNdebug) {
#ifdef NDEBUG
  int evaluated = 0;
  SIM_DCHECK(++evaluated == 0) << "never evaluated";
  EXPECT_EQ(evaluated, 0);
#else
  EXPECT_EXIT(SIM_DCHECK(false), testing::ExitedWithCode(kInternalFaultStatus),
              "internal fault");
#endif
}

}  // namespace
}  // namespace bindersim::sim
