// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/loader.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "model/scenario/amounts.h"
#include "model/scenario/cost_profile.h"
#include "model/scenario/declarations.h"
#include "model/scenario/expectations.h"
#include "model/scenario/json_source.h"
#include "model/scenario/object_flow.h"
#include "model/scenario/programs.h"
#include "model/scenario/reader.h"
#include "model/scenario/setup_builder.h"
#include "model/scenario/structure.h"
#include "model/scenario/text_file.h"

namespace bindersim::scenario {
namespace {

constexpr int kExitInvalid = 3;
constexpr int kExitUnreadable = 4;

uint64_t ReadSeed(const Reporter& reporter, const Place& place) {
  uint64_t result = 0;
  const std::string& text = place->text;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), result);
  if (error != std::errc() || end != text.data() + text.size()) {
    reporter.Report(place, Describe(*place.node),
                    "an integer from 0 to 18446744073709551615");
  }
  return result;
}

ExploreDefaults ReadExplore(const Place& place) {
  ExploreDefaults result;
  if (!place) return result;
  if (const Place runs = place.Member("runs")) {
    result.runs = *runs->AsUint64();
  }
  const Place timing = place.Member("timing");
  result.timed = timing && timing->text == "timed";
  return result;
}

void ReadBound(const Reporter& reporter, const Place& place,
               sim::Duration& bound) {
  if (!place) return;
  bound =
      place->text == "none" ? sim::Duration::max() : ReadTime(reporter, place);
}

userspace::Bounds ReadBounds(const Reporter& reporter, const Place& place) {
  userspace::Bounds result;
  if (!place) return result;
  ReadBound(reporter, place.Member("starvation"), result.starvation);
  ReadBound(reporter, place.Member("answer"), result.answer);
  return result;
}

// REQUIRES: the document has the structure of the schema.
Scenario Build(const Reporter& reporter, bool& unreadable) {
  const Place root = reporter.Root();
  Scenario result;
  const Place name = root.Member("name");
  result.name = name ? name->text : NameFor(reporter.document().file());
  if (const Place about = root.Member("about")) result.about = about->text;
  if (const Place seed = root.Member("seed")) {
    result.seed = ReadSeed(reporter, seed);
  }
  const Place machine = root.Member("machine");
  const Place cpus = machine ? machine.Member("cpus") : Place{};
  if (cpus) result.cpus = static_cast<uint32_t>(*cpus->AsUint64());
  result.costs = ReadCosts(reporter, machine, unreadable);
  const Place switches = root.Member("driver");
  const Place version = switches ? switches.Member("version") : Place{};
  if (version) result.driver_version = version->text;
  const Place without = switches ? switches.Member("without_fix") : Place{};
  if (without) {
    for (const Place& fix : without.Children()) {
      result.without_fixes.Add(*driver::FixNamed(fix->text));
    }
  }
  if (const Place until = root.Member("until")) {
    result.until = ReadTime(reporter, until);
  }
  const Declarations declarations = Declare(reporter);
  Programs programs = Compile(reporter, declarations);
  const CallNames call_names = ResolveCalls(reporter, declarations, programs);
  result.setup = BuildSetup(reporter, declarations, std::move(programs));
  result.expectations = ReadExpectations(reporter, declarations, call_names);
  result.setup.watches = WatchesFor(result.expectations);
  result.setup.bounds = ReadBounds(reporter, root.Member("bounds"));
  result.explore = ReadExplore(root.Member("explore"));
  return result;
}

}  // namespace

std::string LoadResult::ToString() const {
  std::string text;
  for (const Problem& problem : problems) text += problem.ToString() + "\n";
  if (more_problems > 0) {
    text += fmt::format("... and {} more\n", more_problems);
  }
  return text;
}

int LoadResult::exit_status() const {
  if (scenario) return 0;
  return unreadable ? kExitUnreadable : kExitInvalid;
}

LoadResult LoadScenario(const std::string& path) {
  const auto text = ReadTextFile(path);
  if (text.ok()) return ParseScenario(*text, path);
  LoadResult result;
  result.unreadable = true;
  Problem problem;
  problem.file = path;
  problem.found = "no file that can be read";
  problem.note = std::string(text.status().message());
  result.problems.push_back(std::move(problem));
  return result;
}

LoadResult ParseScenario(const std::string& text, const std::string& file) {
  Problems problems;
  const auto document = Document::Parse(text, file, problems);
  return ReadScenario(document, std::move(problems));
}

LoadResult ReadScenario(const std::optional<Document>& document,
                        Problems problems) {
  LoadResult result;
  if (document && problems.empty()) {
    const Reporter reporter(*document, problems);
    if (CheckStructure(Schema::kScenario, reporter)) {
      Scenario scenario = Build(reporter, result.unreadable);
      if (problems.empty()) result.scenario = std::move(scenario);
    }
  }
  result.problems = problems.Listed();
  result.more_problems = problems.size() - result.problems.size();
  return result;
}

std::string NameFor(const std::string& file) {
  const size_t slash = file.rfind('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  const size_t dot = name.rfind('.');
  if (dot != std::string::npos && dot > 0) name.resize(dot);
  return AsUtf8(name);
}

}  // namespace bindersim::scenario
