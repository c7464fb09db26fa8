// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/driver/invariants/check.h"
#include "model/driver/object_reader.h"
#include "model/protocol.h"
#include "sim/slot_map.h"

namespace bindersim::driver {

const char* InvariantName(Invariant invariant) {
  static constexpr std::array kNames = {
      "node_counts",  "node_tables",  "ref_tables",
      "ref_counts",   "node_work",    "work_lists",
      "deaths",       "transactions", "transaction_stack",
      "outstanding",  "buffers",      "buffer_allocator",
      "oneway_order", "threads",      "thread_pool",
      "processes",    "files",        "lost_wake_up",
      "statistics",   "flows"};
  static_assert(kNames.size() == static_cast<size_t>(Invariant::kFlows) + 1);
  return kNames[static_cast<size_t>(invariant)];
}

namespace {

std::vector<Violation> RunCheck(Check& check, Check::Allocators allocators) {
  try {
    return check.Run(allocators);
  } catch (const sim::StaleId& stale) {
    return {{Invariant::kFlows,
             fmt::format("a flow under way refers to {} {}.{}, which is gone",
                         stale.type, stale.index, stale.generation)}};
  }
}

}  // namespace

std::vector<Violation> CheckInvariants(const Driver& driver,
                                       const os::Kernel& kernel,
                                       const sim::Machine& machine) {
  Check check(driver, kernel, machine);
  return RunCheck(check, Check::Allocators::kAll);
}

InvariantViolated::InvariantViolated(Violation broken, const std::string& after)
    : violation(std::move(broken)),
      section(after),
      text(fmt::format("{} after {}: {}", InvariantName(violation.invariant),
                       section, violation.text)) {}

InvariantChecker::InvariantChecker(const Driver& driver,
                                   const os::Kernel& kernel,
                                   const sim::Machine& machine,
                                   bool by_transition)
    : check_(std::make_unique<Check>(driver, kernel, machine)),
      by_transition_(by_transition && machine.untimed()) {}

InvariantChecker::~InvariantChecker() = default;

void InvariantChecker::AfterSection(const sim::Env& env,
                                    const sim::FlowSection& section) {
  section_ = section;
  tid_ = env.tid();
  check_->NoteAllocators();
  if (!by_transition_) CheckNow();
}

void InvariantChecker::AfterTransition(const sim::Env& /*env*/) {
  if (by_transition_) CheckNow();
}

void InvariantChecker::CheckNow() {
  ++checks_;
  const std::vector<Violation> violations =
      RunCheck(*check_, Check::Allocators::kNoted);
  if (violations.empty()) return;
  throw InvariantViolated(
      violations.front(),
      fmt::format("{} of thread {}", section_.ToString(), tid_));
}

void Check::NoteAllocators() {
  for (const auto& [id, proc] : driver_.procs) {
    if (machine_.lock(proc.alloc_mutex).holder) noted_allocators_[id] = true;
  }
}

std::vector<Violation> Check::Run(Allocators allocators) {
  violations_.clear();
  listed_.Clear();
  claims_.Read(driver_, machine_);
  CheckWorkLists();  // first: the others use what it finds
  CheckNodes();
  CheckRefs();
  CheckDeaths();
  CheckTransactions();
  CheckBuffers(allocators);
  CheckThreads();
  CheckProcesses();
  CheckFiles();
  CheckSleepers();
  CheckStatistics();
  if (violations_.empty()) return {};
  std::ranges::stable_sort(violations_, {}, &Violation::invariant);
  return std::move(violations_);
}

std::string Check::Name(NodeId id) const {
  const Node& node = driver_.nodes[id];
  if (!driver_.procs.Contains(node.proc)) {
    return fmt::format("node {} (dead)", node.debug_id);
  }
  return fmt::format("node {} of pid {}", node.debug_id,
                     driver_.procs[node.proc].pid);
}

std::string Check::Name(ThreadStateId id) const {
  const ThreadState& thread = driver_.threads[id];
  return fmt::format("thread {}{}", thread.tid,
                     thread.is_dead ? " (dead)" : "");
}

std::string Check::Name(ProcId id) const {
  const Proc& proc = driver_.procs[id];
  return fmt::format("process {}{}", proc.pid, proc.is_dead ? " (dead)" : "");
}

std::string Check::Name(TransactionId id) const {
  return fmt::format("transaction {}", driver_.transactions[id].debug_id);
}

std::string Check::Name(RefId id) const {
  const Ref& ref = driver_.refs[id];
  return fmt::format("ref {} (handle {})", ref.debug_id, ref.desc);
}

bool Check::IsUnlinked(NodeId id) const {
  const NodeClaim* claim = claims_.nodes.Find(id);
  return claim != nullptr && claim->unlinked;
}

bool Check::IsReleased(ProcId id) const {
  return driver_.procs[id].is_dead || claims_.released.Contains(id);
}

BufferClaim Check::ClaimOf(ProcId proc, BufferId id) const {
  const BufferClaim* known = claims_.buffers.Find({proc, id});
  if (known != nullptr) return *known;
  const Buffer& buffer = driver_.procs[proc].alloc[id];
  const uint64_t begin = protocol::Align8(buffer.data_size);
  return {true, begin, begin + buffer.offsets_size, true};
}

}  // namespace bindersim::driver
