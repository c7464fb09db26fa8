// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Binder files: what an open file refers to, and how long it lives.

#ifndef BINDERSIM_MODEL_DRIVER_FILES_H_
#define BINDERSIM_MODEL_DRIVER_FILES_H_

#include <cstdint>
#include <tuple>

#include "model/driver/driver.h"
#include "model/os/kernel.h"
#include "sim/machine.h"
#include "sim/time.h"

namespace bindersim::driver {

// An id as os::File::private_data.
template <class Tag>
uint64_t Pack(sim::Id<Tag> id) {
  return uint64_t{id.generation} << 32 | id.index;
}
template <class Tag>
sim::Id<Tag> Unpack(uint64_t packed) {
  return {static_cast<uint32_t>(packed), static_cast<uint32_t>(packed >> 32)};
}

// Drops a use of the file; the last one asks for the release of its proc
// (CTL-63).
void PutFile(sim::Env& env, os::FileId file);

// close() of one of the process's descriptors. Returns false if it is not open.
bool CloseDescriptor(sim::Env& env, os::ProcessId process, int32_t fd);

// A system call that is answered at once.
struct Answer {
  static constexpr char kName[] = "system_call";
  int64_t outcome = 0;

  auto Fields() const { return std::tie(outcome); }
  bool operator==(const Answer&) const = default;
  sim::Step Run(sim::Env&) { return sim::Step::Done(outcome); }
};

// poll: waits until there is work that the thread may take (CTL-60). Each time
// that it is woken it looks anew at what its descriptor leads to.
struct PollFlow {
  static constexpr char kName[] = "binder_poll";
  enum class Section : uint8_t { kLock, kTest, kSleep, kAwake, kEnd };

  Section section = Section::kLock;
  int32_t fd = -1;
  os::FileId file{};  // what it led to first: kept open until the end
  ProcId proc{};
  ThreadStateId thread{};
  sim::Time deadline = sim::kNever;
  int64_t outcome = 0;

  auto Fields() const {
    return std::tie(section, fd, file, proc, thread, deadline, outcome);
  }
  bool operator==(const PollFlow&) const = default;

  sim::Step Run(sim::Env& env);

 private:
  sim::Step Test(sim::Env& env, Driver& driver);
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_FILES_H_
