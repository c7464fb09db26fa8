// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/overdue.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "model/userspace/calls_under_way.h"

namespace bindersim {

namespace {

using sim::FormatDuration;
using userspace::LateAnswer;
using userspace::SlowCalls;
using userspace::ThreadState;

bool IsAmong(const std::vector<Waiter>& stuck, const ThreadState& thread) {
  return std::ranges::find(stuck, thread.machine_thread, &Waiter::thread) !=
         stuck.end();
}

std::string Counted(uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// --- pools ---

bool IsOfPool(const World& world, const ThreadState& thread, uint32_t pid) {
  const auto& setup = world.user.SetupOf(thread);
  return setup.pid == pid &&
         (thread.role == record::ThreadRole::kPool || setup.is_service_manager);
}

bool IsPoolStuck(const World& world, uint32_t pid,
                 const std::vector<Waiter>& stuck) {
  for (const auto& [id, thread] : world.user.threads) {
    if (IsOfPool(world, thread, pid) && !IsAmong(stuck, thread)) return false;
  }
  return true;
}

// What keeps the threads busy, one line for each that serves a call.
std::string WhatThePoolDoes(const World& world, uint32_t pid) {
  std::string text;
  for (const auto& [id, thread] : world.user.threads) {
    if (!IsOfPool(world, thread, pid)) continue;
    const std::string served = userspace::MethodServed(
        world.user, thread, world.machine.thread(thread.machine_thread).stack);
    if (served.empty()) continue;
    text +=
        fmt::format("\n{} is busy with {}", world.user.NameOf(thread), served);
  }
  return text;
}

Finding StarvationOf(const World& world, const driver::PoolWait& wait) {
  Finding finding{"pool_starvation", "", {wait.pid}, {}, wait.end};
  finding.text = fmt::format(
      "{}: {} busy for {}, in which transaction {} of {} {} in its work list",
      world.user.NameOfProcess(wait.pid),
      wait.threads == 1
          ? "its only Binder thread was"
          : fmt::format("all {} of its Binder threads were", wait.threads),
      FormatDuration(wait.span), wait.debug_id,
      world.user.NameOfProcess(wait.from_pid),
      wait.goes_on ? "has lain" : "lay");
  if (wait.behind > 0) {
    finding.text +=
        fmt::format(", with {} behind it",
                    Counted(wait.behind, "transaction", "transactions"));
  }
  if (wait.goes_on) finding.text += WhatThePoolDoes(world, wait.pid);
  return finding;
}

void AddStarvedPools(const World& world, const std::vector<Waiter>& stuck,
                     std::vector<Finding>& findings) {
  uint32_t reported = 0;
  for (const driver::PoolWait& wait :
       world.driver.PoolWaits(world.machine.stamp())) {
    if (wait.pid == reported ||
        wait.span < world.user.setup().bounds.starvation ||
        (wait.goes_on && IsPoolStuck(world, wait.pid, stuck))) {
      continue;
    }
    reported = wait.pid;
    findings.push_back(StarvationOf(world, wait));
  }
}

// --- calls ---

// Those without an answer, beside the late ones that user space has seen.
std::vector<SlowCalls> AllSlowCalls(const World& world,
                                    const std::vector<Waiter>& stuck) {
  std::vector<SlowCalls> slow = world.user.slow_calls;
  const sim::Time now = world.machine.stamp();
  for (const auto& [id, thread] : world.user.threads) {
    // Who is frozen could not take the answer.
    if (IsAmong(stuck, thread) || world.user.processes[thread.process].frozen) {
      continue;
    }
    const sim::Stack& stack = world.machine.thread(thread.machine_thread).stack;
    for (const auto& call : CallsUnderWay(world.user, stack)) {
      const sim::Duration waited = now - call.began;
      if (waited <= world.user.setup().bounds.answer) continue;
      AddLateAnswer(slow, {call.method, world.user.NameOf(thread),
                           world.user.SetupOf(thread).pid, thread.tid, waited,
                           false, now});
    }
  }
  return slow;
}

Finding SlowCallOf(const SlowCalls& calls) {
  Finding finding{"slow_call", "", calls.pids, calls.tids, calls.at};
  finding.text = fmt::format(
      "{} {} to {} {} {}", calls.caller,
      calls.answered ? "got the answer" : "has no answer", calls.method,
      calls.answered ? "only after" : "after", FormatDuration(calls.waited));
  if (calls.count > 1) {
    finding.text +=
        fmt::format("\n{} of it took too long, too",
                    Counted(calls.count - 1, "more call", "more calls"));
  }
  return finding;
}

}  // namespace

std::vector<Finding> Overdue(const World& world,
                             const std::vector<Waiter>& stuck) {
  std::vector<Finding> findings;
  if (world.machine.untimed()) return findings;
  AddStarvedPools(world, stuck, findings);
  for (const SlowCalls& calls : AllSlowCalls(world, stuck)) {
    findings.push_back(SlowCallOf(calls));
  }
  return findings;
}

}  // namespace bindersim
