// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The program tools/trace/check_trace: its exit status and its output.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace {

using ::testing::HasSubstr;

struct Result {
  int status = -1;
  std::string output;  // standard output
};

Result RunTool(const std::string& arguments) {
  const std::string command =
      "tools/trace/check_trace " + arguments + " 2>/dev/null";
  Result result;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    result.output += static_cast<char>(c);
  }
  result.status = WEXITSTATUS(::pclose(pipe));
  return result;
}

std::string File(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + name;
  std::ofstream(path) << text;
  return path;
}

const char kGood[] =
    R"({"displayTimeUnit":"ns","metadata":{},"traceEvents":[]})";

TEST(CheckTraceTool, AcceptsGoodFiles) {
  const Result result = RunTool(File("good.json", kGood));
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.output, "");
}

TEST(CheckTraceTool, ReportsViolationsOfAllFiles) {
  const std::string bad = File("bad.json", "[]");
  const Result result =
      RunTool(bad + " " + File("good.json", kGood) + " " + bad);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr(bad + ": container: not an object\n"));
}

TEST(CheckTraceTool, ReportsWrongUsage) {
  EXPECT_EQ(RunTool("").status, 2);
  EXPECT_EQ(RunTool("--help").status, 2);
}

TEST(CheckTraceTool, ReportsUnreadableFiles) {
  EXPECT_EQ(RunTool("/no/such/file.json").status, 4);
  EXPECT_EQ(RunTool(::testing::TempDir()).status, 4);
}

}  // namespace
