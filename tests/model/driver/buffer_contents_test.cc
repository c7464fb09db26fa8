// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What lies in a transaction's buffer where no recording can look: the sender's
// security context, which the recorded kernel has not, and what a free leaves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <array>
#include <optional>
#include <string>

#include "model/protocol.h"
#include "model/script/script.h"
#include "model/script/session.h"
#include "model/script/simulated_host.h"
#include "tests/model/setup_for_test.h"

namespace bindersim {
namespace {

using protocol::Align8;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;

// --- security contexts ---

constexpr char kContext[] = "u:r:app:s0";  // of the app in a SystemForTest

// The BR_TRANSACTION_SEC_CTX that servicemanager has just read from the app.
std::optional<binder_transaction_data_secctx> CallOfApp(const World& world) {
  for (const auto& [id, thread] : world.user.threads) {
    if (thread.tid != kManagerPid) continue;
    const os::AddressSpace& memory =
        world.kernel.process(world.user.processes[0].id).memory;
    struct {
      uint32_t noop;
      uint32_t word;
    } words{};
    binder_transaction_data_secctx read{};
    const uint64_t at = thread.ipc.in_data;
    if (memory.ReadValue(at, words) &&
        words.word == uint32_t{BR_TRANSACTION_SEC_CTX} &&
        memory.ReadValue(at + sizeof(words), read) &&
        read.transaction_data.sender_pid == int32_t{kAppPid}) {
      return read;
    }
  }
  return std::nullopt;
}

// TXN-90, TXN-91: the last part of the buffer is the sender's context.
TEST(SecurityContext, LiesAtTheEndOfTheBuffer) {
  SystemForTest system;
  userspace::ProcessSetup& app = system.Add("app", kAppPid);
  app.threads.push_back(
      system.Thread("main", 1ms, {SystemForTest::CallService("svc", 1)}));
  Ran ran(system.scenario, {sim::Time{1ms}});
  std::optional<binder_transaction_data_secctx> call;
  for (sim::Time now{1ms}; !call && now < sim::Time{20ms}; now += 1us) {
    ran.Continue({now});
    call = CallOfApp(ran.world);
  }
  ASSERT_TRUE(call);
  const binder_transaction_data& data = call->transaction_data;
  EXPECT_EQ(call->secctx, data.data.ptr.buffer + Align8(data.data_size) +
                              Align8(data.offsets_size));
  char text[sizeof(kContext)] = {};
  ASSERT_TRUE(ran.world.kernel.process(ran.world.user.processes[0].id)
                  .memory.ReadValue(call->secctx, text));
  EXPECT_EQ(std::string(text, sizeof(text)),
            std::string(kContext, sizeof(kContext)));
  const auto allocated = ran.out.All<record::BufferAllocated>();
  ASSERT_FALSE(allocated.empty());
  EXPECT_EQ(allocated.back().pid, kManagerPid);
  EXPECT_EQ(allocated.back().size, Align8(data.data_size) +
                                       Align8(data.offsets_size) +
                                       Align8(sizeof(kContext)));
}

// TXN-90: only nodes that asked for it, and no replies.
TEST(SecurityContext, IsForNodesThatAskForIt) {
  SystemForTest system;
  system.Add("server", kServerPid)
      .objects.push_back(
          SystemForTest::Service("svc", {system.Method("m1", 1, {})}));
  system.Add("app", kAppPid)
      .threads.push_back(
          system.Thread("main", 1ms, {SystemForTest::CallService("svc", 1)}));
  const Ran ran(system.scenario);
  std::vector<uint32_t> to_manager;
  std::vector<uint32_t> to_others;
  for (const sim::Record& record : ran.out.records) {
    const auto word = record.As<record::ReturnDelivered>();
    if (word) {
      (record.tid == kManagerPid ? to_manager : to_others)
          .push_back(word->command);
    }
  }
  EXPECT_THAT(to_manager, Contains(uint32_t{BR_TRANSACTION_SEC_CTX}));
  EXPECT_THAT(to_manager, Not(Contains(uint32_t{BR_TRANSACTION})));
  EXPECT_THAT(to_others, Contains(uint32_t{BR_TRANSACTION}));
  EXPECT_THAT(to_others, Not(Contains(uint32_t{BR_TRANSACTION_SEC_CTX})));
}

// --- TF_CLEAR_BUF ---

// The 8 bytes of a oneway call's data after their buffer is freed.
std::array<std::byte, 8> LeftByAFree(const std::string& flags) {
  const auto parsed = script::ParseScript(
      R"({"name":"s","processes":{"server":{"threads":["t"]},
        "client":{"threads":["t"]}},"steps":[
      {"t":"server.t","op":"open"},
      {"t":"server.t","op":"mmap","size":65536},
      {"t":"server.t","op":"set_context_mgr"},
      {"t":"client.t","op":"open"},
      {"t":"client.t","op":"wr","write":[{"bc":"BC_TRANSACTION","handle":0,
        "code":1,"flags":[)" +
      flags + R"(],"data":[{"hex":"1122334455667788"}]}]},
      {"t":"server.t","op":"wr","read":256},
      {"t":"server.t","op":"wr","write":[{"bc":"BC_FREE_BUFFER",
        "buf":{"rx":"server.t#-1"}}]}]})");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  script::SimulatedHost host(*parsed, nullptr);
  script::Session session(*parsed, host);
  for (size_t i = 0; i + 1 < parsed->steps.size(); ++i) session.Perform(i);
  const driver::Proc& server =
      host.driver().procs[host.driver().proc_list.front()];
  uint64_t address = 0;
  server.alloc.ForEachExtent([&](const driver::Extent& extent) {
    if (extent.buffer) {
      address = host.driver().BufferAddress(server, extent.buffer);
    }
  });
  session.Perform(parsed->steps.size() - 1);
  EXPECT_EQ(server.alloc.buffer_count(), 0u);
  std::array<std::byte, 8> left{};
  EXPECT_TRUE(host.memory(0).Read(address, left));
  return left;
}

// ALLOC-14.
TEST(ClearOnFree, ZeroesTheBuffer) {
  EXPECT_THAT(LeftByAFree(R"("ONE_WAY","CLEAR_BUF")"), Each(std::byte{0}));
  EXPECT_THAT(LeftByAFree(R"("ONE_WAY")"), Each(Not(std::byte{0})));
}

}  // namespace
}  // namespace bindersim
