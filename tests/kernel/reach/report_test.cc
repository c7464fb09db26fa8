// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/reach/report.h"

#include <gtest/gtest.h>

#include "tests/kernel/reach/counts.h"
#include "tests/kernel/reach/facts.h"

namespace bindersim::coverage {
namespace {

using Ids = std::vector<std::string>;

TEST(Facts, AreDefinedInBold) {
  EXPECT_EQ(DefinedFacts("- **AAA-01** One (BBB-02).\n- **BBBBB-12** Two.\n"
                         "**AAA-3** no **bold** **C-01** **AAA-04**"),
            (Ids{"AAA-01", "BBBBB-12", "AAA-04"}));
}

TEST(Facts, CitationsListAndSpan) {
  EXPECT_EQ(CitedFacts("See AAA-01, 03..05, BBB-10 and CCC-07."),
            (Ids{"AAA-01", "AAA-03", "AAA-04", "AAA-05", "BBB-10", "CCC-07"}));
  EXPECT_EQ(CitedFacts("(AAA-01..03), 12 threads; AAA-20, 100 of them"),
            (Ids{"AAA-01", "AAA-02", "AAA-03", "AAA-20"}));
  EXPECT_EQ(CitedFacts("SHA-256 XAAAAA-01 A_AAA-02 AAA-*"), Ids{});
}

TEST(Entries, GoOnInIndentedLines) {
  const auto entries =
      ReadEntries("# comment\n\nAAA-01: because\n  of this\ncall x: why\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].first, "AAA-01");
  EXPECT_EQ(entries[0].second, "because of this");
  EXPECT_EQ(entries[1].first, "call x");
}

TEST(Patterns, MatchWholeNamesStarsAndSpans) {
  EXPECT_TRUE(Matches("AAA-01", "AAA-01"));
  EXPECT_FALSE(Matches("AAA-01", "AAA-010"));
  EXPECT_TRUE(Matches("AAA-*", "AAA-77"));
  EXPECT_FALSE(Matches("AAA-*", "AAB-77"));
  EXPECT_TRUE(Matches("error * ENOMEM", "error open ENOMEM"));
  EXPECT_FALSE(Matches("error * ENOMEM", "error open EINVAL"));
  EXPECT_TRUE(Matches("AAA-03..07", "AAA-03"));
  EXPECT_TRUE(Matches("AAA-03..07", "AAA-07"));
  EXPECT_FALSE(Matches("AAA-03..07", "AAA-08"));
  EXPECT_FALSE(Matches("AAA-03..07", "AAB-05"));
}

constexpr char kScript[] = R"({"name": "s", "processes": {}, "steps": [
  {"t": "p.t", "op": "wr", "write": [
    {"bc": "BC_TRANSACTION_SG", "flags": ["ONE_WAY", 36], "data": [
      {"obj": "PTR", "content": [{"obj": "FD", "fd": "f"}]},
      {"obj": "PTR", "parent": 0},
      {"obj": "BINDER", "flags": 275}]},
    {"bc": "BC_ENTER_LOOPER"}], "read": 256},
  {"t": "p.t", "op": "get_extended_error"},
  {"t": "p.u", "op": "poll"},
  {"op": "dump", "what": "state"}]})";

constexpr char kResult[] = R"({"name": "s", "blocked": [], "steps": [
  {"i": 0, "r": {"p.t": {"blocked": true}}},
  {"i": 1, "self": {"skipped": "busy"}},
  {"i": 2, "r": {
    "p.t": {"ret": 0, "of": 0, "br": [{"br": "BR_NOOP"},
      {"br": "BR_TRANSACTION", "objs": [{"type": "HANDLE"}]}]},
    "p.u": {"ret": -1, "errno": "EINTR"}}},
  {"i": 3, "self": {"lines": []}}]})";

TEST(Counts, OfAScript) {
  Counts counts;
  CountScript(kScript, counts);
  EXPECT_EQ(counts, (Counts{{{"call", "wr"}, 1},
                            {{"call", "get_extended_error"}, 1},
                            {{"call", "poll"}, 1},
                            {{"command", "BC_TRANSACTION_SG"}, 1},
                            {{"command", "BC_ENTER_LOOPER"}, 1},
                            {{"transaction flag", "ONE_WAY"}, 1},
                            {{"transaction flag", "ROOT_OBJECT"}, 1},
                            {{"transaction flag", "CLEAR_BUF"}, 1},
                            {{"object sent", "PTR"}, 2},
                            {{"object sent", "FD"}, 1},
                            {{"object sent", "BINDER"}, 1},
                            {{"object flag", "HAS_PARENT"}, 1},
                            {{"object flag", "ACCEPTS_FDS"}, 1},
                            {{"object flag", "priority"}, 1},
                            {{"dump", "state"}, 1}}));
}

TEST(Counts, OfAResultLeaveOutWhatWasSkipped) {
  Counts counts;
  CountResult(kScript, kResult, counts);
  EXPECT_EQ(counts.count({"call", "get_extended_error"}), 0u);
  EXPECT_EQ((counts[{"call", "wr"}]), 1u);
  EXPECT_EQ((counts[{"return", "BR_TRANSACTION"}]), 1u);
  EXPECT_EQ((counts[{"object received", "HANDLE"}]), 1u);
  EXPECT_EQ((counts[{"error", "poll EINTR"}]), 1u);
  EXPECT_EQ((counts[{"dump", "state"}]), 1u);
}

TEST(Report, CountsZerosWithoutAReason) {
  Tries tries;
  for (const auto& [kind, names] : Names()) {
    for (const std::string& name : names) {
      tries.recorded[{kind, name}] = 1;
      tries.simulated[{kind, name}] = 1;
    }
  }
  EXPECT_EQ(ReportCounts(tries, {}).unexplained, 0u);
  tries.recorded.erase({"return", "BR_ERROR"});
  tries.simulated[{"return", "0x00000001"}] = 1;
  const Report report = ReportCounts(tries, {{"return BR_ERROR", "no need"}});
  EXPECT_EQ(report.unexplained, 1u);
  EXPECT_NE(report.text.find("no need"), std::string::npos);
}

TEST(Report, FactsNeedAPlaceOrAReason) {
  const Report report = ReportFacts({"AAA-01", "AAA-02", "BBB-01"},
                                    {{"AAA-01", {"tests/a_test.cc"}}},
                                    {{"AAA-*", "elsewhere"}}, true);
  EXPECT_EQ(report.unexplained, 1u);
  EXPECT_NE(report.text.find("AAA-01: tests/a_test.cc"), std::string::npos);
  EXPECT_NE(report.text.find("AAA-02: none: elsewhere"), std::string::npos);
  EXPECT_NE(report.text.find("BBB-01: NOT EXPLAINED"), std::string::npos);
}

}  // namespace
}  // namespace bindersim::coverage
