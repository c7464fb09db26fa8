// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// binder_thread_read as a frame (section RET; LCK-15, 17, 24).

#ifndef BINDERSIM_MODEL_DRIVER_READ_H_
#define BINDERSIM_MODEL_DRIVER_READ_H_

#include <cstdint>
#include <tuple>

#include "model/driver/flows.h"

namespace bindersim::driver {

// A read ends with read_consumed, or with -errno, and then read_consumed is as
// it was. If only BR_SPAWN_LOOPER could not be written it ends with this less
// read_consumed: -EFAULT, with the rest counted (CTL-36).
inline constexpr int64_t kSpawnFault = -4096;

struct ReadFlow {
  static constexpr char kName[] = "binder_thread_read";

  enum class Section : uint8_t {
    kStart,
    kRetry,  // decide whether process work will do (THR-17)
    kRetryLocked,
    kWait,
    kTestWork,
    kSleep,
    kAwake,
    kDequeue,
    kDequeueLocked,
    kFreeNode,
    kFreeNodeLocked,
    kDeliver,  // a transaction, taken from its list
    kPush,
    kPushLocked,
    kFinish,
    kSpawn,
    kEnd,
  };

  Section section = Section::kStart;
  bool nonblocking = false;
  bool wait_for_proc_work = false;
  bool node_unused = false;
  ProcId proc{};
  ThreadStateId thread{};
  uint64_t buffer = 0;  // address
  uint64_t size = 0;
  uint64_t filled = 0;  // bytes, the initial read_consumed included
  int64_t error = 0;
  NodeId node{};
  TransactionId transaction{};

  auto Fields() const {
    return std::tie(section, nonblocking, wait_for_proc_work, node_unused, proc,
                    thread, buffer, size, filled, error, node, transaction);
  }
  bool operator==(const ReadFlow&) const = default;
  sim::Step Run(sim::Env& env);

 private:
  sim::Step Next(Section next, sim::Step step);
  sim::Step BeginWait(sim::Env& env, Driver& driver);
  sim::Step TestWork(sim::Env& env, Driver& driver);
  sim::Step EndWait(sim::Env& env, Driver& driver, int64_t with_error);
  sim::Step Dequeue(sim::Env& env, Driver& driver);
  sim::Step Take(sim::Env& env, Driver& driver, const Work& work);
  sim::Step TakeError(sim::Env& env, Driver& driver, uint32_t& error_slot);
  sim::Step TakeNode(sim::Env& env, Driver& driver, NodeId id);
  sim::Step TakeDeath(sim::Env& env, Driver& driver, DeathId id);
  sim::Step Deliver(sim::Env& env, Driver& driver);
  sim::Step Delivered(sim::Env& env, Driver& driver, uint32_t command);
  void SetServerPriority(sim::Env& env, Driver& driver);
  sim::Step FinishRead(sim::Env& env, Driver& driver);
  // Appends to the read buffer. Return false if it cannot be written.
  template <class T>
  bool Put(sim::Env& env, const T& value);
  // A command with what comes with it; counts it once all of it is there.
  template <class... Payload>
  bool PutReturn(sim::Env& env, uint32_t command, uint64_t subject,
                 const Payload&... payload);
  sim::Step Faulted(sim::Duration cost);
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_READ_H_
