// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/diamonds.h"

#include <gtest/gtest.h>

#include <vector>

namespace bindersim::explore {
namespace {

// Each actor changes something of its own; one looks at what A changes, too.
constexpr Actor kA = 0;
constexpr Actor kB = 1;
constexpr Actor kC = 2;
constexpr Actor kLooksAtA = 3;
constexpr uint32_t kSteps = 7;

Touches TouchesOf(Actor actor) {
  Touches touches;
  touches.all.Add(actor);
  touches.changed.Add(actor);
  if (actor == kLooksAtA) touches.all.Add(kA);
  return touches;
}

// A search that goes where it is told to.
class Diamond : public testing::Test {
 protected:
  Diamond() { Enter(0); }

  void Enter(uint32_t state, uint32_t renaming = 0) {
    diamonds_.Enter({state, renaming}, {});
  }
  // To a state that was seen before.
  void Revisit(Actor actor, uint32_t state, uint32_t renaming = 0) {
    diamonds_.Act(actor, kSteps, TouchesOf(actor));
    diamonds_.Arrive({state, renaming});
  }
  // To a new one.
  void Go(Actor actor, uint32_t state, uint32_t renaming = 0) {
    Revisit(actor, state, renaming);
    Enter(state, renaming);
  }
  void Leave(int times = 1) {
    for (; times > 0; --times) diamonds_.Leave();
  }
  bool Knows(Actor actor, const Diamonds::Place& place) const {
    const Diamonds::Known* known = diamonds_.Find(actor);
    return known != nullptr && known->leads_to == place &&
           known->actor == actor && known->steps == kSteps &&
           known->touches == TouchesOf(actor);
  }

  Diamonds diamonds_;
};

TEST_F(Diamond, ItsFourthSideIsKnown) {
  Go(kA, 1);
  EXPECT_EQ(diamonds_.Find(kB), nullptr);
  Go(kB, 2);
  Leave(2);
  EXPECT_TRUE(Knows(kA, {1, 0}));
  Go(kB, 3);
  EXPECT_TRUE(Knows(kA, {2, 0}));
  EXPECT_EQ(diamonds_.Find(kB), nullptr);
}

TEST_F(Diamond, StatesSeenBeforeAreCornersToo) {
  Go(kA, 1);
  Go(kC, 2);
  Leave(1);
  Revisit(kB, 2);
  Leave();
  Go(kB, 3);
  EXPECT_TRUE(Knows(kA, {2, 0}));
}

TEST_F(Diamond, ManySideBySide) {
  Go(kA, 1);
  Go(kB, 2);
  Go(kC, 3);
  Go(kB, 4);
  Leave(4);
  Go(kB, 5);
  Go(kC, 6);
  EXPECT_TRUE(Knows(kA, {3, 0}));
  Go(kB, 7);
  EXPECT_TRUE(Knows(kA, {4, 0}));
}

// What is known without having been taken helps as well.
TEST_F(Diamond, OneMayHaveAnotherForASide) {
  Go(kA, 1);
  Go(kB, 2);
  Go(kC, 3);
  Leave(3);
  Go(kB, 4);
  Go(kC, 5);
  EXPECT_TRUE(Knows(kA, {3, 0}));
  Leave(1);
  Leave();
  Go(kC, 6);
  EXPECT_EQ(diamonds_.Find(kA), nullptr);  // nobody took C after A
  Revisit(kB, 5);
  Leave();
  EXPECT_TRUE(Knows(kB, {4, 0}));
}

TEST_F(Diamond, IsNoneIfOneNoticesTheOther) {
  Go(kA, 1);
  Revisit(kLooksAtA, 0);
  Leave();
  Go(kLooksAtA, 2);
  EXPECT_EQ(diamonds_.Find(kA), nullptr);
  Leave();
  EXPECT_TRUE(Knows(kLooksAtA, {2, 0}));
  Go(kB, 3);
  EXPECT_EQ(diamonds_.Find(kLooksAtA), nullptr);  // B was not taken after it
}

// Number 1 stands for names that others who are alike have had.
TEST_F(Diamond, IsNoneUnderOtherNames) {
  Go(kB, 1);
  Go(kC, 2, 1);
  Leave(2);
  Revisit(kA, 1, 1);  // where it is not C that leads to 2
  Go(kC, 3);
  EXPECT_EQ(diamonds_.Find(kA), nullptr);
  Leave();
  Go(kC, 4);
  EXPECT_TRUE(Knows(kB, {2, 1}));
}

// There is room for four actions of a state; none is mistaken for another.
TEST_F(Diamond, MoreThanThereIsRoomForAreForgotten) {
  Go(kA, 1);
  for (Actor actor = 10; actor < 20; ++actor) Revisit(actor, 2 * actor);
  Leave();
  for (Actor actor = 10; actor < 20; ++actor) {
    Go(actor, actor - 8);  // states 2 to 11
    const Diamonds::Known* known = diamonds_.Find(kA);
    if (actor < 14) {
      EXPECT_TRUE(Knows(kA, {2 * actor, 0}));
    } else if (known != nullptr) {
      EXPECT_TRUE(Knows(kA, {2 * actor, 0}));
    }
    Leave();
  }
}

TEST(ActorSet, HoldsTheFirstActors) {
  ActorSet actors;
  for (const Actor actor : {Actor{63}, Actor{0}, Actor{5}, Actor{64}}) {
    actors.Add(actor);
  }
  std::vector<Actor> all;
  actors.ForEach([&](Actor actor) { all.push_back(actor); });
  EXPECT_EQ(all, (std::vector<Actor>{0, 5, 63}));
}

}  // namespace
}  // namespace bindersim::explore
