// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/generator/peek.h"

namespace bindersim::generator {

driver::ProcId Peek::ProcOf(size_t thread, const std::string& label) const {
  const Port* port = view_.PortOf(thread, label);
  if (port == nullptr) return {};
  const driver::Driver& driver = host_.driver();
  const uint32_t pid = host_.pid(view_.threads()[thread].process);
  driver::ProcId found;
  for (const driver::ProcId id : driver.proc_list) {
    const driver::Proc& proc = driver.procs[id];
    if (proc.pid != pid || proc.device != port->device) continue;
    found = id;
    if (label == "b") break;  // the oldest; other files are opened later
  }
  return found;
}

bool Peek::HasWork(size_t thread, const std::string& label) const {
  const driver::ProcId proc = ProcOf(thread, label);
  if (!proc) return false;
  const driver::Driver& driver = host_.driver();
  const driver::ThreadStateId state =
      driver.FindThread(proc, host_.tid(thread));
  // A thread's first read never sleeps.
  return !state || driver.HasWork(state, driver.AvailableForProcWork(state));
}

std::optional<size_t> Peek::Target(size_t thread, const std::string& label,
                                   uint32_t handle) const {
  const driver::ProcId proc = ProcOf(thread, label);
  if (!proc) return std::nullopt;
  const driver::Driver& driver = host_.driver();
  driver::NodeId node;
  if (handle == 0) {
    node =
        driver.contexts[static_cast<size_t>(driver.procs[proc].device)].manager;
  } else {
    const driver::RefId ref = driver.FindRef(proc, handle, true);
    if (ref) node = driver.refs[ref].node;
  }
  if (!node || !driver.nodes[node].proc) return std::nullopt;
  const uint32_t pid = driver.procs[driver.nodes[node].proc].pid;
  for (size_t i = 0; i < view_.processes().size(); ++i) {
    if (host_.pid(i) == pid && view_.processes()[i].alive) return i;
  }
  return std::nullopt;
}

}  // namespace bindersim::generator
