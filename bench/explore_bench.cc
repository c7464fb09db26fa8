// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// How fast schedules and states are explored: on up to three clients that call
// one server with two loopers, all with thread pools; on three without; and on
// the repaired scenarios of scenarios/races.
//
//   bazel run -c opt //bench:explore_bench
//
// Counters: schedules and choices a second (random walk, nothing found);
// new_states and transitions a second (depth-first search), and which share of
// the transitions was recognised instead of taken; sleep_ratio, the transitions
// that sleep sets alone take for each that a search of states takes on the same
// scenario, one client: a lower bound if sleep sets were cut off (cut_off).

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <utility>

#include "explore/explorer.h"
#include "explore/search.h"
#include "explore/strategies/strategy.h"
#include "explore/trial.h"
#include "model/scenario/loader.h"
#include "model/state_hash.h"
#include "model/world.h"
#include "tests/scenarios/shipped.h"

namespace bindersim::explore {
namespace {

scenario::Scenario Clients(int count, int calls = 1) {
  // The first call takes three: a client finds servicemanager and the service.
  const std::string text =
      R"({"processes": {
        "server": {"max_threads": 1, "services": {"echo": {"methods": {
          "say": {}}}}},
        "client": {"count": )" +
      std::to_string(count) + R"(, "threads": {"main": {"do": [
          {"repeat": )" +
      std::to_string(calls) + R"(, "do": [{"call": "echo.say"}]}]}}}}})";
  scenario::LoadResult loaded = scenario::ParseScenario(text, "bench.json");
  if (!loaded.scenario) std::abort();
  return *loaded.scenario;
}

// Nobody has another thread than its main one, and none is like another.
scenario::Scenario ThreeWithoutPools() {
  constexpr char kText[] = R"({"processes": {
    "server": {"max_threads": 0, "services": {"echo": {"methods": {
      "say": {}}}}},
    "a": {"max_threads": 0, "threads": {"main": {"do": [
      {"call": "echo.say"}]}}},
    "b": {"max_threads": 0, "threads": {"main": {"do": [
      {"call": "echo.say"}]}}},
    "c": {"max_threads": 0, "threads": {"main": {"do": [
      {"call": "echo.say"}]}}}}})";
  scenario::LoadResult loaded = scenario::ParseScenario(kText, "bench.json");
  if (!loaded.scenario) std::abort();
  return *loaded.scenario;
}

void MakeRandomSchedules(benchmark::State& state,
                         const scenario::Scenario& scenario) {
  Trial trial(scenario, {});
  const Learned learned = Learn(trial, 1);
  const auto strategy = MakeStrategy("random");
  uint64_t choices = 0;
  uint64_t steps = 0;
  uint64_t run = 0;
  for (auto _ : state) {
    strategy->Begin(++run, trial.world().machine, learned);
    const Outcome outcome = trial.Run(*strategy);
    choices += outcome.choices;
    steps += outcome.steps;
    if (!outcome.problems.empty()) state.SkipWithError("something was found");
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["choices_per_schedule"] =
      static_cast<double>(choices) / static_cast<double>(state.iterations());
  state.counters["choices"] = benchmark::Counter(static_cast<double>(choices),
                                                 benchmark::Counter::kIsRate);
  state.counters["steps"] = benchmark::Counter(static_cast<double>(steps),
                                               benchmark::Counter::kIsRate);
}

void BM_RandomSchedules(benchmark::State& state) {
  MakeRandomSchedules(state, Clients(static_cast<int>(state.range(0)),
                                     static_cast<int>(state.range(1))));
}
BENCHMARK(BM_RandomSchedules)
    ->ArgNames({"clients", "calls"})
    ->Args({1, 1})
    ->Args({1, 2})
    ->Args({1, 3})
    ->Args({2, 1})
    ->Args({3, 1});

SearchResult SearchStates(const scenario::Scenario& scenario,
                          const SearchOptions& options) {
  Trial trial(scenario, {});
  return Search(trial, options);
}

void MeasureStates(benchmark::State& state,
                   const scenario::Scenario& scenario) {
  SearchOptions options;
  options.max_states = 300'000;
  uint64_t states = 0;
  uint64_t transitions = 0;
  uint64_t recognised = 0;
  for (auto _ : state) {
    const SearchResult result = SearchStates(scenario, options);
    states += result.states;
    transitions += result.transitions;
    recognised += result.recognised;
  }
  state.counters["new_states"] = benchmark::Counter(
      static_cast<double>(states), benchmark::Counter::kIsRate);
  state.counters["transitions"] = benchmark::Counter(
      static_cast<double>(transitions), benchmark::Counter::kIsRate);
  state.counters["recognised"] =
      static_cast<double>(recognised) / static_cast<double>(transitions);
}

void BM_States(benchmark::State& state) {
  MeasureStates(state, Clients(static_cast<int>(state.range(0))));
}
BENCHMARK(BM_States)->Arg(1)->Arg(2)->Arg(3)->Unit(benchmark::kMillisecond);

void BM_StatesWithoutPools(benchmark::State& state) {
  MeasureStates(state, ThreeWithoutPools());
}
BENCHMARK(BM_StatesWithoutPools)->Unit(benchmark::kMillisecond);

void BM_SleepSetsAlone(benchmark::State& state) {
  const scenario::Scenario scenario = Clients(1);
  SearchOptions stateless;
  stateless.reduction = Reduction::kSleepSets;
  stateless.use_states = false;
  stateless.max_transitions = 20'000'000;
  double ratio = 0;
  bool cut_off = false;
  for (auto _ : state) {
    const SearchResult with = SearchStates(scenario, {});
    const SearchResult without = SearchStates(scenario, stateless);
    if (!with.exhausted) state.SkipWithError("the states are too many");
    ratio = static_cast<double>(without.transitions) /
            static_cast<double>(with.transitions);
    cut_off = !without.exhausted;
  }
  state.counters["sleep_ratio"] = ratio;
  state.counters["cut_off"] = cut_off ? 1 : 0;
}
BENCHMARK(BM_SleepSetsAlone)->Iterations(1)->Unit(benchmark::kMillisecond);

// The parts of a visit: copying a world and hashing it.
void BM_CopyAndHash(benchmark::State& state) {
  const scenario::Scenario scenario = Clients(3);
  Trial trial(scenario, {});
  const bool hashes = state.range(0) != 0;
  StateHasher hasher(Symmetric::kYes);
  World copy = trial.start();
  for (auto _ : state) {
    if (hashes) {
      benchmark::DoNotOptimize(hasher.Hash(copy));
    } else {
      copy = trial.start();
      benchmark::DoNotOptimize(copy.machine.steps());
    }
  }
}
BENCHMARK(BM_CopyAndHash)->ArgName("hash")->Arg(0)->Arg(1);

// One for each repaired race: nothing is found in these.
void RegisterRaces() {
  for (const std::string& name : ShippedScenarios(kRacesFolder)) {
    if (!name.ends_with(kFixed)) continue;
    scenario::LoadResult loaded =
        scenario::LoadScenario(ScenarioPath(kRacesFolder, name));
    if (!loaded.scenario) std::abort();
    benchmark::RegisterBenchmark(
        ("BM_RandomRace/" + name).c_str(),
        [scenario = *std::move(loaded.scenario)](benchmark::State& state) {
          MakeRandomSchedules(state, scenario);
        });
  }
}

}  // namespace
}  // namespace bindersim::explore

int main(int argc, char** argv) {
  bindersim::explore::RegisterRaces();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
