// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Scenario files to validated scenarios.
//
//   const LoadResult result = LoadScenario("scenarios/basics/first.json");
//   if (!result.scenario) {
//     std::cerr << result.ToString();
//     return result.exit_status();
//   }
//
// Nothing runs if anything is wrong: there is a scenario if and only if there
// is no problem. Checks come in three steps, each over the whole file, and a
// step with problems is the last: the text is JSON; its structure is that of
// scenarios/scenario.schema.json; names, references and amounts make sense.

#ifndef BINDERSIM_MODEL_SCENARIO_LOADER_H_
#define BINDERSIM_MODEL_SCENARIO_LOADER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/scenario/json_source.h"
#include "model/scenario/problem.h"
#include "model/scenario/scenario.h"

namespace bindersim::scenario {

struct LoadResult {
  std::optional<Scenario> scenario;
  std::vector<Problem> problems;  // the first Problems::kMaxListed by place
  size_t more_problems = 0;       // how many are not listed
  bool unreadable = false;  // the scenario or a cost profile cannot be read

  // One line for each problem, and "... and N more".
  std::string ToString() const;
  // 0, 3 (invalid) or 4 (unreadable).
  int exit_status() const;
};

// Loads the file. Cost profiles are looked for from its folder.
LoadResult LoadScenario(const std::string& path);

// The same for a text that came from somewhere else. `file` names it in
// messages; cost profiles are looked for from its folder.
LoadResult ParseScenario(const std::string& text, const std::string& file);

// The same for a document that was parsed already, or could not be. `problems`
// are those that it had; with any there is no scenario.
LoadResult ReadScenario(const std::optional<Document>& document,
                        Problems problems);

// What a scenario is called that has no name: after its file, which need not
// be UTF-8. "scenarios/basics/first.json" -> "first"
std::string NameFor(const std::string& file);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_LOADER_H_
