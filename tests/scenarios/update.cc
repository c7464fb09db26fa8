// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes the expected statistics of all shipped scenarios anew:
//
//   bazel run //tests/scenarios:update

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "model/scenario/loader.h"
#include "tests/scenarios/shipped.h"

int main() {
  using namespace bindersim;
  const char* root = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (root == nullptr) {
    std::fprintf(stderr, "use: bazel run //tests/scenarios:update\n");
    return 2;
  }
  const std::string folder = std::string(root) + "/scenarios";
  for (const std::string& name : ShippedScenarios(folder)) {
    const scenario::LoadResult loaded =
        scenario::LoadScenario(ScenarioPath(folder, name));
    if (!loaded.scenario) {
      std::fputs(loaded.ToString().c_str(), stderr);
      return loaded.exit_status();
    }
    const run::Report report = run::Simulate(*loaded.scenario, {});
    const std::string text = ExpectedText(report);
    const std::string path = ExpectedPath(folder, name);
    const bool changed = text != ReadFile(path);
    if (changed) std::ofstream(path, std::ios::binary) << text;
    std::printf("%s: %s\n", name.c_str(), changed ? "updated" : "as before");
  }
  return 0;
}
