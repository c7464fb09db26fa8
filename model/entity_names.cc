// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What stands in a form for what it mentions. Most entities have a name of
// their own: a thread its tid, a process of the driver its pid, a node its
// owner's and its ptr, a reference its owner's and its handle.

#include <algorithm>
#include <array>
#include <optional>

#include "model/driver/files.h"
#include "model/entity_forms.h"
#include "sim/check.h"

namespace bindersim {

using driver::Driver;

namespace {

// How something is named, so that names of different kinds are told apart.
enum class Named : uint8_t {
  kPlain,      // by itself
  kOwn,        // as the form's own
  kMention,    // by a mention of the form
  kInProc,     // by a process of the driver and a key in it
  kOfContext,  // a lock
};

}  // namespace

EntityForms::Self EntityForms::SelfOf(uint32_t tid) const {
  const uint32_t process = names_->ProcessOf(tid);
  Self self;
  if (names_->HasTwin(process)) self.process = process;
  if (names_->IsInPool(tid)) self.tid = tid;
  return self;
}

bool EntityForms::IsOfTwin(driver::RefId ref) const {
  const Driver& driver = world_->driver;
  const driver::Proc* proc = driver.procs.Find(driver.refs[ref].proc);
  return proc != nullptr && names_->HasTwin(names_->ProcessOf(proc->pid));
}

void EntityForms::Settle() {
  writer_.TakeMentions(mentions_);
  writer_.RenameAddresses({});
  for (const sim::Mention& mention : mentions_) SettleMention(mention);
}

void EntityForms::SettleMention(const sim::Mention& mention) {
  const Entity entity{mention.space, mention.index, mention.generation};
  bool settled = false;
  switch (mention.space) {
    case sim::Mention::kTid:
      SettleTid(mention.index);
      return;
    case sim::Mention::kUid:
      settled = !names_->IsUidOfTwin(mention.index);
      if (settled) writer_.Add(Named::kPlain).Add(mention.index);
      break;
    case sim::Mention::kTime:
      settled = mention.time() == sim::kNever;
      if (settled) writer_.Add(Named::kPlain);
      break;
    case sim::ThreadTag::kSpace: {
      const sim::Thread* thread =
          world_->machine.threads().Find(entity.Id<sim::ThreadTag>());
      settled = thread != nullptr;
      if (settled) SettleTid(thread->tid);
      break;
    }
    case os::ProcessTag::kSpace: {
      const os::Process* process =
          world_->kernel.processes().Find(entity.Id<os::ProcessTag>());
      settled = process != nullptr;
      if (settled) SettleTid(process->pid);
      break;
    }
    case os::FileTag::kSpace:
      settled = SettleFile(entity.Id<os::FileTag>());
      break;
    case sim::LockTag::kSpace:
      settled = SettleLock(entity.Id<sim::LockTag>());
      break;
    case driver::ProcTag::kSpace:
      settled = SettleProc(entity.Id<driver::ProcTag>());
      break;
    case driver::ThreadStateTag::kSpace:
      settled = SettleThread(entity.Id<driver::ThreadStateTag>());
      break;
    case driver::NodeTag::kSpace:
      settled = SettleNode(entity.Id<driver::NodeTag>());
      break;
    case driver::RefTag::kSpace:
      settled = SettleRef(entity.Id<driver::RefTag>());
      break;
    case kPlace:
      settled = !names_->HasTwin(mention.index);
      if (settled) writer_.Add(Named::kPlain).Add(mention.index);
      break;
    default:
      break;
  }
  if (settled) return;
  writer_.Add(Named::kMention);
  writer_.SetOwner(mention.owner);
  writer_.AddMention(mention.space, mention.index, mention.generation);
}

void EntityForms::SettleTid(uint32_t tid) {
  const auto name = [&](Named how, uint32_t number) {
    writer_.Add(static_cast<uint64_t>(how) << 32 | number);
  };
  const uint32_t process = names_->ProcessOf(tid);
  const bool in_pool = names_->IsInPool(tid);
  if (!in_pool && !names_->HasTwin(process)) {
    name(Named::kPlain, tid);
  } else if (in_pool ? tid == self_.tid : process == self_.process) {
    name(Named::kOwn, in_pool ? 0 : 1 + tid % userspace::kTidsPerProcess);
  } else {
    name(Named::kMention, 0);
    writer_.Add(sim::Tid(tid));
  }
}

bool EntityForms::SettleProc(driver::ProcId id) {
  const std::optional<uint32_t> place = PlaceOf(Entity::Of(id));
  if (!place) return false;
  writer_.Add(Named::kPlain).Add(*place);
  SettleTid(world_->driver.procs[id].pid);
  return true;
}

bool EntityForms::SettleFile(os::FileId id) {
  if (!PlaceOf(Entity::Of(id))) return false;
  writer_.Add(Named::kInProc);
  return SettleProc(
      driver::Unpack<driver::ProcTag>(world_->kernel.files()[id].private_data));
}

bool EntityForms::SettleThread(driver::ThreadStateId id) {
  if (!PlaceOf(Entity::Of(id))) return false;
  const driver::ThreadState& thread = world_->driver.threads[id];
  writer_.Add(Named::kInProc);
  SettleTid(thread.tid);
  return SettleProc(thread.proc);
}

bool EntityForms::SettleNode(driver::NodeId id) {
  names_trees_ = true;
  if (!PlaceOf(Entity::Of(id))) return false;
  const driver::Node& node = world_->driver.nodes[id];
  writer_.Add(Named::kInProc).Add(node.ptr);
  return SettleProc(node.proc);
}

bool EntityForms::SettleRef(driver::RefId id) {
  names_trees_ = true;
  if (!PlaceOf(Entity::Of(id))) return false;
  const driver::Ref& ref = world_->driver.refs[id];
  writer_.Add(Named::kInProc).Add(ref.desc);
  return SettleProc(ref.proc);
}

// By whose it is, if that has a name.
bool EntityForms::SettleLock(sim::LockId id) {
  const std::optional<LockOwner> lock = OwnerOf(world_->driver, id);
  bool settled = false;
  if (lock && lock->owner.space == driver::ProcTag::kSpace) {
    settled = SettleProc(lock->owner.Id<driver::ProcTag>());
  } else if (lock && lock->owner == Entity{}) {
    settled = true;
    writer_.Add(Named::kOfContext);
  }
  // Anything else is a node's, or may be.
  if (!settled) {
    names_trees_ = true;
    settled = lock && lock->owner.space == driver::NodeTag::kSpace &&
              SettleNode(lock->owner.Id<driver::NodeTag>());
  }
  if (settled) writer_.Add(lock->which);
  return settled;
}

std::optional<LockOwner> OwnerOf(const Driver& driver, sim::LockId id) {
  for (const auto& [owner, proc] : driver.procs) {
    const std::array<sim::LockId, 3> locks = {proc.inner_lock, proc.outer_lock,
                                              proc.alloc_mutex};
    const auto it = std::ranges::find(locks, id);
    if (it == locks.end()) continue;
    return LockOwner{static_cast<uint32_t>(it - locks.begin()),
                     Entity::Of(owner)};
  }
  for (const auto& [owner, node] : driver.nodes) {
    if (node.lock == id) return LockOwner{0, Entity::Of(owner)};
  }
  for (uint32_t i = 0; i < driver.contexts.size(); ++i) {
    if (driver.contexts[i].manager_mutex == id) return LockOwner{i, {}};
  }
  return std::nullopt;
}

}  // namespace bindersim
