// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "run/simulate.h"

#include <algorithm>
#include <memory>
#include <set>

#include "model/world.h"
#include "run/digest_sink.h"
#include "viz/statistics_sink.h"

namespace bindersim::run {

namespace {

std::unique_ptr<sim::Chooser> MakeChooser(ScheduleKind kind, uint64_t seed) {
  if (kind == ScheduleKind::kRandom) {
    return std::make_unique<sim::RandomChooser>(seed);
  }
  return std::make_unique<sim::FirstComeChooser>();
}

viz::RunFacts FactsOf(const scenario::Scenario& scenario, const World& world,
                      const sim::RunDigest& digest,
                      const std::vector<Finding>& findings) {
  viz::RunFacts facts;
  facts.scenario = scenario.name;
  facts.version = kVersion;
  facts.digest = digest.Value().ToHex();
  facts.seed = scenario.seed;
  facts.end = world.machine.stamp();
  facts.records = digest.count();
  facts.ties = world.machine.ties();
  for (const Finding& finding : findings) {
    facts.findings.push_back({finding.at,
                              finding.tids.empty() ? 0 : finding.tids.front(),
                              finding.kind, finding.text});
  }
  return facts;
}

// Runs to the limits and looks at the driver on the way.
RunResult RunWithStops(World& world, sim::Recorder& recorder,
                       sim::Chooser& chooser, const sim::RunLimits& limits,
                       const SimulateOptions& options,
                       std::vector<DebugFiles>& debug_files) {
  const std::set<sim::Time> stops(options.debug_files_at.begin(),
                                  options.debug_files_at.end());
  for (const sim::Time stop : stops) {
    if (stop > limits.until) break;
    const RunResult part =
        Run(world, recorder, chooser, {stop, limits.steps}, options.checking);
    // Who asks for the very end gets it, also if nothing was to come.
    if (world.machine.now() < stop) break;
    debug_files.push_back(DebugFilesOf(world.driver, stop));
    if (part.end != sim::RunEnd::kUntil) break;
  }
  RunResult result = Run(world, recorder, chooser, limits, options.checking);
  if (options.debug_files_at_end) {
    debug_files.push_back(DebugFilesOf(world.driver, world.machine.now()));
  }
  return result;
}

}  // namespace

int Report::exit_status() const {
  const bool missed = std::ranges::any_of(
      verdicts, [](const Verdict& verdict) { return !verdict.met; });
  const auto is_limit = [](const Finding& finding) {
    return finding.kind == "limit";
  };
  if (!std::ranges::all_of(findings, is_limit)) return kExitFound;
  if (end == sim::RunEnd::kSteps) return kExitUndecided;
  return missed ? kExitFound : kExitOk;
}

Report Simulate(const scenario::Scenario& given, const SimulateOptions& options,
                const std::vector<sim::Sink*>& sinks) {
  scenario::Scenario scenario = given;
  if (options.seed) scenario.seed = *options.seed;
  if (options.until) scenario.until = options.until;

  sim::Recorder recorder;
  DigestSink digest;
  viz::Statistics statistics;
  recorder.AddSink(&digest);
  recorder.AddSink(&statistics);
  for (sim::Sink* sink : sinks) recorder.AddSink(sink);

  sim::RunLimits limits;
  limits.steps = options.max_steps;
  if (scenario.until) limits.until = sim::kStart + *scenario.until;
  const auto chooser = MakeChooser(options.schedule, scenario.seed);
  World world(scenario);
  Report report;
  const RunResult result = RunWithStops(world, recorder, *chooser, limits,
                                        options, report.debug_files);
  report.end = result.end;
  report.digest = digest.digest();
  report.statistics = statistics.Finish(
      FactsOf(scenario, world, report.digest, result.findings));
  report.verdicts =
      Judge(scenario, &report.statistics, world.user.tally, result.findings);
  for (const Verdict& verdict : report.verdicts) {
    report.statistics.facts.expectations.push_back(
        {verdict.met, verdict.pointer, verdict.text, verdict.actual});
  }
  std::ranges::copy_if(
      result.findings, std::back_inserter(report.findings),
      [&](const Finding& finding) { return !Expects(scenario, finding.kind); });
  return report;
}

}  // namespace bindersim::run
