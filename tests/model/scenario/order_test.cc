// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The order of the members of an object has no effect on what is wrong with a
// scenario, nor, but for numbering, on what it means.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/scenario/loader.h"
#include "sim/random.h"
#include "tests/model/scenario/corpus.h"

namespace bindersim::scenario {
namespace {

// Methods keep their order: it numbers them, as in AIDL.
std::string Shuffled(const std::string& text, sim::Stream& random) {
  Node root = ParseOrDie(text);
  VisitNodes(root, [&random](Node& node) {
    if (!node.IsObject() || node.key == "methods") return;
    for (size_t i = node.children.size(); i > 1; --i) {
      std::swap(node.children[i - 1], node.children[random.Below(i)]);
    }
  });
  return CompactJson(root);
}

// The problems without their places, sorted.
std::vector<std::string> ProblemsOf(const std::string& text,
                                    const std::string& file) {
  std::vector<std::string> result;
  for (Problem problem : ParseScenario(text, file).problems) {
    problem.line = 0;
    result.push_back(problem.ToString());
  }
  std::sort(result.begin(), result.end());
  return result;
}

TEST(Order, HasNoEffectOnProblems) {
  sim::Stream random = sim::MakeStream(1, "order");
  for (const std::string& file : FilesIn(kBadFolder)) {
    Problems problems;
    const std::string text = ReadFileOrDie(file);
    if (!Document::Parse(text, file, problems)) continue;
    const LoadResult result = ParseScenario(text, file);
    // Which of many are listed, and which of two equals is the second, depends
    // on their places.
    if (result.more_problems > 0 ||
        file.find("codes.json") != std::string::npos) {
      continue;
    }
    const std::vector<std::string> expected = ProblemsOf(text, file);
    for (int round = 0; round < 5; ++round) {
      EXPECT_EQ(ProblemsOf(Shuffled(text, random), file), expected) << file;
    }
  }
}

// What a process is, without indices.
using Summary = std::tuple<uint32_t, uint32_t, std::string, uint64_t, bool>;

std::map<std::string, Summary> SummaryOf(const Scenario& scenario) {
  std::map<std::string, Summary> result;
  for (const userspace::ProcessSetup& process : scenario.setup.processes) {
    result[process.name] = {process.pid, process.uid, process.device,
                            process.map_size, process.thread_pool};
  }
  return result;
}

std::map<std::string, std::pair<uint32_t, bool>> CallsOf(
    const Scenario& scenario) {
  std::map<std::string, std::pair<uint32_t, bool>> result;
  for (const userspace::Block& block : scenario.setup.blocks) {
    for (const userspace::Action& action : block.actions) {
      if (const auto* call = std::get_if<userspace::Call>(&action.body)) {
        result[action.pointer] = {call->code, call->oneway};
      }
    }
  }
  return result;
}

TEST(Order, HasNoEffectOnMeaning) {
  sim::Stream random = sim::MakeStream(2, "order");
  for (const std::string& file : FilesIn(kGoodFolder)) {
    const std::string text = ReadFileOrDie(file);
    const LoadResult expected = ParseScenario(text, file);
    ASSERT_TRUE(expected.scenario.has_value()) << expected.ToString();
    for (int round = 0; round < 20; ++round) {
      const LoadResult result = ParseScenario(Shuffled(text, random), file);
      ASSERT_TRUE(result.scenario.has_value()) << result.ToString();
      EXPECT_EQ(SummaryOf(*result.scenario), SummaryOf(*expected.scenario));
      EXPECT_EQ(CallsOf(*result.scenario), CallsOf(*expected.scenario));
      EXPECT_EQ(result.scenario->costs, expected.scenario->costs);
      EXPECT_EQ(result.scenario->expectations.size(),
                expected.scenario->expectations.size());
    }
  }
}

}  // namespace
}  // namespace bindersim::scenario
