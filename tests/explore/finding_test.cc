// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Findings: written, read, replayed, shrunk.

#include "explore/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include "explore/explorer.h"
#include "explore/shrink.h"
#include "explore/smaller_scenarios.h"
#include "model/scenario/json_source.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

FindingFile FindingOf(const char* text) {
  const scenario::Scenario scenario = Load(text);
  ExploreOptions options;
  options.runs = 400;
  options.stop_after = 1;
  ExploreObserver observer;
  const ExploreResult result = Explore(scenario, options, observer);
  Trial trial(scenario, {});
  return MakeFinding({"test.json", *Embeddable(text, "test.json"), 1},
                     result.found.at(0), trial);
}

TEST(Finding, ReplaysTheSameRecordsEachTime) {
  const FindingFile finding = FindingOf(kLockOrder);
  const scenario::Scenario scenario = Load(kLockOrder);
  for (int i = 0; i < 20; ++i) {
    Trial trial(scenario, {});
    const Replayed replayed = Replay(trial, finding.schedule, Checking::kOff);
    EXPECT_EQ(replayed.digest, finding.digest);
    EXPECT_TRUE(replayed.outcome.Has(finding.problem.signature));
    EXPECT_THAT(replayed.unused, IsEmpty());
  }
}

TEST(Finding, SurvivesBeingWrittenAndRead) {
  FindingFile finding = FindingOf(kLockOrder);
  finding.critical = CriticalStep{"a/main at call/kTransact", 3, 9, true};
  FindingFile read;
  const scenario::LoadResult result =
      ParseFinding(ToJson(finding, "replay it"), "f.json", read);
  ASSERT_TRUE(result.scenario.has_value()) << result.ToString();
  EXPECT_EQ(result.scenario->name, "lock_order");
  EXPECT_EQ(read, finding);
}

// What is wrong with the text of a finding.
std::string ProblemsOf(const std::string& text) {
  FindingFile finding;
  return ParseFinding(text, "f.json", finding).ToString();
}

struct Edit {
  std::string text;
  std::string place;  // "f.json:12:3: ", where it was changed
};

// A finding with `from` replaced, the first time behind `after`.
Edit Edited(const std::string& after, const std::string& from,
            const std::string& to) {
  static const std::string& good =
      *new std::string(ToJson(FindingOf(kOrder), "replay it"));
  std::string text = good;
  const size_t at = text.find(from, text.find(after) + after.size());
  EXPECT_LT(at, text.size()) << after << from;
  text.replace(std::min(at, text.size()), from.size(), to);
  const std::string before = text.substr(0, at);
  return {text,
          "f.json:" + std::to_string(1 + std::ranges::count(before, '\n')) +
              ":" + std::to_string(at - before.rfind('\n')) + ": "};
}

// What is wrong if the value of the first such key is another.
void ExpectProblem(const std::string& key, const std::string& from,
                   const std::string& to, const std::string& problem) {
  const Edit edit = Edited("\"" + key + "\": ", from, to);
  EXPECT_EQ(ProblemsOf(edit.text), edit.place + problem + "\n");
}

TEST(Finding, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(ProblemsOf("{"),
            "f.json:1:2: found the end of the file, allowed: a string\n");
  const std::string none =
      "f.json:1:1: found what is not a finding, allowed: a file that "
      "`bindersim explore` wrote\n";
  EXPECT_EQ(ProblemsOf("[]"), none);
  EXPECT_EQ(ProblemsOf(kHarmless), none);
  EXPECT_EQ(ProblemsOf(Edited("bindersim", "\"finding\"", "1").text), none);
  EXPECT_EQ(ProblemsOf(Edited("", "\"schedule\"", "\"shcedule\"").text),
            "f.json:1:1: /schedule: found nothing, allowed: an array\n");
  EXPECT_EQ(ProblemsOf(Edited("", "\"scenario\"", "\"scenery\"").text),
            "f.json:1:1: /scenario: found nothing, allowed: an object\n");
  ExpectProblem("schema_version", "1", "2",
                "/schema_version: found the number 2, allowed: the number 1");
  ExpectProblem("nth", "1", "\"1\"",
                "/schedule/0/nth: found the string \"1\", allowed: a whole "
                "number from 1 to 4294967295");
  ExpectProblem("check", "false", "0",
                "/check: found the number 0, allowed: true or false");
  ExpectProblem("scenario", "{", "[], \"x\": {",
                "/scenario: found an empty array, allowed: an object");
}

// Who edits a finding has to be told what would not be what it says.
TEST(Finding, RefusesWhatHasTwoMeanings) {
  for (const char* timing : {"\"Timed\"", "\"\""}) {
    const std::string ending =
        timing[1] == 'T' ? "; did you mean \"timed\"?" : "";
    ExpectProblem("timing", "\"untimed\"", timing,
                  std::string("/timing: found ") + timing +
                      ", allowed: \"timed\", \"untimed\"" + ending);
  }
  for (const char* nth :
       {"0", "4294967297", "-1", "1.5", "99999999999999999999"}) {
    ExpectProblem("nth", "1", nth,
                  std::string("/schedule/0/nth: found the number ") + nth +
                      ", allowed: a whole number from 1 to 4294967295");
  }
  ExpectProblem("at_ns", "", "9223372036854775808, \"x\": ",
                "/problem/at_ns: found the number 9223372036854775808, "
                "allowed: a whole number from 0 to 9223372036854775807");
  for (const char* key : {"timing", "schedule", "scenario"}) {
    const std::string name = std::string("\"") + key + "\"";
    const Edit edit = Edited("\"max_steps\": ", "\"strategy\"",
                             name + ": 0, " + name + ": 0, \"strategy\"");
    EXPECT_THAT(ProblemsOf(edit.text),
                HasSubstr("found the key " + name + " again"));
  }
}

TEST(Finding, PlacesInTheScenarioAreThoseInTheFile) {
  const Edit edit = Edited("\"scenario\": ", "\"threads\"", "\"thraeds\"");
  EXPECT_THAT(
      ProblemsOf(edit.text),
      StartsWith(edit.place + "/scenario/processes/a/thraeds: found the key "
                              "\"thraeds\", allowed: "));
}

TEST(Finding, DepthIsLimitedEverywhere) {
  const std::string deep =
      std::string(200'000, '[') + std::string(200'000, ']');
  const std::string problem =
      "found arrays and objects more than 101 levels deep, allowed: at most "
      "101 levels\n";
  EXPECT_THAT(
      ProblemsOf(
          Edited("\"scenario\": {", "", "\"about\": " + deep + ",").text),
      HasSubstr(problem));
  EXPECT_THAT(ProblemsOf(Edited("\"records\": ", "", deep + ", \"x\": ").text),
              HasSubstr(problem));
}

// What explore takes can be read again: its scenario is one level down.
TEST(Finding, TakesAScenarioOfTheGreatestDepth) {
  std::string text = "{\"repeat\": 1, \"do\": []}";
  size_t depth = 8;
  for (; depth < scenario::kMaxDepth; depth += 2) {
    text = "{\"repeat\": 1, \"do\": [" + text + "]}";
  }
  EXPECT_EQ(depth, scenario::kMaxDepth);
  FindingFile finding;
  finding.scenario_json = *Embeddable(
      R"({"processes": {"a": {"threads": {"main": {"do": [)" + text + "]}}}}}",
      "test.json");
  Load(finding.scenario_json);
  FindingFile read;
  const scenario::LoadResult result =
      ParseFinding(ToJson(finding, ""), "f.json", read);
  EXPECT_TRUE(result.scenario.has_value()) << result.ToString();
  EXPECT_EQ(read, finding);
}

// A message about many threads is longer than a scenario's texts may be.
TEST(Finding, TakesLongMessages) {
  FindingFile finding = FindingOf(kOrder);
  finding.problem.text = std::string(2 * scenario::kMaxStringBytes, 'x');
  FindingFile read;
  EXPECT_TRUE(ParseFinding(ToJson(finding, ""), "f.json", read).scenario);
  EXPECT_EQ(read, finding);
  EXPECT_THAT(
      ProblemsOf(Edited("\"scenario\": {", "",
                        "\"about\": \"" + finding.problem.text + "\",")
                     .text),
      HasSubstr("found a string of 8192 bytes, allowed: at most 4096 bytes"));
}

// Best effort: what does not fit is left out, and said.
TEST(Finding, DecisionsThatDoNotFitAreLeftOut) {
  const FindingFile finding = FindingOf(kLockOrder);
  Schedule schedule = finding.schedule;
  schedule.insert(schedule.begin(),
                  Decision{{"nobody/main", "nowhere", 1}, "a/main", ""});
  const scenario::Scenario scenario = Load(kLockOrder);
  Trial trial(scenario, {});
  const Replayed replayed = Replay(trial, schedule, Checking::kOff);
  EXPECT_EQ(replayed.unused, (std::vector<size_t>{0}));
  EXPECT_EQ(replayed.digest, finding.digest);
}

// In each form in which a scenario can name one.
TEST(Finding, ACostProfileGoesIntoTheFile) {
  const std::string folder = std::getenv("TEST_TMPDIR");
  std::ofstream(folder + "/slow.json") << R"({ // with comments
    "name": "slow", "base": "free",
    "driver": {"lock": {"value": "3ns", "source": "a guess"},
               "syscall": {"value": 8, "source": "another"}}})";
  const auto embedded = [&](const std::string& costs) {
    const auto text = Embeddable(R"({"name": "x", "machine": {"costs": )" +
                                     costs + R"(}, "processes": {}})",
                                 folder + "/x.json");
    EXPECT_TRUE(text.ok()) << text.status();
    // A scenario without files means the same in any folder.
    const scenario::Scenario here = Load(
        R"({"name": "x", "machine": {"costs": )" +
        (costs.starts_with("{") ? "{\"base\": \"" + folder + "/slow.json\"" +
                                      costs.substr(costs.find(','))
                                : "\"" + folder + "/slow.json\"") +
        R"(}, "processes": {}})");
    EXPECT_THAT(*text, Not(HasSubstr("slow.json")));
    EXPECT_EQ(Load(*text).costs, here.costs) << *text;
  };
  embedded("\"slow.json\"");
  embedded("\"" + folder + "/slow.json\"");
  const std::string changes =
      R"(, "driver": {"lock": "5ns"}, "userspace": {"java": 7}})";
  embedded("{\"base\": \"slow.json\"" + changes);
  embedded("{\"base\": \"" + folder + "/slow.json\"" + changes);
}

TEST(Finding, CostsThatAreBuiltInStayAsTheyAre) {
  for (const std::string costs :
       {"\"free\"", "{\"base\":\"free\"}", "{\"driver\":{\"lock\":1}}"}) {
    const auto text = Embeddable(
        "{\"machine\": {\"costs\": " + costs + "}, \"processes\": {}}",
        "x.json");
    ASSERT_TRUE(text.ok()) << text.status();
    std::string compact = *text;
    std::erase_if(compact, [](char c) { return c == ' ' || c == '\n'; });
    EXPECT_THAT(compact, HasSubstr("\"costs\":" + costs));
  }
}

TEST(Finding, SaysWhichCostProfileIsMissing) {
  const auto text = Embeddable(R"({
    // comments go
    "machine": {"costs": "no/such/file.json"}, "processes": {}})",
                               "x/test.json");
  EXPECT_FALSE(text.ok());
  EXPECT_THAT(std::string(text.status().message()),
              HasSubstr("x/no/such/file.json: No such file"));
}

// Also if somebody puts the name of a file into a finding: it is shrunk
// without its folder.
TEST(Finding, ACostProfileOfAnEditedFindingIsPutIn) {
  const std::string folder = std::getenv("TEST_TMPDIR");
  std::ofstream(folder + "/edited.json")
      << R"({"driver": {"lock": {"value": 12345, "source": "x"}}})";
  const Edit edit =
      Edited("\"scenario\": {", "", R"("machine": {"costs": "edited.json"},)");
  FindingFile finding;
  const scenario::LoadResult result =
      ParseFinding(edit.text, folder + "/f.json", finding);
  ASSERT_TRUE(result.scenario.has_value()) << result.ToString();
  EXPECT_THAT(finding.scenario_json, HasSubstr("12345"));
  FindingFile elsewhere;
  const scenario::LoadResult unreadable =
      ParseFinding(edit.text, folder + "/no/f.json", elsewhere);
  EXPECT_EQ(unreadable.exit_status(), 4);
  EXPECT_THAT(unreadable.ToString(), HasSubstr("/scenario/machine/costs: "));
}

TEST(Finding, NamesOfFilesNeedNotBeUtf8) {
  FindingFile finding = FindingOf(kOrder);
  finding.scenario_name = "a\xff.json";
  finding.scenario_json =
      *Embeddable("{\"processes\": {}}", finding.scenario_name);
  EXPECT_THAT(finding.scenario_json, HasSubstr("\"a\xef\xbf\xbd\""));
  FindingFile read;
  EXPECT_TRUE(
      ParseFinding(ToJson(finding, "replay \xfe"), "f.json", read).scenario);
  EXPECT_EQ(read.scenario_name, "a\xef\xbf\xbd.json");
}

TEST(Finding, ScenariosGetTheNamesThatTheyHaveByThemselves) {
  for (const char* file : {"a/.race", "race", "a.b/race.json"}) {
    const std::string text = "{\"processes\": {}}";
    const scenario::LoadResult alone = scenario::ParseScenario(text, file);
    ASSERT_TRUE(alone.scenario.has_value());
    EXPECT_EQ(Load(*Embeddable(text, file)).name, alone.scenario->name);
  }
}

TEST(Shrink, LeavesAScheduleFromWhichNothingCanGo) {
  const FindingFile finding = FindingOf(kLockOrder);
  const scenario::Scenario scenario = Load(kLockOrder);
  Trial trial(scenario, {});
  const std::string& signature = finding.problem.signature;
  const Schedule shrunk =
      ShrinkSchedule(trial, finding.schedule, {signature, Checking::kOff});
  EXPECT_LE(shrunk.size(), finding.schedule.size());
  ASSERT_THAT(shrunk, Not(IsEmpty()));
  EXPECT_TRUE(Replay(trial, shrunk, Checking::kOff).outcome.Has(signature));
  for (size_t i = 0; i < shrunk.size(); ++i) {
    Schedule rest = shrunk;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(Replay(trial, rest, Checking::kOff).outcome.Has(signature))
        << "without " << shrunk[i].ToString();
  }
}

TEST(Shrink, DropsWhatTheFaultDoesNotNeed) {
  std::string text = kLockOrder;
  // A bystander, work that is beside the point, and calls that are repeated.
  text.replace(text.find("\"processes\": {"), 14,
               R"("processes": {
    "idle": {"threads": {"main": {"do": [{"work": "1ms"}]}}},)");
  text.replace(text.find(R"({"lock": "m"}, {"call": "peer.poke"})"), 0,
               R"({"work": "1us"}, )");
  const FindingFile finding = FindingOf(text.c_str());
  const ShrinkReport report = Shrink(finding, {.tries = 30});
  ASSERT_TRUE(report.reproduced);
  EXPECT_EQ(report.finding.problem.signature, finding.problem.signature);
  EXPECT_THAT(report.finding.scenario_json, Not(HasSubstr("idle")));
  EXPECT_THAT(report.finding.scenario_json, Not(HasSubstr("work")));
  EXPECT_THAT(report.finding.scenario_json, HasSubstr("peer.poke"));
  ASSERT_TRUE(report.finding.critical.has_value());
  EXPECT_LT(report.finding.critical->before, report.finding.critical->of);
  // The result is a finding like any other.
  const scenario::Scenario smaller = Load(report.finding.scenario_json);
  Trial trial(smaller, {});
  EXPECT_EQ(Replay(trial, report.finding.schedule, Checking::kOff).digest,
            report.finding.digest);
}

// The clock cannot go as long as somebody calls it, which is tried later.
TEST(Shrink, TriesAgainWhatOtherPartsHeldBack) {
  std::string text = kLockOrder;
  text.replace(text.find("\"processes\": {"), 14,
               R"("processes": {
    "clock": {"services": {"clock": {"methods": {"tick": {}}}}},)");
  const size_t unlock = text.find(R"({"unlock": "m"})", text.find("peer.poke"));
  text.replace(unlock, 0, R"({"call": "clock.tick"}, )");
  const ShrinkReport report = Shrink(FindingOf(text.c_str()), {.tries = 30});
  ASSERT_TRUE(report.reproduced);
  EXPECT_THAT(report.finding.scenario_json, Not(HasSubstr("clock")));
}

TEST(Shrink, ThreadsDoNotChangeWhatComesOut) {
  const FindingFile finding = FindingOf(kLockOrder);
  const ShrinkReport one = Shrink(finding, {.tries = 30, .jobs = 1});
  const ShrinkReport many = Shrink(finding, {.tries = 30, .jobs = 4});
  EXPECT_EQ(one.finding, many.finding);
  EXPECT_EQ(one.scenarios_tried, many.scenarios_tried);
  EXPECT_GT(one.scenarios_tried, 4u);
}

// Without the client nobody would set the mark at all: that is no race.
TEST(Shrink, ARaceStaysARace) {
  const FindingFile finding = FindingOf(R"({
    "processes": {
      "server": {"max_threads": 0, "services": {"state": {"methods": {
        "set": {"oneway": true, "do": [{"keep": "$0", "as": "listener"}]},
        "fire": {"do": [{"call": "listener.heard"}]}}}}},
      "client": {"max_threads": 0,
        "objects": {"ear": {"methods": {
          "heard": {"oneway": true, "do": [{"mark": "heard"}]}}}},
        "threads": {"main": {"do": [
          {"call": "state.set", "objects": ["ear"]}]}}},
      "other": {"threads": {"main": {"at": "1ms", "do": [
        {"call": "state.fire"}]}}}},
    "expect": [{"marks": "heard"}]})");
  const ShrinkReport report = Shrink(finding, {.tries = 30});
  ASSERT_TRUE(report.reproduced);
  EXPECT_THAT(report.finding.schedule, Not(IsEmpty()));
  EXPECT_THAT(report.finding.scenario_json, HasSubstr("state.set"));
  EXPECT_THAT(report.finding.scenario_json, HasSubstr("state.fire"));
}

TEST(Shrink, SaysIfTheFaultIsGone) {
  FindingFile finding = FindingOf(kLockOrder);
  finding.scenario_json = *Embeddable(kHarmless, "test.json");
  EXPECT_FALSE(Shrink(finding, {}).reproduced);
}

TEST(SmallerScenarios, DropAndHalve) {
  const std::vector<SmallerScenario> all = SmallerScenarios(
      R"({"processes": {"a": {"count": 4, "threads": {"main": {"do": [
          {"repeat": 3, "do": [{"work": 1}]}]}}}}})");
  const auto some = [&](const std::string& part, const std::string& no = "?") {
    return std::ranges::any_of(all, [&](const SmallerScenario& smaller) {
      return smaller.json.find(part) != std::string::npos &&
             smaller.json.find(no) == std::string::npos;
    });
  };
  EXPECT_TRUE(some("\"processes\": {}"));
  EXPECT_TRUE(some("\"count\": 2"));
  EXPECT_TRUE(some("\"count\": 3"));
  EXPECT_TRUE(some("\"repeat\": 1"));
  EXPECT_TRUE(some("\"repeat\": 2"));
  EXPECT_TRUE(some("\"work\"", "repeat"));  // without the loop around it
  EXPECT_TRUE(some("repeat", "work"));
  std::set<std::string> steps;
  for (const SmallerScenario& smaller : all) steps.insert(smaller.step);
  EXPECT_EQ(steps.size(), all.size());
  EXPECT_TRUE(steps.contains("reduce to 2 /processes/a/count"));
}

// What is left of a thread's program without one of its actions.
std::set<std::string> Without(const std::string& actions) {
  const std::string begin = R"({"processes":{"a":{"threads":{"main":{"do":[)";
  const std::string end = "]}}}}}";
  std::set<std::string> rest;
  for (const auto& smaller : SmallerScenarios(begin + actions + end)) {
    std::string text;  // without white space
    for (const char c : smaller.json) {
      if (c != ' ' && c != '\n') text += c;
    }
    if (!text.starts_with(begin) || !text.ends_with(end)) continue;
    text.resize(text.size() - end.size());
    rest.insert(text.substr(begin.size()));
  }
  return rest;
}

TEST(SmallerScenarios, AnUnlockGoesWithItsLock) {
  EXPECT_THAT(Without(R"({"lock":"m"},{"wait":"c","lock":"m"},{"mark":"x"},)"
                      R"({"unlock":"m"},{"unlock":"n"})"),
              UnorderedElementsAre(
                  R"({"mark":"x"},{"unlock":"n"})",
                  R"({"lock":"m"},{"mark":"x"},{"unlock":"m"},{"unlock":"n"})",
                  R"({"lock":"m"},{"wait":"c","lock":"m"},{"unlock":"m"},)"
                  R"({"unlock":"n"})",
                  // Nothing here has locked n.
                  R"({"lock":"m"},{"wait":"c","lock":"m"},{"mark":"x"},)"
                  R"({"unlock":"m"})"));
  // Each with its own, if a thread may have it twice.
  EXPECT_THAT(
      Without(R"({"lock":"m"},{"lock":"m"},{"wait":"c","lock":"m"},)"
              R"({"unlock":"m"},{"unlock":"m"})"),
      UnorderedElementsAre(
          R"({"lock":"m"},{"wait":"c","lock":"m"},{"unlock":"m"})",
          R"({"lock":"m"},{"unlock":"m"})",
          R"({"lock":"m"},{"lock":"m"},{"unlock":"m"},{"unlock":"m"})"));
}

// But not those of a thread that it starts.
TEST(SmallerScenarios, AnUnlockMayBeInside) {
  const std::set<std::string> rest =
      Without(R"({"lock":"m"},)"
              R"({"call":"a.b","on_error":[{"unlock":"m"},{"exit":true}]},)"
              R"({"choose":[[{"unlock":"m"}],[{"mark":"x"},{"unlock":"m"}]]},)"
              R"({"spawn":"t","do":[{"lock":"m"},{"unlock":"m"}]})");
  EXPECT_THAT(rest,
              Contains(R"({"call":"a.b","on_error":[{"exit":true}]},)"
                       R"({"choose":[[],[{"mark":"x"}]]},)"
                       R"({"spawn":"t","do":[{"lock":"m"},{"unlock":"m"}]})"));
  for (const std::string& text : rest) {
    if (!text.starts_with(R"({"lock")")) continue;
    EXPECT_THAT(text, Not(HasSubstr(R"([{"exit":true}])")));
    EXPECT_THAT(text, Not(HasSubstr(R"([{"mark":"x"}])")));
  }
}

}  // namespace
}  // namespace bindersim::explore
