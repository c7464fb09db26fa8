// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "explore/strategies/strategy.h"
#include "sim/check.h"
#include "sim/transition.h"

namespace bindersim::explore {

namespace {

using sim::ChoicePoint;
using sim::ThreadId;
using sim::Transition;

// Where per-thread numbers of an option are: time has the first place.
size_t PlaceOf(const Transition& transition) {
  return transition.kind == Transition::Kind::kThread
             ? transition.thread.index + size_t{1}
             : 0;
}

// Numbers by thread that come into being when they are asked for.
template <class T>
T& At(std::vector<T>& numbers, size_t place) {
  if (numbers.size() <= place) numbers.resize(place + 1);
  return numbers[place];
}

// Every option each time with the same probability.
class RandomWalk final : public Strategy {
 public:
  std::string name() const override { return "random"; }

 private:
  void OnBegin() override {}
  uint32_t Pick(const ChoicePoint&, uint32_t count) override {
    return static_cast<uint32_t>(random.Below(count));
  }
};

// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi,
// Nagarakatti, ASPLOS 2010): threads have random priorities, and at depth - 1
// random moments the one on top falls to the bottom.
class Pct : public Strategy {
 public:
  explicit Pct(uint32_t depth) : depth_(depth) {}

  std::string name() const override { return fmt::format("pct:{}", depth_); }
  std::string Guarantee() const override {
    if (learned == nullptr) return {};
    // 1 / (n k^(d-1)); the result in exact integers as far as they go.
    const uint64_t n = learned->threads;
    const uint64_t k = learned->choices;
    unsigned __int128 inverse = n;
    for (uint32_t i = 1; i < depth_ && inverse < UINT64_MAX; ++i) inverse *= k;
    if (inverse > UINT64_MAX) return {};
    return fmt::format(
        "a run finds a bug of depth {} among {} threads and {} choices with "
        "probability 1/{} or more",
        depth_, n, k, static_cast<uint64_t>(inverse));
  }

 protected:
  // The choices at which priorities change.
  virtual void DrawChanges(std::vector<uint64_t>& changes) {
    for (uint32_t i = 1; i < depth_; ++i) {
      changes.push_back(random.Below(learned->choices));
    }
  }

 private:
  void OnBegin() override {
    base_ = random.Next();
    changes_.clear();
    DrawChanges(changes_);
    std::ranges::sort(changes_, std::greater<>());
    fallen_.clear();
    falls_ = 0;
  }

  uint32_t Pick(const ChoicePoint& point, uint32_t count) override {
    // Beyond what was learned a thread that spins must not hold up the others.
    if (choice > 4 * learned->choices) {
      return static_cast<uint32_t>(random.Below(count));
    }
    uint32_t best = Best(point, count);
    if (!changes_.empty() && choice > changes_.back()) {
      changes_.pop_back();
      At(fallen_, PlaceOf(point.transitions[best])) = ++falls_;
      best = Best(point, count);
    }
    return best;
  }

  uint32_t Best(const ChoicePoint& point, uint32_t count) {
    uint32_t best = 0;
    uint64_t highest = 0;
    for (uint32_t i = 0; i < count; ++i) {
      const size_t place = PlaceOf(point.transitions[i]);
      const uint32_t fallen = At(fallen_, place);
      // Who fell later is lower; whoever fell is below all who did not.
      const uint64_t priority = fallen != 0
                                    ? 1'000'000 - fallen
                                    : 1'000'000 + (Mix(base_ ^ place) >> 1);
      if (priority >= highest) {
        highest = priority;
        best = i;
      }
    }
    return best;
  }

  const uint32_t depth_;
  uint64_t base_ = 0;
  std::vector<uint64_t> changes_;  // next at the back
  std::vector<uint32_t> fallen_;   // by place: which fall, from 1; 0 = none
  uint32_t falls_ = 0;

 protected:
  uint32_t depth() const { return depth_; }
};

// The same with all changes within one window, whose width is drawn first: bugs
// whose moments lie close together are found much sooner (RPro: "the radius").
class PctWindow final : public Pct {
 public:
  explicit PctWindow(uint32_t depth) : Pct(depth) {}
  std::string name() const override {
    return fmt::format("window:{}", depth());
  }
  std::string Guarantee() const override { return {}; }

 private:
  void DrawChanges(std::vector<uint64_t>& changes) override {
    const uint64_t width = random.LogUniform(learned->choices);
    const uint64_t begin = random.Below(learned->choices - width + 1);
    for (uint32_t i = 1; i < depth(); ++i) {
      changes.push_back(begin + random.Below(width));
    }
  }
};

// Partial order sampling (Yuan, Yang, Gu, CAV 2018): every pending transition
// has a random priority, drawn anew when one that conflicts with it is taken.
// Transitions conflict here if they begin with the same lock.
class Pos final : public Strategy {
 public:
  std::string name() const override { return "pos"; }

 private:
  void OnBegin() override { drawn_.clear(); }

  uint32_t Pick(const ChoicePoint& point, uint32_t count) override {
    uint32_t best = 0;
    for (uint32_t i = 0; i < count; ++i) {
      uint64_t& priority = At(drawn_, PlaceOf(point.transitions[i]));
      if (priority == 0) priority = random.Next() | 1;
      if (priority > At(drawn_, PlaceOf(point.transitions[best]))) best = i;
    }
    for (uint32_t i = 0; i < count; ++i) {
      if (i == best ||
          Conflict(point.transitions[i], point.transitions[best])) {
        At(drawn_, PlaceOf(point.transitions[i])) = 0;
      }
    }
    return best;
  }

  bool Conflict(const Transition& a, const Transition& b) const {
    if (a.kind != Transition::Kind::kThread ||
        b.kind != Transition::Kind::kThread) {
      return false;
    }
    for (const sim::LockId lock : machine->thread(a.thread).to_enter) {
      if (!lock) break;
      const auto& others = machine->thread(b.thread).to_enter;
      if (std::ranges::find(others, lock) != others.end()) return true;
    }
    return false;
  }

  std::vector<uint64_t> drawn_;  // by place; 0 = to be drawn
};

// A thread with twice as much still to do is twice as likely, which makes all
// interleavings about equally likely (Zhao et al., "Selectively uniform
// concurrency testing", ASPLOS 2025).
class UniformRandomWalk final : public Strategy {
 public:
  std::string name() const override { return "urw"; }

 private:
  void OnBegin() override { done_.clear(); }

  uint32_t Pick(const ChoicePoint& point, uint32_t count) override {
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; ++i) total += Left(point.transitions[i]);
    uint64_t drawn = random.Below(total);
    uint32_t pick = 0;
    while (drawn >= Left(point.transitions[pick])) {
      drawn -= Left(point.transitions[pick++]);
    }
    ++At(done_, PlaceOf(point.transitions[pick]));
    return pick;
  }

  uint64_t Left(const Transition& transition) {
    const size_t place = PlaceOf(transition);
    const uint64_t expected =
        place < learned->taken.size() ? learned->taken[place] : 0;
    const uint64_t done = At(done_, place);
    return expected > done ? expected - done : 1;
  }

  std::vector<uint64_t> done_;  // by place
};

// Delay bounding (Emmi, Qadeer, Rakamaric, POPL 2011): the default order, but
// that at a few random moments the thread whose turn it is has to wait.
class DelayBounding final : public Strategy {
 public:
  explicit DelayBounding(uint32_t delays) : delays_(delays) {}
  std::string name() const override { return fmt::format("delay:{}", delays_); }

 private:
  void OnBegin() override {
    moments_.clear();
    for (uint32_t i = 0; i < delays_; ++i) {
      moments_.push_back(random.Below(learned->choices));
    }
    std::ranges::sort(moments_, std::greater<>());
  }

  uint32_t Pick(const ChoicePoint&, uint32_t count) override {
    uint32_t skipped = 0;
    while (!moments_.empty() && choice > moments_.back()) {
      moments_.pop_back();
      ++skipped;
    }
    return skipped % count;
  }

  const uint32_t delays_;
  std::vector<uint64_t> moments_;  // next at the back
};

// A random walk in which one thread gets nothing for a while, as under rr's
// chaos mode: some bugs need a long starvation, others a very short one.
class Starvation final : public Strategy {
 public:
  std::string name() const override { return "starve"; }

 private:
  void OnBegin() override {
    const uint64_t length = random.LogUniform(learned->choices);
    begin_ = random.Below(learned->choices);
    end_ = begin_ + length;
    starved_ = SIZE_MAX;
  }

  uint32_t Pick(const ChoicePoint& point, uint32_t count) override {
    if (choice > begin_ && choice <= end_) {
      if (starved_ == SIZE_MAX) {
        starved_ = PlaceOf(point.transitions[random.Below(count)]);
      }
      uint32_t pick = static_cast<uint32_t>(random.Below(count - 1));
      for (uint32_t i = 0; i < count; ++i) {
        if (PlaceOf(point.transitions[i]) != starved_) continue;
        return pick >= i ? pick + 1 : pick;
      }
    }
    return static_cast<uint32_t>(random.Below(count));
  }

  uint64_t begin_ = 0;  // choices
  uint64_t end_ = 0;
  size_t starved_ = 0;
};

constexpr uint32_t kMostOfDepth = 1000;

// The N of "pct:N".
bool ReadParameter(const std::string& name, const std::string& prefix,
                   uint32_t& parameter) {
  if (!name.starts_with(prefix + ":")) return false;
  const char* begin = name.data() + prefix.size() + 1;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(begin, end, parameter);
  return error == std::errc() && stop == end && parameter >= 1 &&
         parameter <= kMostOfDepth;
}

}  // namespace

std::unique_ptr<Strategy> MakeStrategy(const std::string& name) {
  uint32_t parameter = 0;
  if (name == "random") return std::make_unique<RandomWalk>();
  if (name == "pos") return std::make_unique<Pos>();
  if (name == "urw") return std::make_unique<UniformRandomWalk>();
  if (name == "starve") return std::make_unique<Starvation>();
  if (ReadParameter(name, "pct", parameter)) {
    return std::make_unique<Pct>(parameter);
  }
  if (ReadParameter(name, "window", parameter)) {
    return std::make_unique<PctWindow>(parameter);
  }
  if (ReadParameter(name, "delay", parameter)) {
    return std::make_unique<DelayBounding>(parameter);
  }
  return nullptr;
}

std::vector<std::unique_ptr<Strategy>> MakeStrategies(
    const std::vector<std::string>& names) {
  std::vector<std::unique_ptr<Strategy>> strategies;
  for (const std::string& name : names) {
    strategies.push_back(MakeStrategy(name));
    SIM_CHECK(strategies.back() != nullptr) << "strategy " << name;
  }
  return strategies;
}

std::vector<std::string> StrategyNames() {
  return {"random", "pct:2",   "pct:3",   "window:3", "pos",
          "urw",    "delay:1", "delay:3", "starve"};
}

std::vector<std::string> PortfolioNames() {
  return {"random",  "pct:2",    "pos",     "urw",   "pct:3",
          "delay:1", "window:3", "delay:3", "starve"};
}

}  // namespace bindersim::explore
