// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <string>

#include "gtest/gtest.h"
#include "tests/tools/shell.h"

namespace bindersim {
namespace {

// tools/setup with stand-ins for Debian's tools. The packages "there" are the
// lines of a file, to which apt-get install adds.
class SetupTest : public testing::Test {
 protected:
  void SetUp() override {
    CopyFile(DataFile("tools/setup"), folder_ + "/setup");
    WriteScript(bin_ + "/id", "echo 0\n");
    WriteScript(bin_ + "/sleep", "");
    WriteScript(bin_ + "/dpkg-query",
                "shift 3; for p in \"$@\"; do\n"
                "  grep -qx \"$p\" there && echo \"installed $p\"\n"
                "done; exit 1\n");
    FakeApt(
        "case $* in *install*)\n"
        "  for p in \"$@\"; do echo \"$p\"; done >>there ;;\n"
        "esac\n");
    WriteFile(folder_ + "/there", "");
  }

  void FakeApt(const std::string& text) {
    WriteScript(bin_ + "/apt-get", "echo \"$*\" >>log\n" + text);
  }

  Outcome Setup(const std::string& arguments = "") {
    return RunIn(folder_, "PATH='" + bin_ + "':$PATH ./setup " + arguments);
  }

  std::string Log() { return ReadFile(folder_ + "/log"); }

  const std::string folder_ = FreshFolder("folder");
  const std::string bin_ = FreshFolder("bin");
};

TEST_F(SetupTest, InstallsWhatIsMissingOnceAndIsThenSilent) {
  Outcome first = Setup();
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.out, "");
  EXPECT_NE(Log().find(" update\n"), std::string::npos);
  EXPECT_NE(Log().find("bazel-bootstrap"), std::string::npos);
  EXPECT_NE(Log().find("clang-format"), std::string::npos);
  WriteFile(folder_ + "/log", "");
  Outcome second = Setup();
  EXPECT_EQ(second.status, 0);
  EXPECT_EQ(second.out + second.err, "");
  EXPECT_EQ(Log(), "");
}

TEST_F(SetupTest, InstallsOnlyWhatIsMissing) {
  Setup("build");
  EXPECT_EQ(Log().find("clang"), std::string::npos);
  WriteFile(folder_ + "/log", "");
  EXPECT_EQ(Setup("clang").err,
            "tools/setup: installing (once): clang libclang-rt-dev\n");
  EXPECT_EQ(Log().find("libabsl-dev"), std::string::npos);
}

TEST_F(SetupTest, TriesTwiceAndThenNamesWhatIsMissing) {
  FakeApt("echo 'E: no network'; exit 100\n");
  Outcome outcome = Setup("build");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("E: no network"), std::string::npos);
  EXPECT_NE(outcome.err.find("could not install: bazel-bootstrap g++"),
            std::string::npos)
      << outcome.err;
  size_t first = Log().find(" install ");
  EXPECT_NE(Log().find(" install ", first + 1), std::string::npos);
}

TEST_F(SetupTest, WithoutRootSudoIsUsedAndNothingIsAsked) {
  WriteScript(bin_ + "/id", "echo 1000\n");
  WriteScript(bin_ + "/sudo", "[[ $1 == -n ]] && shift; \"$@\"\n");
  EXPECT_EQ(Setup("build </dev/null").status, 0);
  WriteFile(folder_ + "/there", "");
  WriteScript(bin_ + "/sudo", "exit 1\n");
  Outcome outcome = Setup("build </dev/null");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("apt-get install bazel-bootstrap"),
            std::string::npos)
      << outcome.err;
}

TEST_F(SetupTest, OnOtherSystemsItNamesThePackages) {
  Outcome outcome = RunIn(folder_, "PATH=/nonexistent /bin/bash ./setup build");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("not Debian"), std::string::npos);
}

TEST_F(SetupTest, AnUnknownGroupIsWrongUsage) {
  EXPECT_EQ(Setup("everything").status, 2);
}

}  // namespace
}  // namespace bindersim
