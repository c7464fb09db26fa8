// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The chooser: the one door for everything in a run that could go otherwise.
// Whoever has to pick among possibilities that causality leaves open (which
// runnable thread gets the CPU, who gets a lock, which of two simultaneous
// events comes first, how long a jittered burst takes; without time, which
// thread goes on) asks here. Option 0 is always what happens by default, so a
// schedule is the sparse list of the answers other than 0.

#ifndef BINDERSIM_SIM_CHOOSER_H_
#define BINDERSIM_SIM_CHOOSER_H_

#include <cstdint>
#include <span>

#include "sim/transition.h"

namespace bindersim::sim {

enum class ChoiceKind : uint8_t {
  kTie,         // which of several events of one moment happens first
  kDispatch,    // which runnable thread an idle CPU takes
  kLock,        // which waiter gets a released lock
  kJitter,      // by how much a CPU burst deviates
  kTransition,  // untimed: which transition comes next
};

// An event that could come first: what is to become of a thread, or one of the
// model's (Hooks::OnEvent).
struct TiedEvent {
  uint32_t tid = 0;  // 0: the model's
  uint32_t code = 0;
  uint64_t argument = 0;
};

struct ChoicePoint {
  ChoiceKind kind = ChoiceKind::kTie;
  uint32_t options = 1;  // > 1, but see WantsForced
  uint64_t ordinal = 0;  // counts the choice points of the run from 0
  uint32_t subject = 0;  // CPU (kDispatch), tid (kJitter), else 0
  // kDispatch, kLock: the thread behind each.
  std::span<const uint32_t> tids = {};
  std::span<const Transition> transitions = {};  // kTransition: the options
  std::span<const TiedEvent> events = {};        // kTie: the options
};

class Chooser {
 public:
  virtual ~Chooser() = default;
  // Returns an option below `point.options`.
  virtual uint32_t Choose(const ChoicePoint& point) = 0;
  // True if Choose always returns 0; callers then need not ask.
  virtual bool AlwaysDefault() const { return false; }
  // Whether Choose wants to see untimed transitions without an alternative too.
  virtual bool WantsForced() const { return false; }
};

// Everything in its natural order.
class FirstComeChooser final : public Chooser {
 public:
  uint32_t Choose(const ChoicePoint&) override { return 0; }
  bool AlwaysDefault() const override { return true; }
};

// Each option equally likely. The answer depends on the seed and the point's
// ordinal only, so a copied world with a chooser of the same seed goes on as
// the original does.
class RandomChooser final : public Chooser {
 public:
  explicit RandomChooser(uint64_t seed) : seed_(seed) {}
  uint32_t Choose(const ChoicePoint& point) override;

 private:
  uint64_t seed_;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_CHOOSER_H_
