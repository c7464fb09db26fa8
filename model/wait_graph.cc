// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/wait_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/service_client.h"

namespace bindersim {

namespace {

using userspace::ThreadState;
using userspace::UserMutex;
using userspace::UserWaiting;

class Graph {
 public:
  explicit Graph(const World& world)
      : world_(world), calls_(world.driver.PendingCalls()) {}

  // The thread as a waiter, if it waits for something without a limit.
  bool Describe(const ThreadState& thread, Waiter& waiter) const {
    const sim::Thread& machine = world_.machine.thread(thread.machine_thread);
    if (machine.state != sim::RunState::kBlocked || machine.waking ||
        thread.waiting.limited) {
      return false;
    }
    waiter.thread = thread.machine_thread;
    waiter.pid = world_.user.SetupOf(thread).pid;
    waiter.tid = thread.tid;
    switch (thread.waiting.kind) {
      case UserWaiting::Kind::kMutex:
        DescribeMutex(thread, waiter);
        return true;
      case UserWaiting::Kind::kCondition:
        DescribeCondition(thread, waiter);
        return true;
      case UserWaiting::Kind::kService:
        waiter.kind = "missing_service";
        waiter.text = fmt::format(
            "{} waits for service {}, which nobody adds", Name(thread),
            world_.user.image->service_names[thread.waiting.what]);
        return true;
      case UserWaiting::Kind::kNothing:
        return DescribeCall(thread, waiter);
      default:
        return false;
    }
  }

 private:
  std::string Name(const ThreadState& thread) const {
    return world_.user.NameOf(thread);
  }
  std::string Name(sim::ThreadId id, uint32_t tid) const {
    const ThreadState* thread = world_.user.Find(id);
    return thread == nullptr ? fmt::format("tid {}", tid) : Name(*thread);
  }
  const std::string& Symbol(const ThreadState& thread) const {
    return world_.user.SetupOf(thread).symbols[thread.waiting.what];
  }

  void DescribeMutex(const ThreadState& thread, Waiter& waiter) const {
    const UserMutex& mutex =
        world_.user.processes[thread.process].mutexes[thread.waiting.what];
    const ThreadState* holder = world_.user.Find(mutex.holder);
    std::string held_by =
        fmt::format("tid {}, which has ended", mutex.holder_tid);
    if (holder != nullptr) {
      waiter.waits_for = {mutex.holder};
      held_by = holder == &thread ? "itself" : Name(*holder);
    }
    waiter.text = fmt::format("{} waits for mutex {}, held by {}", Name(thread),
                              Symbol(thread), held_by);
  }

  void DescribeCondition(const ThreadState& thread, Waiter& waiter) const {
    const uint64_t unheard = world_.user.processes[thread.process]
                                 .conditions[thread.waiting.what]
                                 .unheard;
    if (unheard > 0) {
      waiter.kind = "lost_wakeup";
      waiter.text = fmt::format(
          "{} waits for condition {}, which was notified {} before anybody "
          "waited",
          Name(thread), Symbol(thread),
          unheard == 1 ? "once" : fmt::format("{} times", unheard));
    } else {
      waiter.text =
          fmt::format("{} waits for condition {}, which nobody notifies",
                      Name(thread), Symbol(thread));
    }
  }

  // What the innermost call of the thread is, as its program says.
  std::string CallOf(const ThreadState& thread) const {
    const auto& stack = world_.machine.thread(thread.machine_thread).stack;
    const auto* call = stack.Find<userspace::CallAction>();
    if (call == nullptr ||
        stack.Find<userspace::ServiceManagerCall>() != nullptr) {
      return "its call";
    }
    const auto& spec =
        std::get<userspace::Call>(world_.user.image->At(call->action).body);
    return fmt::format("{}.{}", spec.label, spec.method);
  }

  bool DescribeCall(const ThreadState& thread, Waiter& waiter) const {
    const driver::PendingCall* pending = nullptr;  // the innermost
    for (const driver::PendingCall& call : calls_) {
      if (call.from_thread == thread.machine_thread) pending = &call;
    }
    waiter.kind = "unanswered_call";
    if (pending == nullptr) {
      // A oneway call waits for no reply, but for the driver to have taken it.
      const auto& stack = world_.machine.thread(thread.machine_thread).stack;
      if (stack.Find<userspace::WaitForResponse>() == nullptr) return false;
      waiter.text = fmt::format(
          "{} waits for the driver to confirm {}, which it has done "
          "already or never will",
          Name(thread), CallOf(thread));
      return true;
    }
    const std::string what =
        fmt::format("{} waits for the reply to {} (transaction {})",
                    Name(thread), CallOf(thread), pending->debug_id);
    if (pending->to_thread) {
      waiter.waits_for = {pending->to_thread};
      waiter.text = fmt::format(
          "{}, {} {}", what, pending->being_served ? "served by" : "which only",
          Name(pending->to_thread, pending->to_tid));
      if (!pending->being_served) waiter.text += " can take";
      return true;
    }
    waiter.waits_for = LoopersOf(pending->to_pid);
    const std::string target = world_.user.NameOfProcess(pending->to_pid);
    waiter.text =
        waiter.waits_for.empty()
            ? fmt::format("{}, but {} has no Binder threads", what, target)
            : fmt::format(
                  "{}, queued for {}: all {} of its Binder threads "
                  "are busy",
                  what, target, waiter.waits_for.size());
    return true;
  }

  // Threads that take calls of the process, or are about to.
  std::vector<sim::ThreadId> LoopersOf(uint32_t pid) const {
    std::vector<sim::ThreadId> loopers;
    for (const auto& [id, thread] : world_.user.threads) {
      const auto& setup = world_.user.SetupOf(thread);
      if (setup.pid != pid) continue;
      if (thread.role == record::ThreadRole::kPool ||
          setup.is_service_manager) {
        loopers.push_back(thread.machine_thread);
      }
    }
    return loopers;
  }

  const World& world_;
  std::vector<driver::PendingCall> calls_;
};

// Takes out the waiters that somebody may still help.
void KeepCertain(std::vector<Waiter>& waiters) {
  std::erase_if(waiters,
                [](const Waiter& waiter) { return waiter.waits_for.empty(); });
  const auto waits = [&](sim::ThreadId thread) {
    return std::ranges::find(waiters, thread, &Waiter::thread) != waiters.end();
  };
  bool changed = true;
  while (changed) {
    std::vector<sim::ThreadId> helped;
    for (const Waiter& waiter : waiters) {
      if (!std::ranges::all_of(waiter.waits_for, waits)) {
        helped.push_back(waiter.thread);
      }
    }
    changed = !helped.empty();
    std::erase_if(waiters, [&](const Waiter& waiter) {
      return std::ranges::find(helped, waiter.thread) != helped.end();
    });
  }
}

}  // namespace

std::vector<Waiter> StuckWaiters(const World& world, bool quiescent) {
  const Graph graph(world);
  std::vector<Waiter> waiters;
  for (const auto& [id, thread] : world.user.threads) {
    Waiter waiter;
    if (graph.Describe(thread, waiter)) waiters.push_back(std::move(waiter));
  }
  if (!quiescent) KeepCertain(waiters);
  std::ranges::sort(waiters, {}, &Waiter::tid);
  return waiters;
}

}  // namespace bindersim
