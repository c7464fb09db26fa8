// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Every shipped scenario does what it says, to the last nanosecond: its
// statistics and digest are those of the file beside it, on any compiler, with
// any flags.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/record.h"
#include "model/scenario/loader.h"
#include "model/world.h"
#include "run/simulate.h"
#include "tests/scenarios/shipped.h"
#include "viz/byte_sink.h"
#include "viz/chrome_trace.h"
#include "viz/trace_check.h"

namespace bindersim {
namespace {

constexpr char kFolder[] = "scenarios";

struct RecordList : sim::Sink {
  std::vector<sim::Record> records;
  void OnRecord(const sim::Record& record, const sim::NameTable&) override {
    records.push_back(record);
  }
};

scenario::Scenario Load(const std::string& text, const std::string& name) {
  scenario::LoadResult loaded =
      scenario::ParseScenario(text, ScenarioPath(kFolder, name));
  EXPECT_TRUE(loaded.scenario.has_value()) << loaded.ToString();
  return *loaded.scenario;
}

class ShippedTest : public ::testing::TestWithParam<std::string> {
 protected:
  std::string text_ = ReadFile(ScenarioPath(kFolder, GetParam()));
  scenario::Scenario scenario_ = Load(text_, GetParam());
};

TEST_P(ShippedTest, MeetsItsExpectations) {
  const run::Report report = run::Simulate(scenario_, {});
  for (const run::Verdict& verdict : report.verdicts) {
    EXPECT_TRUE(verdict.met) << verdict.text << ": " << verdict.actual;
  }
  for (const Finding& finding : report.findings) {
    ADD_FAILURE() << finding.kind << ": " << finding.text;
  }
  EXPECT_EQ(report.exit_status(), 0);
  EXPECT_FALSE(report.verdicts.empty()) << "a scenario that expects nothing";
}

TEST_P(ShippedTest, HasTheStatisticsOfTheFileBesideIt) {
  const run::Report report = run::Simulate(scenario_, {});
  EXPECT_EQ(ExpectedText(report), ReadFile(ExpectedPath(kFolder, GetParam())))
      << "bazel run //tests/scenarios:update";
}

TEST_P(ShippedTest, ItsTraceKeepsTheViewersRules) {
  viz::ChromeTrace trace({});
  const run::Report report = run::Simulate(scenario_, {}, {&trace});
  viz::StringSink out;
  const auto summary = trace.Write(report.statistics.facts, &out);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->slices_dropped, 0u);
  for (const viz::TraceViolation& violation : viz::CheckTrace(out.text())) {
    ADD_FAILURE() << viz::FormatViolation(violation);
  }
}

TEST_P(ShippedTest, AnotherSinkChangesNothing) {
  RecordList list;
  const run::Report watched = run::Simulate(scenario_, {}, {&list});
  const run::Report alone = run::Simulate(scenario_, {});
  EXPECT_EQ(watched.digest.Value(), alone.digest.Value());
  EXPECT_EQ(list.records.size(), alone.digest.count());
}

// Wherever it stands among the others.
TEST_P(ShippedTest, AnIdleProcessChangesNothing) {
  RecordList alone;
  run::Simulate(scenario_, {}, {&alone});
  std::string text = text_;
  const std::string key = "\"processes\": {";
  const size_t at = text.find(key);
  ASSERT_NE(at, std::string::npos);
  text.insert(at + key.size(), "\"idle_bystander\": {},");
  RecordList with;
  run::Simulate(Load(text, GetParam()), {}, {&with});
  std::erase_if(with.records, [](const sim::Record& record) {
    const auto started = record.As<record::ProcessStarted>();
    return started && started->name == sim::NameOf("idle_bystander");
  });
  EXPECT_TRUE(with.records == alone.records);
}

TEST_P(ShippedTest, ACopyMadeInTheMiddleEndsAsTheOriginal) {
  const run::Report whole = run::Simulate(scenario_, {});
  const sim::Time middle =
      sim::kStart + (whole.statistics.facts.end - sim::kStart) / 2;
  sim::FirstComeChooser chooser;
  sim::Recorder recorder;
  RecordList list;
  recorder.AddSink(&list);
  World world(scenario_);
  bindersim::Run(world, recorder, chooser, {.until = middle});
  World copy = world;
  EXPECT_TRUE(copy == world);
  EXPECT_EQ(sim::HashOf(copy), sim::HashOf(world));

  const size_t before = list.records.size();
  bindersim::Run(world, recorder, chooser);
  sim::Recorder other;
  RecordList rest;
  other.AddSink(&rest);
  bindersim::Run(copy, other, chooser);
  EXPECT_TRUE(copy == world);
  EXPECT_EQ(sim::HashOf(copy), sim::HashOf(world));
  EXPECT_EQ(list.records.size(), whole.digest.count());
  EXPECT_TRUE(
      std::equal(rest.records.begin(), rest.records.end(),
                 list.records.begin() + static_cast<std::ptrdiff_t>(before),
                 list.records.end()));
}

TEST_P(ShippedTest, RandomSchedulesRepeatBySeed) {
  run::SimulateOptions options;
  options.schedule = run::ScheduleKind::kRandom;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    options.seed = seed;
    const run::Report one = run::Simulate(scenario_, options);
    const run::Report two = run::Simulate(scenario_, options);
    EXPECT_EQ(one.digest.Value(), two.digest.Value());
    for (const Finding& finding : one.findings) {
      EXPECT_NE(finding.kind, "use_after_free") << finding.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ShippedTest,
                         ::testing::ValuesIn(ShippedScenarios(kFolder)),
                         [](const auto& info) { return info.param; });

TEST(ShippedScenarios, AreAtLeastSeven) {
  EXPECT_THAT(
      ShippedScenarios(kFolder),
      ::testing::IsSupersetOf({"first_call", "start_service",
                               "thread_pool_exhaustion", "oneway_storm",
                               "service_death", "large_parcel", "boot_rush"}));
}

TEST(ShippedScenarios, SeedsDifferWhereThereIsRandomness) {
  for (const char* name : {"start_service", "boot_rush"}) {
    const scenario::Scenario scenario =
        Load(ReadFile(ScenarioPath(kFolder, name)), name);
    const auto digest = [&](uint64_t seed) {
      run::SimulateOptions options;
      options.seed = seed;
      return run::Simulate(scenario, options).digest.Value();
    };
    EXPECT_EQ(digest(1), digest(1));
    EXPECT_NE(digest(1), digest(2)) << name;
  }
}

}  // namespace
}  // namespace bindersim
