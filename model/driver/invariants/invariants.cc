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

std::vector<Violation> CheckState(const Driver& driver,
                                  const os::Kernel& kernel,
                                  const sim::Machine& machine,
                                  bool after_a_section) {
  try {
    return Check(driver, kernel, machine, after_a_section).Run();
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
  return CheckState(driver, kernel, machine, false);
}

InvariantViolated::InvariantViolated(Violation broken, const std::string& after)
    : violation(std::move(broken)),
      section(after),
      text(fmt::format("{} after {}: {}", InvariantName(violation.invariant),
                       section, violation.text)) {}

void InvariantChecker::AfterSection(const sim::Env& env,
                                    const sim::FlowSection& section) {
  ++checks_;
  const std::vector<Violation> violations =
      CheckState(driver_, kernel_, env.machine, true);
  if (violations.empty()) return;
  throw InvariantViolated(
      violations.front(),
      fmt::format("{} of thread {}", section.ToString(), env.tid()));
}

Check::Check(const Driver& driver, const os::Kernel& kernel,
             const sim::Machine& machine, bool after_a_section)
    : driver_(driver),
      kernel_(kernel),
      machine_(machine),
      after_a_section_(after_a_section),
      claims_(driver, machine) {}

std::vector<Violation> Check::Run() {
  CheckWorkLists();  // first: the others use what it finds
  CheckNodes();
  CheckRefs();
  CheckDeaths();
  CheckTransactions();
  CheckBuffers();
  CheckThreads();
  CheckProcesses();
  CheckFiles();
  CheckSleepers();
  CheckStatistics();
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
  const auto claim = claims_.nodes.find(id);
  return claim != claims_.nodes.end() && claim->second.unlinked;
}

bool Check::IsReleased(ProcId id) const {
  return driver_.procs[id].is_dead || claims_.released.contains(id);
}

BufferClaim Check::ClaimOf(ProcId proc, BufferId id) const {
  const auto known = claims_.buffers.find({proc, id});
  if (known != claims_.buffers.end()) return known->second;
  const Buffer& buffer = driver_.procs[proc].alloc[id];
  const uint64_t begin = protocol::Align8(buffer.data_size);
  return {true, begin, begin + buffer.offsets_size, true};
}

}  // namespace bindersim::driver
