// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The command line as a user meets it: the program itself is run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/cli/cli_fixture.h"
#include "viz/trace_check.h"

namespace bindersim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kFirstCall[] = "scenarios/first_call.json";

TEST_F(CliTest, RunPrintsStatistics) {
  const Outcome got = Run(std::string("run ") + kFirstCall);
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr("echo.say"));
  EXPECT_THAT(got.out, HasSubstr("digest "));
  EXPECT_THAT(got.err, IsEmpty());
}

TEST_F(CliTest, RunWritesATrace) {
  const std::string trace = folder_ + "/trace.json";
  const Outcome got =
      Run(std::string("run ") + kFirstCall + " --trace " + trace);
  EXPECT_EQ(got.status, 0);
  EXPECT_THAT(got.err, HasSubstr(trace));
  const std::string text = Read(trace);
  EXPECT_THAT(text, HasSubstr("binder transaction"));
  EXPECT_THAT(viz::CheckTrace(text), IsEmpty());
}

TEST_F(CliTest, TheTraceMayGoToStandardOutput) {
  const Outcome got =
      Run(std::string("run --stats none --trace - ") + kFirstCall);
  EXPECT_EQ(got.status, 0);
  EXPECT_THAT(viz::CheckTrace(got.out), IsEmpty());
}

TEST_F(CliTest, StatisticsAsJson) {
  const Outcome got = Run(std::string("run --stats json ") + kFirstCall);
  EXPECT_EQ(got.status, 0);
  EXPECT_EQ(got.out.front(), '{');
  EXPECT_THAT(got.out, HasSubstr("\"schema_version\""));
}

TEST_F(CliTest, TheSeedDecides) {
  const std::string run = "run scenarios/boot_rush.json --seed ";
  const Outcome one = Run(run + "1");
  EXPECT_EQ(one.out, Run(run + "1").out);
  EXPECT_NE(one.out, Run(run + "2").out);
  EXPECT_EQ(Run(run + "18446744073709551615").status, 0);
}

TEST_F(CliTest, UntilStops) {
  const Outcome got = Run(std::string("run --until 100us ") + kFirstCall);
  EXPECT_THAT(got.out, HasSubstr("100.0us"));
  EXPECT_EQ(got.status, 1);  // nothing was called yet
  EXPECT_THAT(got.err, HasSubstr("reproduce: bindersim run"));
  EXPECT_THAT(got.err, HasSubstr("--until 100us"));
  EXPECT_EQ(Run(std::string("run --until 100000 ") + kFirstCall).out, got.out);
}

TEST_F(CliTest, AFailedExpectationIsStatus1) {
  const std::string path = Scenario(R"({"processes": {"p": {"threads": {
      "main": {"do": [{"mark": "here"}]}}}},
      "expect": [{"marks": "here", "at_least": 2}]})");
  const Outcome got = Run("run " + path);
  EXPECT_EQ(got.status, 1);
  EXPECT_THAT(got.err, HasSubstr("/expect/0"));
  EXPECT_THAT(got.err, HasSubstr("actual: 1"));
  EXPECT_THAT(Run("run --stats json " + path).out, HasSubstr("\"met\": false"));
}

TEST_F(CliTest, ADeadlockIsStatus1AndSaysWho) {
  const std::string path = Scenario(R"({"processes": {"p": {"threads": {
      "main": {"do": [{"lock": "a"}, {"sleep": "1ms"}, {"lock": "b"}]},
      "other": {"do": [{"lock": "b"}, {"sleep": "1ms"}, {"lock": "a"}]}}}}})");
  const Outcome got = Run("run " + path);
  EXPECT_EQ(got.status, 1);
  EXPECT_THAT(got.err, HasSubstr("found: deadlock"));
  EXPECT_THAT(got.err, HasSubstr("reproduce: "));
}

TEST_F(CliTest, WrongUsageIsStatus2) {
  for (const std::string arguments :
       {"", "run", "rnu x", "run --sed 1 x", "run x --seed minus",
        "run x --stats xml", "run x --until soon", "validate"}) {
    const Outcome got = Run(arguments);
    EXPECT_EQ(got.status, 2) << arguments;
    EXPECT_THAT(got.err, HasSubstr("bindersim: ")) << arguments;
    EXPECT_THAT(got.out, IsEmpty()) << arguments;
  }
  EXPECT_THAT(Run("rnu").err, HasSubstr("did you mean \"run\"?"));
}

TEST_F(CliTest, AnInvalidScenarioIsStatus3) {
  const std::string path = Scenario("{\"processes\": {\"p\": {\"cuont\": 3}}}");
  for (const std::string command : {"run ", "validate "}) {
    const Outcome got = Run(command + path);
    EXPECT_EQ(got.status, 3);
    EXPECT_THAT(got.err, HasSubstr(path + ":1:"));
    EXPECT_THAT(got.err, HasSubstr("did you mean \"count\"?"));
    EXPECT_THAT(got.out, IsEmpty());
  }
}

TEST_F(CliTest, AnUnreadableFileIsStatus4) {
  for (const std::string command : {"run ", "validate "}) {
    const Outcome got = Run(command + folder_ + "/nowhere.json");
    EXPECT_EQ(got.status, 4);
    EXPECT_THAT(got.err, HasSubstr("nowhere.json"));
  }
}

TEST_F(CliTest, AnUnwritableTraceIsStatus4AndLeavesNothing) {
  const std::string run = std::string("run ") + kFirstCall + " --trace ";
  Outcome got = Run(run + folder_ + "/no/such/folder/trace.json");
  EXPECT_EQ(got.status, 4);
  EXPECT_THAT(got.err, HasSubstr("No such file or directory"));
  got = Run(run + "/dev/full");
  EXPECT_EQ(got.status, 4);
  EXPECT_THAT(got.err, HasSubstr("No space left on device"));
  EXPECT_EQ(Files(), 2u);  // stdout, stderr
}

TEST_F(CliTest, AFullStandardOutputIsStatus4) {
  for (const std::string command : {"run ", "validate "}) {
    const int raw = std::system(
        ("cli/bindersim " + command + kFirstCall + " >/dev/full 2>&1").c_str());
    ASSERT_TRUE(WIFEXITED(raw));
    EXPECT_EQ(WEXITSTATUS(raw), 4);
  }
}

TEST_F(CliTest, AFailedTraceLeavesTheOldOne) {
  const std::string trace = folder_ + "/trace.json";
  std::ofstream(trace) << "old";
  // The scenario is wrong, so nothing may be touched.
  Run("run " + Scenario("{") + " --trace " + trace);
  EXPECT_EQ(Read(trace), "old");
}

TEST_F(CliTest, AnInterruptedRunIsStatus130) {
  const std::string path = Scenario(R"({"processes": {"p": {"threads": {
      "main": {"do": [{"repeat": 1000000000, "do": [{"work": "1us"}]}]}}}}})");
  const int raw = std::system(
      ("timeout --preserve-status --signal=INT 0.5 cli/bindersim run " + path +
       " --max-steps 1000000000000 --trace " + folder_ + "/trace.json")
          .c_str());
  ASSERT_TRUE(WIFEXITED(raw));
  EXPECT_EQ(WEXITSTATUS(raw), 130);
  EXPECT_EQ(Files(), 1u);  // the scenario
}

TEST_F(CliTest, AStepLimitIsStatus5) {
  const Outcome got = Run(std::string("run --max-steps 100 ") + kFirstCall);
  EXPECT_EQ(got.status, 5);
  EXPECT_THAT(got.err, HasSubstr("--max-steps"));
}

TEST_F(CliTest, ACallToItselfWithoutEndIsFound) {
  const std::string path = Scenario(R"({"processes": {"p": {
      "objects": {"me": {"methods": {"again": {"do": [{"call": "me.again"}]}}}},
      "threads": {"main": {"do": [{"call": "me.again"}]}}}}})");
  const Outcome got = Run("run " + path);
  EXPECT_EQ(got.status, 1);
  EXPECT_THAT(got.err, HasSubstr("found: stack_overflow"));
}

TEST_F(CliTest, TwoServicesThatCallEachOtherWithoutEndAreFound) {
  const std::string path = Scenario(R"({"processes": {
      "a": {"services": {"ping": {"methods": {"go": {"do": [{"call": "pong.go"}]}}}}},
      "b": {"services": {"pong": {"methods": {"go": {"do": [{"call": "ping.go"}]}}}}},
      "c": {"threads": {"main": {"do": [{"call": "ping.go"}]}}}}})");
  const Outcome got = Run("run " + path);
  EXPECT_EQ(got.status, 1);
  EXPECT_THAT(got.err, HasSubstr("found: "));
}

TEST_F(CliTest, ValidateSaysOk) {
  const Outcome got =
      Run(std::string("validate ") + kFirstCall + " scenarios/boot_rush.json");
  EXPECT_EQ(got.status, 0);
  EXPECT_THAT(got.out, HasSubstr("first_call.json: ok"));
  EXPECT_THAT(got.out, HasSubstr("boot_rush.json: ok"));
}

TEST_F(CliTest, HelpTeaches) {
  for (const std::string arguments :
       {"--help", "run --help", "validate --help"}) {
    const Outcome got = Run(arguments);
    EXPECT_EQ(got.status, 0);
    EXPECT_THAT(got.out, HasSubstr("scenarios/first_call.json")) << arguments;
  }
  const Outcome got = Run("--help");
  EXPECT_THAT(got.out, HasSubstr("Exit status"));
  // Two examples come first.
  EXPECT_LT(got.out.find("bindersim run"), got.out.find("Usage"));
  EXPECT_THAT(Run("--version").out, HasSubstr("bindersim "));
}

}  // namespace
}  // namespace bindersim
