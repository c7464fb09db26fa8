// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/model/setup_for_test.h"

namespace bindersim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An app asks a server for something and hands it an object of its own.
SystemForTest StartService() {
  using S = SystemForTest;
  S system;
  userspace::ProcessSetup& server = system.Add("system_server", kServerPid);
  server.objects.push_back(S::Service(
      "activity",
      {system.Method("startService", 1,
                     {S::Work(200us), S::Oneway(S::Call(userspace::ArgumentRef{0},
                                                        "$0", 1))},
                     64)}));
  userspace::ProcessSetup& app = system.Add("app", kAppPid);
  app.uid = 10001;
  app.objects.push_back(S::Local(
      "thread", {system.Method("scheduleCreateService", 1,
                               {S::Work(1ms), S::Mark("created")})}));
  app.threads.push_back(system.Thread(
      "main", 1ms,
      {S::With(S::CallService("activity", 1, 512), {userspace::LocalRef{0}}),
       S::Mark("returned")}));
  return system;
}

TEST(World, RunsACallAndAOnewayCallBack) {
  Ran ran(StartService().scenario);
  EXPECT_EQ(ran.result.end, sim::RunEnd::kQuiescent);
  EXPECT_THAT(ran.out.Marks(), ElementsAre("returned", "created"));
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

}  // namespace
}  // namespace bindersim
