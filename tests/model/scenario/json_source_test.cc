// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/json_source.h"

#include <gtest/gtest.h>

#include <string>

#include "model/scenario/reader.h"

namespace bindersim::scenario {
namespace {

std::optional<Document> Parse(const std::string& text, Problems& problems) {
  return Document::Parse(text, "f", problems);
}

// All problems of `text`, a line each.
std::string ProblemsOf(const std::string& text) {
  Problems problems;
  const auto document = Parse(text, problems);
  EXPECT_EQ(document.has_value(), problems.empty());
  std::string result;
  for (const Problem& problem : problems.Listed()) {
    result += problem.ToString() + "\n";
  }
  return result;
}

std::string PlaceOf(const Document& document, uint32_t offset) {
  const Position position = document.PositionOf(offset);
  return std::to_string(position.line) + ":" + std::to_string(position.column);
}

TEST(JsonSource, KeepsValuesOrderAndPlaces) {
  Problems problems;
  const auto document = Parse(
      "// first\n"
      "{ \"b\" : [1, -2,\t2.50 /* , */ ,true],\n"
      "  \"\xc3\xa4\": \"\xc3\xb6\\\"x\\u0041\", \"n\": null ,\n"
      "\t\"a\":{\"deep\":[[ ]]}}\n",
      problems);
  ASSERT_TRUE(document.has_value());
  const Node& root = document->root();
  EXPECT_EQ(CompactJson(root),
            "{\"b\":[1,-2,2.50,true],\"\xc3\xa4\":\"\xc3\xb6\\\"xA\","
            "\"n\":null,\"a\":{\"deep\":[[]]}}");
  EXPECT_EQ(PlaceOf(*document, root.offset), "2:1");
  const Node& b = *root.Find("b");
  EXPECT_EQ(PlaceOf(*document, b.key_offset), "2:3");
  EXPECT_EQ(PlaceOf(*document, b.offset), "2:9");
  EXPECT_EQ(PlaceOf(*document, b.children[0].offset), "2:10");
  EXPECT_EQ(PlaceOf(*document, b.children[1].offset), "2:13");
  EXPECT_EQ(PlaceOf(*document, b.children[2].offset), "2:17");
  EXPECT_EQ(PlaceOf(*document, b.children[3].offset), "2:31");
  EXPECT_EQ(PlaceOf(*document, root.children[1].offset), "3:8");
  // Columns count characters: the two before it take two bytes each.
  EXPECT_EQ(PlaceOf(*document, root.Find("n")->key_offset), "3:22");
  EXPECT_EQ(PlaceOf(*document, root.Find("a")->key_offset), "4:2");
  const Node& deep = *root.Find("a")->Find("deep");
  EXPECT_EQ(PlaceOf(*document, deep.children[0].offset), "4:15");
}

TEST(JsonSource, KeepsIntegersExactly) {
  Problems problems;
  const auto document = Parse(
      "[9223372036854775807, -9223372036854775808, 18446744073709551615,"
      " 18446744073709551616, 1.0, 1e2, -0]",
      problems);
  ASSERT_TRUE(document.has_value());
  const std::vector<Node>& items = document->root().children;
  EXPECT_EQ(items[0].AsInt64(), INT64_MAX);
  EXPECT_EQ(items[1].AsInt64(), INT64_MIN);
  EXPECT_EQ(items[1].AsUint64(), std::nullopt);
  EXPECT_EQ(items[2].AsInt64(), std::nullopt);
  EXPECT_EQ(items[2].AsUint64(), UINT64_MAX);
  EXPECT_EQ(items[3].kind, Node::Kind::kNumber);
  EXPECT_EQ(items[4].kind, Node::Kind::kNumber);
  EXPECT_EQ(items[5].text, "1e2");
  EXPECT_EQ(items[6].AsInt64(), 0);
}

TEST(JsonSource, AcceptsAByteOrderMarkAndCountsNoColumnForIt) {
  Problems problems;
  const auto document = Parse("\xef\xbb\xbf {}", problems);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(PlaceOf(*document, document->root().offset), "1:2");
}

TEST(JsonSource, RefusesWhatIsNoUtf8Text) {
  EXPECT_EQ(ProblemsOf(std::string("{}\0", 3)),
            "f:1:3: found a NUL byte, allowed: text\n");
  EXPECT_EQ(ProblemsOf("[\"a\xff\"]"),
            "f:1:4: found the byte 0xff, which is no UTF-8, allowed: UTF-8 "
            "text\n");
  EXPECT_EQ(ProblemsOf("{} // \xc0\x80"),
            "f:1:7: found the byte 0xc0, which is no UTF-8, allowed: UTF-8 "
            "text\n");
  EXPECT_EQ(ProblemsOf("[\"\xed\xa0\x80\"]"),
            "f:1:3: found the byte 0xed, which is no UTF-8, allowed: UTF-8 "
            "text\n");
  EXPECT_EQ(ProblemsOf("[\"\xf4\x90\x80\x80\"]"),
            "f:1:3: found the byte 0xf4, which is no UTF-8, allowed: UTF-8 "
            "text\n");
  EXPECT_EQ(ProblemsOf("[\"\xe2\x82\"]"),
            "f:1:3: found the byte 0xe2, which is no UTF-8, allowed: UTF-8 "
            "text\n");
  EXPECT_EQ(ProblemsOf(std::string("\xff\xfe{\0}\0", 6)),
            "f:1:1: found UTF-16 text, allowed: UTF-8 text\n");
  EXPECT_EQ(ProblemsOf(" \n\t"),
            "f:1:1: found an empty file, allowed: a JSON object\n");
  EXPECT_EQ(ProblemsOf("[\"\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa4\"]"), "");
}

TEST(JsonSource, NamesBothPlacesOfADuplicateKey) {
  EXPECT_EQ(ProblemsOf("{\"a\": 1, \"b\": [{\"x/y\": 1,\n\"x/y\": 2}],\n"
                       "\"\\u0061\": 3}"),
            "f:2:1: /b/0/x~1y: found the key \"x/y\" again, allowed: each key "
            "once (the first is at 1:17)\n"
            "f:3:1: /a: found the key \"a\" again, allowed: each key once (the "
            "first is at 1:2)\n");
}

TEST(JsonSource, StopsAtTheDepthLimit) {
  const std::string open(kMaxDepth, '[');
  const std::string close(kMaxDepth, ']');
  EXPECT_EQ(ProblemsOf(open + close), "");
  EXPECT_EQ(ProblemsOf("[" + open + close + "]"),
            "f:1:101: found arrays and objects more than 100 levels deep, "
            "allowed: at most 100 levels\n");
  // Far more than any stack would hold.
  EXPECT_EQ(ProblemsOf(std::string(10'000'000, '[')),
            "f:1:101: found arrays and objects more than 100 levels deep, "
            "allowed: at most 100 levels\n");
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(ProblemsOf(objects),
            "f:1:501: found arrays and objects more than 100 levels deep, "
            "allowed: at most 100 levels\n");
}

TEST(JsonSource, StopsAtTheOtherLimits) {
  const std::string long_string(kMaxStringBytes + 1, 'x');
  EXPECT_EQ(
      ProblemsOf("[\"" + long_string + "\", {\"" + long_string + "\": 1}]"),
      "f:1:2: found a string of 4097 bytes, allowed: at most 4096 bytes\n"
      "f:1:4104: found a string of 4097 bytes, allowed: at most 4096 "
      "bytes\n");
  EXPECT_EQ(ProblemsOf("[\"" + long_string.substr(1) + "\"]"), "");
  std::string zeros = "[0";
  for (size_t i = 0; i < kMaxValues; ++i) zeros += ",0";
  EXPECT_EQ(ProblemsOf(zeros + "]"),
            "f:1:2000002: /1000000: found more than 1000000 values, allowed: "
            "at most 1000000\n");
  EXPECT_EQ(ProblemsOf("[" + std::string(kMaxFileBytes, ' ') + "]"),
            "f: found 67108866 bytes, allowed: at most 64 MiB\n");
}

TEST(JsonSource, TakesOtherLimits) {
  const auto problems_of = [](const std::string& text) {
    Problems problems;
    Document::Parse(text, "f", problems, {2, 3, 4});
    return problems.empty() ? "" : problems.Listed()[0].ToString();
  };
  EXPECT_EQ(problems_of("[[\"abcd\"]]"), "");
  EXPECT_EQ(problems_of("[[[]]]"),
            "f:1:3: found arrays and objects more than 2 levels deep, allowed: "
            "at most 2 levels");
  EXPECT_EQ(problems_of("[1, 2, 3, 4]"),
            "f:1:11: /3: found more than 3 values, allowed: at most 3");
  EXPECT_EQ(problems_of("[\"abcde\"]"),
            "f:1:2: found a string of 5 bytes, allowed: at most 4 bytes");
}

TEST(JsonSource, APartHasThePlacesOfTheWhole) {
  Problems problems;
  const auto document = Parse("{\"x\": 1,\n \"a/b\": {\"c\": [7]}}", problems);
  ASSERT_TRUE(document.has_value());
  const auto part = document->Part("a/b", problems);
  ASSERT_TRUE(part.has_value());
  EXPECT_EQ(CompactJson(part->root()), "{\"c\":[7]}");
  const Reporter reporter(*part, problems);
  reporter.Report(reporter.Root().Member("c").Child(0), "it", "");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems.Listed()[0].ToString(), "f:2:16: /a~1b/c/0: found it");
}

TEST(JsonSource, APartHasTheLimitsOfScenarios) {
  const std::string text(kMaxStringBytes + 1, 'x');
  Problems problems;
  const auto document =
      Document::Parse("{\"a\": \"" + text + "\",\n\"b\": {\"c\": [\"" + text +
                          "\"], \"" + text + "\": 1}}",
                      "f", problems, {kMaxDepth, kMaxValues, kMaxFileBytes});
  ASSERT_TRUE(document.has_value());
  EXPECT_FALSE(document->Part("b", problems).has_value());
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems.Listed()[0].ToString(),
            "f:2:13: found a string of 4097 bytes, allowed: at most 4096 "
            "bytes");
}

TEST(JsonSource, MakesUtf8OfAnyBytes) {
  EXPECT_EQ(AsUtf8("a\xff\xc3\xa4\"\n"), "a\xef\xbf\xbd\xc3\xa4\"\n");
}

TEST(JsonSource, PointsAtTheTokenThatIsWrong) {
  EXPECT_EQ(ProblemsOf("[1,,2]"), "f:1:4: found ',', allowed: a value\n");
  EXPECT_EQ(ProblemsOf("[1 /* , */ 2]"),
            "f:1:12: found a number, allowed: ',' or ']'\n");
  EXPECT_EQ(ProblemsOf("[1,\n2,\n]"),
            "f:3:1: found ']', allowed: a value (no comma after the last "
            "one)\n");
  EXPECT_EQ(ProblemsOf("[\"\xc3\xa4\", nul]"),
            "f:1:7: found \"nul\", allowed: JSON (texts and keys stand in "
            "double quotes)\n");
  EXPECT_EQ(ProblemsOf("[1, /x 2]"),
            "f:1:5: found text that is no JSON: invalid comment; expecting '/' "
            "or '*' after '/'\n");
  EXPECT_EQ(ProblemsOf("]"), "f:1:1: found ']', allowed: a value\n");
  EXPECT_EQ(ProblemsOf("\"a\" \"b\""),
            "f:1:5: found a string, allowed: the end of the file\n");
}

TEST(JsonSource, WritesCompactJsonThatReadsBack) {
  const std::string text =
      "{\"a\\n\":[\"\\u0001\\\\\",\"\xe2\x82\xac\",-1.50e+3,false,null],"
      "\"\":{}}";
  Problems problems;
  const auto document = Parse(text, problems);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(CompactJson(document->root()), text);
}

}  // namespace
}  // namespace bindersim::scenario
