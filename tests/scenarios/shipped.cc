// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/scenarios/shipped.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bindersim {

namespace {

constexpr char kExpected[] = ".expected.json";
constexpr char kSchema[] = ".schema.json";

}  // namespace

std::vector<std::string> ShippedScenarios(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kExpected) || name.ends_with(kSchema) ||
        !name.ends_with(".json")) {
      continue;
    }
    names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> ShippedRaces() {
  std::vector<std::string> names = ShippedScenarios(kRacesFolder);
  std::erase_if(names,
                [](const std::string& name) { return name.ends_with(kFixed); });
  return names;
}

std::string ScenarioPath(const std::string& folder, const std::string& name) {
  return folder + "/" + name + ".json";
}

std::string ExpectedPath(const std::string& folder, const std::string& name) {
  return folder + "/" + name + kExpected;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ExpectedText(const run::Report& report) {
  return viz::StatisticsJson(report.statistics);
}

}  // namespace bindersim
