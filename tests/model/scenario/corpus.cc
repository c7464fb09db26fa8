// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/model/scenario/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "sim/check.h"

namespace bindersim::scenario {

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") {
      result.push_back(entry.path().string());
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string ReadFileOrDie(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  SIM_CHECK(stream.good()) << path;
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

Node ParseOrDie(const std::string& text) {
  Problems problems;
  const std::optional<Document> document =
      Document::Parse(text, "test.json", problems);
  SIM_CHECK(document.has_value()) << problems.Listed()[0].ToString();
  return document->root();
}

void VisitNodes(Node& root, const std::function<void(Node&)>& visit) {
  visit(root);
  for (Node& child : root.children) VisitNodes(child, visit);
}

}  // namespace bindersim::scenario
