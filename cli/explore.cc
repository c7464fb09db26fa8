// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/finding_files.h"
#include "cli/shell_word.h"
#include "explore/explorer.h"
#include "explore/finding.h"
#include "explore/likelihood.h"
#include "explore/search.h"
#include "explore/strategies/strategy.h"
#include "model/scenario/loader.h"
#include "model/scenario/text_file.h"
#include "run/simulate.h"

namespace bindersim::cli {

namespace {

using explore::ExploreResult;
using explore::Found;

// Of timed explorations of scenarios that have none.
constexpr char kJitter[] = "10%";

struct Options {
  std::string file;
  std::optional<uint64_t> seed;
  std::optional<uint64_t> runs;
  uint32_t jobs = 0;
  std::optional<Timing> timing;
  std::string strategy = "portfolio";
  std::string out = "findings";
  uint64_t max_steps = explore::TrialOptions{}.max_steps;
  uint64_t check_every = explore::ExploreOptions{}.check_every;
  uint64_t stop_after = UINT64_MAX;
  explore::Reduction reduction = explore::SearchOptions{}.reduction;
  bool stateless = false;
  uint64_t max_states = explore::SearchOptions{}.max_states;
  bool with_fixes = false;
  bool estimate = false;
  bool json = false;
  bool quiet = false;
};

// What is written while the search goes on.
class Reporter final : public explore::ExploreObserver {
 public:
  Reporter(const Options& options, const explore::ExploreOptions& explored,
           const scenario::Scenario& scenario, std::string scenario_json)
      : options_(options),
        explored_(explored),
        trial_(scenario, explored.trial),
        scenario_json_(std::move(scenario_json)),
        progress_(!options.quiet && isatty(2) == 1) {}

  void OnFound(const Found& found) override {
    ClearProgress();
    explore::FindingFile file;
    file.problem = found.problem;
    file.scenario_name = options_.file;
    file.scenario_json = scenario_json_;
    file.timing = explored_.trial.timing;
    file.max_steps = explored_.trial.max_steps;
    file.seed = explored_.seed;
    file.run = found.run;
    file.strategy = found.strategy;
    file.schedule = found.schedule;
    explore::Confirm(file, trial_);
    const auto path = NewFindingPath(options_.out, found.problem.kind);
    absl::Status status = path.status();
    if (status.ok()) {
      paths_.push_back(*path);
      status = WriteText(*path, ToJson(file, ReplayCommand(*path)));
    }
    if (!status.ok()) {
      status_ = status;
      return;
    }
    if (options_.quiet) return;
    std::fprintf(
        stderr, "found: %s\n  %s\n  run %llu (%s), %zu decisions: %s\n",
        found.problem.signature.c_str(), Indented(found.problem.text).c_str(),
        static_cast<unsigned long long>(found.run), found.strategy.c_str(),
        found.schedule.size(), paths_.back().c_str());
  }

  bool OnProgress(const ExploreResult& result) override {
    if (progress_) ShowProgress(result);
    return status_.ok();
  }

  bool OnSearchProgress(const explore::SearchResult& result) {
    if (!progress_ || !IsTimeToShow()) return status_.ok();
    std::fprintf(stderr,
                 "\r\033[K%llu states, %llu transitions, about %llu.%04llu %% "
                 "done, %zu found",
                 static_cast<unsigned long long>(result.states),
                 static_cast<unsigned long long>(result.transitions),
                 static_cast<unsigned long long>(result.done_ppm / 10'000),
                 static_cast<unsigned long long>(result.done_ppm % 10'000),
                 result.found.size());
    return status_.ok();
  }

  void ClearProgress() {
    if (shown_) std::fputs("\r\033[K", stderr);
    shown_ = false;
  }

  const absl::Status& status() const { return status_; }
  const std::vector<std::string>& paths() const { return paths_; }
  // Since the search began, in milliseconds of real time.
  int64_t elapsed_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() -
                                                                 begin_)
        .count();
  }

 private:
  // tidy: allow(clock) progress for people
  using Clock = std::chrono::steady_clock;

  bool IsTimeToShow() {
    constexpr int64_t kInterval = 100;  // ms
    const int64_t now = elapsed_ms();
    if (now - last_shown_ms_ < kInterval) return false;
    last_shown_ms_ = now;
    shown_ = true;
    return true;
  }

  void ShowProgress(const ExploreResult& result) {
    if (!IsTimeToShow()) return;
    const int64_t now = elapsed_ms();
    std::fprintf(
        stderr,
        "\r\033[K%llu of %llu schedules, %lld/s, %llu choices, %zu found",
        static_cast<unsigned long long>(result.runs),
        static_cast<unsigned long long>(explored_.runs),
        static_cast<long long>(static_cast<int64_t>(result.runs) * 1000 /
                               std::max<int64_t>(now, 1)),
        static_cast<unsigned long long>(result.choices), result.found.size());
  }

  const Options& options_;
  const explore::ExploreOptions& explored_;
  explore::Trial trial_;
  const std::string scenario_json_;
  const bool progress_;
  const Clock::time_point begin_ = Clock::now();
  int64_t last_shown_ms_ = 0;
  bool shown_ = false;
  absl::Status status_;
  std::vector<std::string> paths_;
};

std::string LikelihoodText(uint64_t hits, uint64_t runs) {
  const explore::Likelihood likelihood =
      explore::EstimateLikelihood(hits, runs);
  return fmt::format(
      "  happens in {} of the schedules that costs make; with 95 % confidence "
      "in {} to {}\n",
      explore::ShareText(likelihood.estimate_ppb),
      explore::ShareText(likelihood.low_ppb),
      explore::ShareText(likelihood.high_ppb));
}

std::string TextOf(const ExploreResult& result, bool estimate,
                   const std::vector<std::string>& paths) {
  std::string text = fmt::format("{} schedules, {} choices, {} steps\n",
                                 result.runs, result.choices, result.steps);
  for (const explore::StrategyCount& strategy : result.strategies) {
    uint64_t hits = 0;
    for (const auto& [signature, count] : strategy.hits) hits += count;
    text += fmt::format("  {:<10}{:>8} schedules{:>8} hits", strategy.name,
                        strategy.runs, hits);
    if (strategy.first_hit != 0) {
      text += fmt::format(", the first after {}", strategy.first_hit);
    }
    text += "\n";
    if (!strategy.guarantee.empty()) {
      text += "            " + strategy.guarantee + "\n";
    }
  }
  if (result.undecided > 0) {
    text += fmt::format("{} schedules were cut off by --max-steps\n",
                        result.undecided);
  }
  if (result.found.empty()) {
    text += "nothing found\n";
    if (estimate) text += LikelihoodText(0, result.runs);
  }
  for (size_t i = 0; i < result.found.size(); ++i) {
    const explore::Problem& problem = result.found[i].problem;
    text += fmt::format("found: {} ({} of {} schedules)\n  {}\n",
                        problem.signature, result.Hits(problem.signature),
                        result.runs, ReplayCommand(paths[i]));
    if (estimate) {
      text += LikelihoodText(result.Hits(problem.signature), result.runs);
    }
  }
  return text;
}

std::string JsonOf(const ExploreResult& result, bool estimate,
                   const std::vector<std::string>& paths) {
  nlohmann::ordered_json json;
  json["schema_version"] = 1;
  json["schedules"] = result.runs;
  json["undecided"] = result.undecided;
  json["choices"] = result.choices;
  json["steps"] = result.steps;
  json["strategies"] = nlohmann::ordered_json::array();
  for (const explore::StrategyCount& strategy : result.strategies) {
    nlohmann::ordered_json entry;
    entry["name"] = strategy.name;
    entry["schedules"] = strategy.runs;
    entry["first_hit"] = strategy.first_hit;
    entry["hits"] = strategy.hits;
    if (!strategy.guarantee.empty()) entry["guarantee"] = strategy.guarantee;
    json["strategies"].push_back(entry);
  }
  json["findings"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < result.found.size(); ++i) {
    const Found& found = result.found[i];
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
          result.Hits(found.problem.signature), result.runs);
      entry["likelihood_ppb"] = likelihood.estimate_ppb;
      entry["likelihood_low_ppb"] = likelihood.low_ppb;
      entry["likelihood_high_ppb"] = likelihood.high_ppb;
    }
    json["findings"].push_back(entry);
  }
  return json.dump(2) + "\n";
}

std::string TextOf(const explore::SearchResult& result,
                   const std::vector<std::string>& paths) {
  std::string text = fmt::format(
      "{} states, {} transitions, {} revisits, {} ends of runs, at most {} "
      "transitions deep\n",
      result.states, result.transitions, result.revisits, result.runs,
      result.deepest);
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
  if (result.found.empty()) text += "nothing found\n";
  for (size_t i = 0; i < result.found.size(); ++i) {
    text += fmt::format("found: {}\n  {}\n", result.found[i].problem.signature,
                        ReplayCommand(paths[i]));
  }
  return text;
}

std::string JsonOf(const explore::SearchResult& result,
                   const std::vector<std::string>& paths) {
  nlohmann::ordered_json json;
  json["schema_version"] = 1;
  json["states"] = result.states;
  json["transitions"] = result.transitions;
  json["revisits"] = result.revisits;
  json["ends_of_runs"] = result.runs;
  json["deepest"] = result.deepest;
  json["exhausted"] = result.exhausted;
  json["done_ppm"] = result.done_ppm;
  json["digest"] = result.digest.ToHex();
  json["ends"] = result.ends;
  json["ends_digest"] = result.ends_digest.ToHex();
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
  return json.dump(2) + "\n";
}

int SearchScenario(const Options& options,
                   const explore::ExploreOptions& explored,
                   const scenario::Scenario& scenario, Reporter& reporter) {
  explore::SearchOptions search;
  search.reduction = options.reduction;
  search.use_states = !options.stateless;
  search.checking =
      explored.check_every == 1 ? Checking::kEverySection : Checking::kOff;
  search.max_states = options.max_states;
  search.stop_after = explored.stop_after;
  explore::Trial trial(scenario, explored.trial);
  const explore::SearchResult result = explore::Search(
      trial, search,
      [&](const explore::SearchFound& found) {
        reporter.OnFound({found.problem, 0, options.strategy, found.schedule});
      },
      [&](const explore::SearchResult& so_far) {
        return reporter.OnSearchProgress(so_far);
      });
  reporter.ClearProgress();
  if (!reporter.status().ok()) return FileError(reporter.status());
  const absl::Status printed =
      PrintText(options.json ? JsonOf(result, reporter.paths())
                             : TextOf(result, reporter.paths()));
  if (!printed.ok()) return FileError(printed);
  if (!options.quiet) {
    const int64_t ms = std::max<int64_t>(reporter.elapsed_ms(), 1);
    std::fprintf(stderr, "%lld ms, %lld states/s\n", static_cast<long long>(ms),
                 static_cast<long long>(static_cast<int64_t>(result.states) *
                                        1000 / ms));
  }
  if (!result.found.empty()) return run::kExitFound;
  return result.exhausted ? run::kExitOk : run::kExitUndecided;
}

bool IsSearch(const std::string& strategy) { return strategy == "dfs"; }

int ExploreScenario(const Options& options) {
  const auto text = scenario::ReadTextFile(options.file);
  scenario::LoadResult loaded = scenario::LoadScenario(options.file);
  if (!loaded.scenario || !text.ok()) {
    std::fputs(loaded.ToString().c_str(), stderr);
    return loaded.exit_status();
  }
  const Timing timing = options.timing.value_or(
      loaded.scenario->explore.timed ? Timing::kTimed : Timing::kUntimed);
  explore::EmbedOptions embed;
  embed.with_fixes = options.with_fixes;
  // Without any, time leaves next to nothing open.
  if (timing == Timing::kTimed &&
      loaded.scenario->costs.scheduler.jitter_permille == 0) {
    embed.jitter = kJitter;
    if (!options.quiet) {
      std::fprintf(stderr, "the scenario has no jitter; it gets %s\n", kJitter);
    }
  }
  const auto embedded = explore::Embeddable(*text, options.file, embed);
  if (!embedded.ok()) return FileError(embedded.status());
  if (embed.with_fixes || !embed.jitter.empty()) {
    loaded = scenario::ParseScenario(*embedded, options.file);
    if (!loaded.scenario) {
      std::fputs(loaded.ToString().c_str(), stderr);
      return loaded.exit_status();
    }
  }
  scenario::Scenario& scenario = *loaded.scenario;

  explore::ExploreOptions explored;
  explored.seed = options.seed.value_or(scenario.seed);
  explored.runs =
      options.runs.value_or(scenario.explore.runs.value_or(explored.runs));
  explored.jobs = options.jobs != 0
                      ? options.jobs
                      : std::max(1u, std::thread::hardware_concurrency());
  explored.trial.timing = timing;
  explored.trial.max_steps = options.max_steps;
  explored.check_every = options.check_every;
  explored.stop_after = options.stop_after;
  if (options.estimate) {
    if (timing != Timing::kTimed) {
      std::fprintf(stderr,
                   "bindersim: --estimate: only with --timing timed is a "
                   "schedule as likely as costs make it\n");
      return kExitUsage;
    }
    explored.strategies = {"random"};
    explored.check_every = 0;
  }
  if (options.strategy != "portfolio") {
    explored.strategies = {options.strategy};
  }
  Reporter reporter(options, explored, scenario, *embedded);
  if (IsSearch(options.strategy)) {
    if (explored.trial.timing == Timing::kTimed) {
      std::fprintf(stderr,
                   "bindersim: --strategy %s: only without time are there "
                   "states to search\n",
                   options.strategy.c_str());
      return kExitUsage;
    }
    return SearchScenario(options, explored, scenario, reporter);
  }
  const ExploreResult result = explore::Explore(scenario, explored, reporter);
  reporter.ClearProgress();
  if (!reporter.status().ok()) return FileError(reporter.status());
  const absl::Status printed = PrintText(
      options.json ? JsonOf(result, options.estimate, reporter.paths())
                   : TextOf(result, options.estimate, reporter.paths()));
  if (!printed.ok()) return FileError(printed);
  if (!options.quiet) {
    const int64_t ms = std::max<int64_t>(reporter.elapsed_ms(), 1);
    std::fprintf(
        stderr, "%lld ms, %lld schedules/s\n", static_cast<long long>(ms),
        static_cast<long long>(static_cast<int64_t>(result.runs) * 1000 / ms));
  }
  if (!result.found.empty()) return run::kExitFound;
  return result.undecided > 0 ? run::kExitUndecided : run::kExitOk;
}

std::string CheckStrategy(const std::string& name) {
  if (name == "portfolio" || IsSearch(name) ||
      explore::MakeStrategy(name) != nullptr)
    return {};
  std::string known = "portfolio";
  for (const std::string& each : explore::StrategyNames()) {
    known += ", " + each;
  }
  return "\"" + name + "\" is no strategy; there are " + known;
}

}  // namespace

Command AddExplore(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "explore",
      "Search for a schedule under which a scenario goes wrong\n\n"
      "  bindersim explore scenarios/races/nested_callbacks.json\n"
      "  bindersim explore boot.json --runs 100000 --strategy pct:3\n");
  command->add_option("FILE", options->file, "The scenario file")->required();
  command
      ->add_option("--runs", options->runs,
                   "How many schedules (default: the scenario's, or 10000)")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", options->seed,
                      "Of the search, instead of the scenario's seed");
  command
      ->add_option("--strategy", options->strategy,
                   "portfolio, random, pct:DEPTH, window:DEPTH, pos, urw, "
                   "delay:COUNT, starve; dfs (all schedules)")
      ->check(CheckStrategy)
      ->option_text("NAME");
  command
      ->add_option("--timing", options->timing,
                   "untimed: any order that causality allows; timed: as costs "
                   "have it")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Timing>{
          {"untimed", Timing::kUntimed}, {"timed", Timing::kTimed}}))
      ->option_text("timed|untimed");
  command->add_option("-j,--jobs", options->jobs,
                      "Threads to search with (default: all cores); they do "
                      "not change what is found");
  command->add_option("--out", options->out,
                      "Folder for findings, one file each (default: findings)");
  command
      ->add_option("--stop-after", options->stop_after,
                   "Stop after so many different findings")
      ->check(CLI::PositiveNumber);
  command->add_flag("--estimate", options->estimate,
                    "Say how often it happens under the cost profile, with an "
                    "interval; needs --timing timed");
  command->add_flag("--with-fixes", options->with_fixes,
                    "With all steps of the driver, whatever the scenario's "
                    "without_fix says");
  command->add_option("--max-states", options->max_states,
                      "Of dfs: give up after so many");
  command
      ->add_option("--reduction", options->reduction,
                   "Of dfs: which schedules not to try, because others come to "
                   "the same (default: persistent)")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, explore::Reduction>{
              {"persistent", explore::Reduction::kPersistentSets},
              {"sleep", explore::Reduction::kSleepSets},
              {"none", explore::Reduction::kNone}}))
      ->option_text("persistent|sleep|none");
  command->add_flag("--stateless", options->stateless,
                    "Of dfs: do not recognise states; for comparisons");
  command->add_option("--max-steps", options->max_steps,
                      "Give up a schedule after so many simulated steps");
  command->add_option("--check-every", options->check_every,
                      "Check the driver's invariants after every section of "
                      "every so manieth schedule (0 = of none)");
  command->add_option("--format", options->json, "The summary: text, json")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, bool>{{"text", false}, {"json", true}}))
      ->option_text("text|json");
  command->add_flag("-q,--quiet", options->quiet, "The summary only");
  return {command, [options] { return ExploreScenario(*options); }};
}

}  // namespace bindersim::cli
