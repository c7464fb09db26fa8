// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Descriptors in Parcels (OBJ-20, 21, 30, 40).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include "model/userspace/status.h"
#include "tests/model/setup_for_test.h"

namespace bindersim::userspace {
namespace {

using S = SystemForTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A server "svc" whose method 1 takes 5 ms, and an app.
struct Sharing : S {
  Sharing() {
    Add("server", kServerPid)
        .objects.push_back(
            S::Service("svc", {Method("m1", 1, {S::Sleep(5ms)})}));
    Add("app", kAppPid).symbols = {"pool", "frame"};
  }
  ProcessSetup& server() { return scenario.setup.processes[1]; }
  ProcessSetup& app() { return scenario.setup.processes[2]; }
  void Program(std::vector<ActionBody> bodies) {
    // It stays, so that its descriptors can be looked at.
    bodies.push_back(S::Sleep(1s));
    app().threads = {Thread("main", 1ms, std::move(bodies))};
  }
  static userspace::Call With(Files files) {
    userspace::Call call = S::CallService("svc", 1, 64);
    call.files = std::move(files);
    return call;
  }
};

// How many descriptors of ordinary files the process has open.
size_t OpenFiles(const World& world, uint32_t pid) {
  size_t open = 0;
  for (const auto& [id, process] : world.kernel.processes()) {
    if (process.pid != pid) continue;
    for (const os::FileId file : process.descriptors) {
      if (!file) continue;
      for (const auto& [known, entry] : world.kernel.files()) {
        open += known == file && entry.kind == os::File::Kind::kOrdinary;
      }
    }
  }
  return open;
}

size_t Files(const World& world) {
  size_t files = 0;
  for (const auto& [id, file] : world.kernel.files()) {
    files += file.kind == os::File::Kind::kOrdinary;
  }
  return files;
}

// OBJ-40: the receiver has descriptors of its own while it handles the call.
// OBJ-30: it closes them with the Parcel, the driver does not.
TEST(Files, AreClosedWithTheParcelsOnBothSides) {
  Sharing system;
  system.Program({Sharing::With({3, {}}), S::Mark("done")});
  const Ran during(system.scenario, {sim::Time{4ms}});
  EXPECT_EQ(OpenFiles(during.world, kServerPid), 3u);
  EXPECT_EQ(OpenFiles(during.world, kAppPid), 3u);
  EXPECT_EQ(Files(during.world), 3u);
  const Ran after(system.scenario, {sim::Time{20ms}});
  EXPECT_THAT(after.out.Marks(), ElementsAre("done"));
  EXPECT_EQ(OpenFiles(after.world, kServerPid), 0u);
  EXPECT_EQ(OpenFiles(after.world, kAppPid), 0u);
  EXPECT_EQ(Files(after.world), 0u);
  // Each is an object to the driver.
  const auto sent = after.out.All<record::TransactionSent>();
  EXPECT_TRUE(std::ranges::any_of(sent, [](const auto& transaction) {
    return transaction.to_pid == kServerPid &&
           transaction.offsets_size == 3 * sizeof(binder_size_t);
  }));
}

// A file with a name is opened once and stays open.
TEST(Files, WithNamesBelongToTheProcess) {
  Sharing system;
  system.Program({Sharing::With({0, {0, 1}}), Sharing::With({0, {0}})});
  const Ran ran(system.scenario, {sim::Time{50ms}});
  EXPECT_EQ(OpenFiles(ran.world, kServerPid), 0u);
  EXPECT_EQ(OpenFiles(ran.world, kAppPid), 2u);
  EXPECT_EQ(Files(ran.world), 2u);
}

TEST(Files, InRepliesAreClosedByTheCaller) {
  Sharing system;
  system.server().objects[0].methods[0].reply_files = {2, {}};
  system.Program({S::CallService("svc", 1), S::Mark("done")});
  const Ran ran(system.scenario, {sim::Time{50ms}});
  EXPECT_THAT(ran.out.Marks(), ElementsAre("done"));
  EXPECT_EQ(Files(ran.world), 0u);
  EXPECT_EQ(ran.out.All<record::CallEnd>().back().status, kOk);
}

// OBJ-20, REF-50: the object's node says whether it takes descriptors.
TEST(Files, AnObjectMayRefuseThem) {
  Sharing system;
  system.server().objects[0].accepts_fds = false;
  system.Program({Sharing::With({1, {}}), S::CallService("svc", 1)});
  const Ran ran(system.scenario, {sim::Time{50ms}});
  std::vector<int32_t> statuses;
  for (const auto& end : ran.out.All<record::CallEnd>()) {
    statuses.push_back(end.status);
  }
  ASSERT_THAT(statuses, SizeIs(4));  // addService, checkService, and two calls
  EXPECT_EQ(statuses[2], kFailedTransaction);
  EXPECT_EQ(statuses[3], kOk);
  const auto failed = ran.out.All<record::TransactionFailed>();
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(failed[0].error, uint32_t{BR_FAILED_REPLY});
  EXPECT_EQ(failed[0].param, -EPERM);
  EXPECT_EQ(Files(ran.world), 0u);
}

// EXT-02: a process that dies takes its files along.
TEST(Files, GoWithTheirProcess) {
  Sharing system;
  system.Program({Sharing::With({2, {0}})});
  system.scenario.setup.events.push_back({3ms, Kill{{1, 2}, false}, "/e"});
  const Ran ran(system.scenario);
  EXPECT_EQ(Files(ran.world), 0u);
  EXPECT_THAT(ran.result.findings, IsEmpty());
}

}  // namespace
}  // namespace bindersim::userspace
