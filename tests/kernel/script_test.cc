// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Kernel scripts: what is wrong with them, and what their runner does by itself
// (the rest is held against recordings).

#include "model/script/script.h"

#include <string>

#include "gtest/gtest.h"
#include "model/script/result.h"
#include "model/script/runner.h"

namespace bindersim::script {
namespace {

// A script of one process p with threads a and b.
std::string WithSteps(const std::string& steps) {
  return R"({"name":"s","processes":{"p":{"threads":["a","b"]}},"steps":[)" +
         steps + "]}";
}

std::string ErrorOf(const std::string& text) {
  return std::string(ParseScript(text).status().message());
}

// The steps of the result of a script, as JSON.
std::string StepsOf(const std::string& steps) {
  const auto script = ParseScript(WithSteps(steps));
  EXPECT_TRUE(script.ok()) << script.status();
  if (!script.ok()) return "";
  const std::string result = ToJson(Run(*script));
  return result.substr(result.find("\"steps\":") + 8);
}

TEST(ScriptTest, ErrorsNameStepAndField) {
  EXPECT_EQ(ErrorOf(WithSteps(R"({"op":"fly","t":"p.a"})")),
            "s: step 0: no op fly");
  EXPECT_EQ(ErrorOf(WithSteps(R"({"op":"open"})")), "s: step 0: no \"t\"");
  EXPECT_EQ(
      ErrorOf(WithSteps(R"({"op":"open","t":"p.a"},{"op":"open","t":"p.c"})")),
      "s: step 1: no thread p.c");
  EXPECT_EQ(ErrorOf(WithSteps(R"({"op":"kill","p":"q"})")),
            "s: step 0: no process q");
  EXPECT_EQ(
      ErrorOf(WithSteps(R"({"op":"wr","t":"p.a","write":[{"bc":"BC_JUMP"}]})")),
      "s: step 0: no command BC_JUMP");
  EXPECT_EQ(ErrorOf(WithSteps(R"({"op":"wr","t":"p.a","write":[)"
                              R"({"bc":"BC_REPLY","data":[{"obj":"X"}]}]})")),
            "s: step 0: no object type X");
  EXPECT_EQ(ErrorOf(R"({"name":"s","device":"x","processes":{},"steps":[]})"),
            "s: script: no device x");
}

TEST(ScriptTest, AThreadThatSleepsForTooLongHangsTheScript) {
  const auto script =
      ParseScript(WithSteps(R"({"op":"thread_sleep","t":"p.a","ms":9000})"));
  ASSERT_TRUE(script.ok());
  EXPECT_EQ(ToJson(script::Run(*script)),
            R"({"name":"s","error":"hang","why":"a thread sleeps on","at":0})");
}

TEST(ScriptTest, StepsThatCannotBePerformedAreSkipped) {
  EXPECT_EQ(
      StepsOf(R"({"op":"version","t":"p.a"},
                 {"op":"munmap","t":"p.a"},
                 {"op":"open","t":"p.a"},
                 {"op":"open","t":"p.b"},
                 {"op":"wr","t":"p.a","read":256},
                 {"op":"wr","t":"p.a","read":256},
                 {"op":"version","t":"p.a"},
                 {"op":"kill","p":"p"},
                 {"op":"version","t":"p.b"})"),
      R"([{"i":0,"self":{"skipped":"unresolved: fd b"}},)"
      R"({"i":1,"self":{"skipped":"no file"}},)"
      R"({"i":2,"r":{"p.a":{"ret":0}}},)"
      R"({"i":3,"self":{"skipped":"label in use"}},)"
      R"({"i":4,"r":{"p.a":{"ret":0,"wc":0,"rc":4,"br":[{"br":"BR_NOOP"}]}}},)"
      R"({"i":5,"r":{"p.a":{"blocked":true}}},)"
      R"({"i":6,"self":{"skipped":"busy"}},)"
      R"({"i":7,"self":{"ret":0}},)"
      R"({"i":8,"self":{"skipped":"dead"}}]})");
}

TEST(ScriptTest, ThreadsPauseAndEnd) {
  EXPECT_EQ(StepsOf(R"({"op":"thread_sleep","t":"p.a","ms":5},
                       {"op":"exit_thread","t":"p.a"},
                       {"op":"open","t":"p.a"},
                       {"op":"exit_thread","t":"p.b"},
                       {"op":"fds","p":"p"})"),
            R"([{"i":0,"r":{"p.a":{"ret":0}}},)"
            R"({"i":1,"r":{"p.a":{"exited":true}}},)"
            R"({"i":2,"self":{"skipped":"dead"}},)"
            R"({"i":3,"r":{"p.b":{"exited":true}}},)"
            R"({"i":4,"self":{"fds":[]}}]})");
}

TEST(ScriptTest, ThreadsBlockedAtTheEndAreNamed) {
  const auto script = ParseScript(WithSteps(R"({"op":"open","t":"p.a"},
      {"op":"version","t":"p.b"},{"op":"wr","t":"p.b","read":256})"));
  ASSERT_TRUE(script.ok());
  const Result result = script::Run(*script);
  EXPECT_EQ(result.blocked, std::vector<std::string>{"p.b"});
  EXPECT_FALSE(result.leak);
}

}  // namespace
}  // namespace bindersim::script
