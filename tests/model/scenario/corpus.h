// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The scenarios of tests/data, and what tests do to them.

#ifndef BINDERSIM_TESTS_MODEL_SCENARIO_CORPUS_H_
#define BINDERSIM_TESTS_MODEL_SCENARIO_CORPUS_H_

#include <functional>
#include <string>
#include <vector>

#include "model/scenario/json_source.h"

namespace bindersim::scenario {

inline constexpr char kGoodFolder[] = "tests/data/good_scenarios";
inline constexpr char kBadFolder[] = "tests/data/bad_scenarios";

// The *.json files right in `folder`, by name.
std::vector<std::string> FilesIn(const std::string& folder);

// The bytes of a file that must be there.
std::string ReadFileOrDie(const std::string& path);

// The root of a text that must be JSON.
Node ParseOrDie(const std::string& text);

// Calls `visit` for every value below and including `root`; changes that it
// makes to the value stay.
void VisitNodes(Node& root, const std::function<void(Node&)>& visit);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_TESTS_MODEL_SCENARIO_CORPUS_H_
