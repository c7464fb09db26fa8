// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "explore/trial.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Processes that all start a thread and let another go on at one moment. One
// more begins then, and is killed.
std::string StartsAtOnce(const std::vector<std::string>& processes) {
  std::string text = R"({"processes": {)";
  for (const std::string& process : processes) {
    text += "\"" + process + R"(": {"threads": {
        "main": {"at": "1ms", "do": [{"mark": "m"}]},
        "more": {"at": "1ms", "do": [{"mark": "n"}]}}},)";
  }
  return text + R"("late": {"at": "1ms", "threads": {"main": {"do": [
      {"mark": "m"}]}}}}, "events": [{"at": "1ms", "kill": "late"}]})";
}

// Takes another than the first where that is named so, once.
class Preferring final : public sim::Chooser {
 public:
  Preferring(const World& world, const std::string& wanted)
      : namer_(world), wanted_(wanted) {}

  uint32_t Choose(const sim::ChoicePoint& point) override {
    for (uint32_t i = 1; i < point.options && !is_done_; ++i) {
      if (namer_.OptionOf(point, i).first != wanted_) continue;
      is_done_ = true;
      return i;
    }
    return 0;
  }

 private:
  Namer namer_;
  const std::string wanted_;
  bool is_done_ = false;
};

Schedule ScheduleWith(const scenario::Scenario& scenario,
                      const std::string& wanted) {
  Trial trial(scenario, {.timing = Timing::kTimed});
  Preferring preferring(trial.world(), wanted);
  NamingChooser naming(preferring, trial.world());
  trial.Run(naming);
  return naming.schedule();
}

TEST(Decision, EventsOfOneMomentAreNamed) {
  const scenario::Scenario scenario = Load(StartsAtOnce({"a", "b"}));
  const std::pair<std::string, std::string> cases[] = {
      {"a/main", "b/main"},
      {"start late", "start b/more"},
      {"start late", "kill late"}};
  for (const auto& [first, wanted] : cases) {
    const Schedule schedule = ScheduleWith(scenario, wanted);
    ASSERT_THAT(schedule, SizeIs(1)) << wanted;
    EXPECT_EQ(schedule[0].place.who, first);
    EXPECT_EQ(schedule[0].place.at, "tie");
    EXPECT_EQ(schedule[0].take, wanted);
  }
}

// What else happens then does not matter.
TEST(Decision, AnEventIsFoundByItsName) {
  const Schedule schedule =
      ScheduleWith(Load(StartsAtOnce({"a", "b"})), "start b/more");
  const scenario::Scenario more = Load(StartsAtOnce({"a", "x", "y", "b"}));
  Trial trial(more, {.timing = Timing::kTimed});
  ReplayChooser replay(schedule, trial.world());
  NamingChooser naming(replay, trial.world());
  trial.Run(naming);
  EXPECT_THAT(schedule, Not(IsEmpty()));
  EXPECT_THAT(replay.used(), ElementsAre(true));
  EXPECT_EQ(naming.schedule(), schedule);
}

}  // namespace
}  // namespace bindersim::explore
