// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "explore/search.h"
#include "explore/trial.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kScenario[] = R"({"processes": {"app": {"threads": {
    "a": {"do": [{"lock": "m"}, {"lock": "n"}, {"unlock": "n"},
                 {"unlock": "m"}]},
    "b": {"do": [{"lock": "n"}, {"lock": "m"}, {"unlock": "m"},
                 {"unlock": "n"}]}}}}})";

Certificate CertificateFor(const std::string& text, Reduction reduction) {
  const scenario::Scenario scenario = Load(text);
  Trial trial(scenario, {});
  SearchOptions options;
  options.reduction = reduction;
  return Certify(options, Search(trial, options), "test.json", text);
}

TEST(Certificate, ComesBackFromItsJson) {
  const Certificate certificate =
      CertificateFor(kScenario, Reduction::kPersistentSets);
  EXPECT_THAT(certificate.problems, SizeIs(1));
  const auto parsed = ParseCertificate(ToJson(certificate), "c.json");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, certificate);
}

TEST(Certificate, IsConfirmedByASecondSearchAndByAnother) {
  const Certificate first =
      CertificateFor(kScenario, Reduction::kPersistentSets);
  EXPECT_TRUE(
      Compare(first, CertificateFor(kScenario, Reduction::kPersistentSets))
          .ok());
  const Certificate other = CertificateFor(kScenario, Reduction::kSleepSets);
  EXPECT_NE(other.states, first.states);
  EXPECT_TRUE(Compare(first, other).ok()) << Compare(first, other);
}

TEST(Certificate, SaysWhatDiffers) {
  const Certificate first =
      CertificateFor(kScenario, Reduction::kPersistentSets);
  const auto differs = [&](void (*change)(Certificate&)) {
    Certificate now = first;
    change(now);
    return std::string(Compare(first, now).message());
  };
  EXPECT_THAT(differs([](Certificate& now) { ++now.states; }),
              HasSubstr("states: "));
  EXPECT_THAT(differs([](Certificate& now) { now.digest = "x"; }),
              HasSubstr("digest: "));
  EXPECT_THAT(differs([](Certificate& now) { ++now.ends; }),
              HasSubstr("ends: "));
  EXPECT_THAT(differs([](Certificate& now) { now.ends_digest = "x"; }),
              HasSubstr("digest of ends: "));
  EXPECT_THAT(differs([](Certificate& now) { now.problems.clear(); }),
              HasSubstr("problems: "));
  EXPECT_THAT(differs([](Certificate& now) { now.checked = true; }),
              HasSubstr("checked: "));
  EXPECT_THAT(differs([](Certificate& now) { now.scenario_digest = "x"; }),
              HasSubstr("scenario: "));
  // Who tells apart what is alike sees more states.
  EXPECT_THAT(differs([](Certificate& now) {
                now.symmetric = false;
                ++now.states;
              }),
              IsEmpty());
}

std::string ProblemOf(const std::string& text) {
  return std::string(ParseCertificate(text, "c.json").status().message());
}

TEST(Certificate, RefusesWhatIsNone) {
  EXPECT_EQ(ProblemOf("[]"),
            "c.json:1:1: found an empty array, allowed: an object");
  EXPECT_EQ(ProblemOf("{"),
            "c.json:1:2: found the end of the file, allowed: a string");
  EXPECT_EQ(ProblemOf(R"({"schema_version": 7})"),
            "c.json:1:20: /schema_version: found the number 7, allowed: the "
            "number 2");
  EXPECT_THAT(ProblemOf("{\"a\": " + std::string(200'000, '[')),
              HasSubstr("more than 101 levels deep"));
}

TEST(Certificate, SaysWhatIsWrongWithAnEditedOne) {
  const std::string good =
      ToJson(CertificateFor(kScenario, Reduction::kPersistentSets));
  const auto problem_of = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return ProblemOf(text);
  };
  EXPECT_EQ(problem_of("\"states\"", "\"others\""),
            "c.json:1:1: /states: found nothing, allowed: a whole number from "
            "0 to 18446744073709551615");
  // With another one the states would not be compared.
  EXPECT_EQ(problem_of("\"persistent\"", "\"foo\""),
            "c.json:5:16: /reduction: found \"foo\", allowed: \"none\", "
            "\"sleep\", \"persistent\"");
  EXPECT_EQ(problem_of("\"checked\": false", "\"checked\": 0"),
            "c.json:8:14: /checked: found the number 0, allowed: true or "
            "false");
  EXPECT_EQ(problem_of("\"ends\": ", "\"ends\": 1,\n\"ends\": "),
            "c.json:12:1: /ends: found the key \"ends\" again, allowed: each "
            "key once (the first is at 11:3)");
  EXPECT_THAT(problem_of("\"problems\": [", "\"problems\": [1, "),
              HasSubstr("/problems/0: found the number 1, allowed: a string"));
}

TEST(Certificate, EachReductionComesBack) {
  for (const Reduction reduction :
       {Reduction::kNone, Reduction::kSleepSets, Reduction::kPersistentSets}) {
    const Certificate certificate = CertificateFor(kScenario, reduction);
    const auto parsed = ParseCertificate(ToJson(certificate), "c.json");
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->reduction, certificate.reduction);
  }
}

TEST(Certificate, TheNameOfItsFileNeedNotBeUtf8) {
  Certificate certificate =
      CertificateFor(kScenario, Reduction::kPersistentSets);
  certificate.scenario_name = "a\xff.json";
  const auto parsed = ParseCertificate(ToJson(certificate), "c.json");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->scenario_name, "a\xef\xbf\xbd.json");
}

}  // namespace
}  // namespace bindersim::explore
