// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What must hold of the driver's state after every section.
//
// Between two sections a flow may have things half done: it has taken a
// transaction off a list and put it nowhere yet, or it pins a node. Such flows
// are frames on the threads' stacks, so the check reads what each of them has
// in hand and counts that too. What must be exact is therefore exact at every
// moment, not only when nothing is under way.
//
//   InvariantChecker checker(driver, kernel, machine);
//   env.observer = &checker;          // a violation ends the run: throws
//   machine.Run(env, limits);         // InvariantViolated
//
//   for (const Violation& v : CheckInvariants(driver, kernel, machine)) ...

#ifndef BINDERSIM_MODEL_DRIVER_INVARIANTS_H_
#define BINDERSIM_MODEL_DRIVER_INVARIANTS_H_

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "model/driver/driver.h"
#include "model/os/kernel.h"
#include "sim/machine.h"

namespace bindersim::driver {

enum class Invariant : uint8_t {
  kNodeCounts,        // a node's counts are those that somebody holds (REF-10)
  kNodeTables,        // each node is in its owner's tree or among the dead
  kRefTables,         // a ref is in both trees and at its node (REF-14)
  kRefCounts,         // a ref that is known holds something (REF-12)
  kNodeWork,          // a node's owner knows who holds it, or will (REF-20, 25)
  kWorkLists,         // each item is on one list, and its owner exists
  kDeaths,            // a death record is reached in exactly one way (DTH-01)
  kTransactions,      // each transaction belongs to one list, stack or flow
  kTransactionStack,  // from, from_parent, to_thread, to_parent (THR-30)
  kOutstanding,       // outstanding_txns counts what is there (FRZ-04)
  kBuffers,           // buffers and transactions know each other
  kAllocator,         // trees, list, pages and quota agree (ALLOC, BUG-25)
  kOneway,            // one oneway call of a node at a time (TXN-51)
  kThreads,           // threads and their tables, tmp_ref (LCK-08)
  kPool,              // waiting_threads, requested_threads (THR-20)
  kProcesses,         // processes, tmp_ref, deferred work (CTL-62)
  kFiles,             // open files and their uses
  kLostWakeUp,        // nobody sleeps while its work lies there (THR-42)
  kStatistics,        // what was created less what was deleted (DBG-20)
  kFlows,             // no flow refers to what is gone
};

// "node_counts".
const char* InvariantName(Invariant invariant);

struct Violation {
  Invariant invariant = Invariant::kNodeCounts;
  std::string text;

  bool operator==(const Violation&) const = default;
};

// All violations, by invariant. Empty if the state is sound.
std::vector<Violation> CheckInvariants(const Driver& driver,
                                       const os::Kernel& kernel,
                                       const sim::Machine& machine);

// The state is broken: nothing that runs on from it means anything.
struct InvariantViolated : public std::exception {
  InvariantViolated(Violation violation, const std::string& section);

  const char* what() const noexcept override { return text.c_str(); }

  Violation violation;  // the first one
  std::string section;  // after which it showed: "binder_thread_read/kDeliver"
  std::string text;     // of both
};

class Check;

// Checks after every section or, of an untimed run, after every transition.
class InvariantChecker : public sim::SectionObserver {
 public:
  // All must outlive the checker.
  InvariantChecker(const Driver& driver, const os::Kernel& kernel,
                   const sim::Machine& machine, bool by_transition = false);
  ~InvariantChecker() override;

  // Throws InvariantViolated.
  void AfterSection(const sim::Env& env,
                    const sim::FlowSection& section) override;
  // The same; names the transition's last section.
  void AfterTransition(const sim::Env& env) override;

  // How many checks there were.
  uint64_t checks() const { return checks_; }

 private:
  void CheckNow();

  const std::unique_ptr<Check> check_;
  const bool by_transition_;
  sim::FlowSection section_;  // the last one
  uint32_t tid_ = 0;          // who ran it
  uint64_t checks_ = 0;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_INVARIANTS_H_
