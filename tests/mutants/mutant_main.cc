// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Explores scenarios with the driver that is linked in.
//
//   --scenario=FILE:RUNS  so many schedules; may be repeated
//   --finds=TEXT          something is found whose signature begins so
//   --wrong=TEXT          what is wrong with this driver
//
// Without --finds nothing may be found. What a file leaves out of the driver by
// "without_fix" is put back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "explore/explorer.h"
#include "model/scenario/loader.h"

namespace bindersim::explore {
namespace {

using ::testing::StartsWith;

struct Expected {
  std::string finds;  // empty = nothing
  std::string wrong;
};

class Exploration : public ::testing::Test {
 public:
  Exploration(std::string file, uint64_t runs, Expected expected)
      : file_(std::move(file)), runs_(runs), expected_(std::move(expected)) {}

  void TestBody() override {
    scenario::LoadResult loaded = scenario::LoadScenario(file_);
    ASSERT_TRUE(loaded.scenario.has_value()) << loaded.ToString();
    loaded.scenario->without_fixes = {};
    ExploreOptions options;
    options.runs = runs_;
    options.stop_after = 1;
    ExploreObserver observer;
    const ExploreResult result = Explore(*loaded.scenario, options, observer);
    EXPECT_EQ(result.undecided, 0u);
    for (const Found& found : result.found) {
      std::cout << expected_.wrong << "\n"
                << found.problem.kind << " after " << found.run + 1
                << " schedules (" << found.strategy << "), "
                << found.problem.signature << "\n"
                << found.problem.text << "\n";
      if (expected_.finds.empty()) {
        ADD_FAILURE() << "found, though no rule is wrong";
      } else {
        EXPECT_THAT(found.problem.signature, StartsWith(expected_.finds));
      }
    }
    EXPECT_EQ(result.found.empty(), expected_.finds.empty())
        << "in " << result.runs << " schedules; " << expected_.wrong;
  }

 private:
  std::string file_;
  uint64_t runs_;
  Expected expected_;
};

// "FILE:RUNS".
void Register(const std::string& scenario, const Expected& expected) {
  const size_t colon = scenario.rfind(':');
  const std::string file = scenario.substr(0, colon);
  const uint64_t runs = std::stoull(scenario.substr(colon + 1));
  ::testing::RegisterTest(
      expected.finds.empty() ? "Driver" : "Mutant", file.c_str(), nullptr,
      nullptr, __FILE__, __LINE__,
      [=]() -> Exploration* { return new Exploration(file, runs, expected); });
}

}  // namespace
}  // namespace bindersim::explore

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  std::vector<std::string> scenarios;
  bindersim::explore::Expected expected;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = [&](std::string_view option) {
      return std::string(argument.substr(option.size()));
    };
    if (argument.starts_with("--scenario=")) {
      scenarios.push_back(value("--scenario="));
    } else if (argument.starts_with("--finds=")) {
      expected.finds = value("--finds=");
    } else if (argument.starts_with("--wrong=")) {
      expected.wrong = value("--wrong=");
    } else {
      std::cerr << "unknown: " << argument << "\n";
      return 2;
    }
  }
  for (const std::string& scenario : scenarios) {
    bindersim::explore::Register(scenario, expected);
  }
  return RUN_ALL_TESTS();
}
