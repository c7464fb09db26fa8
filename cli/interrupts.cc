// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/interrupts.h"

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "cli/exit_status.h"
#include "viz/atomic_file.h"

namespace bindersim::cli {

namespace {

using Clock = std::chrono::steady_clock;

// Who sends a signal to a process and to its group, as timeout does, means one.
constexpr Clock::duration kSameSignal = std::chrono::milliseconds(200);
constexpr Clock::rep kNever = 0;

// Handlers may use those only.
static_assert(std::atomic<bool>::is_always_lock_free &&
              std::atomic<Clock::rep>::is_always_lock_free);
std::atomic<bool> catching = false;
std::atomic<bool> was_caught = false;
std::atomic<Clock::rep> first_caught = kNever;

// On any thread, on several at once if several signals come.
void OnSignal(int) {
  const Clock::duration now = Clock::now().time_since_epoch();
  Clock::rep first = kNever;
  if (catching && first_caught.compare_exchange_strong(first, now.count())) {
    was_caught = true;
    return;
  }
  // Its twin may come when nobody catches any more.
  first = first_caught;
  if (first != kNever && now - Clock::duration(first) < kSameSignal) return;
  viz::AtomicFile::RemoveUnfinished();
  std::_Exit(kExitInterrupted);
}

}  // namespace

void EndWhenInterrupted() {
  std::signal(SIGINT, OnSignal);
  std::signal(SIGTERM, OnSignal);
  // nohup ignores it, and that is to stay so.
  if (std::signal(SIGHUP, OnSignal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);
}

CatchInterrupts::CatchInterrupts() {
  was_caught = false;
  first_caught = kNever;
  catching = true;
}

CatchInterrupts::~CatchInterrupts() { catching = false; }

const std::atomic<bool>& CatchInterrupts::caught() { return was_caught; }

}  // namespace bindersim::cli
