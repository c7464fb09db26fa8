// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What bindersim explore, replay and shrink read and write.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/cli/cli_fixture.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using explore::kHarmless;
using explore::kLockOrder;

class FindingTest : public CliTest {
 protected:
  Outcome ExploreRace() {
    return Run("explore " + Scenario(kLockOrder) + " --runs 100 --out " +
               findings_);
  }
  // Replaces a piece of the finding.
  void Replace(const std::string& piece, const std::string& by) {
    std::string text = Read(finding_);
    const size_t at = text.find(piece);
    ASSERT_NE(at, std::string::npos) << text;
    std::ofstream(finding_) << text.replace(at, piece.size(), by);
  }
  // Runs a script with sh; returns its exit status.
  static int Shell(const std::string& script) {
    const int raw = std::system(script.c_str());
    return WIFEXITED(raw) ? WEXITSTATUS(raw) : -1;
  }
  std::set<std::string> Names(const std::string& folder) const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  const std::string findings_ = folder_ + "/findings";
  const std::string finding_ = findings_ + "/deadlock.json";
};

TEST_F(FindingTest, AReplayThatIsCutOffDecidesNothing) {
  ExploreRace();
  Replace("\"max_steps\": 1000000", "\"max_steps\": 200");
  const Outcome got = Run("replay " + finding_);
  EXPECT_EQ(got.status, 5);
  EXPECT_THAT(got.err, HasSubstr("cut off after 200 steps"));
  EXPECT_THAT(got.out, HasSubstr("not found: deadlock: a, b"));
}

TEST_F(FindingTest, AReplayThatIsAnotherRunDecidesNothing) {
  ExploreRace();
  const std::string who = "\"who\": \"";
  std::string text = Read(finding_);
  for (size_t at = 0; (at = text.find(who, at)) != std::string::npos;) {
    text.insert(at += who.size(), "x");
  }
  std::ofstream(finding_) << text;
  const Outcome got = Run("replay " + finding_);
  EXPECT_EQ(got.status, 5);
  EXPECT_THAT(got.err, HasSubstr("left out, since it does not fit: x"));
  EXPECT_EQ(Run("shrink " + finding_).status, 5);
  // Where it is to write comes before what comes out.
  const Outcome lost =
      Run("shrink " + finding_ + " --out " + folder_ + "/no/x");
  EXPECT_EQ(lost.status, 4);
  EXPECT_THAT(lost.err, HasSubstr("/no/x: No such file or directory"));
}

TEST_F(FindingTest, AReplayWithoutTheProblemIsWell) {
  ExploreRace();
  Replace("\"schedule\": [", "\"schedule\": [], \"old\": [");
  const Outcome got = Run("replay " + finding_);
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.out, HasSubstr("not found: deadlock: a, b"));
}

TEST_F(FindingTest, AScenarioMayComeFromAPipe) {
  const std::string scenario = Scenario(kLockOrder);
  const std::string out = folder_ + "/out";
  EXPECT_EQ(Shell("cat " + scenario +
                  " | cli/bindersim explore /dev/stdin --runs 100 --out " +
                  findings_ + " >" + out + " 2>&1"),
            1)
      << Read(out);
  EXPECT_EQ(Run("replay " + finding_).status, 1);
}

TEST_F(FindingTest, TheCertificatesFileIsTriedBeforeTheSearch) {
  const std::string search = "explore " + Scenario(kLockOrder) +
                             " --strategy dfs --max-states 5 --out " +
                             findings_ + " --certificate ";
  const Outcome got = Run(search + folder_ + "/no/such/file");
  EXPECT_EQ(got.status, 4);
  EXPECT_THAT(got.err, HasSubstr("/no/such/file: No such file or directory"));
  EXPECT_THAT(got.out, IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(findings_));
  // Trying leaves nothing.
  EXPECT_EQ(Run(search + folder_ + "/file").status, 5);
  EXPECT_THAT(Names(folder_), ElementsAre("scenario.json", "stderr", "stdout"));
}

TEST_F(FindingTest, TheFolderIsTriedBeforeTheExploration) {
  std::ofstream(folder_ + "/file") << "x";
  for (const std::string& out : {folder_ + "/file", folder_ + "/file/in/it"}) {
    const Outcome got =
        Run("explore " + Scenario(kHarmless) + " --runs 10 --out " + out);
    EXPECT_EQ(got.status, 4);
    EXPECT_THAT(got.err, HasSubstr(out + ": Not a directory"));
    EXPECT_THAT(got.out, IsEmpty());
  }
  EXPECT_EQ(Run("explore " + Scenario(kHarmless) + " --runs 10 --out " +
                folder_ + "/new/folder")
                .status,
            0);
  EXPECT_THAT(Names(folder_),
              ElementsAre("file", "scenario.json", "stderr", "stdout"));
}

TEST_F(FindingTest, AnUnreadableCertificateIsNamed) {
  const Outcome got =
      Run("explore " + Scenario(kHarmless) + " --strategy dfs --verify " +
          folder_ + "/absent.json");
  EXPECT_EQ(got.status, 4);
  EXPECT_THAT(got.err, HasSubstr("/absent.json: No such file or directory"));
}

TEST_F(FindingTest, AShrunkFindingMayGoToStandardOutput) {
  ExploreRace();
  const Outcome shrunk = Run("shrink " + finding_ + " --tries 5 --out -");
  EXPECT_EQ(shrunk.status, 1);
  EXPECT_THAT(shrunk.out, AllOf(StartsWith("{"), EndsWith("}\n")));
  EXPECT_THAT(shrunk.err, HasSubstr("decisions are left"));
  EXPECT_FALSE(std::filesystem::exists("-"));
  const std::string copy = folder_ + "/copy.json";
  std::ofstream(copy) << shrunk.out;
  EXPECT_EQ(Run("replay /dev/stdin", copy).status, 1);
}

TEST_F(FindingTest, AnInterruptedShrinkWritesWhatIsLeft) {
  ExploreRace();
  const std::string shrunk = folder_ + "/shrunk.json";
  const std::string out = folder_ + "/out";
  EXPECT_EQ(
      Shell("timeout --preserve-status --kill-after=60 --signal=INT 1 "
            "cli/bindersim shrink " +
            finding_ + " --tries 1000000000 --out " + shrunk + " >" + out),
      130);
  EXPECT_THAT(Read(out), HasSubstr("\ninterrupted: "));
  const Outcome replayed = Run("replay " + shrunk);
  EXPECT_EQ(replayed.status, 1);
  EXPECT_THAT(replayed.out, HasSubstr("deadlock: a, b"));
}

TEST_F(FindingTest, ExplorationsAtTheSameTimeKeepAllFindings) {
  const std::string explore = "cli/bindersim explore " + Scenario(kLockOrder) +
                              " --runs 64 -q --jobs 1 --out " + findings_ +
                              " >/dev/null & ";
  std::string script;
  std::set<std::string> expected = {"deadlock.json"};
  for (int i = 1; i <= 12; ++i) {
    script += explore;
    if (i > 1) expected.insert("deadlock-" + std::to_string(i) + ".json");
  }
  ASSERT_EQ(Shell(script + "wait"), 0);
  EXPECT_EQ(Names(findings_), expected);
}

TEST_F(FindingTest, AFileThatIsTooLargeIsStatus4AndLeavesNothing) {
  // A block has 512 or 1024 bytes.
  const std::string script = "ulimit -f 1; exec cli/bindersim explore " +
                             Scenario(kLockOrder) + " -q --runs 100 --out " +
                             findings_ + " 2>&1 >/dev/null | grep -q ";
  EXPECT_EQ(Shell(script + "'File too large'"), 0);
  EXPECT_EQ(Shell(script + "'found: deadlock: a, b'"), 0);
  EXPECT_THAT(Names(findings_), IsEmpty());
}

TEST_F(FindingTest, AHangUpLeavesNothing) {
  const std::string path = Scenario(R"({"processes": {"p": {"threads": {
      "main": {"do": [{"repeat": 1000000000, "do": [{"work": "1us"}]}]}}}}})");
  EXPECT_EQ(Shell("timeout --preserve-status --signal=HUP 0.5 cli/bindersim "
                  "run " +
                  path + " --max-steps 1000000000000 --trace " + folder_ +
                  "/trace.json"),
            130);
  EXPECT_EQ(Files(), 1u);  // the scenario
}

// More threads than there is room for, whatever of the room is left over.
TEST_F(FindingTest, ThreadsThatCannotBeStartedAreDoneWithout) {
  const std::string out = folder_ + "/out";
  for (int kilobytes = 300000; kilobytes <= 2100000; kilobytes += 600000) {
    const std::string limit =
        "ulimit -v " + std::to_string(kilobytes) + "; exec cli/bindersim ";
    if (Shell(limit + "--version >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "a sanitizer takes more";
    }
    ASSERT_EQ(Shell(limit + "explore " + Scenario(kLockOrder) +
                    " --runs 100000 --stop-after 1 --jobs 1024 --out " +
                    findings_ + " >" + out + " 2>&1"),
              1)
        << kilobytes << ": " << Read(out);
    ASSERT_EQ(Shell(limit + "shrink " + finding_ + " --jobs 1024 --tries 5 >" +
                    out + " 2>&1"),
              1)
        << kilobytes << ": " << Read(out);
  }
}

}  // namespace
}  // namespace bindersim
