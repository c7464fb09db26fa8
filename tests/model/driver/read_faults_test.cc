// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads into memory of which only a part is mapped, which scripts cannot ask
// for.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <cerrno>
#include <string>

#include "model/script/script.h"
#include "model/script/session.h"
#include "model/script/simulated_host.h"

namespace bindersim::script {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kPage = 4096;

// A system after the script's steps, in which the client's thread then reads.
class Reader {
 public:
  explicit Reader(const std::string& steps)
      : script_(Parse(steps)), host_(script_, nullptr) {
    Session session(script_, host_);
    for (size_t i = 0; i < script_.steps.size(); ++i) session.Perform(i);
    page_ = memory().Map(kPage);  // nothing is mapped before and behind it
  }

  uint64_t page() const { return page_; }
  Memory& memory() { return host_.memory(kClient); }
  std::string Statistics() { return host_.DebugFile("stats", kClient); }

  // Reads to `buffer` and behind; returns the result, and read_consumed.
  int64_t Read(uint64_t buffer, uint64_t& consumed) {
    binder_write_read bwr{};
    bwr.read_buffer = buffer;
    bwr.read_size = 1024;
    bwr.read_consumed = consumed;
    const uint64_t argument = memory().Map(sizeof(bwr));
    memory().WriteValue(argument, bwr);
    SystemCall call;
    call.kind = SystemCall::Kind::kIoctl;
    call.descriptor = 0;  // the first that it opened
    call.request = static_cast<uint32_t>(BINDER_WRITE_READ);
    call.address = argument;
    static_cast<void>(host_.TakeCompletions());
    host_.Issue(kClientThread, call);
    EXPECT_EQ(host_.Settle(0), "");
    const auto completions = host_.TakeCompletions();
    memory().ReadValue(argument, bwr);
    consumed = bwr.read_consumed;
    return completions.size() == 1 ? completions[0].result : 1;
  }

 private:
  static constexpr size_t kClient = 1;
  static constexpr size_t kClientThread = 1;

  static Script Parse(const std::string& steps) {
    const auto parsed = ParseScript(
        R"({"name": "read_faults", "processes": {"sm": {"threads": ["t0"]},
            "client": {"threads": ["t0"]}}, "steps": [)" +
        steps + "]}");
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    return *parsed;
  }

  const Script script_;
  SimulatedHost host_;
  uint64_t page_ = 0;
};

// CTL-36: BR_SPAWN_LOOPER goes to the buffer's very start, after what was read
// has been counted.
TEST(ReadFaults, WhatComesBeforeBrSpawnLooperIsConsumed) {
  Reader reader(R"(
    {"t": "client.t0", "op": "open"},
    {"t": "client.t0", "op": "mmap", "size": 65536},
    {"t": "client.t0", "op": "set_max_threads", "max": 1},
    {"t": "client.t0", "op": "wr", "write": [
      {"bc": "BC_ENTER_LOOPER"}, {"bc": "BC_TRANSACTION", "handle": 0}]})");
  uint64_t consumed = 8;
  EXPECT_EQ(reader.Read(reader.page() - consumed, consumed), -EFAULT);
  EXPECT_EQ(consumed, 12u);
  uint32_t word = 0;
  reader.memory().ReadValue(reader.page(), word);
  EXPECT_EQ(word, uint32_t{BR_DEAD_REPLY});
  EXPECT_THAT(reader.Statistics(), Not(HasSubstr("BR_SPAWN_LOOPER")));
}

// CTL-36, DBG-20: a command that does not fit is neither consumed nor counted.
TEST(ReadFaults, ACommandWithoutWhatBelongsToItIsNotCounted) {
  Reader reader(R"(
    {"t": "sm.t0", "op": "open"},
    {"t": "sm.t0", "op": "mmap", "size": 65536},
    {"t": "sm.t0", "op": "set_context_mgr"},
    {"t": "client.t0", "op": "open"},
    {"t": "client.t0", "op": "mmap", "size": 65536},
    {"t": "client.t0", "op": "wr", "write": [
      {"bc": "BC_TRANSACTION", "handle": 0, "flags": ["ONE_WAY"], "data": [
        {"obj": "BINDER", "ptr": 4096, "cookie": 1}]}]})");
  uint64_t consumed = 0;
  EXPECT_EQ(reader.Read(reader.page() + kPage - 8, consumed), -EFAULT);
  EXPECT_EQ(consumed, 0u);
  uint32_t word = 0;
  reader.memory().ReadValue(reader.page() + kPage - 4, word);
  EXPECT_EQ(word, uint32_t{BR_INCREFS});
  EXPECT_THAT(reader.Statistics(), Not(HasSubstr("BR_INCREFS")));
}

}  // namespace
}  // namespace bindersim::script
