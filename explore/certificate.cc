// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/certificate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "explore/json_reader.h"
#include "model/scenario/json_source.h"
#include "model/scenario/problem.h"
#include "model/scenario/reader.h"
#include "sim/check.h"
#include "sim/hash128.h"

namespace bindersim::explore {

namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kSchemaVersion = 2;

const char* NameOf(Reduction reduction) {
  switch (reduction) {
    case Reduction::kNone:
      return "none";
    case Reduction::kSleepSets:
      return "sleep";
    case Reduction::kPersistentSets:
      break;
  }
  return "persistent";
}

template <class T>
absl::Status Same(const char* what, const T& before, const T& now) {
  if (before == now) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{}: {} in the certificate, {} now", what, before, now));
}

Certificate ReadCertificate(const scenario::Reporter& reporter) {
  using Kind = JsonReader::Kind;
  const JsonReader reader(reporter);
  const scenario::Place root = reporter.Root();
  Certificate certificate;
  if (!reader.Is(root, Kind::kObject)) return certificate;
  // Another version may mean something else by all that follows.
  reader.Number(root, "schema_version", kSchemaVersion, kSchemaVersion);
  if (!reporter.problems().empty()) return certificate;
  certificate.scenario_name = reader.Text(root, "scenario_name");
  certificate.scenario_digest = reader.Text(root, "scenario_digest");
  certificate.reduction =
      reader.Word(root, "reduction",
                  {NameOf(Reduction::kNone), NameOf(Reduction::kSleepSets),
                   NameOf(Reduction::kPersistentSets)});
  certificate.stateless = reader.Bool(root, "stateless");
  certificate.symmetric = reader.Bool(root, "symmetric");
  certificate.checked = reader.Bool(root, "checked");
  certificate.states = reader.Number(root, "states");
  certificate.digest = reader.Text(root, "digest");
  certificate.ends = reader.Number(root, "ends");
  certificate.ends_digest = reader.Text(root, "ends_digest");
  const scenario::Place found = reader.Member(root, "problems", Kind::kArray);
  for (const scenario::Place& signature : found.Children()) {
    if (!reader.Is(signature, Kind::kString)) break;
    certificate.problems.push_back(signature->text);
  }
  return certificate;
}

std::string DigestOf(const std::string& scenario_json) {
  return sim::HashBytes(std::as_bytes(std::span(scenario_json))).ToHex();
}

}  // namespace

Certificate Certify(const SearchOptions& options, const SearchResult& result,
                    const std::string& scenario_name,
                    const std::string& scenario_json) {
  SIM_CHECK(result.exhausted) << "there is more to be seen";
  Certificate certificate;
  certificate.scenario_name = scenario_name;
  certificate.scenario_digest = DigestOf(scenario_json);
  certificate.reduction = NameOf(options.reduction);
  certificate.stateless = !options.use_states;
  certificate.symmetric = options.symmetric == Symmetric::kYes;
  certificate.checked = options.checking != Checking::kOff;
  certificate.states = result.states;
  certificate.digest = result.digest.ToHex();
  certificate.ends = result.ends;
  certificate.ends_digest = result.ends_digest.ToHex();
  for (const SearchFound& found : result.found) {
    certificate.problems.push_back(found.problem.signature);
  }
  std::ranges::sort(certificate.problems);
  return certificate;
}

std::string ToJson(const Certificate& certificate) {
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["scenario_name"] = certificate.scenario_name;
  json["scenario_digest"] = certificate.scenario_digest;
  json["reduction"] = certificate.reduction;
  json["stateless"] = certificate.stateless;
  json["symmetric"] = certificate.symmetric;
  json["checked"] = certificate.checked;
  json["states"] = certificate.states;
  json["digest"] = certificate.digest;
  json["ends"] = certificate.ends;
  json["ends_digest"] = certificate.ends_digest;
  json["problems"] = certificate.problems;
  // The file's name need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Certificate> ParseCertificate(const std::string& text,
                                             const std::string& name) {
  scenario::Problems problems;
  const auto document =
      scenario::Document::Parse(text, name, problems, kFileLimits);
  Certificate certificate;
  if (document) {
    certificate = ReadCertificate(scenario::Reporter(*document, problems));
  }
  if (problems.empty()) return certificate;
  std::string message;
  for (const scenario::Problem& problem : problems.Listed()) {
    message += (message.empty() ? "" : "\n") + problem.ToString();
  }
  return absl::InvalidArgumentError(message);
}

absl::Status CompareScenarios(const Certificate& before,
                              const std::string& scenario_json) {
  return Same("scenario", before.scenario_digest, DigestOf(scenario_json));
}

absl::Status Compare(const Certificate& before, const Certificate& now) {
  absl::Status status =
      Same("scenario", before.scenario_digest, now.scenario_digest);
  // Who looks after every section stops where others go on.
  if (status.ok()) status = Same("checked", before.checked, now.checked);
  if (status.ok()) status = Same("ends", before.ends, now.ends);
  if (status.ok()) {
    status = Same("digest of ends", before.ends_digest, now.ends_digest);
  }
  if (status.ok()) {
    status = Same("problems", fmt::format("{}", before.problems),
                  fmt::format("{}", now.problems));
  }
  if (before.reduction != now.reduction || before.stateless != now.stateless ||
      before.symmetric != now.symmetric) {
    return status;
  }
  if (status.ok()) status = Same("states", before.states, now.states);
  if (status.ok()) status = Same("digest", before.digest, now.digest);
  return status;
}

}  // namespace bindersim::explore
