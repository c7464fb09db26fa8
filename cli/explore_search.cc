// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/explore_search.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "cli/exit_status.h"
#include "cli/finding_files.h"
#include "cli/input.h"
#include "cli/interrupts.h"
#include "cli/output.h"
#include "explore/certificate.h"
#include "explore/search.h"
#include "run/simulate.h"

namespace bindersim::cli {

namespace {

std::string TextOf(const explore::SearchResult& result,
                   const std::vector<std::string>& paths) {
  std::string text = fmt::format(
      "{} states, {} transitions, {} revisits, {} ends of runs, at most {} "
      "transitions deep, {} protocol cells\n",
      result.states, result.transitions, result.revisits, result.runs,
      result.deepest, result.cells.size());
  if (result.exhausted) {
    text += fmt::format(
        "exhausted: {} states, digest {}\n"
        "           {} different ends, digest {}\n",
        result.states, result.digest.ToHex(), result.ends,
        result.ends_digest.ToHex());
  } else {
    text += fmt::format("not exhausted: about {}.{:04} % is done\n",
                        result.done_ppm / 10'000, result.done_ppm % 10'000);
  }
  if (result.interrupted) text += "interrupted\n";
  if (result.cut_off > 0) {
    text +=
        fmt::format("{} ways were cut off by --max-steps\n", result.cut_off);
  }
  if (result.found.empty()) text += "nothing found\n";
  for (size_t i = 0; i < result.found.size(); ++i) {
    text += fmt::format("found: {}\n  {}\n", result.found[i].problem.signature,
                        ReplayCommand(paths[i]));
  }
  return text;
}

// `confirmed`: the certificate that is verified, if there is one.
std::string JsonOf(const explore::SearchResult& result,
                   const std::vector<std::string>& paths,
                   std::optional<bool> confirmed) {
  nlohmann::ordered_json json;
  json["schema_version"] = 1;
  json["states"] = result.states;
  json["transitions"] = result.transitions;
  json["revisits"] = result.revisits;
  json["ends_of_runs"] = result.runs;
  json["cut_off"] = result.cut_off;
  json["deepest"] = result.deepest;
  json["protocol_cells"] = result.cells.Names();
  json["exhausted"] = result.exhausted;
  json["interrupted"] = result.interrupted;
  json["done_ppm"] = result.done_ppm;
  json["digest"] = result.digest.ToHex();
  json["ends"] = result.ends;
  json["ends_digest"] = result.ends_digest.ToHex();
  if (confirmed) json["confirmed"] = *confirmed;
  json["findings"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < result.found.size(); ++i) {
    nlohmann::ordered_json entry;
    entry["signature"] = result.found[i].problem.signature;
    entry["kind"] = result.found[i].problem.kind;
    entry["text"] = result.found[i].problem.text;
    entry["decisions"] = result.found[i].schedule.size();
    entry["file"] = paths[i];
    json["findings"].push_back(entry);
  }
  return json.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

explore::SearchOptions OptionsOf(const ExploreArguments& arguments,
                                 const explore::ExploreOptions& explored) {
  explore::SearchOptions search;
  search.reduction = arguments.reduction.value_or(search.reduction);
  search.use_states = !arguments.stateless;
  search.symmetric = arguments.no_symmetry ? Symmetric::kNo : Symmetric::kYes;
  search.checking =
      explored.check_every == 1 ? Checking::kEveryTransition : Checking::kOff;
  search.max_states = arguments.max_states.value_or(search.max_states);
  search.stop_after = explored.stop_after;
  search.interrupt = explored.interrupt;
  return search;
}

// Says on standard error whether the certificate is confirmed. Returns an exit
// status.
int SayConfirmed(const ExploreArguments& arguments, const absl::Status& same) {
  if (!same.ok()) {
    std::fprintf(stderr, "bindersim: %s is not confirmed: %s\n",
                 arguments.verify.c_str(), std::string(same.message()).c_str());
    return run::kExitFound;
  }
  if (!arguments.quiet) {
    std::fprintf(stderr, "%s is confirmed\n", arguments.verify.c_str());
  }
  return kExitOk;
}

}  // namespace

int SearchScenario(const ExploreArguments& arguments,
                   const explore::ExploreOptions& explored,
                   const scenario::Scenario& scenario, const std::string& json,
                   Progress& progress) {
  if (!arguments.certificate.empty()) {
    const absl::Status status = CanWrite(arguments.certificate);
    if (!status.ok()) return FileError(status);
  }
  std::optional<explore::Certificate> before;
  if (!arguments.verify.empty()) {
    const auto text = ReadFile(arguments.verify);
    if (!text.ok()) return FileError(text.status());
    auto parsed = explore::ParseCertificate(*text, arguments.verify);
    if (!parsed.ok()) return InvalidInput(parsed.status());
    before = *std::move(parsed);
    const absl::Status same = explore::CompareScenarios(*before, json);
    if (!same.ok()) return SayConfirmed(arguments, same);
  }
  const explore::SearchOptions options = OptionsOf(arguments, explored);
  explore::Trial trial(scenario, explored.trial);
  explore::SearchResult result;
  {
    const CatchInterrupts interrupts;
    result = explore::Search(
        trial, options,
        [&](const explore::SearchFound& found) {
          progress.OnFound(
              {found.problem, 0, arguments.strategy, found.schedule});
        },
        [&](const explore::SearchResult& so_far) {
          return progress.OnSearchProgress(so_far);
        });
  }
  progress.Clear();
  if (!progress.status().ok()) return FileError(progress.status());
  std::optional<explore::Certificate> now;
  if (result.exhausted) {
    now = explore::Certify(options, result, arguments.file, json);
  }
  const bool compares = before && now;
  const absl::Status same =
      compares ? explore::Compare(*before, *now) : absl::OkStatus();
  std::optional<bool> confirmed;
  if (before) confirmed = compares && same.ok();
  const absl::Status printed =
      PrintText(arguments.json ? JsonOf(result, progress.paths(), confirmed)
                               : TextOf(result, progress.paths()));
  if (!printed.ok()) return FileError(printed);
  progress.SaySpeed(result.states, "states");
  if (result.interrupted) return kExitInterrupted;
  if (now && !arguments.certificate.empty()) {
    const absl::Status written =
        WriteText(arguments.certificate, explore::ToJson(*now));
    if (!written.ok()) return FileError(written);
  }
  if (compares) return SayConfirmed(arguments, same);
  if (!result.found.empty()) return run::kExitFound;
  return result.exhausted ? run::kExitOk : run::kExitUndecided;
}

}  // namespace bindersim::cli
