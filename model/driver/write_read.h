// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// BINDER_WRITE_READ as a frame: the command loop of binder_thread_write, then
// the read (CTL-30..39, CMD-01..08).

#ifndef BINDERSIM_MODEL_DRIVER_WRITE_READ_H_
#define BINDERSIM_MODEL_DRIVER_WRITE_READ_H_

#include <cstdint>
#include <tuple>

#include "model/driver/flows.h"

namespace bindersim::driver {

struct WriteReadFlow {
  static constexpr char kName[] = "binder_ioctl_write_read";

  enum class Section : uint8_t {
    kStart,
    kCommand,
    kExecuted,      // the command of the frame on top is done
    kLooperLocked,  // BC_REGISTER_LOOPER, BC_ENTER_LOOPER, BC_EXIT_LOOPER
    kCountLooper,   // only without count_loopers_under_lock (BUG-16)
    kRead,
    kReadDone,
    kWakeNext,
    kFinish,
  };

  Section section = Section::kStart;
  bool nonblocking = false;
  ProcId proc{};
  ThreadStateId thread{};
  uint64_t argument = 0;  // address of the binder_write_read
  uint64_t write_size = 0;
  uint64_t write_consumed = 0;
  uint64_t write_buffer = 0;
  uint64_t read_size = 0;
  uint64_t read_consumed = 0;
  uint64_t read_buffer = 0;
  uint32_t command = 0;
  uint64_t at = 0;  // offset behind the command under way
  int64_t error = 0;

  auto Fields() const {
    return std::tie(section, nonblocking, proc, thread, argument, write_size,
                    write_consumed, write_buffer, read_size, read_consumed,
                    read_buffer, command, at, error);
  }
  bool operator==(const WriteReadFlow&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Next(Section next, sim::Step step);
  sim::Step Start(sim::Env& env, Driver& driver);
  sim::Step NextCommand(sim::Env& env, Driver& driver);
  sim::Step Execute(sim::Env& env, Driver& driver);
  sim::Step ExecuteTransaction(sim::Env& env, Driver& driver);
  sim::Step ExecuteDeath(sim::Env& env, Driver& driver);
  sim::Step BeginLooper(sim::Env& env, Driver& driver);
  void RegisterLooper(Driver& driver);
  sim::Step ChangeLooper(sim::Env& env, Driver& driver);
  sim::Step Fail(int64_t with_error);
  sim::Step Finish(sim::Env& env, Driver& driver);
  // Reads from the write buffer at `at`, and moves on.
  template <class T>
  bool Get(sim::Env& env, Driver& driver, T& value);
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_WRITE_READ_H_
