// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Talking to the driver, and the loops of pool and polling threads. What
// happens with the commands is in ipc_commands.cc.

#include "model/userspace/ipc_thread_state.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <cerrno>
#include <string>

#include "model/driver/system_calls.h"
#include "model/userspace/ipc_stream.h"
#include "model/userspace/refs.h"

namespace bindersim::userspace {

namespace {

// A pool that was busy for longer than this is reported (USR-13).
constexpr sim::Duration kStarvation = std::chrono::milliseconds(100);

}  // namespace

sim::Step Abort(sim::Env& env, const char* why) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  user.Report(env, "abort",
              fmt::format("{} aborts in thread {}: {}",
                          user.SetupOf(thread).name, thread.name, why));
  KillOwnProcess(env, record::ExitReason::kAborted);
  return sim::Step::Again();
}

sim::Step TalkWithDriver::Run(sim::Env& env) {
  if (IsFrozen(env)) return env.Call(StopWhileFrozen{env.result()});
  Ipc& ipc = IpcOf(env);
  const int32_t fd = env.Get<Userspace>().Process(env).driver_fd;
  os::AddressSpace& memory = Memory(env);
  binder_write_read exchange{};
  if (!called) {
    const bool need_read = ipc.in_position >= ipc.in_size;
    // Nothing is written while there is still something to be read.
    if (!receive || need_read) exchange.write_size = ipc.out_size;
    exchange.write_buffer = ipc.out_data;
    if (receive && need_read) {
      exchange.read_size = kStreamCapacity;
      exchange.read_buffer = ipc.in_data;
    }
    if (exchange.write_size == 0 && exchange.read_size == 0) {
      return sim::Step::Done(kOk);
    }
    memory.WriteValue(ipc.exchange, exchange);
    called = true;
    return driver::Ioctl(env, fd, BINDER_WRITE_READ, ipc.exchange);
  }
  if (env.result() == -EINTR) {  // the same struct again
    return driver::Ioctl(env, fd, BINDER_WRITE_READ, ipc.exchange);
  }
  if (env.result() < 0) return sim::Step::Done(env.result());
  memory.ReadValue(ipc.exchange, exchange);
  if (exchange.write_consumed > 0) {
    if (exchange.write_consumed < ipc.out_size) {
      return Abort(env, "the driver did not consume the write buffer");
    }
    ipc.out_size = 0;
    ProcessPostWriteDerefs(env);
  }
  if (exchange.read_consumed > 0) {
    Ipc& after = IpcOf(env);
    after.in_size = exchange.read_consumed;
    after.in_position = 0;
  }
  return sim::Step::Done(kOk);
}

bool IsFrozen(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  if (user.image->freezes) {
    Touch(env, Shared::kFrozen, user.Self(env).process);
  }
  return env.Get<Userspace>().Process(env).frozen;
}

void SetFrozen(sim::Env& env, ProcessIndex process, bool frozen) {
  Userspace& user = env.Get<Userspace>();
  Touch(env, Shared::kFrozen, process);
  user.processes[process].frozen = frozen;
  for (auto [id, thread] : user.threads) {
    if (thread.process != process) continue;
    const sim::ThreadId machine_thread = thread.machine_thread;
    if (!frozen) {
      if (thread.waiting.kind == UserWaiting::Kind::kFrozen) {
        env.machine.Wake(env, machine_thread);
      }
      continue;
    }
    const auto* talk =
        env.machine.thread(machine_thread).stack.Find<TalkWithDriver>();
    if (talk != nullptr && talk->called) {
      env.machine.Signal(env, machine_thread);
    }
  }
}

sim::Step StopWhileFrozen::Run(sim::Env& env) {
  ThreadState& thread = env.Get<Userspace>().Self(env);
  env.machine.FinishWait(env.self);
  env.machine.ClearSignal(env.self);
  thread.waiting = {};
  if (!IsFrozen(env)) return sim::Step::Done(result);
  thread.waiting = {UserWaiting::Kind::kFrozen, 0, true};
  env.machine.PrepareToWait(env.self, true, "cgroup freezer");
  return sim::Step::Sleep();
}

sim::Step FlushCommands::Run(sim::Env& env) {
  switch (section++) {
    case 0:
      return env.Call(TalkWithDriver{false});
    case 1:
      if (IpcOf(env).out_size == 0) return sim::Step::Done();
      return env.Call(TalkWithDriver{false});
    default:
      return sim::Step::Done();
  }
}

sim::Step FlushRefs::Run(sim::Env& env) {
  Ipc& ipc = IpcOf(env);
  ipc.is_flushing = false;
  if (ipc.unflushed.empty()) return sim::Step::Done();
  WriteFirstUnflushed(env);
  IpcOf(env).is_flushing = true;
  return env.Call(FlushCommands{});
}

sim::Step GetAndExecuteCommand::Run(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  ProcessState& process = user.Process(env);
  switch (section++) {
    case 0:
      return env.Call(TalkWithDriver{true});
    case 1: {
      if (env.result() < 0) return sim::Step::Done(env.result());
      if (InAvailable(env) < sizeof(uint32_t)) return sim::Step::Done(kOk);
      if (++process.executing >= process.max_threads &&
          process.starved_since == sim::kNever) {
        process.starved_since = env.machine.now();  // for a record only
      }
      return env.Call(ExecuteCommand{ReadIn<uint32_t>(env)});
    }
    default: {
      const int64_t result = env.result();
      if (--process.executing < process.max_threads &&
          process.starved_since != sim::kNever) {
        const sim::Duration starved = env.machine.now() - process.starved_since;
        process.starved_since = sim::kNever;
        if (starved > kStarvation) {
          env.Emit(record::PoolStarved{user.SetupOf(user.Self(env)).pid,
                                       process.max_threads,
                                       static_cast<uint64_t>(starved.count())});
        }
      }
      return sim::Step::Done(result);
    }
  }
}

sim::Step JoinThreadPool::Run(sim::Env& env) {
  Ipc& ipc = IpcOf(env);
  switch (section) {
    case 0:
      WriteOut(env, static_cast<uint32_t>(is_main ? BC_ENTER_LOOPER
                                                  : BC_REGISTER_LOOPER));
      ipc.is_looper = true;
      break;
    case 1: {
      const int64_t result = env.result();
      if (result < 0 && result != kTimedOut && result != -ECONNREFUSED &&
          result != -EBADF) {
        return Abort(env, "getAndExecuteCommand failed in joinThreadPool");
      }
      if (result == -ECONNREFUSED || result == -EBADF ||
          (result == kTimedOut && !is_main)) {
        WriteOut(env, static_cast<uint32_t>(BC_EXIT_LOOPER));
        ipc.is_looper = false;
        section = 2;
        return env.Call(TalkWithDriver{false});
      }
      break;
    }
    default:
      return sim::Step::Done();
  }
  ProcessPendingDerefs(env);
  section = 1;
  return env.Call(GetAndExecuteCommand{});
}

sim::Step SetupPolling::Run(sim::Env& env) {
  if (section++ > 0) return sim::Step::Done();
  WriteOut(env, static_cast<uint32_t>(BC_ENTER_LOOPER));
  return env.Call(FlushCommands{});
}

sim::Step HandlePolledCommands::Run(sim::Env& env) {
  switch (section) {
    case 1:
      if (NeedsFlush(env)) return env.Call(FlushRefs{});
      if (InAvailable(env) == 0) {
        ProcessPendingDerefs(env);
        section = 2;
        return env.Call(FlushCommands{});
      }
      [[fallthrough]];
    case 0:
      section = 1;
      return env.Call(GetAndExecuteCommand{});
    default:
      return sim::Step::Done();
  }
}

sim::Step ThreadDestructor::Run(sim::Env& env) {
  const ThreadState& thread = env.Get<Userspace>().Self(env);
  if (thread.ipc.exchange == 0) return sim::Step::Exit();  // never used Binder
  switch (section) {
    case 0:
      if (NeedsFlush(env)) return env.Call(FlushRefs{});
      section = 1;
      return env.Call(FlushCommands{});
    case 1:
      section = 2;
      return driver::Ioctl(env, env.Get<Userspace>().Process(env).driver_fd,
                           BINDER_THREAD_EXIT, thread.ipc.scratch);
    default:
      return sim::Step::Exit();
  }
}

namespace {

// A pool thread from its first to its last moment.
struct PoolThread {
  static constexpr char kName[] = "PoolThread::threadLoop";
  static constexpr bool kUserMode = true;
  uint32_t is_main = 0;
  uint32_t section = 0;
  auto Fields() const { return std::tie(is_main, section); }
  bool operator==(const PoolThread&) const = default;
  sim::Step Run(sim::Env& env) {
    if (section++ == 0) return env.Call(JoinThreadPool{is_main});
    return env.Call(ThreadDestructor{});
  }
};

}  // namespace

void SpawnPooledThread(sim::Env& env, bool is_main) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& self = user.Self(env);
  ProcessState& process = user.processes[self.process];
  if (!process.pool_started) return;
  Touch(env, Shared::kThreads);
  const ProcessSetup& setup = user.SetupOf(self);
  // The thread's name, as the real one, is formed with a hexadecimal number.
  const std::string name = fmt::format("{}:{}_{:X}", setup.device, setup.pid,
                                       ++process.pool_sequence);
  user.StartThread(env, self.process, setup.nice, record::ThreadRole::kPool,
                   name, PoolThread{is_main}, user.costs.thread_spawn);
}

void StartThreadPool(sim::Env& env) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  if (process.pool_started) return;
  process.pool_started = true;
  SpawnPooledThread(env, true);
}

}  // namespace bindersim::userspace
