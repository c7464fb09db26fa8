// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
//   coverage --root TREE [--generated N] [--facts] [SCRIPTS RESULTS]...
//
// prints how often each ioctl, command, return, object, flag and error occurs
// in recorded kernel scripts and, for the same scripts and generated ones, on
// the simulated driver; then which facts of docs/binder-facts.md tests and
// recordings cite. The exit status is 1 if something never occurs, or is never
// cited, without a reason in unreachable.txt, and 2 if a file is wrong.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/script/result.h"
#include "model/script/runner.h"
#include "model/script/script.h"
#include "tests/kernel/generator/generator.h"
#include "tests/kernel/reach/counts.h"
#include "tests/kernel/reach/facts.h"
#include "tests/kernel/reach/report.h"

namespace bindersim::coverage {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> ReadLines(const fs::path& path) {
  std::vector<std::string> lines;
  std::istringstream text(ReadFile(path));
  std::string line;
  while (std::getline(text, line)) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// Counts what the script does on the simulated driver; not at all if it cannot
// be run there.
void Simulate(const std::string& text, Counts& counts) {
  const auto script = script::ParseScript(text);
  if (!script.ok()) return;
  CountResult(text, script::ToJson(script::Run(*script)), counts);
}

// NAME.jsonl and NAME.results.jsonl of the recordings kept with the tests.
std::vector<std::string> KeptRecordings(const fs::path& tree) {
  std::vector<std::string> files;
  for (const char* folder : {"recordings", "reach"}) {
    const fs::path path = tree / "tests/kernel" / folder;
    for (const auto& entry : fs::directory_iterator(path)) {
      const fs::path scripts = entry.path();
      fs::path results = scripts;
      results.replace_extension("results.jsonl");
      if (scripts.extension() == ".jsonl" && fs::exists(results)) {
        files.push_back(scripts.string());
      }
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> pairs;
  for (const std::string& scripts : files) {
    pairs.push_back(scripts);
    pairs.push_back(
        fs::path(scripts).replace_extension("results.jsonl").string());
  }
  return pairs;
}

Tries Count(const std::vector<std::string>& files, uint64_t generated) {
  Tries tries;
  for (size_t i = 0; i + 1 < files.size(); i += 2) {
    const std::vector<std::string> scripts = ReadLines(files[i]);
    const std::vector<std::string> results = ReadLines(files[i + 1]);
    if (scripts.size() != results.size()) {
      throw std::runtime_error(files[i] + " and " + files[i + 1] +
                               " have not as many lines");
    }
    for (size_t k = 0; k < scripts.size(); ++k) {
      CountScript(scripts[k], tries.scripts);
      CountResult(scripts[k], results[k], tries.recorded);
      Simulate(scripts[k], tries.simulated);
    }
  }
  for (uint64_t k = 0; k < generated; ++k) {
    const std::string script = generator::Generate(1, k, {});
    CountScript(script, tries.scripts);
    Simulate(script, tries.simulated);
  }
  return tries;
}

// The names of the kept recordings.
std::set<std::string> RecordingNames(const fs::path& tree) {
  std::set<std::string> names;
  for (const std::string& path : KeptRecordings(tree)) {
    if (path.ends_with(".results.jsonl")) continue;
    for (const std::string& line : ReadLines(path)) {
      const auto script = script::ParseScript(line);
      if (script.ok()) names.insert(script->name);
    }
  }
  return names;
}

using Places = std::map<std::string, std::vector<std::string>>;

void Cite(const std::string& text, const std::string& place,
          const std::set<std::string>& known, bool strict, Places& places) {
  for (const std::string& id : CitedFacts(text)) {
    if (!known.contains(id)) {
      if (strict) throw std::runtime_error(place + ": no fact " + id);
      continue;
    }
    std::vector<std::string>& list = places[id];
    if (list.empty() || list.back() != place) list.push_back(place);
  }
}

Places FindCitations(const fs::path& tree, const std::set<std::string>& known) {
  std::vector<std::string> sources;
  for (const auto& entry : fs::recursive_directory_iterator(tree / "tests")) {
    const std::string path = fs::relative(entry.path(), tree).string();
    const std::string suffix = entry.path().extension().string();
    const bool source = suffix == ".cc" || suffix == ".h" || suffix == ".py";
    if (source && path.find("tests/kernel/reach/") != 0) {
      sources.push_back(path);
    }
  }
  std::sort(sources.begin(), sources.end());
  Places places;
  for (const std::string& path : sources) {
    Cite(ReadFile(tree / path), path, known, false, places);
  }
  const std::set<std::string> names = RecordingNames(tree);
  const fs::path file = tree / "tests/kernel/reach/facts.txt";
  for (const auto& [name, ids] : ReadEntries(ReadFile(file))) {
    const bool is_file = name.find('/') != std::string::npos;
    if (is_file ? !fs::exists(tree / name) : !names.contains(name)) {
      throw std::runtime_error(file.string() + ": no recording or test " +
                               name);
    }
    Cite(ids, name, known, true, places);
  }
  return places;
}

int Main(int argc, char** argv) {
  CLI::App app("Prints what kernel scripts and tests reach.", "coverage");
  std::string root = ".";
  uint64_t generated = 500;
  bool all_facts = false;
  std::vector<std::string> files;
  app.add_option("--root", root, "the source tree (.)");
  app.add_option("--generated", generated,
                 "how many generated scripts are run on the model (500)");
  app.add_flag("--facts", all_facts, "print where each fact is cited");
  app.add_option("files", files,
                 "SCRIPTS.jsonl RESULTS.jsonl, any number of pairs (the "
                 "recordings kept with the tests)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (files.size() % 2 != 0) {
    std::cerr << "coverage: scripts without results\n";
    return 2;
  }
  try {
    const fs::path tree = root;
    const Reasons reasons =
        ReadEntries(ReadFile(tree / "tests/kernel/reach/unreachable.txt"));
    const std::vector<std::string> facts =
        DefinedFacts(ReadFile(tree / "docs/binder-facts.md"));
    const Report counted = ReportCounts(
        Count(files.empty() ? KeptRecordings(tree) : files, generated),
        reasons);
    const Report cited =
        ReportFacts(facts, FindCitations(tree, {facts.begin(), facts.end()}),
                    reasons, all_facts);
    const size_t unexplained = counted.unexplained + cited.unexplained;
    std::cout << counted.text << cited.text << "\n"
              << unexplained << " not explained\n";
    return unexplained == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "coverage: " << error.what() << "\n";
    return 2;
  }
}

}  // namespace
}  // namespace bindersim::coverage

int main(int argc, char** argv) {
  return bindersim::coverage::Main(argc, argv);
}
