// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/critical_step.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "explore/explorer.h"
#include "explore/search.h"
#include "tests/explore/scenario_for_test.h"

namespace bindersim::explore {
namespace {

// Follows a schedule, so far; then the default.
class FirstTransitions final : public sim::Chooser {
 public:
  FirstTransitions(const Schedule& schedule, const World& world,
                   uint64_t transitions)
      : replay_(schedule, world), world_(world), left_(transitions) {}

  uint32_t Choose(const sim::ChoicePoint& point) override {
    if (left_ == 0 && !there_) there_ = world_;
    if (left_ > 0) --left_;
    return replay_.Choose(point);
  }
  bool WantsForced() const override { return true; }
  // The world after so many; none if the run was shorter.
  const std::optional<World>& there() const { return there_; }

 private:
  ReplayChooser replay_;
  const World& world_;
  uint64_t left_;
  std::optional<World> there_;
};

class CriticalStepTest : public ::testing::Test {
 protected:
  CriticalStepTest() {
    ExploreOptions options;
    options.runs = 400;
    options.stop_after = 1;
    ExploreObserver observer;
    found_ = Explore(scenario_, options, observer).found.at(0);
  }

  CriticalStep Find(const CriticalStepOptions& options) {
    return FindCriticalStep(trial_, found_.schedule, signature(), options)
        .value();
  }

  // By going through all ways on, with no reduction.
  bool CanAvoidAfter(uint64_t transitions) {
    FirstTransitions first(found_.schedule, trial_.world(), transitions);
    trial_.Run(first);
    if (!first.there()) return false;
    SearchOptions options;
    options.reduction = Reduction::kNone;
    const auto can = CanAvoid(trial_, *first.there(), signature(), options);
    EXPECT_TRUE(can.has_value());
    return can.value_or(false);
  }

  const std::string& signature() const { return found_.problem.signature; }

  const scenario::Scenario scenario_ = Load(kLockOrder);
  Trial trial_{scenario_, {}};
  Found found_;
};

TEST_F(CriticalStepTest, BeforeItThereIsAWayOutAndAfterItNone) {
  const CriticalStep step = Find({});
  EXPECT_TRUE(step.certain);
  EXPECT_GT(step.before, 0u);
  EXPECT_LT(step.before, step.of);
  EXPECT_TRUE(CanAvoidAfter(step.before));
  EXPECT_FALSE(CanAvoidAfter(step.before + 1));
}

// Each way to look comes to the same.
TEST_F(CriticalStepTest, DoesNotDependOnLuck) {
  const CriticalStep step = Find({});
  CriticalStepOptions options;
  options.tries = 0;
  EXPECT_EQ(Find(options), step);
}

TEST_F(CriticalStepTest, IsUncertainIfThereIsTooMuchToSearch) {
  CriticalStepOptions options;
  options.max_states = 2;
  const CriticalStep step = Find(options);
  EXPECT_FALSE(step.certain);
  EXPECT_EQ(step.before, Find({}).before);  // the tries were right
}

// Where neither luck nor a search helps.
TEST_F(CriticalStepTest, TriesTheDefaultAndLongDelays) {
  CriticalStepOptions options;
  options.tries = 0;
  options.max_states = 2;
  EXPECT_EQ(Find(options).before, Find({}).before);
}

}  // namespace
}  // namespace bindersim::explore
