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

}  // namespace
}  // namespace bindersim::sim
