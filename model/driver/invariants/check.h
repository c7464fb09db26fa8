// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Checks of the driver's state, by theme.

#ifndef BINDERSIM_MODEL_DRIVER_INVARIANTS_CHECK_H_
#define BINDERSIM_MODEL_DRIVER_INVARIANTS_CHECK_H_

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "model/driver/driver.h"
#include "model/driver/invariants.h"
#include "model/driver/invariants/claims.h"
#include "model/driver/invariants/tally.h"
#include "model/os/kernel.h"
#include "sim/machine.h"

namespace bindersim::driver {

class Check {
 public:
  // All must outlive the check.
  Check(const Driver& driver, const os::Kernel& kernel,
        const sim::Machine& machine)
      : driver_(driver), kernel_(kernel), machine_(machine) {}

  // Notes whose mutex is held: other allocators cannot change. To be called
  // after each section.
  void NoteAllocators();

  // Which allocators are looked into. What has been noted is forgotten then.
  enum class Allocators : uint8_t { kAll, kNoted };
  // What is wrong now, by invariant.
  std::vector<Violation> Run(Allocators allocators);

 private:
  // What is found in the work lists.
  struct Listed {
    Tally<NodeId, std::pair<WorkListRef, int>> nodes;
    Tally<DeathId, std::pair<WorkListRef, int>> deaths;
    Tally<TransactionId, int> transactions;
    uint32_t completions = 0;

    void Clear() {
      nodes.Clear();
      deaths.Clear();
      transactions.Clear();
      completions = 0;
    }
  };

  template <class... Args>
  void Broken(Invariant invariant, fmt::format_string<Args...> format,
              Args&&... args) {
    violations_.push_back(
        {invariant, fmt::format(format, std::forward<Args>(args)...)});
  }
  // Whether `id` names something; broken if it does not. `whose` is a name, or
  // the id of what has a name.
  template <class Map, class Id, class Whose>
  bool Exists(Invariant invariant, const Map& map, Id id, const Whose& whose) {
    if (map.Contains(id)) return true;
    Broken(invariant, "{} refers to {}, which is gone", Name(whose),
           id.ToString());
    return false;
  }

  // nodes.cc: nodes, refs, deaths
  void CheckNodes();
  void CheckNodeTables();
  void CheckNodeCounts();
  void CheckNodeWork();
  void CountBuffers();
  void CountBuffer(const Proc& proc, BufferId id, const BufferClaim& claim);
  void CheckRefs();
  void CheckRefTables(const Proc& proc, ProcId id);
  void CheckDeaths();

  // work.cc: work lists, who sleeps
  void CheckWorkLists();
  void CheckList(const WorkList& list, WorkListRef ref);
  void CheckItem(const Work& work, WorkListRef list);
  void CheckQueuedThreadWork(const Work& work, WorkListRef list);
  void CheckSleepers();
  void CheckStatistics();

  // transactions.cc
  void CheckTransactions();
  void CheckTransactionIds();
  void CheckStacks();
  void CheckOwners();
  void CheckOutstanding();
  void CheckBuffers(Allocators allocators);
  void CheckOneway();
  void CheckBufferLinks(const Proc& proc, ProcId id);

  // processes.cc: processes, threads, files
  void CheckThreads();
  void CheckPool(const Proc& proc, ProcId id);
  void CheckProcesses();
  void CheckFiles();

  std::string Name(const char* name) const { return name; }
  std::string Name(WorkListRef list) const;
  std::string Name(NodeId id) const;
  std::string Name(ThreadStateId id) const;
  std::string Name(ProcId id) const;
  std::string Name(TransactionId id) const;
  std::string Name(RefId id) const;
  // Whether the node is out of all tables and only still to be freed. Then its
  // owner may be gone: nobody asks for it any more.
  bool IsUnlinked(NodeId id) const;
  // Whether the process is being taken apart.
  bool IsReleased(ProcId id) const;
  // What a frame says of the buffer, or that all of it stands.
  BufferClaim ClaimOf(ProcId proc, BufferId buffer) const;

  const Driver& driver_;
  const os::Kernel& kernel_;
  const sim::Machine& machine_;
  Tally<ProcId, bool> noted_allocators_;
  Claims claims_;
  Listed listed_;
  std::vector<Violation> violations_;

  // Sums of one invariant each, here for their memory only.
  Tally<NodeId, NodeClaim> held_;
  Tally<NodeId, int> current_oneway_;
  Tally<DeathId, int> reached_deaths_;
  Tally<TransactionId, int> owners_;
  Tally<TransactionId, ThreadStateId> awaited_;
  Tally<ProcId, int64_t> outstanding_;
  Tally<os::FileId, uint32_t> file_uses_;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_INVARIANTS_CHECK_H_
