// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Nice values of threads that serve calls.

#include <gtest/gtest.h>

#include <optional>

#include "model/userspace/ipc_thread_state.h"
#include "tests/model/setup_for_test.h"

namespace bindersim {
namespace {

constexpr int32_t kServerNice = 4;

// A server with a slow method, and an app whose thread has that nice value.
SystemForTest ServerAndCaller(int32_t nice, bool oneway) {
  using S = SystemForTest;
  S system;
  userspace::ProcessSetup& server = system.Add("server", kServerPid);
  server.nice = kServerNice;
  server.objects.push_back(
      S::Service("svc", {system.Method("m1", 1, {S::Sleep(10ms)})}));
  userspace::Call call = S::CallService("svc", 1);
  call.oneway = oneway;
  userspace::ThreadSetup caller =
      system.Thread("caller", 1ms, {call, S::Sleep(1s)});
  caller.nice = nice;
  system.Add("app", kAppPid).threads.push_back(caller);
  return system;
}

// The machine's thread that serves a call to the server now.
sim::ThreadId Serving(const World& world) {
  for (const auto& [id, thread] : world.user.threads) {
    if (thread.process == 1 &&
        world.machine.thread(thread.machine_thread)
                .stack.Find<userspace::ServeTransaction>() != nullptr) {
      return thread.machine_thread;
    }
  }
  return {};
}

// Its nice value while it serves, and after it.
struct Nice {
  int32_t during = 0;
  int32_t after = 0;
};
Nice NiceOfServer(int32_t caller, bool oneway) {
  Ran ran(ServerAndCaller(caller, oneway).scenario, {sim::Time{6ms}});
  const sim::ThreadId server = Serving(ran.world);
  if (!server) {
    ADD_FAILURE() << "nobody serves";
    return {};
  }
  const int32_t during = ran.world.machine.thread(server).nice;
  ran.Continue({sim::Time{30ms}});
  return {during, ran.world.machine.thread(server).nice};
}

// TXN-36: the caller's, better or worse than the server's own. TXN-37: only for
// as long as it serves.
TEST(Priority, AServerThreadTakesItsCallers) {
  for (const int32_t caller : {-10, 10}) {
    const Nice nice = NiceOfServer(caller, false);
    EXPECT_EQ(nice.during, caller);
    EXPECT_EQ(nice.after, kServerNice);
  }
}

// TXN-36, TXN-38: a oneway call only raises a thread that is worse than the
// node's minimum, which libbinder sets to 19.
TEST(Priority, AOnewayCallLeavesItAlone) {
  const Nice nice = NiceOfServer(-10, true);
  EXPECT_EQ(nice.during, kServerNice);
  EXPECT_EQ(nice.after, kServerNice);
}

// CTL-03, THR-27: threads of the pool wait with the nice value that the process
// opened the driver with.
TEST(Priority, AWaitingThreadHasTheProcesss) {
  Ran ran(ServerAndCaller(0, true).scenario, {sim::Time{6ms}});
  const sim::ThreadId server = Serving(ran.world);
  ASSERT_TRUE(server);
  ran.world.machine.SetNice(server, -5);
  ran.Continue({sim::Time{30ms}});
  EXPECT_EQ(ran.world.machine.thread(server).nice, kServerNice);
}

}  // namespace
}  // namespace bindersim
