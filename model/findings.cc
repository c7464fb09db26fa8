// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "model/wait_graph.h"

namespace bindersim {

namespace {

// The waiting threads from which others of them can be reached.
class Reach {
 public:
  explicit Reach(const std::vector<Waiter>& waiters) : waiters_(waiters) {
    for (size_t i = 0; i < waiters.size(); ++i) index_[waiters[i].thread] = i;
    reached_.resize(waiters.size());
    for (size_t i = 0; i < waiters.size(); ++i) Walk(i, i);
  }

  bool Reaches(size_t from, size_t to) const {
    return reached_[from].contains(to);
  }
  bool InCycle(size_t i) const { return Reaches(i, i); }
  // Whether the thread waits for one that does not wait, or for nobody.
  bool IsEnd(size_t i) const {
    return std::ranges::none_of(
        waiters_[i].waits_for,
        [&](sim::ThreadId thread) { return index_.contains(thread); });
  }

 private:
  void Walk(size_t from, size_t at) {
    for (const sim::ThreadId next : waiters_[at].waits_for) {
      const auto it = index_.find(next);
      if (it == index_.end()) continue;
      if (reached_[from].insert(it->second).second) Walk(from, it->second);
    }
  }

  const std::vector<Waiter>& waiters_;
  std::map<sim::ThreadId, size_t> index_;
  std::vector<std::set<size_t>> reached_;
};

void Involve(Finding& finding, const Waiter& waiter) {
  if (std::ranges::find(finding.pids, waiter.pid) == finding.pids.end()) {
    finding.pids.push_back(waiter.pid);
  }
  finding.tids.push_back(waiter.tid);
  if (!finding.text.empty()) finding.text += "\n";
  finding.text += waiter.text;
}

// The threads behind the finding's own: they wait, but not because of each
// other.
void CountFollowers(Finding& finding, size_t followers) {
  if (followers == 0) return;
  finding.text += fmt::format("\n{} more {} behind {}", followers,
                              followers == 1 ? "thread waits" : "threads wait",
                              finding.tids.size() == 1 ? "it" : "them");
}

// One finding for each cycle and for each end of a chain.
std::vector<Finding> StuckThreads(const std::vector<Waiter>& waiters,
                                  sim::Time now) {
  const Reach reach(waiters);
  std::vector<Finding> findings;
  std::vector<bool> reported(waiters.size());
  for (size_t i = 0; i < waiters.size(); ++i) {
    if (reported[i] || !(reach.InCycle(i) || reach.IsEnd(i))) continue;
    Finding finding;
    finding.kind = reach.InCycle(i) ? "deadlock" : waiters[i].kind;
    finding.at = now;
    size_t followers = 0;
    for (size_t j = 0; j < waiters.size(); ++j) {
      if (j == i || (reach.Reaches(i, j) && reach.Reaches(j, i))) {
        Involve(finding, waiters[j]);
        reported[j] = true;
      } else if (reach.Reaches(j, i)) {
        ++followers;
      }
    }
    CountFollowers(finding, followers);
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Buffers that were given to a process, which has forgotten about them.
std::vector<Finding> LeakedBuffers(const World& world) {
  std::vector<Finding> findings;
  std::map<uint32_t, uint64_t> in_parcels;
  for (size_t i = 0; i < world.user.processes.size(); ++i) {
    for (const auto& [id, parcel] : world.user.processes[i].parcels) {
      if (parcel.from_driver) ++in_parcels[world.user.setup().processes[i].pid];
    }
  }
  for (const driver::Usage& usage : world.driver.Usages()) {
    const uint64_t known = in_parcels[usage.pid];
    if (usage.buffers_delivered <= known) continue;
    findings.push_back(
        Finding{"leaked_buffer",
                fmt::format("process {} never freed {} buffers that it was "
                            "given",
                            usage.pid, usage.buffers_delivered - known),
                {usage.pid},
                {},
                world.machine.stamp()});
  }
  return findings;
}

}  // namespace

std::vector<Finding> FindingsAtEnd(const World& world, sim::RunEnd end) {
  const sim::Time now = world.machine.stamp();
  if (end == sim::RunEnd::kSteps) {
    return {Finding{"limit",
                    fmt::format("stopped after {} steps at {}",
                                world.machine.steps(), sim::FormatTime(now)),
                    {},
                    {},
                    now}};
  }
  const bool quiescent = end == sim::RunEnd::kQuiescent;
  std::vector<Finding> findings =
      StuckThreads(StuckWaiters(world, quiescent), now);
  if (quiescent) {
    for (Finding& finding : LeakedBuffers(world)) {
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace bindersim
