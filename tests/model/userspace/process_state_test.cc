// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// ProcessState: the driver's opening, and the proxy for handle 0.

#include "model/userspace/process_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include "tests/model/userspace/server_and_app.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::SizeIs;

constexpr uint32_t kPing = B_PACK_CHARS('_', 'P', 'N', 'G');
constexpr uint32_t kServer = 1;  // index of the process

// Calls without answer to handle 0 that test whether there is a manager.
size_t Pings(const Collector& out, uint32_t tid) {
  size_t pings = 0;
  for (const sim::Record& record : out.RecordsOf<record::TransactionSent>()) {
    const auto sent = *record.As<record::TransactionSent>();
    pings += record.tid == tid && sent.reply == 0 && sent.code == kPing;
  }
  return pings;
}

// USR-01.
TEST(ProcessState, OpensTheDriverOnceForAllThreads) {
  S system = ServerAndApp({{}}, {S::CallService("svc", 1)});
  ProcessSetup& app = system.scenario.setup.processes[2];
  app.threads.push_back(
      system.Thread("other", 2ms, {S::CallService("svc", 1)}));
  const Ran ran(system.scenario, {sim::Time{1ms}});
  for (const uint32_t pid : {kServerPid, kAppPid}) {
    std::vector<uint32_t> requests;
    for (const Exchange& exchange : Exchanges(ran.out, 0)) {
      if (exchange.tid / 1000 != pid / 1000) continue;
      EXPECT_EQ(exchange.end.error, 0u);
      if (exchange.end.request != BINDER_WRITE_READ &&
          exchange.end.request != BINDER_THREAD_EXIT) {
        requests.push_back(exchange.end.request);
      }
    }
    EXPECT_THAT(requests, ElementsAre(BINDER_VERSION, BINDER_SET_MAX_THREADS,
                                      BINDER_ENABLE_ONEWAY_SPAM_DETECTION))
        << pid;
  }
  for (const auto& [id, proc] : ran.world.driver.procs) {
    EXPECT_TRUE(proc.oneway_spam_detection_enabled) << proc.pid;
    EXPECT_EQ(proc.max_threads, proc.pid == kManagerPid ? 0u : 15u);
    // USR-02: a mebibyte but for two pages.
    if (proc.pid != kManagerPid) {
      EXPECT_EQ(proc.alloc.map_size(), 1040384u);
    }
  }
}

// USR-10: with security contexts, which every version since 5.1 knows.
TEST(ProcessState, BecomesContextManagerWithSecurityContexts) {
  const Ran ran(ServerAndApp({{}}, {}).scenario, {sim::Time{1ms}});
  std::vector<uint32_t> requests;
  for (const Exchange& exchange : Exchanges(ran.out, kManagerPid)) {
    if (exchange.end.request == uint32_t{BINDER_SET_CONTEXT_MGR} ||
        exchange.end.request == uint32_t{BINDER_SET_CONTEXT_MGR_EXT}) {
      EXPECT_EQ(exchange.end.error, 0u);
      requests.push_back(exchange.end.request);
    }
  }
  EXPECT_THAT(requests, ElementsAre(BINDER_SET_CONTEXT_MGR_EXT));
  const auto& context = ran.world.driver.contexts[0];
  EXPECT_TRUE(ran.world.driver.nodes[context.manager].txn_security_ctx);
}

// USR-41, USR-42: the first proxy for handle 0 is tested, and then kept.
TEST(ProcessState, PingsTheContextManagerOnce) {
  S system =
      ServerAndApp({{}}, {S::CallService("svc", 1), S::CallService("svc", 1)});
  ProcessSetup& app = system.scenario.setup.processes[2];
  app.threads.push_back(
      system.Thread("other", 5ms, {S::CallService("svc", 1)}));
  const Ran ran(system.scenario);
  EXPECT_EQ(Pings(ran.out, kServerPid), 1u);
  EXPECT_EQ(Pings(ran.out, kAppPid), 1u);
  EXPECT_EQ(Pings(ran.out, kAppPid + 3), 0u);
  const auto sent = ran.out.RecordsOf<record::TransactionSent>();
  const auto first = std::ranges::find(sent, kAppPid, &sim::Record::tid);
  ASSERT_NE(first, sent.end());
  EXPECT_EQ(first->As<record::TransactionSent>()->code, kPing);
}

// USR-41: there is no proxy for a manager that is not there; whoever needs it
// asks again.
TEST(ProcessState, WithoutAContextManagerThereIsNoProxy) {
  S system = ServerAndApp({{}}, {S::CallService("svc", 1)});
  system.scenario.setup.processes[2].threads[0].at = 20ms;
  system.scenario.setup.events.push_back({5ms, Kill{{0}, false}, "/events/0"});
  const Ran ran(system.scenario, {sim::Time{10s}});
  EXPECT_THAT(ran.out.All<record::TransactionFailed>(),
              Contains(Field(&record::TransactionFailed::error,
                             uint32_t{BR_DEAD_REPLY})));
  EXPECT_FALSE(ran.world.user.processes[2].service_manager);
  EXPECT_FALSE(ran.world.user.processes[2].handles.contains(0));
}

// USR-41: a handle that comes again is the proxy that is there already.
TEST(ProcessState, OneProxyForAHandle) {
  S system = ServerAndApp(
      {{Keep{ArgumentRef{0}, 0}}},
      {S::With(S::CallService("svc", 1), {LocalRef{0}}),
       S::With(S::CallService("svc", 1), {LocalRef{0}}), S::Sleep(1s)});
  system.scenario.setup.processes[kServer].symbols = {"kept"};
  system.scenario.setup.processes[2].objects.push_back(S::Local("cb", {}));
  const Ran ran(system.scenario, {sim::Time{50ms}});
  const ProcessState& server = ran.world.user.processes[kServer];
  EXPECT_THAT(server.proxies, SizeIs(2));  // servicemanager's, and "cb"'s
  EXPECT_THAT(server.handles, SizeIs(2));
}

}  // namespace
}  // namespace bindersim::userspace
