// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Makes many runs of scenarios/races twice and compares them: a long test of
// determinism.
//
//   bazel run -c opt //bench:rerun -- --runs 100000
//
// The portfolio makes the runs, shared out evenly among the scenarios. The
// first time one thread makes them in order. The second time several threads
// make them in the opposite order, each with a scenario that it loaded itself:
// so whatever a run leaves behind, and whoever made it, would show. Compared is
// a digest of all records, the world at the end and the outcome. The exit
// status is 1 if any differs.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "explore/explorer.h"
#include "explore/runs.h"
#include "explore/trial.h"
#include "model/scenario/loader.h"
#include "model/world.h"
#include "run/digest_sink.h"
#include "sim/check.h"
#include "sim/hash128.h"
#include "sim/record.h"
#include "sim/value.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

using Digests = std::vector<sim::Hash128>;  // by number of the run

scenario::Scenario Load(const std::string& name) {
  scenario::LoadResult loaded =
      scenario::LoadScenario(ScenarioPath(kRacesFolder, name));
  SIM_CHECK(loaded.scenario) << loaded.ToString();
  return *std::move(loaded.scenario);
}

void AddTo(sim::Hasher& hasher, const Outcome& outcome) {
  hasher.Add(outcome.end).Add(outcome.choices).Add(outcome.steps);
  hasher.AddSize(outcome.problems.size());
  for (const Problem& problem : outcome.problems) {
    hasher.Add(problem.kind).Add(problem.text).Add(problem.signature);
    hasher.Add(problem.at);
  }
}

// Makes runs of one scenario. What run i is depends on i only.
class Runner {
 public:
  explicit Runner(const std::string& name)
      : scenario_(Load(name)),
        trial_(scenario_, {}),
        learned_(Learn(trial_, scenario_.seed)),
        runs_(trial_, learned_, scenario_.seed) {}

  sim::Hash128 Make(uint64_t run) {
    run::DigestSink digest;
    sim::Recorder recorder;
    recorder.AddSink(&digest);
    const Outcome outcome = trial_.RunRecorded(runs_.Begin(run), recorder);
    sim::Hasher hasher;
    hasher.Add(digest.digest().Value()).Add(digest.digest().count());
    hasher.Add(trial_.world());
    AddTo(hasher, outcome);
    return hasher.Value();
  }

 private:
  const scenario::Scenario scenario_;
  Trial trial_;
  const Learned learned_;
  Runs runs_;
};

Digests MakeInOrder(const std::string& name, uint64_t runs) {
  Runner runner(name);
  Digests digests;
  for (uint64_t run = 0; run < runs; ++run) digests.push_back(runner.Make(run));
  return digests;
}

Digests MakeBackwards(const std::string& name, uint64_t runs, uint32_t jobs) {
  Digests digests(runs);
  std::atomic<uint64_t> made = 0;
  std::vector<std::thread> threads;
  for (uint32_t job = 0; job < jobs; ++job) {
    threads.emplace_back([&] {
      Runner runner(name);
      for (uint64_t i = made++; i < runs; i = made++) {
        const uint64_t run = runs - 1 - i;
        digests[run] = runner.Make(run);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return digests;
}

// Returns how many differ; says which on standard error.
uint64_t Compare(const std::string& name, const Digests& first,
                 const Digests& second) {
  uint64_t differ = 0;
  for (size_t run = 0; run < first.size(); ++run) {
    if (first[run] == second[run]) continue;
    ++differ;
    std::fprintf(stderr, "%s: run %zu: %s, then %s\n", name.c_str(), run,
                 first[run].ToHex().c_str(), second[run].ToHex().c_str());
  }
  return differ;
}

int Main(uint64_t runs, uint32_t jobs) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const std::vector<std::string> names = ShippedRaces();
  uint64_t all = 0;
  uint64_t differ = 0;
  fmt::print("{:<30}{:>10}{:>20}{:>10}\n", "scenario", "runs", "different runs",
             "differ");
  for (size_t i = 0; i < names.size(); ++i) {
    const uint64_t share = runs * (i + 1) / names.size() - all;
    const Digests first = MakeInOrder(names[i], share);
    const uint64_t different =
        Compare(names[i], first, MakeBackwards(names[i], share, jobs));
    fmt::print("{:<30}{:>10}{:>20}{:>10}\n", names[i], share,
               std::set(first.begin(), first.end()).size(), different);
    std::fflush(stdout);
    all += share;
    differ += different;
  }
  const auto taken =
      std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin);
  fmt::print("{} runs were made again: {} digests differ ({} s)\n", all, differ,
             taken.count());
  return differ == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bindersim::explore

int main(int argc, char** argv) {
  CLI::App app("Makes runs of scenarios/races twice and compares them",
               "rerun");
  uint64_t runs = 100'000;
  uint32_t jobs = 2;
  app.add_option("--runs", runs, "How many in all (default: 100000)");
  app.add_option("--jobs", jobs, "Threads for the second time (default: 2)")
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  return bindersim::explore::Main(runs, jobs);
}
