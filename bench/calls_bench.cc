// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Full simulated calls per second: libbinder, driver, scheduler and all, with
// and without somebody who watches. Beside it, in the same run, what a real
// round trip between two processes of this machine takes over a socket pair.
//
//   bazel run -c opt //bench:calls_bench

#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/scenario/loader.h"
#include "model/world.h"
#include "run/simulate.h"

namespace bindersim {
namespace {

constexpr int64_t kCallsPerClient = 2000;

scenario::Scenario Calls(int clients) {
  const std::string text =
      R"({"machine": {"cpus": 8}, "processes": {
        "server": {"services": {"echo": {"methods": {"say": {"reply": "128B"}}}}},
        "client": {"count": )" +
      std::to_string(clients) + R"(, "threads": {"main": {"do": [
          {"repeat": )" +
      std::to_string(kCallsPerClient) +
      R"(, "do": [{"call": "echo.say", "data": "128B"}]}]}}}}})";
  scenario::LoadResult loaded = scenario::ParseScenario(text, "bench.json");
  if (!loaded.scenario) std::abort();
  return *loaded.scenario;
}

// Nobody watches: what an exploration pays.
void BM_SimulatedCalls(benchmark::State& state) {
  const auto clients = static_cast<int>(state.range(0));
  const scenario::Scenario scenario = Calls(clients);
  uint64_t steps = 0;
  for (auto _ : state) {
    World world(scenario);
    sim::Recorder recorder;
    sim::FirstComeChooser chooser;
    Run(world, recorder, chooser);
    steps += world.machine.steps();
  }
  state.SetItemsProcessed(state.iterations() * clients * kCallsPerClient);
  state.counters["steps"] = benchmark::Counter(static_cast<double>(steps),
                                               benchmark::Counter::kIsRate);
}
BENCHMARK(BM_SimulatedCalls)->Arg(1)->Arg(4)->Arg(16);

// With digest and statistics: what `bindersim run` pays.
void BM_WatchedCalls(benchmark::State& state) {
  const auto clients = static_cast<int>(state.range(0));
  const scenario::Scenario scenario = Calls(clients);
  for (auto _ : state) {
    benchmark::DoNotOptimize(run::Simulate(scenario, {}).exit_status());
  }
  state.SetItemsProcessed(state.iterations() * clients * kCallsPerClient);
}
BENCHMARK(BM_WatchedCalls)->Arg(1)->Arg(16);

// What a copy of the world costs at rest, in the middle of that.
void BM_CopyWorld(benchmark::State& state) {
  World world(Calls(static_cast<int>(state.range(0))));
  sim::Recorder recorder;
  sim::FirstComeChooser chooser;
  Run(world, recorder, chooser, {.until = sim::Time{sim::Duration{5'000'000}}});
  for (auto _ : state) {
    World copy = world;
    benchmark::DoNotOptimize(copy.machine.now());
  }
}
BENCHMARK(BM_CopyWorld)->Arg(1)->Arg(16);

// The yardstick: 128 bytes there and back between two processes.
void BM_RealRoundTrip(benchmark::State& state) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
    state.SkipWithError("no socket pair");
    return;
  }
  std::array<char, 128> data{};
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    while (read(ends[1], data.data(), data.size()) > 0) {
      if (write(ends[1], data.data(), data.size()) < 0) break;
    }
    _exit(0);
  }
  close(ends[1]);
  for (auto _ : state) {
    if (write(ends[0], data.data(), data.size()) < 0 ||
        read(ends[0], data.data(), data.size()) < 0) {
      state.SkipWithError("the other side is gone");
      break;
    }
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RealRoundTrip)->UseRealTime();

}  // namespace
}  // namespace bindersim
