// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/write_read.h"

#include <linux/android/binder.h>

#include <cerrno>

#include "model/driver/read.h"

namespace bindersim::driver {

using sim::Step;

Step WriteReadIoctl(sim::Env& env, ProcId proc, ThreadStateId thread,
                    uint64_t argument, bool nonblocking) {
  WriteReadFlow flow;
  flow.proc = proc;
  flow.thread = thread;
  flow.argument = argument;
  flow.nonblocking = nonblocking;
  return env.Call(flow);
}

Step WriteReadFlow::Next(Section next, Step step) {
  section = next;
  return step;
}

template <class T>
bool WriteReadFlow::Get(sim::Env& env, Driver& driver, T& value) {
  if (!Driver::MemoryToRead(env, driver.LookAt(proc))
           .ReadValue(write_buffer + at, value)) {
    return false;
  }
  at += sizeof(T);
  return true;
}

// The write part failed: no read follows (CTL-33).
Step WriteReadFlow::Fail(int64_t with_error) {
  error = with_error;
  read_consumed = 0;
  return Next(Section::kFinish, Step::Again());
}

Step WriteReadFlow::Run(sim::Env& env) {
  auto& driver = env.Get<Driver>();
  const sim::LockId inner = driver.LookAt(proc).inner_lock;
  switch (section) {
    case Section::kStart:
      return Start(env, driver);
    case Section::kCommand:
      return NextCommand(env, driver);
    case Section::kExecuted:
      if (env.result() < 0) return Fail(env.result());
      write_consumed = at;  // only now (CMD-03)
      return Next(Section::kCommand, Step::Again());
    case Section::kLooperLocked:
    case Section::kCountLooper:
      return ChangeLooper(env, driver);
    case Section::kRead:
      if (read_size == 0) return Next(Section::kFinish, Step::Again());
      section = Section::kReadDone;
      return ReadThread(env, proc, thread, read_buffer, read_size,
                        read_consumed, nonblocking);
    case Section::kReadDone:
      if (env.result() < kSpawnFault) {
        error = -EFAULT;
        read_consumed = static_cast<uint64_t>(kSpawnFault - env.result());
      } else if (env.result() < 0) {
        error = env.result();
      } else {
        read_consumed = static_cast<uint64_t>(env.result());
      }
      return Next(Section::kWakeNext, Step::Enter(inner));
    case Section::kWakeNext: {  // CTL-35
      env.OnlyLooks();
      Driver::LooksAtPool(env, driver.LookAt(proc));
      const bool more = !driver.LookAt(proc).todo.empty();
      if (more) {
        Driver::ChangesPool(env, driver.LookAt(proc));
        driver.WakeProc(env, proc);
      }
      return Next(Section::kFinish,
                  Step::Leave(driver.costs.lock +
                              (more ? driver.costs.wake_up : sim::Duration{})));
    }
    default:
      return Finish(env, driver);
  }
}

Step WriteReadFlow::Start(sim::Env& env, Driver& driver) {
  binder_write_read bwr{};
  if (!Driver::MemoryToRead(env, driver.LookAt(proc))
           .ReadValue(argument, bwr)) {
    return Step::Done(-EFAULT);
  }
  write_size = bwr.write_size;
  write_consumed = bwr.write_consumed;
  write_buffer = bwr.write_buffer;
  read_size = bwr.read_size;
  read_consumed = bwr.read_consumed;
  read_buffer = bwr.read_buffer;
  return Next(write_size > 0 ? Section::kCommand : Section::kRead,
              Step::Again());
}

Step WriteReadFlow::Finish(sim::Env& env, Driver& driver) {
  const binder_write_read bwr{write_size, write_consumed, write_buffer,
                              read_size,  read_consumed,  read_buffer};
  if (!driver.UserMemory(env, driver.LookAt(proc)).WriteValue(argument, bwr)) {
    error = -EFAULT;
  }
  return Step::Done(error);
}

Step WriteReadFlow::NextCommand(sim::Env& env, Driver& driver) {
  if (write_consumed >= write_size ||
      driver.LookAt(thread).return_error != BR_OK) {  // CMD-02
    return Next(Section::kRead, Step::Again());
  }
  at = write_consumed;
  if (!Get(env, driver, command)) return Fail(-EFAULT);
  driver.CountCommand(env, thread, command);
  section = Section::kExecuted;
  return Execute(env, driver);
}

Step WriteReadFlow::Execute(sim::Env& env, Driver& driver) {
  switch (command) {
    case BC_INCREFS:
    case BC_ACQUIRE:
    case BC_RELEASE:
    case BC_DECREFS: {
      uint32_t desc = 0;
      if (!Get(env, driver, desc)) return Fail(-EFAULT);
      return env.Call(ReferenceCommand{
          proc, desc, command == BC_INCREFS || command == BC_ACQUIRE,
          command == BC_ACQUIRE || command == BC_RELEASE});
    }
    case BC_INCREFS_DONE:
    case BC_ACQUIRE_DONE: {
      binder_ptr_cookie told{};
      if (!Get(env, driver, told)) return Fail(-EFAULT);
      return env.Call(ReferenceDone{proc, told.ptr, told.cookie,
                                    command == BC_ACQUIRE_DONE});
    }
    case BC_FREE_BUFFER: {
      uint64_t address = 0;
      if (!Get(env, driver, address)) return Fail(-EFAULT);
      return env.Call(FreeBuffer{proc, address, thread});
    }
    case BC_TRANSACTION:
    case BC_REPLY:
    case BC_TRANSACTION_SG:
    case BC_REPLY_SG:
      return ExecuteTransaction(env, driver);
    case BC_REGISTER_LOOPER:
    case BC_ENTER_LOOPER:
    case BC_EXIT_LOOPER:
      return BeginLooper(env, driver);
    case BC_REQUEST_DEATH_NOTIFICATION:
    case BC_CLEAR_DEATH_NOTIFICATION:
    case BC_DEAD_BINDER_DONE:
      return ExecuteDeath(env, driver);
    default:  // BC_ATTEMPT_ACQUIRE and BC_ACQUIRE_RESULT too (CMD-07, 24)
      return Fail(-EINVAL);
  }
}

Step WriteReadFlow::ExecuteTransaction(sim::Env& env, Driver& driver) {
  binder_transaction_data_sg data{};
  const bool sg = command == BC_TRANSACTION_SG || command == BC_REPLY_SG;
  if (sg ? !Get(env, driver, data) : !Get(env, driver, data.transaction_data)) {
    return Fail(-EFAULT);
  }
  const binder_transaction_data& body = data.transaction_data;
  TransactionArguments arguments;
  arguments.handle = body.target.handle;
  arguments.code = body.code;
  arguments.flags = body.flags;
  arguments.data_size = body.data_size;
  arguments.offsets_size = body.offsets_size;
  arguments.data = body.data.ptr.buffer;
  arguments.offsets = body.data.ptr.offsets;
  arguments.extra_buffers_size = data.buffers_size;
  return SendTransaction(env, proc, thread, arguments,
                         command == BC_REPLY || command == BC_REPLY_SG);
}

Step WriteReadFlow::ExecuteDeath(sim::Env& env, Driver& driver) {
  uint64_t cookie = 0;
  if (command == BC_DEAD_BINDER_DONE) {
    if (!Get(env, driver, cookie)) return Fail(-EFAULT);
    return env.Call(DeadBinderDone{proc, thread, cookie});
  }
  uint32_t desc = 0;
  if (!Get(env, driver, desc) || !Get(env, driver, cookie)) {
    return Fail(-EFAULT);
  }
  return env.Call(DeathCommand{proc, thread, desc, cookie,
                               command == BC_CLEAR_DEATH_NOTIFICATION});
}

Step WriteReadFlow::BeginLooper(sim::Env& env, Driver& driver) {
  const Proc& owner = driver.LookAt(proc);
  const bool entered = (driver.LookAt(thread).looper & kLooperEntered) != 0;
  if (command == BC_REGISTER_LOOPER && owner.requested_threads > 0 &&
      !entered && !driver.Has(Fix::kCountLoopersUnderLock)) {
    --driver.procs[proc].requested_threads;
    env.Touch(Driver::PoolOf(owner));
    return Next(Section::kCountLooper, Step::Run(driver.costs.command));
  }
  return Next(Section::kLooperLocked, Step::Enter(owner.inner_lock));
}

void WriteReadFlow::RegisterLooper(Driver& driver) {
  Proc& owner = driver.procs[proc];
  ThreadState& looper = driver.threads[thread];
  looper.looper |= kLooperRegistered;
  if (section == Section::kCountLooper) {
    ++owner.requested_threads_started;
  } else if ((looper.looper & kLooperEntered) != 0 ||
             owner.requested_threads == 0) {
    looper.looper |= kLooperInvalid;
  } else {
    --owner.requested_threads;
    ++owner.requested_threads_started;
  }
}

// CMD-21..23, CMD-27.
Step WriteReadFlow::ChangeLooper(sim::Env& env, Driver& driver) {
  const Proc& owner = driver.LookAt(proc);
  ThreadState& looper = driver.threads[thread];
  constexpr uint32_t kInPool = kLooperRegistered | kLooperEntered;
  env.OnlyLooks();
  driver.ChangesInbox(env, thread);
  if (command == BC_REGISTER_LOOPER) Driver::ChangesPool(env, owner);
  const bool was_in_pool = (looper.looper & kInPool) != 0;
  switch (command) {
    case BC_REGISTER_LOOPER:
      RegisterLooper(driver);
      break;
    case BC_ENTER_LOOPER:
      if ((looper.looper & kLooperRegistered) != 0) {
        looper.looper |= kLooperInvalid;
      }
      looper.looper |= kLooperEntered;
      break;
    default:
      looper.looper |= kLooperExited;
      break;
  }
  if (!was_in_pool && (looper.looper & kInPool) != 0) {
    ++driver.procs[proc].loopers;
    driver.EmitPool(env, owner);
  }
  write_consumed = at;
  const bool locked = section == Section::kLooperLocked;
  return Next(Section::kCommand,
              locked ? Step::Leave(driver.costs.command) : Step::Again());
}

}  // namespace bindersim::driver
