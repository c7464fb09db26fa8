// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "gtest/gtest.h"
#include "tests/tools/shell.h"

namespace bindersim {
namespace {

class CountTestsTest : public testing::Test {
 protected:
  // A run of a target, as Bazel reports it, with its test.xml.
  void AddResult(const std::string& label, const std::string& status,
                 const std::string& cases, int attempt = 1) {
    std::string xml = folder_ + "/a b" + std::to_string(++files_) + ".xml";
    if (!cases.empty()) {
      WriteFile(xml, "<testsuites><testsuite name=\"S\">" + cases +
                         "</testsuite></testsuites>");
    }
    size_t blank = xml.find("a b");
    std::string uri = xml.substr(0, blank) + "a%20b" + xml.substr(blank + 3);
    events_ += R"({"id":{"testResult":{"label":")" + label +
               R"(","run":1,"shard":1,"attempt":)" + std::to_string(attempt) +
               R"(}},"testResult":{"status":")" + status +
               R"(","testActionOutput":[{"name":"test.log","uri":"file:///x"},)"
               R"({"name":"test.xml","uri":"file://)" +
               uri + "\"}]}}\n";
  }

  void AddTarget(const std::string& label, const std::string& rest) {
    events_ += R"({"id":{"targetCompleted":{"label":")" + label + "\"}}," +
               rest + "}\n";
  }

  Outcome Count(int bazel_status) {
    WriteFile(folder_ + "/events", events_);
    return RunIn(folder_, "python3 '" + DataFile("tools/count_tests.py") +
                              "' events " + std::to_string(bazel_status));
  }

  const std::string folder_ = FreshFolder("count");
  std::string events_ = "{\"id\":{\"started\":{}},\"started\":{}}\n";
  int files_ = 0;
};

constexpr char kPass[] = R"(<testcase name="p" status="run"/>)";
constexpr char kFail[] =
    R"(<testcase name="f" status="run"><failure message="m"/></testcase>)";
constexpr char kSkip[] =
    R"(<testcase name="s" status="run"><skipped message="m"/></testcase>)";
constexpr char kDisabled[] = R"(<testcase name="d" status="notrun"/>)";

TEST_F(CountTestsTest, CountsCasesOfAllTargets) {
  AddResult("//a:x", "PASSED", std::string(kPass) + kPass);
  AddResult("//a:y", "PASSED", kPass);
  AddTarget("//a:x", R"("completed":{"success":true})");
  Outcome outcome = Count(0);
  EXPECT_EQ(outcome.out, "3 passed, 0 failed\n");
  EXPECT_EQ(outcome.status, 0);
}

TEST_F(CountTestsTest, SkippedAndDisabledCasesAreNeither) {
  AddResult("//a:x", "PASSED", std::string(kPass) + kSkip + kDisabled);
  EXPECT_EQ(Count(0).out, "1 passed, 0 failed\n");
}

TEST_F(CountTestsTest, FailedCasesCountOnce) {
  AddResult("//a:x", "FAILED", std::string(kPass) + kFail + kFail);
  Outcome outcome = Count(3);
  EXPECT_EQ(outcome.out, "1 passed, 2 failed\n");
  EXPECT_EQ(outcome.status, 3);
}

TEST_F(CountTestsTest, ACrashWithoutResultsIsAFailure) {
  AddResult("//a:x", "FAILED", "");
  AddResult("//a:y", "FAILED", kFail);
  EXPECT_EQ(Count(3).out, "0 passed, 2 failed\n");
}

TEST_F(CountTestsTest, AFailureAfterTheLastCaseIsAFailure) {
  AddResult("//a:x", "FAILED", kPass);  // For example a leak.
  AddResult("//a:y", "FAILED", kFail);
  EXPECT_EQ(Count(3).out, "1 passed, 2 failed\n");
}

TEST_F(CountTestsTest, TheLastAttemptCounts) {
  AddResult("//a:x", "FAILED", kFail, 1);
  AddResult("//a:x", "PASSED", kPass, 2);
  EXPECT_EQ(Count(0).out, "1 passed, 0 failed\n");
}

TEST_F(CountTestsTest, ATargetThatDoesNotBuildIsAFailureAndIsNamed) {
  AddResult("//a:x", "PASSED", kPass);
  AddTarget("//a:x", R"("completed":{"success":true})");
  AddTarget("//a:y", R"("completed":{})");
  AddTarget("//a:z", R"("aborted":{"reason":"SKIPPED"})");
  Outcome outcome = Count(1);
  EXPECT_EQ(outcome.out, "1 passed, 2 failed\n");
  EXPECT_EQ(outcome.err, "not built: //a:y\nnot built: //a:z\n");
}

TEST_F(CountTestsTest, AFaultOfBazelIsAFailure) {
  Outcome outcome = Count(2);
  EXPECT_EQ(outcome.out, "0 passed, 1 failed\n");
  EXPECT_EQ(outcome.status, 2);
}

TEST_F(CountTestsTest, FailuresGiveAStatusEvenIfBazelIsContent) {
  AddResult("//a:x", "FLAKY", kFail);
  EXPECT_EQ(Count(0).status, 1);
}

}  // namespace
}  // namespace bindersim
