// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/wait_graph.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <algorithm>
#include <variant>

#include "model/queued_calls.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/may_do.h"
#include "model/userspace/program_frames.h"
#include "model/userspace/service_client.h"

namespace bindersim {

namespace {

using userspace::MayDo;
using userspace::ProcessIndex;
using userspace::ThreadState;
using userspace::UserMutex;
using userspace::UserWaiting;

std::string Times(uint64_t count) {
  return count == 1 ? "once" : fmt::format("{} times", count);
}

class Graph {
 public:
  explicit Graph(const World& world)
      : world_(world),
        calls_(world.driver.PendingCalls()),
        queued_(QueuedCalls(world)) {}

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
        DescribeService(thread, waiter);
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
    const userspace::Condition& condition =
        world_.user.processes[thread.process].conditions[thread.waiting.what];
    const bool unheard = condition.unheard > 0;
    MayDo may =
        MayDo::Notifies(world_.user, thread.process, thread.waiting.what);
    waiter.anybody_may_help = true;
    waiter.text = fmt::format("{} waits for condition {}, which ", Name(thread),
                              Symbol(thread));
    if (DescribeHelp(thread, may, "notify", unheard, waiter)) return;
    if (unheard) {
      waiter.kind = "lost_wakeup";
      waiter.text += fmt::format("was notified {} while nobody waited",
                                 Times(condition.unheard));
    } else if (condition.passed_by.value > 0) {
      waiter.text +=
          fmt::format("was notified {}, but another thread that waited got {}",
                      Times(condition.passed_by.value),
                      condition.passed_by.value == 1 ? "that" : "it each time");
    } else {
      waiter.text += "nobody notifies";
    }
  }

  void DescribeService(const ThreadState& thread, Waiter& waiter) const {
    const std::string& name =
        world_.user.image->service_names[thread.waiting.what];
    waiter.kind = "missing_service";
    waiter.anybody_may_help = true;
    waiter.text = fmt::format("{} waits for service {}, ", Name(thread), name);
    MayDo may = MayDo::Adds(world_.user, name);
    const std::string host = HostThatIsGone(thread, name, may);
    if (!host.empty()) {
      waiter.text += fmt::format("whose process {} has ended", host);
      return;
    }
    waiter.text += "which ";
    if (DescribeHelp(thread, may, "add", false, waiter)) return;
    waiter.text += "nobody adds";
  }

  // The process that had the service, or would have had; empty if there is none
  // or one lives.
  std::string HostThatIsGone(const ThreadState& thread, const std::string& name,
                             MayDo& may) const {
    const auto& setups = world_.user.setup().processes;
    const std::string& device = world_.user.SetupOf(thread).device;
    std::string gone;
    for (ProcessIndex i = 0; i < setups.size(); ++i) {
      if (setups[i].device != device) continue;
      const bool has = std::ranges::any_of(
          setups[i].objects, [&](const userspace::Object& object) {
            return object.is_service && object.name == name;
          });
      const bool is_host = name == "manager" ? setups[i].is_service_manager
                                             : has || may.Itself(i);
      if (!is_host) continue;
      if (world_.user.processes[i].id) return {};
      if (gone.empty()) gone = setups[i].name;
    }
    return gone;
  }

  // Who would do what the thread waits for, had it not to wait itself: a call
  // that is queued, else threads; if `only_frozen`, such as the freezer stops.
  // Returns false if there is nobody.
  bool DescribeHelp(const ThreadState& thread, MayDo& may, const char* what,
                    bool only_frozen, Waiter& waiter) const {
    for (const QueuedCall& call : queued_) {
      const auto& hosted =
          world_.user.setup().processes[call.process].objects[call.object];
      const userspace::Method& method = hosted.methods[call.method];
      if (!may.Serving(call.process, method)) continue;
      waiter.waits_for = TakersOf(call);
      waiter.text += fmt::format(
          "{}.{} could {}; transaction {}, the call of it by {}, is {}",
          world_.user.image->object_names[call.process][call.object],
          method.name, what, call.debug_id, CallerOf(call),
          WhereItLies(call, thread.process, waiter.waits_for.size()));
      return true;
    }
    const ThreadState* first = nullptr;
    for (const auto& [id, other] : world_.user.threads) {
      if (&other == &thread ||
          (only_frozen && !world_.user.processes[other.process].frozen) ||
          !may.Rest(other, world_.machine.thread(other.machine_thread).stack)) {
        continue;
      }
      if (first == nullptr || other.tid < first->tid) first = &other;
      waiter.waits_for.push_back(other.machine_thread);
    }
    if (first == nullptr) return false;
    const size_t more = waiter.waits_for.size() - 1;
    waiter.text +=
        fmt::format("{}{} could {}", Name(*first),
                    more == 0 ? IfFrozen(first->process, thread.process)
                              : fmt::format(" or {} more {}", more,
                                            more == 1 ? "thread" : "threads"),
                    what);
    return true;
  }

  // --- calls that are queued ---

  std::string CallerOf(const QueuedCall& call) const {
    const ThreadState* thread = world_.user.Find(call.from_thread);
    return thread == nullptr ? world_.user.NameOfProcess(call.from_pid)
                             : Name(*thread);
  }

  // Threads that could take it, or that keep it waiting.
  std::vector<sim::ThreadId> TakersOf(const QueuedCall& call) const {
    if (call.to_thread) return {call.to_thread};
    if (!call.waits_at_object) {
      return LoopersOf(world_.user.setup().processes[call.process].pid);
    }
    std::vector<sim::ThreadId> takers;
    for (const auto& [id, thread] : world_.user.threads) {
      if (thread.process == call.process && ServesOneway(thread, call.object)) {
        takers.push_back(thread.machine_thread);
      }
    }
    return takers;
  }

  bool ServesOneway(const ThreadState& thread,
                    userspace::ObjectIndex object) const {
    bool serves = false;
    world_.machine.thread(thread.machine_thread)
        .stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
          if (!sim::Stack::Is<userspace::BBinderTransact>(ops)) return;
          const userspace::Incoming& incoming =
              static_cast<const userspace::BBinderTransact*>(frame)->incoming;
          serves = serves || (incoming.object == object &&
                              (incoming.flags & TF_ONE_WAY) != 0);
        });
    return serves;
  }

  std::string WhereItLies(const QueuedCall& call, ProcessIndex observer,
                          size_t takers) const {
    if (const ThreadState* thread = world_.user.Find(call.to_thread)) {
      return fmt::format("for {}{}", Name(*thread),
                         IfFrozen(call.process, observer));
    }
    const std::string process =
        world_.user.setup().processes[call.process].name;
    if (call.waits_at_object) {
      return fmt::format(
          "queued for {}{}, behind an earlier oneway call to "
          "the same object",
          process, IfFrozen(call.process, observer));
    }
    return QueuedFor(call.process, observer, takers);
  }

  // "queued for srv: all 2 of its Binder threads are busy".
  std::string QueuedFor(ProcessIndex process, ProcessIndex observer,
                        size_t loopers) const {
    const std::string& name = world_.user.setup().processes[process].name;
    if (world_.user.processes[process].frozen) {
      return fmt::format("queued for {}{}", name, IfFrozen(process, observer));
    }
    return loopers == 0 ? fmt::format(
                              "queued for {}, which has no Binder "
                              "threads",
                              name)
                        : fmt::format(
                              "queued for {}: all {} of its Binder "
                              "threads are busy",
                              name, loopers);
  }

  // Said to those who are not frozen with it.
  const char* IfFrozen(ProcessIndex process, ProcessIndex observer) const {
    return process != observer && world_.user.processes[process].frozen
               ? ", which is frozen"
               : "";
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
    waiter.kind = "unanswered_call";
    if (DescribeOrphan(thread, waiter)) return true;
    const driver::PendingCall* pending = nullptr;  // the innermost
    for (const driver::PendingCall& call : calls_) {
      if (call.from_thread == thread.machine_thread) pending = &call;
    }
    if (pending != nullptr) {
      waiter.text =
          fmt::format("{} waits for the reply to {} (transaction {})",
                      Name(thread), CallOf(thread), pending->debug_id);
      AddServer(*pending, thread.process, waiter);
      return true;
    }
    // A oneway call waits for no reply, but for the driver to have taken it.
    const auto& stack = world_.machine.thread(thread.machine_thread).stack;
    if (stack.Find<userspace::WaitForResponse>() == nullptr) return false;
    waiter.text = fmt::format(
        "{} waits for the driver to confirm {}, which it has done "
        "already or never will",
        Name(thread), CallOf(thread));
    return true;
  }

  // Who serves the call or could.
  void AddServer(const driver::PendingCall& call, ProcessIndex observer,
                 Waiter& waiter) const {
    const ProcessIndex process = ProcessOf(call.to_pid);
    if (call.to_thread) {
      waiter.waits_for = {call.to_thread};
      waiter.text += fmt::format(
          ", {} {}{}{}", call.being_served ? "served by" : "which only",
          Name(call.to_thread, call.to_tid),
          call.being_served ? "" : " can take", IfFrozen(process, observer));
      return;
    }
    waiter.waits_for = LoopersOf(call.to_pid);
    waiter.text += ", " + QueuedFor(process, observer, waiter.waits_for.size());
  }

  // A call whose server died in a call of its own gets its answer only when
  // that one does (TXN-83). Returns false if the thread waits for none.
  bool DescribeOrphan(const ThreadState& thread, Waiter& waiter) const {
    const driver::Driver& driver = world_.driver;
    const driver::Transaction* call = InnermostCallOf(thread.machine_thread);
    if (call == nullptr || call->to_proc) return false;
    const uint32_t debug_id = call->debug_id;
    while (call != nullptr && !call->to_proc) call = MadeInServing(*call);
    if (call == nullptr) return false;
    driver::PendingCall left;
    left.to_pid = driver.procs[call->to_proc].pid;
    if (const auto* server = driver.threads.Find(call->to_thread)) {
      left.to_tid = server->tid;
      left.to_thread = server->thread;
      const auto* buffer = driver.procs[call->to_proc].alloc.Get(call->buffer);
      left.being_served = buffer == nullptr || buffer->allow_user_free;
    }
    waiter.text = fmt::format(
        "{} waits for the reply to {} (transaction {}), whose server died "
        "waiting for the reply to transaction {}",
        Name(thread), CallOf(thread), debug_id,
        static_cast<uint32_t>(call->debug_id));
    AddServer(left, thread.process, waiter);
    return true;
  }

  const driver::Transaction* InnermostCallOf(sim::ThreadId machine) const {
    const driver::Driver& driver = world_.driver;
    for (const auto& [id, thread] : driver.threads) {
      if (thread.thread != machine) continue;
      const auto* call = driver.transactions.Find(thread.transaction_stack);
      return call != nullptr && call->from == id ? call : nullptr;
    }
    return nullptr;
  }

  // The call that the dead server of that call had made.
  const driver::Transaction* MadeInServing(
      const driver::Transaction& served) const {
    for (const auto& [id, call] : world_.driver.transactions) {
      if (call.from || !call.from_parent) continue;
      if (&served == world_.driver.transactions.Find(call.from_parent)) {
        return &call;
      }
    }
    return nullptr;
  }

  ProcessIndex ProcessOf(uint32_t pid) const {
    const auto& setups = world_.user.setup().processes;
    return static_cast<ProcessIndex>(
        std::ranges::find(setups, pid, &userspace::ProcessSetup::pid) -
        setups.begin());
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
  std::vector<QueuedCall> queued_;
};

// Whether the process has something to look at that nobody knows the meaning of
// before it has been looked at.
bool HasUnread(const World& world, ProcessIndex process) {
  for (const auto& [id, thread] : world.user.threads) {
    if (thread.process == process &&
        thread.ipc.in_position < thread.ipc.in_size) {
      return true;
    }
  }
  for (const auto& [id, proc] : world.driver.procs) {
    if (proc.process != world.user.processes[process].id) continue;
    if (!proc.todo.empty()) return true;
    for (const auto& [tid, thread] : proc.threads) {
      if (!world.driver.threads[thread].todo.empty()) return true;
    }
  }
  return false;
}

// Takes out the threads of frozen processes that would go on after a thaw. Of
// others that wait for such a process, its being frozen is all that is wrong.
void SetAsideFrozen(const World& world, std::vector<Waiter>& waiters) {
  const auto is_frozen = [&](sim::ThreadId id) {
    const ThreadState* thread = world.user.Find(id);
    return thread != nullptr && world.user.processes[thread->process].frozen;
  };
  std::vector<sim::ThreadId> go_on;
  const auto goes_on = [&](sim::ThreadId id) {
    return std::ranges::find(go_on, id) != go_on.end();
  };
  for (const auto& [id, thread] : world.user.threads) {
    if (!is_frozen(thread.machine_thread)) continue;
    const auto waiter =
        std::ranges::find(waiters, thread.machine_thread, &Waiter::thread);
    if (waiter == waiters.end() ||
        (waiter->anybody_may_help && HasUnread(world, thread.process))) {
      go_on.push_back(thread.machine_thread);
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const Waiter& waiter : waiters) {
      if (goes_on(waiter.thread) ||
          std::ranges::none_of(waiter.waits_for, goes_on)) {
        continue;
      }
      go_on.push_back(waiter.thread);
      changed = true;
    }
  }
  for (Waiter& waiter : waiters) {
    if (std::ranges::any_of(waiter.waits_for, [&](sim::ThreadId id) {
          return is_frozen(id) && goes_on(id);
        })) {
      waiter.waits_for.clear();
    }
  }
  std::erase_if(waiters, [&](const Waiter& waiter) {
    return is_frozen(waiter.thread) && goes_on(waiter.thread);
  });
}

// Takes out the waiters that somebody may still help.
void KeepCertain(std::vector<Waiter>& waiters) {
  std::erase_if(waiters, [](const Waiter& waiter) {
    return waiter.waits_for.empty() || waiter.anybody_may_help;
  });
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
  if (quiescent) {
    SetAsideFrozen(world, waiters);
  } else {
    KeepCertain(waiters);
  }
  std::ranges::sort(waiters, {}, &Waiter::tid);
  return waiters;
}

}  // namespace bindersim
