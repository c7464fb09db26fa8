// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/finding.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "explore/json_reader.h"
#include "model/scenario/cost_profile.h"
#include "model/scenario/loader.h"
#include "model/scenario/text_file.h"
#include "run/digest_sink.h"
#include "run/simulate.h"

namespace bindersim::explore {

namespace {

using Json = nlohmann::ordered_json;

constexpr uint32_t kSchemaVersion = 1;

Json ToJson(const Decision& decision) {
  Json json;
  json["who"] = decision.place.who;
  json["at"] = decision.place.at;
  json["nth"] = decision.place.nth;
  json["take"] = decision.take;
  if (!decision.take_at.empty()) json["take_at"] = decision.take_at;
  return json;
}

Schedule ReadSchedule(JsonReader& reader, const Json& root) {
  Schedule schedule;
  const Json* entries =
      reader.Member(root, "", "schedule", JsonReader::Type::kArray);
  if (entries == nullptr) return schedule;
  for (size_t i = 0; i < entries->size(); ++i) {
    const Json& entry = (*entries)[i];
    const std::string path = fmt::format("/schedule/{}", i);
    if (!entry.is_object()) {
      reader.Fail(path, "is no object", JsonReader::Type::kObject);
      break;
    }
    Decision decision;
    decision.place.who = reader.Text(entry, path, "who");
    decision.place.at = reader.Text(entry, path, "at");
    decision.place.nth =
        static_cast<uint32_t>(reader.Number(entry, path, "nth"));
    decision.take = reader.Text(entry, path, "take");
    if (entry.contains("take_at")) {
      decision.take_at = reader.Text(entry, path, "take_at");
    }
    schedule.push_back(std::move(decision));
  }
  return schedule;
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
  json["timing"] = finding.timing == Timing::kTimed ? "timed" : "untimed";
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

absl::StatusOr<FindingFile> ParseFinding(const std::string& text,
                                         const std::string& name) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(name + ": " + MessageOf(error));
  }
  if (!json.is_object() || !json.contains("bindersim") ||
      json["bindersim"] != "finding") {
    return absl::InvalidArgumentError(
        name +
        ": not a finding; what is wanted is a file that `bindersim "
        "explore` wrote");
  }
  JsonReader reader(name);
  FindingFile finding;
  const uint64_t version = reader.Number(json, "", "schema_version");
  if (reader.status().ok() && version != kSchemaVersion) {
    return absl::InvalidArgumentError(
        fmt::format("{}: /schema_version is {}; this bindersim reads {}", name,
                    version, kSchemaVersion));
  }
  if (const Json* problem =
          reader.Member(json, "", "problem", JsonReader::Type::kObject)) {
    finding.problem.kind = reader.Text(*problem, "/problem", "kind");
    finding.problem.text = reader.Text(*problem, "/problem", "text");
    finding.problem.signature = reader.Text(*problem, "/problem", "signature");
    finding.problem.at = sim::Time{sim::Duration{
        static_cast<int64_t>(reader.Number(*problem, "/problem", "at_ns"))}};
  }
  const std::string timing = reader.Text(json, "", "timing");
  finding.timing = timing == "timed" ? Timing::kTimed : Timing::kUntimed;
  finding.checking =
      reader.Bool(json, "", "check") ? Checking::kEverySection : Checking::kOff;
  finding.max_steps = reader.Number(json, "", "max_steps");
  finding.strategy = reader.Text(json, "", "strategy");
  finding.seed = reader.Number(json, "", "seed");
  finding.run = reader.Number(json, "", "run");
  finding.schedule = ReadSchedule(reader, json);
  finding.records = reader.Number(json, "", "records");
  finding.digest = reader.Text(json, "", "digest");
  if (json.contains("critical_step")) {
    if (const Json* step = reader.Member(json, "", "critical_step",
                                         JsonReader::Type::kObject)) {
      finding.critical.emplace();
      finding.critical->transition =
          reader.Text(*step, "/critical_step", "transition");
      finding.critical->before =
          reader.Number(*step, "/critical_step", "before");
      finding.critical->of = reader.Number(*step, "/critical_step", "of");
      finding.critical->certain =
          reader.Bool(*step, "/critical_step", "certain");
    }
  }
  finding.scenario_name = reader.Text(json, "", "scenario_file");
  if (const Json* scenario =
          reader.Member(json, "", "scenario", JsonReader::Type::kObject)) {
    finding.scenario_json = scenario->dump(2);
  }
  if (!reader.status().ok()) return reader.status();
  return finding;
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
