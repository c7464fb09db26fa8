// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/tidy/source.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bindersim::tidy {
namespace {

TEST(SourceTest, SeparatesCodeCommentsAndStrings) {
  Source source =
      Scan("a.cc", "int a;  // note\nf(\"text\", 'c'); /* x\ny */ b");
  EXPECT_EQ(source.code[0], "int a;         ");
  EXPECT_EQ(source.comments[0], "        // note");
  EXPECT_EQ(source.code[1], "f(\"    \", ' ');     ");
  EXPECT_EQ(source.strings[1], "   text             ");
  EXPECT_EQ(source.comments[2], "y */  ");
  EXPECT_EQ(source.code[2], "     b");
}

TEST(SourceTest, EscapedQuotesDoNotEndALiteral) {
  Source source = Scan("a.cc", R"(f("a\"b", '\'', "\\"); g)");
  EXPECT_EQ(source.code[0], R"(f("    ", '  ', "  "); g)");
}

TEST(SourceTest, DigitSeparatorsAreNoLiterals) {
  Source source = Scan("a.cc", "x = 1'000'000; y = 'a'; z = 0xff'ff;");
  EXPECT_EQ(source.code[0], "x = 1'000'000; y = ' '; z = 0xff'ff;");
}

TEST(SourceTest, RawStringsAreStringsOverSeveralLines) {
  Source source = Scan("a.cc", "f(R\"x(a \")\"\n// b)x\"); g\nh");
  EXPECT_EQ(source.code[1], "      \"); g");
  EXPECT_EQ(source.comments[1].find("//"), std::string::npos);
  EXPECT_EQ(source.raw, (std::vector<bool>{true, true, false}));
}

TEST(SourceTest, LanguageFollowsFromTheNameOrTheFirstLine) {
  EXPECT_EQ(LanguageOf("sim/a.h", ""), Language::kCpp);
  EXPECT_EQ(LanguageOf("sim/BUILD.bazel", ""), Language::kScript);
  EXPECT_EQ(LanguageOf("test", "#!/bin/bash\n"), Language::kScript);
  EXPECT_EQ(LanguageOf("README.md", ""), Language::kText);
  EXPECT_EQ(LanguageOf("scenarios/a.json", "{}"), Language::kData);
}

TEST(SourceTest, WordsKnowTheirSurroundings) {
  std::vector<Word> words = Words("a.b (\n  std :: x, std::y z)");
  ASSERT_GE(words.size(), 7u);
  EXPECT_EQ(words[1].name, "b");
  EXPECT_EQ(words[1].before, '.');
  EXPECT_EQ(words[1].after, '(');
  EXPECT_EQ(words[5].name, "std::y");
  EXPECT_EQ(words[5].line, 2);
  EXPECT_EQ(words[6].name, "z");
  EXPECT_EQ(words[6].previous, "std::y");
}

}  // namespace
}  // namespace bindersim::tidy
