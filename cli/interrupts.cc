// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/interrupts.h"

#include <csignal>
#include <cstdlib>

#include "cli/exit_status.h"
#include "viz/atomic_file.h"

namespace bindersim::cli {

namespace {

// Handlers may use those only.
static_assert(std::atomic<bool>::is_always_lock_free);
std::atomic<bool> catching = false;
std::atomic<bool> was_caught = false;

void OnSignal(int) {
  if (catching.exchange(false)) {
    was_caught = true;
    return;
  }
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
  catching = true;
}

CatchInterrupts::~CatchInterrupts() { catching = false; }

const std::atomic<bool>& CatchInterrupts::caught() { return was_caught; }

}  // namespace bindersim::cli
