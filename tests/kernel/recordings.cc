// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/recordings.h"

#include <fmt/format.h>

#include <fstream>

#include "model/script/script.h"
#include "nlohmann/json.hpp"
#include "sim/check.h"

namespace bindersim::script {

namespace {

using Json = nlohmann::json;

std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream stream(path);
  SIM_CHECK(stream.good()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Of a step that was skipped because a reference could not be resolved only
// that is compared, not which one it was.
Json Parsed(const std::string& text) {
  Json result = Json::parse(text);
  for (Json& step : result["steps"]) {
    if (!step.contains("self") || !step["self"].contains("skipped")) continue;
    const std::string why = step["self"]["skipped"];
    if (why.starts_with("unresolved")) step["self"]["skipped"] = "unresolved";
  }
  return result;
}

std::string OfStep(const Json& script, const Json& recorded, const Json& actual,
                   size_t i) {
  const auto at = [i](const Json& result) {
    return i < result["steps"].size() ? result["steps"][i].dump() : "nothing";
  };
  return fmt::format("step {}: {}\n  recorded {}\n  actual   {}\n", i,
                     at(script), at(recorded), at(actual));
}

}  // namespace

std::vector<Recording> ReadRecordings(const std::string& scripts_path,
                                      const std::string& results_path) {
  const std::vector<std::string> scripts = ReadLines(scripts_path);
  const std::vector<std::string> results = ReadLines(results_path);
  SIM_CHECK(scripts.size() == results.size())
      << scripts_path << " has " << scripts.size() << " lines, " << results_path
      << " " << results.size();
  std::vector<Recording> recordings;
  for (size_t i = 0; i < scripts.size(); ++i) {
    recordings.push_back({NameOf(scripts[i]), scripts[i], results[i]});
  }
  return recordings;
}

std::vector<Recording> ReadRecordings(const std::string& corpus) {
  const std::string path = "tests/kernel/recordings/" + corpus;
  return ReadRecordings(path + ".jsonl", path + ".results.jsonl");
}

std::string Difference(const Recording& recording, const std::string& actual) {
  if (actual == recording.result) return "";  // most are, to the letter
  const Json expected = Parsed(recording.result);
  const Json got = Parsed(actual);
  if (expected == got) return "";
  const Json script = Json::parse(recording.script);
  for (size_t i = 0; i < script["steps"].size(); ++i) {
    if (i >= expected["steps"].size() || i >= got["steps"].size() ||
        expected["steps"][i] != got["steps"][i]) {
      return OfStep(script, expected, got, i);
    }
  }
  return fmt::format("blocked at the end: recorded {}, actual {}; leak: {}\n",
                     expected["blocked"].dump(), got["blocked"].dump(),
                     got.contains("leak"));
}

std::string SideBySide(const Recording& recording, const std::string& actual) {
  const Json script = Json::parse(recording.script);
  const Json expected = Parsed(recording.result);
  const Json got = Parsed(actual);
  std::string text = fmt::format("{}: {}\n{}\n", recording.name,
                                 script.value("doc", "made at random"),
                                 script["processes"].dump());
  for (size_t i = 0; i < script["steps"].size(); ++i) {
    text += OfStep(script, expected, got, i);
  }
  return text;
}

}  // namespace bindersim::script
