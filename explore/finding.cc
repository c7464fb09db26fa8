// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/finding.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "explore/json_reader.h"
#include "model/scenario/cost_profile.h"
#include "model/scenario/json_source.h"
#include "model/scenario/problem.h"
#include "model/scenario/reader.h"
#include "model/scenario/text_file.h"
#include "run/digest_sink.h"
#include "run/simulate.h"

namespace bindersim::explore {

namespace {

using Json = nlohmann::ordered_json;
using Kind = JsonReader::Kind;

constexpr uint32_t kSchemaVersion = 1;
constexpr char kTimed[] = "timed";
constexpr char kUntimed[] = "untimed";

Json ToJson(const Decision& decision) {
  Json json;
  json["who"] = decision.place.who;
  json["at"] = decision.place.at;
  json["nth"] = decision.place.nth;
  json["take"] = decision.take;
  if (!decision.take_at.empty()) json["take_at"] = decision.take_at;
  return json;
}

Schedule ReadSchedule(const JsonReader& reader, const scenario::Place& root) {
  constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
  Schedule schedule;
  const scenario::Place entries = reader.Member(root, "schedule", Kind::kArray);
  for (const scenario::Place& entry : entries.Children()) {
    if (!reader.Is(entry, Kind::kObject)) break;
    Decision decision;
    decision.place.who = reader.Text(entry, "who");
    decision.place.at = reader.Text(entry, "at");
    decision.place.nth =
        static_cast<uint32_t>(reader.Number(entry, "nth", 1, kMost));
    decision.take = reader.Text(entry, "take");
    if (entry.Member("take_at")) {
      decision.take_at = reader.Text(entry, "take_at");
    }
    schedule.push_back(std::move(decision));
  }
  return schedule;
}

CriticalStep ReadCriticalStep(const JsonReader& reader,
                              const scenario::Place& root) {
  CriticalStep step;
  if (const scenario::Place place =
          reader.Member(root, "critical_step", Kind::kObject)) {
    step.transition = reader.Text(place, "transition");
    step.before = reader.Number(place, "before");
    step.of = reader.Number(place, "of");
    step.certain = reader.Bool(place, "certain");
  }
  return step;
}

// What a finding says beside its scenario.
FindingFile ReadFinding(const scenario::Reporter& reporter) {
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  const JsonReader reader(reporter);
  const scenario::Place root = reporter.Root();
  FindingFile finding;
  const scenario::Place mark = root.Member("bindersim");
  if (!mark || !mark->IsString() || mark->text != "finding") {
    reporter.Report(root, "what is not a finding",
                    "a file that `bindersim explore` wrote");
    return finding;
  }
  // Another version may mean something else by all that follows.
  reader.Number(root, "schema_version", kSchemaVersion, kSchemaVersion);
  if (!reporter.problems().empty()) return finding;
  if (const scenario::Place problem =
          reader.Member(root, "problem", Kind::kObject)) {
    finding.problem.kind = reader.Text(problem, "kind");
    finding.problem.text = reader.Text(problem, "text");
    finding.problem.signature = reader.Text(problem, "signature");
    finding.problem.at = sim::Time{sim::Duration{
        static_cast<int64_t>(reader.Number(problem, "at_ns", 0, kMost))}};
  }
  finding.timing = reader.Word(root, "timing", {kTimed, kUntimed}) == kTimed
                       ? Timing::kTimed
                       : Timing::kUntimed;
  finding.checking =
      reader.Bool(root, "check") ? Checking::kEverySection : Checking::kOff;
  finding.max_steps = reader.Number(root, "max_steps");
  finding.strategy = reader.Text(root, "strategy");
  finding.seed = reader.Number(root, "seed");
  finding.run = reader.Number(root, "run");
  finding.schedule = ReadSchedule(reader, root);
  finding.records = reader.Number(root, "records");
  finding.digest = reader.Text(root, "digest");
  if (root.Member("critical_step")) {
    finding.critical = ReadCriticalStep(reader, root);
  }
  finding.scenario_name = reader.Text(root, "scenario_file");
  reader.Member(root, "scenario", Kind::kObject);
  return finding;
}

// The costs of a profile file, in the form that a scenario may contain.
Json Flattened(const Json& profile) {
  Json costs = Json::object();
  for (const auto& [key, group] : profile.items()) {
    if (key == "base") costs[key] = group;
    if (!group.is_object()) continue;
    for (const auto& [cost, value] : group.items()) {
      costs[key][cost] =
          value.is_object() && value.contains("value") ? value["value"] : value;
    }
  }
  return costs;
}

// The costs of a scenario of `file`, with what a file says that they name.
absl::StatusOr<Json> WithoutFiles(const Json& costs, const std::string& file) {
  const Json base = costs.is_object() ? costs.value("base", Json()) : costs;
  if (!base.is_string()) return costs;
  const auto path = scenario::ProfileFile(file, base.get<std::string>());
  if (!path) return costs;
  const auto profile = scenario::ReadTextFile(*path);
  if (!profile.ok()) {
    return absl::UnavailableError(
        fmt::format("{}: {}", *path, std::string(profile.status().message())));
  }
  Json result = Flattened(Json::parse(*profile, nullptr, true, true));
  if (!costs.is_object()) return result;
  for (const auto& [key, group] : costs.items()) {
    if (key != "base") result[key].update(group);
  }
  return result;
}

// nlohmann's message begins with a tag in brackets, which says nothing.
std::string MessageOf(const Json::exception& error) {
  const std::string text = error.what();
  const size_t end = text.find("] ");
  return end == std::string::npos ? text : text.substr(end + 2);
}

// Names of files need not be UTF-8.
std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

FindingFile MakeFinding(const Exploration& exploration, const Found& found,
                        Trial& trial) {
  FindingFile finding;
  finding.problem = found.problem;
  finding.scenario_name = exploration.scenario_name;
  finding.scenario_json = exploration.scenario_json;
  finding.timing = trial.options().timing;
  finding.max_steps = trial.options().max_steps;
  finding.seed = exploration.seed;
  finding.run = found.run;
  finding.strategy = found.strategy;
  finding.schedule = found.schedule;
  Confirm(finding, trial);
  return finding;
}

std::string ToJson(const FindingFile& finding, const std::string& reproduce) {
  Json json;
  json["bindersim"] = "finding";
  json["schema_version"] = kSchemaVersion;
  json["version"] = run::kVersion;
  json["problem"]["kind"] = finding.problem.kind;
  json["problem"]["text"] = finding.problem.text;
  json["problem"]["signature"] = finding.problem.signature;
  json["problem"]["at_ns"] = finding.problem.at.time_since_epoch().count();
  json["reproduce"] = reproduce;
  json["timing"] = finding.timing == Timing::kTimed ? kTimed : kUntimed;
  json["check"] = finding.checking == Checking::kEverySection;
  json["max_steps"] = finding.max_steps;
  json["strategy"] = finding.strategy;
  json["seed"] = finding.seed;
  json["run"] = finding.run;
  json["schedule"] = Json::array();
  for (const Decision& decision : finding.schedule) {
    json["schedule"].push_back(ToJson(decision));
  }
  json["records"] = finding.records;
  json["digest"] = finding.digest;
  if (finding.critical) {
    Json& critical = json["critical_step"];
    critical["transition"] = finding.critical->transition;
    critical["before"] = finding.critical->before;
    critical["of"] = finding.critical->of;
    critical["certain"] = finding.critical->certain;
  }
  json["scenario_file"] = finding.scenario_name;
  json["scenario"] = Json::parse(finding.scenario_json);
  return Dump(json) + "\n";
}

scenario::LoadResult ParseFinding(const std::string& text,
                                  const std::string& file,
                                  FindingFile& finding) {
  scenario::Problems problems;
  const auto document =
      scenario::Document::Parse(text, file, problems, kFileLimits);
  if (!document) return scenario::ReadScenario(document, std::move(problems));
  finding = ReadFinding(scenario::Reporter(*document, problems));
  std::optional<scenario::Document> part;
  if (problems.empty()) part = document->Part("scenario", problems);
  scenario::LoadResult result =
      scenario::ReadScenario(part, std::move(problems));
  if (!result.scenario) return result;
  // Somebody may have put the name of a file into it.
  auto json = Embeddable(scenario::CompactJson(part->root()), file);
  if (json.ok()) {
    finding.scenario_json = *std::move(json);
  } else {
    result.scenario.reset();
    result.unreadable = true;
    scenario::Problem problem;
    problem.file = file;
    problem.found = "a cost profile that cannot be read any more";
    problem.note = std::string(json.status().message());
    result.problems.push_back(std::move(problem));
  }
  return result;
}

absl::StatusOr<std::string> Embeddable(const std::string& text,
                                       const std::string& file,
                                       const EmbedOptions& options) {
  try {
    Json json = Json::parse(text, nullptr, true, /*ignore_comments=*/true);
    const auto machine = json.find("machine");
    if (machine != json.end() && machine->contains("costs")) {
      auto costs = WithoutFiles(machine->at("costs"), file);
      if (!costs.ok()) return costs.status();
      machine->at("costs") = *std::move(costs);
    }
    if (options.with_fixes && json.contains("driver")) {
      json["driver"].erase("without_fix");
    }
    if (!options.jitter.empty()) json["machine"]["jitter"] = options.jitter;
    if (!json.contains("name")) {
      // It would be named after the finding's file.
      json["name"] = scenario::NameFor(file);
    }
    return Dump(json);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(file + ": " + MessageOf(error));
  }
}

Replayed Confirm(FindingFile& finding, Trial& trial) {
  finding.checking = Checking::kOff;
  Replayed replayed = Replay(trial, finding.schedule, finding.checking);
  if (!replayed.outcome.Has(finding.problem.signature)) {
    // It takes somebody who looks after every section.
    finding.checking = Checking::kEverySection;
    replayed = Replay(trial, finding.schedule, finding.checking);
  }
  finding.digest = replayed.digest;
  finding.records = replayed.records;
  return replayed;
}

Replayed Replay(Trial& trial, const Schedule& schedule, Checking checking,
                const std::vector<sim::Sink*>& sinks) {
  run::DigestSink digest;
  sim::Recorder recorder;
  recorder.AddSink(&digest);
  for (sim::Sink* sink : sinks) recorder.AddSink(sink);
  ReplayChooser chooser(schedule, trial.world());
  Replayed result;
  result.outcome = trial.RunRecorded(chooser, recorder, checking);
  result.digest = digest.digest().Value().ToHex();
  result.records = digest.digest().count();
  for (size_t i = 0; i < schedule.size(); ++i) {
    if (!chooser.used()[i]) result.unused.push_back(i);
  }
  return result;
}

}  // namespace bindersim::explore
