// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// bindersim run --debugfs (DBG-01).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/cli_fixture.h"

namespace bindersim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class DebugfsTest : public CliTest {
 protected:
  std::vector<std::string> FilesIn(const std::string& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }

  std::string out_ = folder_ + "/binder";
};

constexpr char kFrozen[] = "run scenarios/frozen_app.json --stats json ";

TEST_F(DebugfsTest, WritesTheKernelsFiles) {
  const Outcome got = Run(kFrozen + ("--debugfs " + out_) + " --at 105ms");
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(FilesIn(out_),
              ElementsAre("failed_transaction_log", "proc", "state", "stats",
                          "transaction_log", "transactions"));
  EXPECT_THAT(FilesIn(out_ + "/proc"),
              ElementsAre("2592000", "3327000", "3338000"));
  const std::string state = Read(out_ + "/state");
  EXPECT_THAT(
      state, AllOf(StartsWith("binder state:\n"), HasSubstr("proc 2592000\n")));
  // Oneway calls wait in the frozen process.
  const std::string mail = Read(out_ + "/proc/2592000");
  EXPECT_THAT(mail, AllOf(StartsWith("binder proc state:\nproc 2592000\n"),
                          HasSubstr("pending transaction"),
                          HasSubstr("pending async transaction")));
  EXPECT_THAT(Read(out_ + "/transactions"), HasSubstr("pending"));
  EXPECT_THAT(Read(out_ + "/stats"), HasSubstr("BC_TRANSACTION: "));
  EXPECT_THAT(Read(out_ + "/transaction_log"), HasSubstr("async from "));
}

// Looking at a run does not change it.
TEST_F(DebugfsTest, TheRunIsTheSame) {
  for (const std::string extra : {"", " --schedule random"}) {
    const Outcome plain = Run(kFrozen + extra);
    const Outcome watched =
        Run(kFrozen + ("--debugfs " + out_) +
            " --at 0 --at 15ms --at 60ms --at 105003us --at 160ms" + extra);
    EXPECT_EQ(watched.status, 0) << watched.err;
    EXPECT_TRUE(watched.out == plain.out) << extra;
  }
}

TEST_F(DebugfsTest, SeveralMomentsGetFoldersOfTheirOwn) {
  const Outcome got =
      Run(kFrozen + ("--debugfs " + out_) + " --at 170ms --at 105ms --at 0");
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(FilesIn(out_), ElementsAre("0", "105ms", "170ms"));
  EXPECT_THAT(Read(out_ + "/105ms/transactions"), HasSubstr("pending"));
  EXPECT_THAT(Read(out_ + "/170ms/transactions"), Not(HasSubstr("pending")));
}

TEST_F(DebugfsTest, WithoutAMomentItIsTheEnd) {
  const Outcome got = Run(kFrozen + ("--debugfs " + out_) + " --until 105ms");
  EXPECT_THAT(Read(out_ + "/transactions"), HasSubstr("pending")) << got.err;
}

TEST_F(DebugfsTest, AMomentAfterTheEndIsWrongUsage) {
  Outcome got = Run(kFrozen + ("--debugfs " + out_) + " --at 1ms --at 12s");
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("--at 12s: the run ends at 204."));
  EXPECT_THAT(got.out, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(out_));
  got = Run(kFrozen + ("--debugfs " + out_) + " --at 20ms --until 10ms");
  EXPECT_EQ(got.status, 2);
}

TEST_F(DebugfsTest, WrongMomentsAreWrongUsage) {
  Outcome got = Run(kFrozen + ("--debugfs " + out_) + " --at noon");
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("--at: found \"noon\""));
  got = Run(std::string(kFrozen) + "--at 1ms");
  EXPECT_EQ(got.status, 2);
  EXPECT_THAT(got.err, HasSubstr("--debugfs"));
}

TEST_F(DebugfsTest, AFolderThatCannotBeMadeIsStatus4) {
  std::ofstream(folder_ + "/file") << "here";
  const Outcome got = Run(kFrozen + ("--debugfs " + folder_ + "/file/binder"));
  EXPECT_EQ(got.status, 4);
  EXPECT_THAT(got.err, HasSubstr("Not a directory"));
  EXPECT_THAT(got.out, IsEmpty());
}

}  // namespace
}  // namespace bindersim
