// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// bindersim script: results are those of the recordings.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/cli_fixture.h"
#include "tests/kernel/recordings.h"

namespace bindersim {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ScriptCommandTest : public CliTest {
 protected:
  static std::vector<std::string> Lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  std::string File(const std::string& text) {
    const std::string path = folder_ + "/scripts.jsonl";
    std::ofstream(path) << text;
    return path;
  }
};

constexpr char kGood[] =
    R"({"name":"good","processes":{"p":{"threads":["t"]}},)"
    R"("steps":[{"op":"open","t":"p.t"}]})"
    "\n";
constexpr char kGoodResult[] =
    R"({"name":"good","blocked":[],"steps":[{"i":0,"r":{"p.t":{"ret":0}}}]})";

TEST_F(ScriptCommandTest, DoesWhatTheKernelDid) {
  for (const std::string corpus : {"handwritten", "mapping", "random"}) {
    const Outcome got =
        Run("script tests/kernel/recordings/" + corpus + ".jsonl");
    const std::vector<std::string> results = Lines(got.out);
    const auto recordings = script::ReadRecordings(corpus);
    ASSERT_EQ(results.size(), recordings.size()) << got.err;
    for (size_t i = 0; i < results.size(); ++i) {
      if (results[i].find("\"error\":\"script\"") != std::string::npos) {
        EXPECT_THAT(got.err,
                    HasSubstr(".jsonl:" + std::to_string(i + 1) + ": "));
        EXPECT_EQ(got.status, 3);
        continue;
      }
      EXPECT_EQ(script::Difference(recordings[i], results[i]), "");
    }
  }
}

TEST_F(ScriptCommandTest, ReadsStandardInput) {
  const Outcome got = Run("script -", File(kGood));
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_EQ(got.out, std::string(kGoodResult) + "\n");
}

TEST_F(ScriptCommandTest, AMalformedLineIsStatus3AndTheOthersRun) {
  const std::string path =
      File(std::string(kGood) + "\nnothing\n" +
           R"({"name":"bad","processes":{"p":{"threads":["t"]}},)" +
           R"("steps":[{"op":"open","t":"p.t"},{"op":"fly","t":"p.t"}]})" +
           "\n" + kGood);
  const Outcome got = Run("script " + path);
  EXPECT_EQ(got.status, 3);
  const auto lines = Lines(got.out);
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[0], kGoodResult);
  EXPECT_THAT(lines[1], HasSubstr(R"({"name":"","error":"script","what":)"));
  EXPECT_THAT(lines[2], HasSubstr(R"({"name":"bad","error":"script","what":)"));
  EXPECT_EQ(lines[3], kGoodResult);
  EXPECT_THAT(got.err, HasSubstr(path + ":3: "));
  EXPECT_THAT(got.err, HasSubstr(path + ":4: bad: step 1: no op fly"));
}

TEST_F(ScriptCommandTest, UnreadableFilesAreStatus4) {
  Outcome got = Run("script " + folder_ + "/nowhere.jsonl");
  EXPECT_EQ(got.status, 4);
  EXPECT_THAT(got.err, HasSubstr("No such file or directory"));
  got = Run("script " + folder_);
  EXPECT_EQ(got.status, 4);
  EXPECT_THAT(got.err, HasSubstr("Is a directory"));
  EXPECT_THAT(got.out, IsEmpty());
}

TEST_F(ScriptCommandTest, AnEmptyFileHasNoResults) {
  const Outcome got = Run("script " + File(""));
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_THAT(got.out, IsEmpty());
}

TEST_F(ScriptCommandTest, AFullStandardOutputIsStatus4) {
  const int raw = std::system(
      ("cli/bindersim script " + File(kGood) + " >/dev/full 2>&1").c_str());
  ASSERT_TRUE(WIFEXITED(raw));
  EXPECT_EQ(WEXITSTATUS(raw), 4);
}

TEST_F(ScriptCommandTest, HelpTeaches) {
  const Outcome got = Run("script --help");
  EXPECT_EQ(got.status, 0);
  EXPECT_THAT(got.out, HasSubstr("bindersim script tests/kernel/recordings/"));
  EXPECT_THAT(got.out, HasSubstr("bindersim script -"));
  EXPECT_EQ(Run("script").status, 2);
}

}  // namespace
}  // namespace bindersim
