// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Nodes, references and death records.

#include <linux/android/binder.h>

#include <algorithm>

#include "model/driver/invariants/check.h"
#include "model/driver/object_reader.h"
#include "model/driver/tables.h"

namespace bindersim::driver {

void Check::CheckNodes() {
  CheckNodeTables();
  CheckNodeCounts();
  CheckNodeWork();
}

void Check::CheckNodeTables() {
  constexpr Invariant kTables = Invariant::kNodeTables;
  for (const auto& [id, proc] : driver_.procs) {
    for (const auto& [ptr, node] : proc.nodes) {
      if (!Exists(kTables, driver_.nodes, node, id)) continue;
      if (driver_.nodes[node].proc != id || driver_.nodes[node].ptr != ptr) {
        Broken(kTables, "{} is in the tree of {} for ptr {:#x}", Name(node),
               Name(id), ptr);
      }
    }
  }
  for (const NodeId node : driver_.dead_nodes) {
    if (!Exists(kTables, driver_.nodes, node, "the list of dead nodes")) {
      continue;
    }
    if (driver_.nodes[node].proc) {
      Broken(kTables, "{} is among the dead", Name(node));
    }
  }
  for (const auto& [id, node] : driver_.nodes) {
    const bool is_dead = !node.proc;
    const bool unlinked = IsUnlinked(id);
    if (unlinked && !driver_.procs.Contains(node.proc)) continue;
    if (!is_dead && !Exists(kTables, driver_.procs, node.proc, id)) {
      continue;
    }
    const int64_t places =
        is_dead ? std::ranges::count(driver_.dead_nodes, id)
                : Lookup(driver_.procs[node.proc].nodes, node.ptr) == id;
    if (places + (unlinked ? 1 : 0) != 1) {
      Broken(kTables, "{} is in {} tables and {} flow frees it", Name(id),
             places, unlinked ? "a" : "no");
    }
    const bool is_known =
        !node.refs.empty() || node.tmp_refs != 0 ||
        node.local_strong_refs != 0 || node.local_weak_refs != 0 ||
        (!is_dead && (node.has_strong_ref || node.has_weak_ref));
    if (!is_known && !unlinked) {
      Broken(kTables, "{} is kept though nobody refers to it", Name(id));
    }
  }
}

// --- counts ---

// The local counts that the buffers of living processes hold: each its target,
// and one for each object that is at home there.
void Check::CountBuffers() {
  for (const auto& [id, proc] : driver_.procs) {
    if (IsReleased(id)) continue;
    proc.alloc.ForEachExtent([&, id = id, &proc = proc](const Extent& extent) {
      if (!extent.buffer) return;
      CountBuffer(proc, extent.buffer, ClaimOf(id, extent.buffer));
    });
  }
}

void Check::CountBuffer(const Proc& proc, BufferId id,
                        const BufferClaim& claim) {
  const Buffer& buffer = proc.alloc[id];
  if (claim.target_node && buffer.target_node) {
    ++held_[buffer.target_node].local_strong_refs;
  }
  if (claim.begin >= claim.end) return;
  const os::AddressSpace* memory = MemoryOfBuffers(kernel_, proc);
  if (memory == nullptr) return;
  ForEachObject(
      *memory, proc, id, claim.begin, claim.end, [&](const AnyObject& object) {
        const bool strong = object.type == BINDER_TYPE_BINDER;
        if (!strong && object.type != BINDER_TYPE_WEAK_BINDER) return;
        const NodeId node = Lookup(
            proc.nodes, uint64_t{object.As<flat_binder_object>().binder});
        if (!node) return;
        NodeClaim& held = held_[node];
        ++(strong ? held.local_strong_refs : held.local_weak_refs);
      });
}

void Check::CheckNodeCounts() {
  held_ = claims_.nodes;
  CountBuffers();
  for (const Context& context : driver_.contexts) {
    if (!context.manager) continue;
    if (!Exists(Invariant::kNodeTables, driver_.nodes, context.manager,
                "a context")) {
      continue;
    }
    ++held_[context.manager].local_strong_refs;
    ++held_[context.manager].local_weak_refs;
  }
  const auto compare = [this](NodeId id, const char* count, int64_t is,
                              int64_t should) {
    if (is == should) return;
    Broken(Invariant::kNodeCounts, "{}: {} is {}, but {} are held", Name(id),
           count, is, should);
  };
  for (const auto& [id, node] : driver_.nodes) {
    const NodeClaim claim = held_.Get(id);
    compare(id, "tmp_refs", node.tmp_refs, claim.tmp_refs);
    const int64_t strong = std::ranges::count_if(node.refs, [&](RefId ref) {
      return driver_.refs.Contains(ref) && driver_.refs[ref].strong > 0;
    });
    compare(id, "internal_strong_refs", node.internal_strong_refs, strong);
    // What a dead or dying owner's node counted locally is void (EXT-23).
    if (!node.proc || IsUnlinked(id) || IsReleased(node.proc)) continue;
    compare(id, "local_strong_refs", node.local_strong_refs,
            claim.local_strong_refs + (node.pending_strong_ref ? 1 : 0));
    compare(id, "local_weak_refs", node.local_weak_refs,
            claim.local_weak_refs + (node.pending_weak_ref ? 1 : 0));
  }
}

// What the owner of a node was last told is true, or there is work for it that
// will tell. Work that was lost with its thread tells nobody (EXT-12).
void Check::CheckNodeWork() {
  if (driver_.statistics.value.forgotten_node_work > 0) return;
  for (const auto& [id, node] : driver_.nodes) {
    if (!node.proc || node.work_list || IsUnlinked(id) ||
        IsReleased(node.proc)) {
      continue;
    }
    const bool strong =
        node.internal_strong_refs != 0 || node.local_strong_refs != 0;
    const bool weak = strong || !node.refs.empty() ||
                      node.local_weak_refs != 0 || node.tmp_refs != 0;
    // A handle that comes home counts without telling, and a tmp_ref is nobody
    // else's business.
    const bool untold =
        (node.internal_strong_refs != 0 && !node.has_strong_ref) ||
        (!node.refs.empty() && !node.has_weak_ref);
    const bool outdated =
        (!strong && node.has_strong_ref) || (!weak && node.has_weak_ref);
    if (!untold && !outdated) continue;
    Broken(Invariant::kNodeWork,
           "{} has {} refs, {} of them strong; its owner was told strong {}, "
           "weak {}, and nothing is queued",
           Name(id), node.refs.size(), node.internal_strong_refs,
           node.has_strong_ref, node.has_weak_ref);
  }
}

// --- refs ---

void Check::CheckRefs() {
  for (const auto& [id, proc] : driver_.procs) CheckRefTables(proc, id);
  for (const auto& [id, ref] : driver_.refs) {
    if (!Exists(Invariant::kRefTables, driver_.procs, ref.proc, id)) {
      continue;
    }
    const Proc& proc = driver_.procs[ref.proc];
    const bool unlinked = claims_.unlinked_refs.Contains(id);
    const Node* node = driver_.nodes.Find(ref.node);
    const int64_t at_node =
        node == nullptr ? 0 : std::ranges::count(node->refs, id);
    const int places = (Lookup(proc.refs_by_desc, ref.desc) == id ? 1 : 0) +
                       (Lookup(proc.refs_by_node, ref.node) == id ? 1 : 0);
    const bool linked = at_node == 1 && places == 2;
    const bool gone = at_node == 0 && places == 0;
    if (unlinked ? !gone : !linked) {
      Broken(Invariant::kRefTables,
             "{} of pid {} is in {} of 2 trees and {} times at its node{}",
             Name(id), proc.pid, places, at_node,
             unlinked ? ", but a flow frees it" : "");
    }
    const bool holds = ref.strong > 0 || ref.weak > 0;
    if (ref.strong < 0 || ref.weak < 0 ||
        (!holds && !unlinked && !claims_.refs_in_hand.Contains(id))) {
      Broken(Invariant::kRefCounts, "{} of pid {} has strong {} and weak {}",
             Name(id), proc.pid, ref.strong, ref.weak);
    }
  }
  for (const auto& [id, node] : driver_.nodes) {
    for (const RefId ref : node.refs) {
      if (!Exists(Invariant::kRefTables, driver_.refs, ref, id)) continue;
      if (driver_.refs[ref].node == id) continue;
      Broken(Invariant::kRefTables, "{} is at {}, not at its node", Name(ref),
             Name(id));
    }
  }
}

void Check::CheckRefTables(const Proc& proc, ProcId id) {
  constexpr Invariant kTables = Invariant::kRefTables;
  if (proc.refs_by_desc.size() != proc.refs_by_node.size()) {
    Broken(kTables, "{}: {} refs by handle, {} by node", Name(id),
           proc.refs_by_desc.size(), proc.refs_by_node.size());
  }
  const auto by_key = [](const auto& a, const auto& b) {
    return a.first >= b.first;
  };
  if (std::ranges::adjacent_find(proc.refs_by_desc, by_key) !=
          proc.refs_by_desc.end() ||
      std::ranges::adjacent_find(proc.refs_by_node, by_key) !=
          proc.refs_by_node.end()) {
    Broken(kTables, "{}: a tree of refs is out of order", Name(id));
  }
  for (const auto& [desc, ref] : proc.refs_by_desc) {
    if (!Exists(kTables, driver_.refs, ref, id)) continue;
    if (driver_.refs[ref].proc != id || driver_.refs[ref].desc != desc) {
      Broken(kTables, "{}: handle {} leads to {}", Name(id), desc, Name(ref));
    }
  }
  for (const auto& [node, ref] : proc.refs_by_node) {
    if (!Exists(kTables, driver_.refs, ref, id)) continue;
    if (driver_.refs[ref].node != node) {
      Broken(kTables, "{}: {} leads to {}", Name(id), node.ToString(),
             Name(ref));
    }
  }
}

// --- deaths ---

void Check::CheckDeaths() {
  reached_deaths_.Clear();
  for (const auto& [id, ref] : driver_.refs) {
    if (!ref.death) continue;
    if (Exists(Invariant::kDeaths, driver_.deaths, ref.death, id)) {
      ++reached_deaths_[ref.death];
    }
  }
  for (const auto& [id, death] : driver_.deaths) {
    const bool cleared = death.type == WorkType::kDeadBinderAndClear ||
                         death.type == WorkType::kClearDeathNotification;
    const bool in_hand = claims_.deaths.Contains(id);
    const int reached = reached_deaths_.Get(id);
    const int ways =
        reached + (cleared && (death.work_list || in_hand) ? 1 : 0);
    if (ways == 1 && (!cleared || reached == 0)) continue;
    Broken(Invariant::kDeaths,
           "the death record with cookie {:#x} for node {} is reached in {} "
           "ways",
           death.cookie, death.node_debug_id, ways);
  }
}

}  // namespace bindersim::driver
