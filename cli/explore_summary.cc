// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/explore_summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/finding_files.h"
#include "explore/likelihood.h"

namespace bindersim::cli {

namespace {

using explore::ExploreResult;

std::string LikelihoodText(const ExploreResult& result, uint64_t hits) {
  if (result.runs == 0) return "";  // interrupted before that
  const explore::Likelihood likelihood =
      explore::EstimateLikelihood(hits, result.undecided, result.runs);
  return fmt::format(
      "  happens in {} of the schedules that costs make; with 95 % confidence "
      "in {} to {}\n",
      explore::ShareText(likelihood.estimate_ppb),
      explore::ShareText(likelihood.low_ppb),
      explore::ShareText(likelihood.high_ppb));
}

}  // namespace

std::string TextOf(const ExploreResult& result, bool estimate,
                   const std::vector<std::string>& paths) {
  std::string text = fmt::format(
      "{} schedules, {} choices, {} steps, {} protocol cells\n", result.runs,
      result.choices, result.steps, result.cells.size());
  for (const explore::StrategyCount& strategy : result.strategies) {
    text += fmt::format("  {:<10}{:>8} schedules{:>8} hits", strategy.name,
                        strategy.runs, strategy.failures);
    if (strategy.first_hit != 0) {
      text += fmt::format(", the first after {}", strategy.first_hit);
    }
    text += "\n";
    if (!strategy.guarantee.empty()) {
      text += "            " + strategy.guarantee + "\n";
    }
  }
  if (result.interrupted) text += "interrupted\n";
  if (result.undecided > 0) {
    text += fmt::format("{} schedules were cut off by --max-steps\n",
                        result.undecided);
  }
  if (result.found.empty()) {
    text += "nothing found\n";
    if (estimate) text += LikelihoodText(result, 0);
  }
  for (size_t i = 0; i < result.found.size(); ++i) {
    const explore::Problem& problem = result.found[i].problem;
    text += fmt::format("found: {} ({} of {} schedules)\n  {}\n",
                        problem.signature, result.Hits(problem.signature),
                        result.runs, ReplayCommand(paths[i]));
    if (estimate) {
      text += LikelihoodText(result, result.Hits(problem.signature));
    }
  }
  return text;
}

std::string JsonOf(const ExploreResult& result, bool estimate,
                   const std::vector<std::string>& paths) {
  nlohmann::ordered_json json;
  json["schema_version"] = 1;
  json["schedules"] = result.runs;
  json["interrupted"] = result.interrupted;
  json["undecided"] = result.undecided;
  json["choices"] = result.choices;
  json["steps"] = result.steps;
  json["protocol_cells"] = result.cells.Names();
  json["strategies"] = nlohmann::ordered_json::array();
  for (const explore::StrategyCount& strategy : result.strategies) {
    nlohmann::ordered_json entry;
    entry["name"] = strategy.name;
    entry["schedules"] = strategy.runs;
    entry["failures"] = strategy.failures;
    entry["first_hit"] = strategy.first_hit;
    entry["hits"] = strategy.hits;
    if (!strategy.guarantee.empty()) entry["guarantee"] = strategy.guarantee;
    json["strategies"].push_back(entry);
  }
  json["findings"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < result.found.size(); ++i) {
    const explore::Found& found = result.found[i];
    nlohmann::ordered_json entry;
    entry["signature"] = found.problem.signature;
    entry["kind"] = found.problem.kind;
    entry["text"] = found.problem.text;
    entry["run"] = found.run;
    entry["strategy"] = found.strategy;
    entry["decisions"] = found.schedule.size();
    entry["hits"] = result.Hits(found.problem.signature);
    entry["file"] = paths[i];
    if (estimate) {
      const explore::Likelihood likelihood = explore::EstimateLikelihood(
          result.Hits(found.problem.signature), result.undecided, result.runs);
      entry["likelihood_ppb"] = likelihood.estimate_ppb;
      entry["likelihood_low_ppb"] = likelihood.low_ppb;
      entry["likelihood_high_ppb"] = likelihood.high_ppb;
    }
    json["findings"].push_back(entry);
  }
  return json.dump(2, ' ', false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace bindersim::cli
