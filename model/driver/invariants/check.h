// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// One check of the driver's state, by theme.

#ifndef BINDERSIM_MODEL_DRIVER_INVARIANTS_CHECK_H_
#define BINDERSIM_MODEL_DRIVER_INVARIANTS_CHECK_H_

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/driver/driver.h"
#include "model/driver/invariants.h"
#include "model/driver/invariants/claims.h"
#include "model/os/kernel.h"
#include "sim/machine.h"

namespace bindersim::driver {

class Check {
 public:
  // With `after_a_section` allocators whose mutex nobody holds are left out:
  // they cannot have changed.
  Check(const Driver& driver, const os::Kernel& kernel,
        const sim::Machine& machine, bool after_a_section);

  std::vector<Violation> Run();

 private:
  // What is found in the work lists.
  struct Listed {
    std::map<NodeId, std::pair<WorkListRef, int>> nodes;
    std::map<DeathId, std::pair<WorkListRef, int>> deaths;
    std::map<TransactionId, int> transactions;
    uint32_t completions = 0;
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
  void CountBuffers(std::map<NodeId, NodeClaim>& held) const;
  void CountBuffer(const Proc& proc, BufferId id, const BufferClaim& claim,
                   std::map<NodeId, NodeClaim>& held) const;
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
  void CheckStacks(std::map<TransactionId, int>& served);
  void CheckOwners(const std::map<TransactionId, int>& served);
  void CheckOutstanding();
  void CheckBuffers();
  void CheckOneway();
  void CheckBufferLinks(const Proc& proc, ProcId id);

  // processes.cc: processes, threads, files
  void CheckThreads();
  void CheckPool(const Proc& proc, ProcId id);
  void CheckProcesses();
  void CheckFiles();

  std::string Name(const std::string& name) const { return name; }
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
  const bool after_a_section_;
  const Claims claims_;
  Listed listed_;
  std::vector<Violation> violations_;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_INVARIANTS_CHECK_H_
