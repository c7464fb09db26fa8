// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Damaged scenarios: whatever the bytes, the loader gives a scenario or says
// what is wrong, and nothing else happens.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/scenario/loader.h"
#include "sim/random.h"
#include "tests/model/scenario/corpus.h"

namespace bindersim::scenario {
namespace {

// Changes that keep some of the structure find deeper code than noise does.
std::string Damage(std::string text, const std::string& other,
                   sim::Stream& random) {
  static const char* const kPieces[] = {"{",
                                        "}",
                                        "[",
                                        "]",
                                        ",",
                                        ":",
                                        "\"",
                                        "//",
                                        "/*",
                                        "\\",
                                        "null",
                                        "0",
                                        "-1",
                                        "1e9",
                                        "\"$0\"",
                                        "\"x\"",
                                        "[[]]",
                                        "{\"do\": []}",
                                        "99999999999999999999",
                                        "\xff",
                                        "\xc3\xa4",
                                        "true",
                                        "\"as\"",
                                        "\"call\"",
                                        "\"echo.ping\"",
                                        "\"activity\"",
                                        "\"10us\""};
  const uint64_t changes = 1 + random.Below(3);
  for (uint64_t i = 0; i < changes; ++i) {
    if (text.empty()) break;
    const size_t at = random.Below(text.size());
    const size_t length = 1 + random.Below(12);
    switch (random.Below(7)) {
      case 0:
        text[at] = static_cast<char>(random.Below(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, kPieces[random.Below(std::size(kPieces))]);
        break;
      case 3:
        text.insert(random.Below(text.size()), text.substr(at, 4 * length));
        break;
      case 4:
        text[at] = static_cast<char>(text[at] ^ (1 << random.Below(8)));
        break;
      case 5:
        text.replace(at, length,
                     other.substr(random.Below(other.size()), length));
        break;
      default:
        text[at] = "0123456789abcxyz.$_ \n"[random.Below(21)];
        break;
    }
  }
  return text;
}

TEST(Fuzz, DamagedScenariosAreValidOrSaidToBeWrong) {
  std::vector<std::string> texts;
  for (const std::string& file : FilesIn(kGoodFolder)) {
    texts.push_back(ReadFileOrDie(file));
  }
  sim::Stream random = sim::MakeStream(1, "fuzz");
  const std::string name = std::string(kGoodFolder) + "/fuzz.json";
  int valid = 0;
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = Damage(texts[random.Below(texts.size())],
                                    texts[random.Below(texts.size())], random);
    const LoadResult result = ParseScenario(text, name);
    ASSERT_EQ(result.scenario.has_value(), result.problems.empty()) << text;
    ASSERT_LE(result.problems.size(), Problems::kMaxListed);
    for (const Problem& problem : result.problems) {
      ASSERT_FALSE(problem.ToString().empty());
      // Only the explanation's own gap would read so.
      ASSERT_EQ(problem.found.find("a structure"), std::string::npos) << text;
    }
    valid += result.scenario.has_value() ? 1 : 0;
  }
  // The damage is neither harmless nor always fatal.
  EXPECT_GT(valid, 200);
  EXPECT_LT(valid, 15'000);
}

}  // namespace
}  // namespace bindersim::scenario
