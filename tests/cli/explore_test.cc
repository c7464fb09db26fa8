// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// bindersim explore, replay and shrink, as a user types them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/cli_fixture.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using explore::kHarmless;
using explore::kLockOrder;

// A process by itself has few states.
constexpr char kFewStates[] = R"({
  "processes": {"app": {"threads": {
    "a": {"do": [{"lock": "m"}, {"unlock": "m"}]},
    "b": {"do": [{"lock": "m"}, {"unlock": "m"}]}}}}})";

class ExploreTest : public CliTest {
 protected:
  Outcome ExploreRace(const std::string& options) {
    return Run("explore " + Scenario(kLockOrder) + " --out " + Findings() +
               " " + options);
  }
  // Explores until something has been announced, and then, with `pid`, does
  // `next`.
  Outcome RunUntilFound(const std::string& arguments, const std::string& next) {
    const std::string out = folder_ + "/stdout";
    const std::string err = folder_ + "/stderr";
    const std::string script =
        "cli/bindersim explore " + arguments + " --out " + Findings() + " >" +
        out + " 2>" + err +
        " & pid=$!; for i in $(seq 600); do grep -q found: " + err +
        " && break; sleep 0.1; done; " + next + "; wait $pid";
    const int raw = std::system(script.c_str());
    return {WIFEXITED(raw) ? WEXITSTATUS(raw) : -1, Read(out), Read(err)};
  }
  std::string Findings() const { return folder_ + "/findings"; }
  std::string Finding() const { return Findings() + "/deadlock.json"; }
};

TEST_F(ExploreTest, FindsReplaysAndShrinks) {
  const Outcome found = ExploreRace("--runs 300");
  EXPECT_EQ(found.status, 1);
  EXPECT_THAT(found.out, HasSubstr("found: deadlock: a, b"));
  EXPECT_THAT(found.out, HasSubstr("bindersim replay " + Finding()));
  EXPECT_THAT(found.err, HasSubstr("waits for mutex m"));

  const Outcome replayed = Run("replay " + Finding());
  EXPECT_EQ(replayed.status, 1);
  EXPECT_THAT(replayed.out, HasSubstr("found: deadlock: a, b"));
  EXPECT_EQ(replayed.err, "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Run("replay " + Finding()).out, replayed.out);
  }

  const Outcome shrunk = Run("shrink " + Finding() + " --tries 20");
  EXPECT_EQ(shrunk.status, 1);
  EXPECT_THAT(shrunk.out, HasSubstr("decisions are left"));
  EXPECT_THAT(shrunk.out, HasSubstr("from here on it is lost"));
  EXPECT_THAT(shrunk.out, HasSubstr("all ways on from there were tried"));
  EXPECT_THAT(
      Run("shrink " + Finding() + " --max-states 1").out,
      AllOf(HasSubstr("lost here or later"),
            HasSubstr("no way on that was tried from there ends well")));
  const Outcome small = Run("replay " + Findings() + "/deadlock.shrunk.json");
  EXPECT_EQ(small.status, 1);
  EXPECT_LE(small.out.size(), replayed.out.size());
}

TEST_F(ExploreTest, AReplayHasATrace) {
  ExploreRace("--runs 300");
  const std::string trace = folder_ + "/trace.json";
  EXPECT_EQ(Run("replay " + Finding() + " --trace " + trace).status, 1);
  EXPECT_THAT(Read(trace), HasSubstr("traceEvents"));
}

TEST_F(ExploreTest, NothingFoundIsWell) {
  const Outcome outcome =
      Run("explore " + Scenario(kHarmless) + " --runs 50 --out " + Findings());
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("nothing found"));
  EXPECT_FALSE(std::filesystem::exists(Findings()));
}

TEST_F(ExploreTest, JobsChangeNothing) {
  const Outcome one = ExploreRace("--runs 300 --jobs 1 --format json -q");
  std::filesystem::remove_all(Findings());
  const Outcome three = ExploreRace("--runs 300 --jobs 3 --format json -q");
  EXPECT_EQ(three.out, one.out);
}

TEST_F(ExploreTest, DepthFirstSearchGivesACertificate) {
  const std::string command =
      "explore " + Scenario(kFewStates) + " --strategy dfs --out " + Findings();
  const Outcome first = Run(command);
  EXPECT_EQ(first.status, 0);
  EXPECT_THAT(first.out, HasSubstr("exhausted: "));
  EXPECT_EQ(Run(command).out, first.out);
  const Outcome cut = Run(command + " --max-states 5");
  EXPECT_EQ(cut.status, 5);
  EXPECT_THAT(cut.out, HasSubstr("not exhausted"));
}

// The question is whether it is confirmed, whatever was found.
TEST_F(ExploreTest, ACertificateOfWhatGoesWrongIsConfirmed) {
  const std::string file = folder_ + "/certificate.json";
  const std::string scenario = Scenario(R"({
    "processes": {"app": {"threads": {"main": {"do": [{"mark": "done"}]}}}},
    "expect": [{"marks": "done", "exactly": 0}]})");
  const std::string command = "explore " + scenario +
                              " --strategy dfs --out " + Findings() + " ";
  EXPECT_EQ(Run(command + "--certificate " + file).status, 1);
  const Outcome again = Run(command + "--format json --verify " + file);
  EXPECT_EQ(again.status, 0);
  const auto json = nlohmann::json::parse(again.out);
  EXPECT_EQ(json["confirmed"], true);
  EXPECT_EQ(json["findings"].size(), 1u);
}

TEST_F(ExploreTest, ACertificateIsVerifiedByAnotherSearch) {
  const std::string command =
      "explore " + Scenario(kFewStates) + " --strategy dfs --out " + Findings();
  const std::string file = folder_ + "/certificate.json";
  EXPECT_EQ(Run(command + " --certificate " + file).status, 0);
  for (const char* other : {" --reduction sleep", " --no-symmetry"}) {
    const Outcome again = Run(command + other + " --verify " + file);
    EXPECT_EQ(again.status, 0);
    EXPECT_THAT(again.err, HasSubstr("is confirmed"));
  }
  std::string text = Read(file);
  text.replace(text.find("\"ends\": "), 8, "\"ends\": 9");
  std::ofstream(file) << text;
  const Outcome differs = Run(command + " --verify " + file);
  EXPECT_EQ(differs.status, 1);
  EXPECT_THAT(differs.err, HasSubstr("is not confirmed: ends: 9"));
  // Known before the search.
  const Outcome other = Run("explore " + Scenario(kHarmless) +
                            " --strategy dfs --max-states 1 --verify " + file);
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.err, HasSubstr("is not confirmed: scenario: "));
  std::ofstream(file) << "[]";
  EXPECT_EQ(Run(command + " --verify " + file).status, 3);
  EXPECT_EQ(Run("explore " + Scenario(kFewStates) + " --verify " + file).status,
            2);
}

TEST_F(ExploreTest, ASearchOfStatesHasJsonToo) {
  const Outcome outcome =
      Run("explore " + Scenario(kFewStates) +
          " --strategy dfs --format json -q --out " + Findings());
  EXPECT_THAT(outcome.out, HasSubstr("\"exhausted\": true"));
}

TEST_F(ExploreTest, LimitsDecideNothing) {
  EXPECT_EQ(Run("explore " + Scenario(kHarmless) +
                " --runs 5 --max-steps 300 --out " + Findings())
                .status,
            5);
}

TEST_F(ExploreTest, SaysHowLikelyItIsUnderTheCosts) {
  const Outcome outcome =
      ExploreRace("--timing timed --estimate --runs 200 -q");
  EXPECT_THAT(outcome.out, HasSubstr("of the schedules that costs make"));
  const Outcome json =
      ExploreRace("--timing timed --estimate --runs 200 -q --format json");
  EXPECT_EQ(json.status, outcome.status);
  EXPECT_EQ(ExploreRace("--estimate").status, 2);
}

TEST_F(ExploreTest, WrongUsage) {
  const std::string file = Scenario(kHarmless);
  const Outcome strategy = Run("explore " + file + " --strategy pct:0");
  EXPECT_EQ(strategy.status, 2);
  EXPECT_THAT(strategy.err, HasSubstr("found \"pct:0\", allowed: "));
  EXPECT_EQ(Run("explore").status, 2);
  EXPECT_EQ(Run("explore " + file + " --runs 0").status, 2);
  EXPECT_EQ(Run("explore " + file + " --strategy dfs --timing timed").status,
            2);
  EXPECT_EQ(Run("explore " + folder_ + "/absent.json").status, 4);
  EXPECT_EQ(Run("replay " + folder_ + "/absent.json").status, 4);
  const Outcome no_finding = Run("replay " + file);
  EXPECT_EQ(no_finding.status, 3);
  EXPECT_THAT(no_finding.err, HasSubstr("not a finding"));
  EXPECT_EQ(Run("explore " + Scenario("{")).status, 3);
}

TEST_F(ExploreTest, AFolderThatCannotBeWrittenIsSaid) {
  const Outcome outcome = Run("explore " + Scenario(kLockOrder) +
                              " --runs 300 --out /proc/findings");
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.err, HasSubstr("/proc/findings"));
}

// SIGKILL cannot be caught: what was announced has to be there already.
TEST_F(ExploreTest, WhatWasAnnouncedSurvivesBeingKilled) {
  for (const std::string signal : {"INT", "KILL"}) {
    std::filesystem::remove_all(Findings());
    const Outcome outcome =
        RunUntilFound(Scenario(kLockOrder) + " --runs 100000000",
                      "kill -" + signal + " $pid");
    EXPECT_EQ(outcome.status, signal == "INT" ? 130 : 128 + SIGKILL);
    EXPECT_THAT(outcome.err, HasSubstr(Finding())) << signal;
    EXPECT_EQ(Run("replay " + Finding()).status, 1) << signal;
  }
}

TEST_F(ExploreTest, WhoIsInterruptedSaysWhatWasSeen) {
  for (const std::string signal : {"INT", "TERM"}) {
    std::filesystem::remove_all(Findings());
    const Outcome outcome =
        RunUntilFound(Scenario(kLockOrder) + " --runs 100000000 --jobs 2",
                      "kill -" + signal + " $pid");
    EXPECT_EQ(outcome.status, 130);
    EXPECT_THAT(outcome.out, HasSubstr("\ninterrupted\nfound: deadlock: a, b"));
    EXPECT_THAT(outcome.out, HasSubstr("replay " + Finding()));
  }
  const Outcome json =
      RunUntilFound(Scenario(kLockOrder) + " --runs 100000000 --format json",
                    "kill -INT $pid");
  EXPECT_EQ(nlohmann::json::parse(json.out)["interrupted"], true);
}

// timeout, for one, sends the signal to the process and to its group.
TEST_F(ExploreTest, TwoInterruptsTogetherAreOne) {
  const Outcome outcome =
      RunUntilFound(Scenario(kLockOrder) + " --runs 100000000",
                    "kill -TERM $pid; kill -INT $pid; kill -TERM $pid");
  EXPECT_EQ(outcome.status, 130);
  EXPECT_THAT(outcome.out, HasSubstr("\ninterrupted\n"));
}

TEST_F(ExploreTest, ASearchOfStatesThatIsInterruptedSaysHowFarItCame) {
  const std::string rest = " " + Scenario(kLockOrder) +
                           " --strategy dfs --reduction none --stateless "
                           "--max-states 100000000000 >" +
                           folder_ + "/out";
  const int raw = std::system(("timeout --preserve-status --kill-after=60 "
                               "--signal=INT 1 cli/bindersim explore" +
                               rest)
                                  .c_str());
  ASSERT_TRUE(WIFEXITED(raw));
  EXPECT_EQ(WEXITSTATUS(raw), 130);
  EXPECT_THAT(Read(folder_ + "/out"),
              AllOf(HasSubstr("not exhausted"), HasSubstr("\ninterrupted\n")));
}

// A run that takes for ever does not notice the first one.
TEST_F(ExploreTest, TheSecondInterruptEndsItAtOnce) {
  const std::string err = folder_ + "/endless";
  const std::string path = Scenario(R"({"processes": {"p": {"threads": {
      "main": {"do": [{"repeat": 1000000000, "do": [{"work": "1us"}]}]}}}}})");
  const std::string script =
      "cli/bindersim explore " + path + " --max-steps 1000000000000 --out " +
      Findings() + " >" + err +
      " 2>&1 & pid=$!; sleep 0.5; kill -INT $pid; sleep 0.5; "
      "kill -0 $pid || exit 1; kill -INT $pid; wait $pid";
  const int raw = std::system(script.c_str());
  ASSERT_TRUE(WIFEXITED(raw));
  EXPECT_EQ(WEXITSTATUS(raw), 130);
  EXPECT_EQ(Read(err), "");
}

TEST_F(ExploreTest, AFindingNeedsNoOtherFile) {
  const std::string profile = folder_ + "/slow.json";
  for (const std::string& costs :
       {std::string("\"slow.json\""), "\"" + profile + "\"",
        std::string(R"({"base": "slow.json", "driver": {"lock": "5ns"}})"),
        "{\"base\": \"" + profile + "\"}"}) {
    std::ofstream(profile)
        << R"({"driver": {"lock": {"value": "9ns", "source": "x"}}})";
    std::filesystem::remove_all(Findings());
    std::string text = kLockOrder;
    text.insert(1, "\"machine\": {\"costs\": " + costs + "},");
    EXPECT_EQ(
        Run("explore " + Scenario(text) + " --runs 300 --out " + Findings())
            .status,
        1);
    std::filesystem::remove(profile);
    EXPECT_EQ(Run("replay " + Finding()).status, 1) << costs;
    EXPECT_EQ(Run("shrink " + Finding() + " --tries 5").status, 1) << costs;
  }
}

TEST_F(ExploreTest, NamesOfFilesNeedNotBeUtf8) {
  std::string no_name = kLockOrder;
  no_name.erase(no_name.find("\"name\""),
                std::string("\"name\": \"lock_order\",").size());
  for (const std::string& text : {std::string(kLockOrder), no_name}) {
    const std::string file = folder_ + "/\xfe.json";
    std::ofstream(file) << text;
    const std::string out = folder_ + "/\xff";
    EXPECT_EQ(Run("explore " + file + " --runs 300 --out " + out).status, 1);
    EXPECT_EQ(Run("replay " + out + "/deadlock.json").status, 1);
    EXPECT_EQ(Run("shrink " + out + "/deadlock.json --tries 5").status, 1);
    std::filesystem::remove_all(out);
  }
}

TEST_F(ExploreTest, FindingsOfHiddenFilesCanBeRead) {
  std::ofstream(folder_ + "/.race") << R"({"processes": {"a": {"threads": {
    "main": {"do": [{"lock": "m"}, {"lock": "m"}]}}}}})";
  EXPECT_EQ(
      Run("explore " + folder_ + "/.race --runs 5 --out " + Findings()).status,
      1);
  const Outcome replayed = Run("replay " + Finding());
  EXPECT_EQ(replayed.status, 1);
  EXPECT_EQ(replayed.err, "");
}

TEST_F(ExploreTest, SaysWhereAFindingIsWrong) {
  ExploreRace("--runs 300");
  const std::string good = Read(Finding());
  for (const std::string command : {"replay ", "shrink "}) {
    std::string text = good;
    const size_t key =
        text.find("\"max_threads\"", text.find("\"scenario\": {"));
    text.replace(key + 1, 1, "n");
    std::ofstream(Finding()) << text;
    const Outcome edited = Run(command + Finding());
    EXPECT_EQ(edited.status, 3);
    const auto line =
        1 + std::count(text.begin(),
                       text.begin() + static_cast<std::ptrdiff_t>(key), '\n');
    EXPECT_THAT(edited.err,
                HasSubstr(Finding() + ":" + std::to_string(line) +
                          ":9: /scenario/processes/a/nax_threads: found"));
    text = good;
    text.insert(text.find("\"scenario\": {") + 13,
                "\"about\": " + std::string(200'000, '[') +
                    std::string(200'000, ']') + ",");
    std::ofstream(Finding()) << text;
    const Outcome deep = Run(command + Finding());
    EXPECT_EQ(deep.status, 3);
    EXPECT_THAT(deep.err, HasSubstr("more than 101 levels deep"));
  }
}

TEST_F(ExploreTest, ReplaySaysWhatDoesNotFitAnyMore) {
  ExploreRace("--runs 300");
  std::string text = Read(Finding());
  const std::string who = "\"who\": \"";
  text.insert(text.find(who) + who.size(), "x");
  std::ofstream(Finding()) << text;
  const Outcome outcome = Run("replay " + Finding());
  EXPECT_THAT(outcome.err, HasSubstr("left out, since it does not fit: x"));
}

}  // namespace
}  // namespace bindersim
