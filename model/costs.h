// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The cost profile: how long each thing takes on the simulated machine. All
// members are integers; the JSON form of a profile (model/costs/*.json) has the
// same names and gives the source of every number.

#ifndef BINDERSIM_MODEL_COSTS_H_
#define BINDERSIM_MODEL_COSTS_H_

#include <cstdint>
#include <tuple>

#include "sim/machine_options.h"
#include "sim/time.h"

namespace bindersim {

// What the driver spends, in its caller's context.
struct DriverCosts {
  sim::Duration syscall{300};       // entry + exit of an ioctl
  sim::Duration lock{20};           // an uncontended critical section
  sim::Duration transaction{1500};  // fixed work of one BC_TRANSACTION
  sim::Duration command{60};        // any other BC_ or BR_ word
  sim::Duration object{150};        // translating one flat_binder_object
  sim::Duration buffer{120};        // one allocator operation
  sim::Duration copy_base{50};      // one copy_{from,to}_user
  int64_t copy_picoseconds_per_byte = 150;
  sim::Duration page_fault{700};  // allocate, zero and map a page
  sim::Duration page_reuse{50};   // take a page back from the LRU
  sim::Duration wake_up{500};     // the waker's part of a wake-up
  // What the release of a thread that polled waits for (synchronize_rcu).
  sim::Duration grace_period{10'000'000};

  auto Fields() const {
    return std::tie(syscall, lock, transaction, command, object, buffer,
                    copy_base, copy_picoseconds_per_byte, page_fault,
                    page_reuse, wake_up, grace_period);
  }
  bool operator==(const DriverCosts&) const = default;
};

// What libbinder and the layers above spend.
struct UserspaceCosts {
  sim::Duration marshal{1000};    // write one Parcel and its headers
  sim::Duration unmarshal{1000};  // read one Parcel
  int64_t marshal_picoseconds_per_byte = 20;
  sim::Duration dispatch{300};        // executeCommand to onTransact
  sim::Duration thread_spawn{20000};  // pthread_create until it runs
  sim::Duration java{3000};           // JNI transition and object wrapping

  auto Fields() const {
    return std::tie(marshal, unmarshal, marshal_picoseconds_per_byte, dispatch,
                    thread_spawn, java);
  }
  bool operator==(const UserspaceCosts&) const = default;
};

struct CostProfile {
  sim::SchedulerCosts scheduler;
  DriverCosts driver;
  UserspaceCosts userspace;

  auto Fields() const { return std::tie(scheduler, driver, userspace); }
  bool operator==(const CostProfile&) const = default;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_COSTS_H_
