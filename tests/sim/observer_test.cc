// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Sections by name, and what is shown to whoever watches them.

#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "sim/frame.h"
#include "sim/machine.h"
#include "sim/slot_map.h"
#include "sim/value.h"
#include "tests/sim/machine_fixture.h"

namespace bindersim::sim {
namespace {

// Calls Inner, then ends.
struct Inner {
  static constexpr char kName[] = "inner";
  uint32_t rounds = 2;

  auto Fields() const { return std::tie(rounds); }
  bool operator==(const Inner&) const = default;
  Step Run(Env&) { return --rounds == 0 ? Step::Done() : Step::Again(); }
};

struct Outer {
  static constexpr char kName[] = "outer";
  enum class Section : uint8_t { kFirst, kSecond };
  Section section = Section::kFirst;

  auto Fields() const { return std::tie(section); }
  bool operator==(const Outer&) const = default;
  Step Run(Env& env) {
    if (section == Section::kSecond) return Step::Done();
    section = Section::kSecond;
    return env.Call(Inner{});
  }
};

// Counts in plain numbers, some of which have names.
struct Numbered {
  static constexpr char kName[] = "numbered";
  enum Section : uint8_t { kZero, kOne };
  uint64_t before = 0;
  uint16_t section = 0;

  auto Fields() const { return std::tie(before, section); }
  bool operator==(const Numbered&) const = default;
  Step Run(Env&) { return Step::Done(); }
};

template <class F>
std::string Text(const F& frame) {
  Stack stack;
  stack.Push(frame);
  return FlowSection::Of(stack.Ops(), stack.Top()).ToString();
}

TEST(FlowSectionTest, IsNamedAsItsEnumerator) {
  EXPECT_EQ(Text(Outer{}), "outer/kFirst");
  EXPECT_EQ(Text(Outer{Outer::Section::kSecond}), "outer/kSecond");
  EXPECT_EQ(Text(Numbered{~uint64_t{0}, Numbered::kOne}), "numbered/kOne");
  EXPECT_EQ(Text(Numbered{~uint64_t{0}, 9}), "numbered/9");
  EXPECT_EQ(Text(Numbered{0, 1000}), "numbered/1000");
  EXPECT_EQ(Text(Inner{}), "inner");
}

struct Watcher : SectionObserver {
  std::vector<std::string> seen;
  void AfterSection(const Env& env, const FlowSection& section) override {
    seen.push_back(std::to_string(env.tid()) + " " + section.ToString());
  }
};

TEST(SectionObserverTest, SeesEverySectionInOrder) {
  TestMachine test(1);
  Watcher watcher;
  test.env.observer = &watcher;
  test.machine.Spawn(test.env, {7, 0, 0}, Outer{});
  test.Run();
  EXPECT_EQ(watcher.seen,
            (std::vector<std::string>{"7 outer/kFirst", "7 inner", "7 inner",
                                      "7 outer/kSecond"}));
}

struct Stopper : SectionObserver {
  void AfterSection(const Env&, const FlowSection&) override {
    throw std::runtime_error("enough");
  }
};

TEST(SectionObserverTest, EndsARunByThrowing) {
  TestMachine test(1);
  Stopper stopper;
  test.env.observer = &stopper;
  test.machine.Spawn(test.env, {7, 0, 0}, Outer{});
  EXPECT_THROW(test.Run(), std::runtime_error);
  EXPECT_EQ(test.machine.steps(), 1u);
}

// --- who freed what somebody uses ---

struct ThingTag {
  static constexpr char kName[] = "thing";
};
using ThingId = Id<ThingTag>;

struct Things {
  static constexpr size_t kSlot = 1;
  SlotMap<int, ThingId> map;
};

struct Freer {
  static constexpr char kName[] = "freer";
  enum class Section : uint8_t { kBefore, kErase };
  Section section = Section::kBefore;
  ThingId thing{};

  auto Fields() const { return std::tie(section, thing); }
  bool operator==(const Freer&) const = default;
  Step Run(Env& env) {
    if (section == Section::kBefore) {
      section = Section::kErase;
      return Step::Again();
    }
    env.Get<Things>().map.Erase(thing);
    return Step::Done();
  }
};

struct User {
  static constexpr char kName[] = "user";
  ThingId thing{};

  auto Fields() const { return std::tie(thing); }
  bool operator==(const User&) const = default;
  Step Run(Env& env) { return Step::Done(env.Get<Things>().map[thing]); }
};

TEST(StaleIdTest, KnowsWhoUsedAndWhoFreed) {
  TestMachine test(1);
  Things things;
  test.env.Provide(things);
  const ThingId thing = things.map.Insert(5);
  const SlotMap<int, ThingId> before = things.map;
  test.machine.Spawn(test.env, {7, 0, 0},
                     Freer{Freer::Section::kBefore, thing});
  test.Run();
  test.machine.Spawn(test.env, {8, 0, 0}, User{thing});
  try {
    test.Run();
    FAIL() << "no StaleId";
  } catch (const StaleId& stale) {
    EXPECT_EQ(stale.used_by.ToString(), "user");
    EXPECT_EQ(stale.freed_by.ToString(), "freer/kErase");
  }
  // Outside of flows, and once the slot was freed again, nobody knows.
  things.map.Erase(things.map.Insert(6));
  section_under_way = {};
  try {
    things.map[thing] = 1;
    FAIL() << "no StaleId";
  } catch (const StaleId& stale) {
    EXPECT_FALSE(stale.used_by);
    EXPECT_FALSE(stale.freed_by);
  }
}

TEST(StaleIdTest, WhoFreedIsNoPartOfTheValue) {
  SlotMap<int, ThingId> by_one;
  SlotMap<int, ThingId> by_another;
  const ThingId thing = by_one.Insert(5);
  by_another.Insert(5);
  section_under_way = {nullptr, 1};
  by_one.Erase(thing);
  section_under_way = {nullptr, 2};
  by_another.Erase(thing);
  section_under_way = {};
  EXPECT_EQ(by_one, by_another);
  EXPECT_EQ(HashOf(by_one), HashOf(by_another));
}

}  // namespace
}  // namespace bindersim::sim
