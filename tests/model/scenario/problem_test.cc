// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/problem.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bindersim::scenario {
namespace {

TEST(Problem, SaysWhereWhatAndWhatInstead) {
  Problem problem{"a.json", 12, 7, "/x/0", "\"a\"", "\"b\", \"c\"", "b", "n"};
  EXPECT_EQ(problem.ToString(),
            "a.json:12:7: /x/0: found \"a\", allowed: \"b\", \"c\"; did you "
            "mean \"b\"? (n)");
  problem = {"a.json", 0, 0, "", "nothing", "", "", ""};
  EXPECT_EQ(problem.ToString(), "a.json: found nothing");
}

TEST(Problems, ListsTheFirstByPlaceAndCountsAll) {
  Problems problems;
  for (uint32_t i = 0; i < 250; ++i) {
    problems.Add({"f", 1000 - i, 1, "", "x", "", "", ""});
  }
  EXPECT_EQ(problems.size(), 250u);
  const std::vector<Problem> listed = problems.Listed();
  ASSERT_EQ(listed.size(), Problems::kMaxListed);
  EXPECT_LT(listed[0].line, listed[1].line);
}

TEST(Quoted, EscapesAndShortens) {
  EXPECT_EQ(Quoted("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
  const std::string euro = "\xe2\x82\xac";
  std::string text;
  for (int i = 0; i < 100; ++i) text += euro;
  const std::string quoted = Quoted(text);
  // Cut between two characters.
  EXPECT_EQ(quoted.size(), 26 * euro.size() + 5);
  EXPECT_EQ(quoted.substr(quoted.size() - 7), euro + "...\"");
}

TEST(ListOf, ShowsTheFirstOfMany) {
  EXPECT_EQ(ListOf({}), "");
  EXPECT_EQ(ListOf({"a", "b"}), "\"a\", \"b\"");
  const std::string text = ListOf(std::vector<std::string>(30, "x"));
  EXPECT_EQ(text.substr(text.size() - 20), "\"x\", ... (30 in all)");
}

TEST(Nearest, FindsTypingErrors) {
  const std::vector<std::string> names = {"activity", "window", "call", "as"};
  EXPECT_EQ(Nearest("activty", names), "activity");    // missing
  EXPECT_EQ(Nearest("actiivity", names), "activity");  // too many
  EXPECT_EQ(Nearest("activitz", names), "activity");   // wrong
  EXPECT_EQ(Nearest("acitvity", names), "activity");   // swapped
  EXPECT_EQ(Nearest("Activity", names), "activity");   // case
  EXPECT_EQ(Nearest("clal", names), "call");
  EXPECT_EQ(Nearest("xyz", names), "");
  EXPECT_EQ(Nearest("to", names), "");
  EXPECT_EQ(Nearest("", names), "");
  EXPECT_EQ(Nearest(std::string(100'000, 'a'), names), "");
}

}  // namespace
}  // namespace bindersim::scenario
