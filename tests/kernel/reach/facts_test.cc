// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Holds the model against what the real driver did in the scripts of this
// folder; facts.txt says which facts they are about.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "model/script/result.h"
#include "model/script/runner.h"
#include "model/script/script.h"

namespace bindersim::coverage {
namespace {

using Json = nlohmann::json;

TEST(Facts, TheModelDoesWhatTheKernelDid) {
  std::ifstream scripts("tests/kernel/reach/facts.jsonl");
  std::ifstream results("tests/kernel/reach/facts.results.jsonl");
  std::string script;
  std::string result;
  size_t count = 0;
  while (std::getline(scripts, script)) {
    ASSERT_TRUE(std::getline(results, result)) << count;
    const auto parsed = script::ParseScript(script);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    const Json recorded = Json::parse(result);
    const Json simulated = Json::parse(script::ToJson(script::Run(*parsed)));
    EXPECT_EQ(simulated, recorded)
        << parsed->name << ": " << Json::diff(recorded, simulated);
    ++count;
  }
  EXPECT_GT(count, 0u);
  EXPECT_FALSE(std::getline(results, result));
}

}  // namespace
}  // namespace bindersim::coverage
