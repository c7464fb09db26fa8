// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a command line, and what to say of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/cli/cli_fixture.h"

namespace bindersim {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kRun[] = "run scenarios/first_call.json --stats none ";
constexpr char kExplore[] =
    "explore scenarios/first_call.json --runs 1 -q --out /proc/none ";
constexpr char kSearch[] =
    "explore scenarios/first_call.json --strategy dfs --max-states 1 -q ";

class UsageTest : public CliTest {
 protected:
  // That it is wrong usage, and said in these words.
  void ExpectWrong(const std::string& arguments, const std::string& words) {
    const Outcome got = Run(arguments);
    EXPECT_EQ(got.status, 2) << arguments;
    EXPECT_THAT(got.err, HasSubstr("bindersim: " + words)) << arguments;
    EXPECT_THAT(got.out, IsEmpty()) << arguments;
  }
};

TEST_F(UsageTest, AnEmptyValueIsNotTheSameAsNone) {
  for (const std::string option : {"--seed", "--until", "--trace", "--flows",
                                   "--stats", "--max-steps", "--debugfs"}) {
    ExpectWrong(kRun + option + " \"\"", option + ": found \"\", allowed: ");
    ExpectWrong(kRun + option + "=", option + ": found \"\", allowed: ");
  }
  for (const std::string option :
       {"--verify", "--certificate", "--out", "--seed", "--jobs"}) {
    ExpectWrong(kSearch + option + " \"\"", option + ": found \"\", allowed: ");
  }
  for (const std::string command : {"replay", "shrink"}) {
    ExpectWrong(command + " \"\"", "FINDING: found \"\", allowed: ");
  }
  ExpectWrong("replay x --trace ''", "--trace: found \"\", allowed: ");
  ExpectWrong("shrink x --out ''", "--out: found \"\", allowed: ");
  for (const std::string command : {"run", "explore", "validate", "script"}) {
    ExpectWrong(command + " ''", "FILE: found \"\", allowed: ");
  }
}

TEST_F(UsageTest, NumbersAreTakenAsTheyAreOrNotAtAll) {
  const std::string any =
      "allowed: a whole number from 0 to 18446744073709551615";
  for (const std::string wrong :
       {"-1", "+1", "010", "0x10", "1e3", "1.5", "' 1'", "1_000",
        "18446744073709551616", "99999999999999999999"}) {
    ExpectWrong(kRun + ("--seed " + wrong), "--seed: found ");
    EXPECT_THAT(Run(kRun + ("--seed " + wrong)).err, HasSubstr(any));
  }
  ExpectWrong(kRun + std::string("--max-steps -1"),
              "--max-steps: found \"-1\", " + any);
  for (const std::string option : {"--seed", "--max-steps", "--check-every"}) {
    ExpectWrong(kExplore + option + " -1", option + ": found \"-1\", " + any);
  }
  for (const std::string option : {"--tries", "--max-states"}) {
    ExpectWrong("shrink x " + option + " -1",
                option + ": found \"-1\", " + any);
  }
  const std::string some = "allowed: a whole number from 1 to ";
  ExpectWrong(kSearch + std::string("--max-states -1"),
              "--max-states: found \"-1\", " + some);
  ExpectWrong(kSearch + std::string("--stop-after 0"),
              "--stop-after: found \"0\", " + some);
  for (const std::string wrong : {"0", "-1", "18446744073709551616"}) {
    ExpectWrong("explore scenarios/first_call.json --runs " + wrong,
                "--runs: found \"" + wrong + "\", " + some + "10000000000\n");
  }
  for (const std::string command : {"explore", "shrink"}) {
    ExpectWrong(command + " x --jobs -1",
                "--jobs: found \"-1\", allowed: a whole number from 0 to 1024");
  }
}

TEST_F(UsageTest, WordsAreThoseThatAreNamed) {
  for (const std::string wrong : {"x", "0", "1", "2", "TEXT"}) {
    const std::string found = "found \"" + wrong + "\", allowed: ";
    ExpectWrong(kSearch + ("--reduction " + wrong),
                "--reduction: " + found + "persistent, sleep, none\n");
    ExpectWrong(kExplore + ("--timing " + wrong),
                "--timing: " + found + "untimed, timed\n");
    ExpectWrong(kExplore + ("--format " + wrong),
                "--format: " + found + "text, json\n");
    ExpectWrong(kRun + ("--format " + wrong),
                "--stats: " + found + "text, json, none\n");
    ExpectWrong(kRun + ("--flows " + wrong),
                "--flows: " + found + "all, sync, none\n");
    ExpectWrong(kRun + ("--schedule " + wrong),
                "--schedule: " + found + "first-come, random\n");
  }
  EXPECT_EQ(Run("run scenarios/first_call.json --format json").out.front(),
            '{');
}

TEST_F(UsageTest, StrategiesAreNamedWithTheirForms) {
  for (const std::string wrong : {"x", "pct", "pct:0", "delay:1001", "0"}) {
    ExpectWrong(kExplore + ("--strategy " + wrong),
                "--strategy: found \"" + wrong +
                    "\", allowed: portfolio, random, pct:DEPTH, window:DEPTH, "
                    "pos, urw, delay:COUNT, starve; dfs (all schedules)");
  }
}

TEST_F(UsageTest, WhatWouldHaveNoEffectIsRefused) {
  for (const std::string option :
       {"--max-states 5", "--reduction none", "--stateless", "--no-symmetry",
        "--certificate x", "--verify x"}) {
    const std::string name = option.substr(0, option.find(' '));
    ExpectWrong(kExplore + option, name + ": only --strategy dfs knows that");
  }
  ExpectWrong(kExplore + std::string("--stateless --reduction none"),
              "--reduction, --stateless: only --strategy dfs knows that");
  EXPECT_EQ(Run(kSearch + std::string("--runs 5")).status, 5);
  EXPECT_EQ(Run(kSearch + std::string("--check-every 1")).status, 5);
  ExpectWrong(
      kExplore + std::string("--timing timed --estimate --stop-after 1"),
      "--estimate: not with --stop-after");
  // Scripts pass these always.
  EXPECT_EQ(Run(kSearch + std::string("--jobs 2 --seed 7")).status, 5);
  EXPECT_THAT(Run("explore --help").out,
              AllOf(HasSubstr("dfs needs none"), HasSubstr("dfs has one")));
}

TEST_F(UsageTest, ACertificateIsNoPartOfStandardOutput) {
  ExpectWrong(kSearch + std::string("--certificate -"),
              "--certificate: found \"-\", allowed: a file");
  EXPECT_FALSE(std::filesystem::exists("-"));
}

// The command is the program's last words; a shell has to take it as it is.
TEST_F(UsageTest, TheReproduceCommandCanBePasted) {
  const std::string text = Read("scenarios/first_call.json");
  for (const std::string name :
       {"-x", "--seed", "{a,b}", "a\nb", "^x", "=x", "~", "a b", "it's", "#x",
        "$HOME", "x%", "\"", "\\", "!x", "a;b", "\t", "\xc3\xa4",
        "plain.json"}) {
    std::ofstream(folder_ + "/" + name) << text;
    std::ofstream(folder_ + "/name") << name;
    std::ofstream(folder_ + "/script")
        << "program=$PWD/cli/bindersim\n"
           "bindersim() { \"$program\" \"$@\"; }\n"
           "cd '" +
               folder_ +
               "' || exit 99\n"
               "name=$(cat name)\n"
               "bindersim run --stats none --max-steps 10 -- \"$name\" "
               "2>first\n"
               "sed -n '/^reproduce: /,$p' first | sed '1s/^reproduce: //' "
               ">command\n"
               ". ./command >out 2>second\n";
    for (const std::string shell : {"sh", "bash"}) {
      const int raw = std::system((shell + " " + folder_ + "/script").c_str());
      ASSERT_TRUE(WIFEXITED(raw));
      EXPECT_EQ(WEXITSTATUS(raw), 5) << shell << ": " << name;
      EXPECT_THAT(Read(folder_ + "/second"), HasSubstr("reproduce: "))
          << shell << ": " << name;
    }
  }
  // What needs no quotes has none.
  EXPECT_THAT(Read(folder_ + "/command"),
              AllOf(HasSubstr(" plain.json "), Not(HasSubstr("'"))));
}

}  // namespace
}  // namespace bindersim
