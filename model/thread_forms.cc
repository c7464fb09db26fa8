// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The forms of threads. A step of a thread is seldom seen for the first time: a
// search comes to it by many ways.

#include <linux/android/binder.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "model/driver/flows.h"
#include "model/driver/read.h"
#include "model/driver/transaction.h"
#include "model/driver/write_read.h"
#include "model/entity_forms.h"
#include "model/userspace/ipc_stream.h"
#include "model/userspace/ipc_thread_state.h"
#include "sim/mix.h"
#include "sim/value.h"

namespace bindersim {

namespace {

using userspace::Ipc;

// A block of a thread's memory that it will look at, and what is there.
enum class Block : uint8_t { kPlain, kReturns };

// What a form of the machine's part of a thread is about, beside the stack.
// Untimed, nothing else of it makes a difference.
auto FieldsOf(const sim::Thread& thread) {
  return std::tuple<sim::Tid, int32_t, bool, bool, bool, bool, bool,
                    const std::array<sim::LockId, 3>&,
                    const std::vector<sim::LockId>&, int64_t>(
      thread.tid, thread.nice, thread.state == sim::RunState::kBlocked,
      thread.prepared, thread.interruptible, thread.killed, thread.signalled,
      thread.to_enter, thread.held, thread.result);
}

}  // namespace

const sim::CanonicalForm& EntityForms::Of(const Catalogue::Thread& its) {
  const userspace::Userspace& user = world_->user;
  Key key = {world_->machine.threads().VersionOf(its.id)};
  const userspace::ThreadState* thread = user.threads.Find(its.user);
  if (thread != nullptr) key[1] = user.threads.VersionOf(its.user);
  Kept& it = PlaceOf(kept_[sim::ThreadTag::kSpace], its.id.index, key);
  // If nothing of its process has changed, its memory has not.
  if (thread != nullptr) {
    key[2] = world_->kernel.processes().VersionOf(
        user.processes[thread->process].id);
  }
  if (it.IsFor(key)) return it.form;
  const uint64_t streams = thread == nullptr ? 0 : VersionsOfStreams(*thread);
  it.key[2] = key[2];
  if (it.streams == streams && it.IsFor(key)) return it.form;
  it.streams = streams;
  const KeptThread& form =
      OfContents(world_->machine.thread(its.id), thread, key[1]);
  it.form = form.form;
  it.names_trees = form.names_trees;
  key[3] = InventoryFor(it.names_trees);
  it.key = key;
  return it.form;
}

uint64_t EntityForms::VersionsOfStreams(
    const userspace::ThreadState& thread) const {
  const os::AddressSpace* memory = MemoryOf(thread.process);
  if (memory == nullptr) return 1;
  uint64_t hash = 2;
  for (const uint64_t address :
       {thread.ipc.exchange, thread.ipc.out_data, thread.ipc.in_data}) {
    hash = sim::Mix(hash, memory->VersionAt(address));
  }
  return hash;
}

const EntityForms::KeptThread& EntityForms::OfContents(
    const sim::Thread& thread, const userspace::ThreadState* user,
    sim::Version version_of_user) {
  const sim::Hash128 contents = ContentsOf(thread, user, version_of_user);
  const auto at = [&](uint64_t inventory) -> KeptThread& {
    KeptThread& it = threads_[(contents.low ^ inventory) % kThreads];
    if (it.contents != contents || it.inventory != inventory) {
      it.contents = contents;
      it.inventory = inventory;
      it.names_trees = it.is_known = false;
    }
    return it;
  };
  KeptThread& it = at(inventory_.threads);
  KeptThread& with_trees = it.names_trees ? at(inventory_.all) : it;
  if (with_trees.is_known) return with_trees;
  Begin();
  process_ = user == nullptr ? 0 : user->process;
  self_ = SelfOf(thread.tid);
  writer_.SetOwner(process_);
  WriteThread(thread, user);
  Settle();
  it.names_trees = names_trees_;
  KeptThread& place = names_trees_ ? at(inventory_.all) : it;
  writer_.Finish(place.form);
  place.names_trees = names_trees_;
  place.is_known = true;
  return place;
}

// A hash of all that the thread's form is about. It is for this run only.
sim::Hash128 EntityForms::ContentsOf(const sim::Thread& thread,
                                     const userspace::ThreadState* user,
                                     sim::Version version_of_user) {
  sim::Hasher hasher;
  hasher.Add(FieldsOf(thread)).Add(thread.stack.words());
  if (user == nullptr) return hasher.Value();
  hasher.Add(HashOf(*user, version_of_user));
  const os::AddressSpace* memory = MemoryOf(user->process);
  ForEachBlock(thread.stack, *user,
               [&](Block, uint64_t address, uint64_t size) {
                 hasher.AddSize(size);
                 const bool is_there =
                     memory != nullptr &&
                     memory->ReadPieces(address, size,
                                        [&](std::span<const std::byte> piece) {
                                          hasher.AddBytes(piece);
                                        });
                 hasher.Add(is_there);
               });
  return hasher.Value();
}

const sim::Hash128& EntityForms::HashOf(const userspace::ThreadState& thread,
                                        sim::Version version) {
  constexpr size_t kWays = 4;
  const size_t at = thread.machine_thread.index * kWays + version % kWays;
  if (user_threads_.size() <= at) user_threads_.resize(at + kWays);
  KeptHash& it = user_threads_[at];
  if (it.version != version) it = {version, sim::HashOf(thread)};
  return it.hash;
}

// Calls visit(block, address, size) for each block of memory that the thread,
// whose stack that is, will look at.
template <class Visit>
void EntityForms::ForEachBlock(const sim::Stack& stack,
                               const userspace::ThreadState& thread,
                               Visit visit) const {
  const Ipc& ipc = thread.ipc;
  visit(Block::kPlain, ipc.out_data, ipc.out_size);
  visit(Block::kReturns, ipc.in_data + ipc.in_position,
        ipc.in_size - ipc.in_position);
  const auto* talk = stack.Find<userspace::TalkWithDriver>();
  if (talk == nullptr) return;
  // The argument of the system call under way, and what it has returned so far.
  visit(Block::kPlain, ipc.exchange, sizeof(binder_write_read));
  if (!talk->called) return;
  const std::optional<uint64_t> filled = Filled(stack, thread);
  if (filled) visit(Block::kReturns, ipc.in_data, *filled);
}

// How much the thread's system call under way has returned; none if its memory
// is gone.
std::optional<uint64_t> EntityForms::Filled(
    const sim::Stack& stack, const userspace::ThreadState& thread) const {
  const auto* read = stack.Find<driver::ReadFlow>();
  if (read != nullptr) return read->filled;
  const auto* write_read = stack.Find<driver::WriteReadFlow>();
  if (write_read != nullptr) return write_read->read_consumed;
  const os::AddressSpace* memory = MemoryOf(thread.process);
  binder_write_read exchange{};
  if (memory == nullptr || !memory->ReadValue(thread.ipc.exchange, exchange)) {
    return std::nullopt;
  }
  return exchange.read_consumed;
}

void EntityForms::WriteThread(const sim::Thread& thread,
                              const userspace::ThreadState* user) {
  writer_.Add(FieldsOf(thread));
  if (user != nullptr) {
    // Where a thread's mIn, mOut and arguments of system calls are matters to
    // nobody, and nobody else knows: what it does names them by what they are.
    const Ipc& ipc = user->ipc;
    writer_.RenameAddresses({{{ipc.exchange, sizeof(binder_write_read)},
                              {ipc.scratch, userspace::kScratchSize},
                              {ipc.out_data, ipc.out_capacity},
                              {ipc.in_data, userspace::kStreamCapacity}}});
  }
  driver::ProcId buffers_of;
  thread.stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    driver::ProcId proc;
    if (sim::Stack::Is<driver::TransactionFlow>(ops)) {
      proc = static_cast<const driver::TransactionFlow*>(frame)->target_proc;
    } else if (sim::Stack::Is<driver::FreeBuffer>(ops)) {
      proc = static_cast<const driver::FreeBuffer*>(frame)->proc;
    } else if (sim::Stack::Is<driver::ReleaseBuffer>(ops)) {
      proc = static_cast<const driver::ReleaseBuffer*>(frame)->proc;
    }
    if (proc != buffers_of) WriteBuffersOf(proc);
    buffers_of = proc;
    writer_.Add(ops->name_hash);
    ops->add_canonical(frame, writer_);
  });
  if (user != nullptr) WriteUserThread(thread.stack, *user);
}

void EntityForms::WriteUserThread(const sim::Stack& stack,
                                  const userspace::ThreadState& thread) {
  writer_.Add(thread.role).Add(thread.activations);
  writer_.Add(thread.obituaries).Add(thread.returned).Add(thread.waiting);
  writer_.Add(thread.call_names).Add(thread.draws);
  const Ipc& ipc = thread.ipc;
  writer_.Add(ipc.exchange != 0).Add(ipc.is_looper).Add(ipc.is_flushing);
  writer_.Add(ipc.serving);
  writer_.Add(ipc.pending_weak_derefs).Add(ipc.pending_strong_derefs);
  writer_.Add(ipc.post_write_weak_derefs).Add(ipc.post_write_strong_derefs);
  writer_.Add(ipc.unflushed);
  ForEachBlock(stack, thread,
               [&](Block block, uint64_t address, uint64_t size) {
                 if (!ReadMemory(process_, address, size)) return;
                 if (block == Block::kReturns) {
                   WriteReturns();
                 } else {
                   writer_.AddBytes(bytes_);
                 }
               });
}

// What is in bytes_, returns of the driver, which say who sent a transaction.
void EntityForms::WriteReturns() {
  size_t at = 0;
  uint32_t command = 0;
  while (at + sizeof(command) <= bytes_.size()) {
    std::memcpy(&command, &bytes_[at], sizeof(command));
    at += sizeof(command);
    binder_transaction_data body{};
    if ((command == BR_TRANSACTION || command == BR_TRANSACTION_SEC_CTX ||
         command == BR_REPLY) &&
        at + sizeof(body) <= bytes_.size()) {
      std::memcpy(&body, &bytes_[at], sizeof(body));
      writer_.Add(sim::Tid(static_cast<uint32_t>(body.sender_pid)));
      writer_.Add(sim::Uid(body.sender_euid));
      body.sender_pid = 0;
      body.sender_euid = 0;
      std::memcpy(&bytes_[at], &body, sizeof(body));
    }
    at += _IOC_SIZE(command);
  }
  writer_.AddBytes(bytes_);
}

}  // namespace bindersim
