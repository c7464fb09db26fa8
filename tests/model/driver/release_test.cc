// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The release of threads and processes in the work queue, in time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/setup_for_test.h"

namespace bindersim {
namespace {

using userspace::Kill;

// EXT-10: a thread that polled is released after a grace period. Further
// processes that die meanwhile do not shorten it; they have to wait.
TEST(Release, TheGracePeriodOfAPollerLastsItsTime) {
  SystemForTest system;  // servicemanager polls
  system.Add("server", kServerPid)
      .objects.push_back(SystemForTest::Service("svc", {}));
  system.Add("app", kAppPid).objects.push_back(SystemForTest::Local("cb", {}));
  system.scenario.setup.events = {{5ms, Kill{{0}, false}, "/events/0"},
                                  {7ms, Kill{{1}, false}, "/events/1"}};
  Ran ran(system.scenario, {sim::Time{6ms}});
  const sim::Duration period = ran.world.driver.costs.grace_period;
  ASSERT_GT(period, 5ms);
  EXPECT_EQ(ran.world.driver.grace_periods, 1u);
  EXPECT_EQ(ran.world.driver.procs.size(), 3u);
  ran.Continue({sim::Time{4ms} + period});
  EXPECT_EQ(ran.world.driver.grace_periods, 1u);
  EXPECT_EQ(ran.world.driver.procs.size(), 3u);
  ran.Continue({sim::Time{8ms} + period});
  EXPECT_EQ(ran.world.driver.grace_periods, 0u);
  EXPECT_EQ(ran.world.driver.procs.size(), 1u);
}

}  // namespace
}  // namespace bindersim
