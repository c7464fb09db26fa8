// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <string>

#include "gtest/gtest.h"
#include "tests/tools/shell.h"

namespace bindersim {
namespace {

namespace fs = std::filesystem;

// A tree with the launchers, and stand-ins for tools/setup, bazel and the
// program.
class LaunchersTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* path :
         {"bindersim", "test", "tools/launch.sh", "tools/count_tests.py"}) {
      CopyFile(DataFile(path), tree_ + "/" + path);
    }
    WriteScript(tree_ + "/tools/setup", "echo \"setup $*\" >>'" + log_ + "'\n");
    FakeBazel("echo chatter; echo more chatter >&2\n");
    WriteScript(tree_ + "/bazel-run-bin/cli/bindersim",
                "pwd; printf '[%s]' \"$@\"; cat; exit 5\n");
    WriteFile(tree_ + "/sim/BUILD.bazel", "");
    WriteFile(tree_ + "/docs/page.md", "");
    fs::create_directory_symlink(tree_ + "/sim", tree_ + "/bazel-link");
  }

  void FakeBazel(const std::string& text) {
    WriteScript(bin_ + "/bazel",
                "echo \"bazel in $PWD: $*\" >>'" + log_ + "'\n" + text);
  }

  Outcome Launch(const std::string& command, const std::string& prefix = "") {
    return RunIn(elsewhere_, "export HOME='" + elsewhere_ + "' PATH='" + bin_ +
                                 "':$PATH; " + prefix + " '" + tree_ + "'/" +
                                 command);
  }

  const std::string tree_ = FreshFolder("tree");
  const std::string bin_ = FreshFolder("bin");
  const std::string elsewhere_ = FreshFolder("elsewhere");
  const std::string log_ = FreshFolder("log") + "/log";
};

TEST_F(LaunchersTest, TheProgramKeepsArgumentsFolderInputAndStatus) {
  Outcome outcome = Launch("bindersim run 'a b' \\*", "echo input |");
  EXPECT_EQ(outcome.out, elsewhere_ + "\n[run][a b][*]input\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.status, 5);
}

TEST_F(LaunchersTest, BazelBuildsInTheTreeOptimisedAfterSetUp) {
  Launch("bindersim");
  std::string log = ReadFile(log_);
  EXPECT_EQ(log.find("setup build\nbazel in " + tree_ + ": build "), 0u) << log;
  EXPECT_NE(log.find(" -c opt "), std::string::npos) << log;
  EXPECT_NE(log.find(" //cli:bindersim\n"), std::string::npos) << log;
}

TEST_F(LaunchersTest, ALinkToTheLauncherFindsTheTree) {
  fs::create_symlink(tree_ + "/bindersim", bin_ + "/bs");
  Outcome outcome =
      RunIn(elsewhere_, "PATH='" + bin_ + "':$PATH; bs x </dev/null");
  EXPECT_EQ(outcome.out, elsewhere_ + "\n[x]");
}

TEST_F(LaunchersTest, AFailedBuildShowsItsOutputOnStandardError) {
  FakeBazel("echo 'a.cc:1: error'; exit 1\n");
  Outcome outcome = Launch("bindersim run");
  EXPECT_EQ(outcome.status, 70);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "a.cc:1: error\nbindersim: the build failed\n");
}

TEST_F(LaunchersTest, TheFirstBuildSaysSoInOneLine) {
  fs::rename(tree_ + "/bazel-run-bin", tree_ + "/built");
  FakeBazel("echo chatter; mv '" + tree_ + "/built' '" + tree_ +
            "/bazel-run-bin'\n");
  Outcome outcome = Launch("bindersim </dev/null");
  EXPECT_EQ(outcome.status, 5);
  EXPECT_EQ(outcome.err, "bindersim: building, for the first time\n");
}

TEST_F(LaunchersTest, WithoutSetUpNothingIsRun) {
  WriteScript(tree_ + "/tools/setup", "echo 'no packages' >&2; exit 1\n");
  Outcome outcome = Launch("bindersim");
  EXPECT_EQ(outcome.status, 70);
  EXPECT_EQ(outcome.err, "no packages\n");
  outcome = Launch("test");
  EXPECT_NE(outcome.status, 0);
  EXPECT_EQ(outcome.out, "0 passed, 1 failed\n");
  EXPECT_EQ(Launch("bindersim", "BINDERSIM_NO_SETUP=1").status, 5);
}

TEST_F(LaunchersTest, AHomeThatCannotBeWrittenIsReplaced) {
  FakeBazel("echo \"home $HOME\" >>'" + log_ + "'\n");
  Launch("bindersim </dev/null", "HOME=/nonexistent");
  EXPECT_EQ(ReadFile(log_).find("home /nonexistent"), std::string::npos);
}

TEST_F(LaunchersTest, AllPackagesAreTestedButNoLinks) {
  Outcome outcome = Launch("test --config=asan");
  std::string log = ReadFile(log_);
  EXPECT_NE(log.find(" --config=asan //:all //sim/...\n"), std::string::npos)
      << log;
  EXPECT_NE(log.find("setup build\n"), std::string::npos) << log;
  EXPECT_EQ(outcome.out, "chatter\n0 passed, 0 failed\n");
}

TEST_F(LaunchersTest, NamedTargetsReplaceAllOthers) {
  Launch("test --config clang --test_filter A.* //sim:a_test");
  std::string log = ReadFile(log_);
  EXPECT_NE(log.find(" --test_filter A.* //sim:a_test\n"), std::string::npos)
      << log;
}

TEST_F(LaunchersTest, ClangIsInstalledWhenItIsAskedFor) {
  Launch("test --config=clang-asan");
  EXPECT_EQ(ReadFile(log_).find("setup clang\n"), 0u);
}

TEST_F(LaunchersTest, TheStatusOfBazelIsKept) {
  FakeBazel("exit 3\n");
  Outcome outcome = Launch("test");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.out, "0 passed, 1 failed\n");
}

}  // namespace
}  // namespace bindersim
