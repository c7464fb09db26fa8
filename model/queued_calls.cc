// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/queued_calls.h"

#include <algorithm>

#include "model/userspace/program_frames.h"

namespace bindersim {

namespace {

// Finds which method is meant. Returns false if it is none of a scenario's.
bool FindTarget(const World& world, const driver::Node& node,
                os::ProcessId owner, uint32_t code, QueuedCall& call) {
  const auto& processes = world.user.processes;
  const auto process =
      std::ranges::find(processes, owner, &userspace::ProcessState::id);
  if (process == processes.end()) return false;
  call.process =
      static_cast<userspace::ProcessIndex>(process - processes.begin());
  const auto object = std::ranges::find(process->objects, node.ptr,
                                        &userspace::LocalObject::refs);
  call.object =
      static_cast<userspace::ObjectIndex>(object - process->objects.begin());
  const auto& hosted = world.user.setup().processes[call.process].objects;
  if (call.object >= hosted.size()) return false;
  const auto method = userspace::FindMethod(hosted[call.object], code);
  if (!method) return false;
  call.method = *method;
  return true;
}

}  // namespace

std::vector<QueuedCall> QueuedCalls(const World& world) {
  const driver::Driver& driver = world.driver;
  std::vector<QueuedCall> calls;
  for (const auto& [id, transaction] : driver.transactions) {
    const driver::Proc* to = driver.procs.Find(transaction.to_proc);
    if (to == nullptr) continue;
    const driver::Buffer* buffer = to->alloc.Get(transaction.buffer);
    if (buffer == nullptr || buffer->allow_user_free) continue;
    const driver::Node* node = driver.nodes.Find(buffer->target_node);
    QueuedCall call;
    if (node == nullptr ||
        !FindTarget(world, *node, to->process, transaction.code, call)) {
      continue;
    }
    call.debug_id = transaction.debug_id;
    call.from_pid = buffer->pid;
    if (const auto* from = driver.threads.Find(transaction.from)) {
      call.from_thread = from->thread;
    }
    if (const auto* thread = driver.threads.Find(transaction.to_thread)) {
      call.to_thread = thread->thread;
    }
    const auto work = driver::Work::Of(driver::WorkType::kTransaction, id);
    call.waits_at_object =
        std::ranges::find(node->async_todo, work) != node->async_todo.end();
    calls.push_back(call);
  }
  std::ranges::sort(calls, {}, &QueuedCall::debug_id);
  return calls;
}

}  // namespace bindersim
