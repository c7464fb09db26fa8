// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/leaks.h"

#include <fmt/format.h>
#include <linux/android/binder.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/driver/object_reader.h"
#include "model/protocol.h"

namespace bindersim {

namespace {

Finding About(const World& world, const std::string& kind, uint32_t pid,
              const std::string& text) {
  return Finding{kind,
                 fmt::format("process {} {}", pid, text),
                 {pid},
                 {},
                 world.machine.stamp()};
}

// Whether the process has looked at all that it was told, and has told the
// driver all that it has to tell. It has not if it is frozen, or if a thread
// is stuck before it comes to that.
bool IsSettled(const World& world, uint32_t pid) {
  for (size_t i = 0; i < world.user.processes.size(); ++i) {
    if (world.user.setup().processes[i].pid == pid &&
        world.user.processes[i].frozen) {
      return false;
    }
  }
  for (const auto& [id, thread] : world.user.threads) {
    if (world.user.SetupOf(thread).pid != pid) continue;
    const userspace::Ipc& ipc = thread.ipc;
    if (ipc.in_position < ipc.in_size || ipc.out_size > 0 ||
        !ipc.unflushed.empty() || !ipc.pending_strong_derefs.empty() ||
        !ipc.pending_weak_derefs.empty() ||
        !ipc.post_write_strong_derefs.empty() ||
        !ipc.post_write_weak_derefs.empty()) {
      return false;
    }
  }
  return true;
}

// Buffers that were given to a process, which has forgotten about them.
void AddLeakedBuffers(const World& world, std::vector<Finding>& findings) {
  std::map<uint32_t, uint64_t> in_parcels;
  for (size_t i = 0; i < world.user.processes.size(); ++i) {
    for (const auto& [id, parcel] : world.user.processes[i].parcels) {
      if (parcel.from_driver) ++in_parcels[world.user.setup().processes[i].pid];
    }
  }
  for (const driver::Usage& usage : world.driver.Usages()) {
    const uint64_t known = in_parcels[usage.pid];
    if (usage.buffers_delivered <= known || !IsSettled(world, usage.pid)) {
      continue;
    }
    findings.push_back(
        About(world, "leaked_buffer", usage.pid,
              fmt::format("never freed {} buffers that it was given",
                          usage.buffers_delivered - known)));
  }
}

// The state of user space behind a process of the driver; null if it is gone.
const userspace::ProcessState* UserStateOf(const World& world,
                                           const driver::Proc& proc) {
  for (const userspace::ProcessState& process : world.user.processes) {
    if (process.id && process.id == proc.process) return &process;
  }
  return nullptr;
}

// How often a reference is counted.
struct Count {
  int32_t strong = 0;
  int32_t weak = 0;
};

// What the objects in a process's buffers count of its references, by handle
// (OBJ-30): also in buffers that it has not been given yet.
std::map<uint32_t, Count> CountsOfBuffers(const World& world,
                                          const driver::Proc& proc) {
  std::map<uint32_t, Count> counts;
  const os::AddressSpace* memory = driver::MemoryOfBuffers(world.kernel, proc);
  if (memory == nullptr) return counts;
  proc.alloc.ForEachExtent([&](const driver::Extent& extent) {
    if (!extent.buffer) return;
    const driver::Buffer& buffer = proc.alloc[extent.buffer];
    // Else nobody can free it.
    if (!buffer.allow_user_free && !buffer.transaction) return;
    const uint64_t offsets = protocol::Align8(buffer.data_size);
    driver::ForEachObject(
        *memory, proc, extent.buffer, offsets, offsets + buffer.offsets_size,
        [&](const driver::AnyObject& object) {
          const bool strong = object.type == BINDER_TYPE_HANDLE;
          if (!strong && object.type != BINDER_TYPE_WEAK_HANDLE) return;
          Count& count = counts[object.As<flat_binder_object>().handle];
          ++(strong ? count.strong : count.weak);
        });
  });
  return counts;
}

// References that the driver keeps for a process without a proxy or a buffer
// for them. Handle 0 is the context manager's, and always there.
void AddLeakedReferences(const World& world, std::vector<Finding>& findings) {
  for (const auto& [id, proc] : world.driver.procs) {
    const userspace::ProcessState* process = UserStateOf(world, proc);
    if (process == nullptr || proc.is_dead || !IsSettled(world, proc.pid)) {
      continue;
    }
    std::map<uint32_t, Count> in_buffers = CountsOfBuffers(world, proc);
    for (const auto& [desc, ref_id] : proc.refs_by_desc) {
      if (desc == 0 || process->handles.contains(desc)) continue;
      const driver::Ref& ref = world.driver.refs[ref_id];
      const Count& held = in_buffers[desc];
      if (ref.strong == held.strong && ref.weak == held.weak) continue;
      findings.push_back(
          About(world, "leaked_reference", proc.pid,
                fmt::format("has no proxy for handle {}, but the driver still "
                            "counts references to it",
                            desc)));
    }
  }
}

// Nodes that nothing holds any more.
void AddLeakedNodes(const World& world, std::vector<Finding>& findings) {
  for (const auto& [id, node] : world.driver.nodes) {
    const bool held = !node.refs.empty() || node.internal_strong_refs != 0 ||
                      node.local_strong_refs != 0 ||
                      node.local_weak_refs != 0 || node.tmp_refs != 0 ||
                      bool{node.work_list};
    const driver::Proc* owner = world.driver.procs.Find(node.proc);
    if (held || owner == nullptr) continue;
    findings.push_back(About(world, "leaked_node", owner->pid,
                             fmt::format("has node {}, to which nothing refers",
                                         node.debug_id.value)));
  }
}

// How the driver's counts of a reference are not what the proxy made them
// (USR-40) beside those in buffers; empty if they are.
std::string DriftOf(const driver::Ref& ref, const Count& in_buffers,
                    const userspace::Proxy& proxy) {
  const int32_t strong = proxy.strong > 0 ? 1 : 0;
  const Count counted = {ref.strong - in_buffers.strong,
                         ref.weak - in_buffers.weak};
  if (counted.strong != strong || counted.weak != 1) {
    return fmt::format(
        "took {} strong and 1 weak references to handle {}, but the driver "
        "counts {} and {}",
        strong, ref.desc, counted.strong, counted.weak);
  }
  if (proxy.linked && !ref.death) {
    return fmt::format(
        "is to hear of the death of handle {}, but the driver does not know",
        ref.desc);
  }
  if (!proxy.linked && ref.death) {
    return fmt::format(
        "does not want to hear of the death of handle {} any more, but the "
        "driver does not know",
        ref.desc);
  }
  return {};
}

// References of which libbinder and the driver have different notions, though
// everything has been said.
void AddDrifts(const World& world, std::vector<Finding>& findings) {
  for (const auto& [id, proc] : world.driver.procs) {
    const userspace::ProcessState* process = UserStateOf(world, proc);
    if (process == nullptr || proc.is_dead || !IsSettled(world, proc.pid)) {
      continue;
    }
    std::map<uint32_t, Count> in_buffers = CountsOfBuffers(world, proc);
    for (const auto& [desc, ref] : proc.refs_by_desc) {
      const auto known = process->handles.find(desc);
      if (known == process->handles.end()) continue;
      const std::string drift =
          DriftOf(world.driver.refs[ref], in_buffers[desc],
                  process->proxies[known->second]);
      if (drift.empty()) continue;
      findings.push_back(About(world, "reference_drift", proc.pid, drift));
    }
  }
}

}  // namespace

void AddLeaks(const World& world, std::vector<Finding>& findings) {
  AddLeakedBuffers(world, findings);
  AddLeakedNodes(world, findings);
  if (world.user.image->makes_raw_calls) return;
  AddLeakedReferences(world, findings);
  AddDrifts(world, findings);
}

}  // namespace bindersim
