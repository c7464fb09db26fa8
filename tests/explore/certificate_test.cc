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

TEST(Certificate, RefusesWhatIsNone) {
  EXPECT_THAT(std::string(ParseCertificate("[]", "c.json").status().message()),
              HasSubstr("c.json: is no JSON object"));
  EXPECT_THAT(std::string(ParseCertificate(R"({"schema_version": 7})", "c.json")
                              .status()
                              .message()),
              HasSubstr("/schema_version is 7"));
  std::string text =
      ToJson(CertificateFor(kScenario, Reduction::kPersistentSets));
  text.replace(text.find("\"states\""), 8, "\"others\"");
  EXPECT_THAT(std::string(ParseCertificate(text, "c.json").status().message()),
              HasSubstr("/states is missing"));
}

}  // namespace
}  // namespace bindersim::explore
