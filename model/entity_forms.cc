// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/entity_forms.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>

#include "model/driver/files.h"
#include "model/driver/flows.h"
#include "model/driver/object_reader.h"
#include "model/driver/read.h"
#include "model/driver/transaction.h"
#include "model/driver/write_read.h"
#include "model/findings.h"
#include "model/userspace/ipc_stream.h"
#include "model/userspace/ipc_thread_state.h"
#include "model/userspace/threads.h"
#include "sim/mix.h"

namespace bindersim {

namespace {

using driver::Driver;
using userspace::Ipc;

sim::Version VersionAt(const os::AddressSpace* memory, uint64_t address) {
  return memory == nullptr ? 0 : memory->VersionAt(address);
}

bool Differ(const std::array<uint64_t, 4>& a,
            const std::array<uint64_t, 4>& b) {
  return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) != 0;
}

}  // namespace

void EntityForms::Begin(const World& world, const NamesByMention& names) {
  world_ = &world;
  names_ = &names;
  const bool is_same = inventory_.all == names.inventory().all;
  inventory_ = names.inventory();
  if (!is_same) FindBelongings();
}

[[gnu::always_inline]] inline EntityForms::Kept& EntityForms::PlaceOf(
    std::vector<Kept>& kept, size_t index, Key& key) const {
  // A search comes back from one branch to what was before another.
  constexpr size_t kWays = 4;
  const size_t way = (key[0] ^ key[1] ^ key[2]) % kWays;
  if (kept.size() <= index * kWays + way) kept.resize((index + 1) * kWays);
  Kept& it = kept[index * kWays + way];
  key[3] = it.names_trees ? inventory_.all : inventory_.threads;
  return it;
}

void EntityForms::Begin() {
  self_ = {};
  names_trees_ = false;
  writer_.Begin();
}

void EntityForms::End(Kept& it, Key key) {
  Settle();
  writer_.Finish(it.form);
  it.names_trees = names_trees_;
  key[3] = names_trees_ ? inventory_.all : inventory_.threads;
  it.key = key;
}

template <class WriteIt>
[[gnu::always_inline]] inline const sim::CanonicalForm& EntityForms::Get(
    std::vector<Kept>& kept, size_t index,
    const std::array<sim::Version, 3>& versions, WriteIt write) {
  Key key{versions[0], versions[1], versions[2]};
  Kept& it = PlaceOf(kept, index, key);
  if (Differ(it.key, key)) {
    Begin();
    write();
    End(it, key);
  }
  return it.form;
}

const sim::CanonicalForm& EntityForms::Of(sim::ThreadId id) {
  const userspace::Userspace& user = world_->user;
  const userspace::UserThreadId user_id = user.IdOf(id);
  Key key = {world_->machine.threads().VersionOf(id)};
  const userspace::ThreadState* thread = nullptr;
  if (user_id) {
    thread = &user.threads[user_id];
    key[1] = user.threads.VersionOf(user_id);
  }
  Kept& it = PlaceOf(kept_[sim::ThreadTag::kSpace], id.index, key);
  // If nothing of its process has changed, its memory has not.
  if (thread != nullptr) {
    key[2] = world_->kernel.processes().VersionOf(
        user.processes[thread->process].id);
  }
  if (!Differ(it.key, key)) return it.form;
  const uint64_t streams = thread == nullptr ? 0 : VersionsOfStreams(*thread);
  it.key[2] = key[2];
  if (it.streams == streams && !Differ(it.key, key)) return it.form;
  it.streams = streams;
  Begin();
  const sim::Thread& its = world_->machine.thread(id);
  process_ = thread == nullptr ? 0 : thread->process;
  self_ = SelfOf(its.tid);
  writer_.SetOwner(process_);
  WriteThread(its, thread);
  End(it, key);
  return it.form;
}

uint64_t EntityForms::VersionsOfStreams(
    const userspace::ThreadState& thread) const {
  const os::AddressSpace* memory = MemoryOf(thread.process);
  uint64_t hash = 1;
  for (const uint64_t address :
       {thread.ipc.exchange, thread.ipc.out_data, thread.ipc.in_data}) {
    hash = sim::Mix(hash, VersionAt(memory, address));
  }
  return hash;
}

const sim::CanonicalForm& EntityForms::Of(os::ProcessId id) {
  const auto& processes = world_->kernel.processes();
  return Get(kept_[os::ProcessTag::kSpace], id.index, {processes.VersionOf(id)},
             [&] {
               self_ = SelfOf(processes[id].pid);
               WriteProcess(processes[id]);
             });
}

const sim::CanonicalForm& EntityForms::Of(driver::ProcId id) {
  const driver::Proc& proc = world_->driver.procs[id];
  return Get(
      kept_[driver::ProcTag::kSpace], id.index,
      {world_->driver.procs.VersionOf(id),
       VersionAt(driver::MemoryOfBuffers(world_->kernel, proc), proc.mapping)},
      [&] {
        self_ = SelfOf(proc.pid);
        WriteProc(proc);
      });
}

const sim::CanonicalForm& EntityForms::Of(driver::ThreadStateId id) {
  const auto& threads = world_->driver.threads;
  return Get(kept_[driver::ThreadStateTag::kSpace], id.index,
             {threads.VersionOf(id)}, [&] {
               self_ = SelfOf(threads[id].tid);
               writer_.Add(threads[id]);
             });
}

const sim::CanonicalForm& EntityForms::Of(driver::NodeId id) {
  const auto& nodes = world_->driver.nodes;
  return Get(
      kept_[driver::NodeTag::kSpace], id.index, {nodes.VersionOf(id)}, [&] {
        const driver::Proc* owner = world_->driver.procs.Find(nodes[id].proc);
        if (owner != nullptr) self_ = SelfOf(owner->pid);
        WriteNode(nodes[id]);
      });
}

const sim::CanonicalForm& EntityForms::Of(driver::RefId id) {
  const auto& refs = world_->driver.refs;
  return Get(
      kept_[driver::RefTag::kSpace], id.index, {refs.VersionOf(id)}, [&] {
        const driver::Proc* owner = world_->driver.procs.Find(refs[id].proc);
        if (owner != nullptr) self_ = SelfOf(owner->pid);
        writer_.Add(refs[id]);
      });
}

const sim::CanonicalForm& EntityForms::Of(os::FileId id) {
  const auto& files = world_->kernel.files();
  return Get(kept_[os::FileTag::kSpace], id.index, {files.VersionOf(id)}, [&] {
    const driver::Proc* proc = world_->driver.procs.Find(
        driver::Unpack<driver::ProcTag>(files[id].private_data));
    if (proc != nullptr) self_ = SelfOf(proc->pid);
    WriteFile(files[id]);
  });
}

const sim::CanonicalForm& EntityForms::Of(const Entity& entity) {
  const Driver& driver = world_->driver;
  std::vector<Kept>& kept = kept_[entity.space];
  const auto of = [&]<class T, class IdT>(const sim::SlotMap<T, IdT>& entities,
                                          auto write) {
    const IdT id{entity.index, entity.generation};
    return &Get(kept, id.index, {entities.VersionOf(id)},
                [&] { write(entities[id]); });
  };
  switch (entity.space) {
    case driver::DeathTag::kSpace:
      return *of(driver.deaths,
                 [&](const driver::Death& death) { writer_.Add(death); });
    case driver::TransactionTag::kSpace:
      return *of(driver.transactions,
                 [&](const driver::Transaction& transaction) {
                   WriteBuffersOf(transaction.to_proc);
                   writer_.Add(transaction);
                 });
    default:
      break;
  }
  // Each process numbers its parcels for itself.
  if (kept_parcels_.size() <= entity.process) {
    kept_parcels_.resize(entity.process + 1);
  }
  const auto& parcels = world_->user.processes[entity.process].parcels;
  const auto id = entity.Id<userspace::ParcelTag>();
  const userspace::Parcel& parcel = parcels[id];
  const os::AddressSpace* memory = MemoryOf(entity.process);
  std::array<sim::Version, 3> versions = {parcels.VersionOf(id)};
  if (!parcel.from_driver) {
    versions[1] = VersionAt(memory, parcel.data);
    versions[2] = VersionAt(memory, parcel.offsets);
  }
  return Get(kept_parcels_[entity.process], id.index, versions, [&] {
    process_ = entity.process;
    writer_.SetOwner(process_);
    WriteParcel(parcel);
  });
}

const sim::CanonicalForm& EntityForms::OfProcess(uint32_t process) {
  // Programs may read memory that libbinder knows nothing of.
  const os::AddressSpace* memory =
      world_->user.image->makes_raw_calls ? MemoryOf(process) : nullptr;
  std::array<sim::Version, 3> versions = {
      world_->user.processes.VersionOf(process)};
  if (memory != nullptr) {
    versions[1] = world_->kernel.processes().VersionOf(
        world_->user.processes[process].id);
  }
  return Get(kept_processes_, process, versions, [&] {
    self_ = SelfOf(world_->user.setup().processes[process].pid);
    self_.has_proxies = true;
    writer_.SetOwner(process);
    WriteUserProcess(world_->user.processes[process]);
    if (memory != nullptr) writer_.Add(sim::HashOf(*memory));
  });
}

const sim::CanonicalForm& EntityForms::OfRest() {
  const uint64_t hash = HashOfRest();
  // What is not in that hash has no version.
  return Get(kept_rest_, 0, {hash, RestIsFew() ? 0 : sim::NewVersion()},
             [&] { WriteRest(); });
}

// Whether HashOfRest is about all of it.
bool EntityForms::RestIsFew() const {
  return !world_->machine.HasTimedEvents() &&
         world_->machine.faults().empty() && world_->user.findings.empty() &&
         world_->driver.deferred_list.empty() &&
         world_->driver.dead_nodes.empty();
}

uint64_t EntityForms::HashOfRest() const {
  const Driver& driver = world_->driver;
  uint64_t hash = driver.grace_periods;
  const auto mix = [&](uint64_t number) { hash = sim::Mix(hash, number); };
  for (const driver::Context& context : driver.contexts) {
    mix(uint64_t{context.manager.generation} << 32 | context.manager.index);
    mix(context.manager_uid ? uint64_t{*context.manager_uid} : UINT64_MAX);
  }
  mix(driver.procs.size() << 32 | driver.threads.size());
  mix(driver.nodes.size() << 32 | driver.refs.size());
  mix(driver.deaths.size() << 32 | driver.transactions.size());
  mix(uint64_t{world_->user.registering} << 32 | world_->user.faults_left);
  mix(world_->is_broken ? 1 : 0);
  for (const uint64_t count : world_->user.tally) mix(count);
  return hash;
}

void EntityForms::WriteRest() {
  const World& world = *world_;
  const Driver& driver = world.driver;
  WriteTimedEvents();
  for (const driver::Context& context : driver.contexts) {
    writer_.Add(context.manager).Add(context.manager_uid);
  }
  writer_.Add(driver.deferred_list).Add(driver.dead_nodes);
  writer_.Add(driver.grace_periods);
  // What nothing refers to does nothing, but it is a leak.
  writer_.Add(driver.procs.size()).Add(driver.threads.size());
  writer_.Add(driver.nodes.size()).Add(driver.refs.size());
  writer_.Add(driver.deaths.size()).Add(driver.transactions.size());
  writer_.Add(world.user.registering).Add(world.user.faults_left);
  WriteFindings();
  writer_.Add(world.is_broken);
  const auto& watches = world.user.setup().watches;
  for (size_t i = 0; i < watches.size(); ++i) {
    writer_.Add(std::min(world.user.tally[i], watches[i].enough));
  }
}

// What has been found, in no order.
void EntityForms::WriteFindings() {
  std::vector<std::string> signatures;
  for (const Finding& finding : world_->user.findings) {
    signatures.push_back(SignatureOf(*world_, finding));
  }
  std::ranges::sort(signatures);
  writer_.Add(signatures);
}

void EntityForms::WriteTimedEvents() {
  world_->machine.ForEachTimedEvent(
      [&](sim::Duration left, const sim::Event& event) {
        // Only what is left of the time makes a difference.
        writer_.Add(left).Add(event.kind).Add(event.code).Add(event.thread);
        if (event.kind == sim::Event::Kind::kModel &&
            event.code == userspace::kStartThreadEvent) {
          const auto start = userspace::ThreadToStart::Unpack(event.argument);
          writer_.AddMention(kPlace, start.process);
          writer_.Add(start.thread);
        } else {
          writer_.Add(event.argument);
        }
      });
  writer_.Add(world_->machine.faults());
}

void EntityForms::WriteProcess(const os::Process& process) {
  writer_.Add(sim::Tid(process.pid)).Add(process.exiting);
  writer_.Add(process.next_tid - process.pid);
  // Each thread says whose it is. Nobody asks in which order they came.
  writer_.Add(process.threads.size());
  writer_.Add(process.descriptors);
}

void EntityForms::WriteFile(const os::File& file) {
  writer_.Add(file.kind).Add(file.nonblocking).Add(file.references);
  if (file.kind == os::File::Kind::kBinder) {
    writer_.Add(driver::Unpack<driver::ProcTag>(file.private_data));
  }
}

void EntityForms::WriteParcel(const userspace::Parcel& parcel) {
  writer_.Add(parcel);
  if (parcel.from_driver) return;
  WriteMemory(parcel.data, parcel.data_size);
  WriteMemory(parcel.offsets, parcel.offsets_size);
}

void EntityForms::WriteNode(const driver::Node& node) {
  // Whoever holds its lock says so.
  writer_.Add(
      std::tie(node.proc, node.ptr, node.cookie, node.internal_strong_refs,
               node.local_weak_refs, node.local_strong_refs, node.tmp_refs,
               node.has_strong_ref, node.pending_strong_ref, node.has_weak_ref,
               node.pending_weak_ref, node.has_async_transaction,
               node.accept_fds, node.txn_security_ctx, node.min_priority,
               node.work_list, node.async_todo));
  writer_.Add(node.refs.size());
  for (const driver::RefId ref : node.refs) {
    // Those of processes that are alike stand in no order, and are met there.
    if (!IsOfTwin(ref)) writer_.Add(ref);
  }
}

void EntityForms::WriteThread(const sim::Thread& thread,
                              const userspace::ThreadState* user) {
  writer_.Add(sim::Tid(thread.tid)).Add(thread.nice);
  writer_.Add(thread.state == sim::RunState::kBlocked);
  writer_.Add(thread.prepared).Add(thread.interruptible);
  writer_.Add(thread.killed).Add(thread.signalled);
  writer_.Add(thread.to_enter).Add(thread.held).Add(thread.result);
  if (user != nullptr) {
    // Where a thread's mIn, mOut and arguments of system calls are matters to
    // nobody, and nobody else knows: what it does names them by what they are.
    const Ipc& ipc = user->ipc;
    writer_.RenameAddresses({{{ipc.exchange, sizeof(binder_write_read)},
                              {ipc.scratch, userspace::kScratchSize},
                              {ipc.out_data, ipc.out_capacity},
                              {ipc.in_data, userspace::kStreamCapacity}}});
  }
  // How much the system call under way has returned.
  std::optional<uint64_t> filled;
  driver::ProcId buffers_of;
  thread.stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    driver::ProcId proc;
    if (sim::Stack::Is<driver::TransactionFlow>(ops)) {
      proc = static_cast<const driver::TransactionFlow*>(frame)->target_proc;
    } else if (sim::Stack::Is<driver::FreeBuffer>(ops)) {
      proc = static_cast<const driver::FreeBuffer*>(frame)->proc;
    } else if (sim::Stack::Is<driver::ReleaseBuffer>(ops)) {
      proc = static_cast<const driver::ReleaseBuffer*>(frame)->proc;
    } else if (sim::Stack::Is<driver::ReadFlow>(ops)) {
      filled = static_cast<const driver::ReadFlow*>(frame)->filled;
    } else if (sim::Stack::Is<driver::WriteReadFlow>(ops) && !filled) {
      filled = static_cast<const driver::WriteReadFlow*>(frame)->read_consumed;
    }
    if (proc != buffers_of) WriteBuffersOf(proc);
    buffers_of = proc;
    writer_.Add(ops->name_hash);
    ops->add_canonical(frame, writer_);
  });
  if (user != nullptr) WriteUserThread(*user, filled);
}

void EntityForms::WriteUserThread(const userspace::ThreadState& thread,
                                  std::optional<uint64_t> filled) {
  writer_.Add(thread.role).Add(thread.activations);
  writer_.Add(thread.obituaries).Add(thread.returned).Add(thread.waiting);
  writer_.Add(thread.call_names).Add(thread.draws);
  const Ipc& ipc = thread.ipc;
  writer_.Add(ipc.exchange != 0).Add(ipc.is_looper).Add(ipc.is_flushing);
  writer_.Add(ipc.serving);
  writer_.Add(ipc.pending_weak_derefs).Add(ipc.pending_strong_derefs);
  writer_.Add(ipc.post_write_weak_derefs).Add(ipc.post_write_strong_derefs);
  writer_.Add(ipc.unflushed);
  WriteMemory(ipc.out_data, ipc.out_size);
  WriteReturns(ipc.in_data + ipc.in_position, ipc.in_size - ipc.in_position);
  // The argument of the system call under way.
  const sim::Stack& stack = world_->machine.thread(thread.machine_thread).stack;
  const auto* talk = stack.Find<userspace::TalkWithDriver>();
  if (talk == nullptr) return;
  WriteMemory(ipc.exchange, sizeof(binder_write_read));
  if (!talk->called) return;
  // What it has returned so far.
  if (!filled) {
    const os::AddressSpace* memory = MemoryOf(thread.process);
    binder_write_read exchange{};
    if (memory == nullptr || !memory->ReadValue(ipc.exchange, exchange)) return;
    filled = exchange.read_consumed;
  }
  WriteReturns(ipc.in_data, *filled);
}

void EntityForms::WriteUserProcess(const userspace::ProcessState& process) {
  writer_.Add(process.id);
  if (!process.id) return;
  writer_.Add(process.driver_fd).Add(process.max_threads);
  writer_.Add(process.pool_started).Add(process.pool_sequence);
  writer_.Add(process.unstarted).Add(process.frozen);
  writer_.Add(process.objects).Add(process.handles);
  writer_.Add(process.service_manager).Add(process.services);
  writer_.Add(process.slots).Add(process.mutexes).Add(process.conditions);
  writer_.Add(process.files).Add(process.waiters);
  writer_.Add(process.registry).Add(process.callbacks);
  // Proxies go by their addresses.
  std::vector<const userspace::Proxy*> proxies;
  for (const auto& [id, proxy] : process.proxies) proxies.push_back(&proxy);
  std::ranges::sort(proxies, {}, &userspace::Proxy::address);
  writer_.Add(proxies.size());
  for (const userspace::Proxy* proxy : proxies) writer_.Add(*proxy);
  writer_.Add(process.parcels.size());
  writer_.Add(process.heap);  // where blocks will lie
}

void EntityForms::WriteProc(const driver::Proc& proc) {
  // Whoever holds its locks says so.
  writer_.Add(std::tuple(proc.process, sim::Tid(proc.pid), proc.device,
                         proc.is_dead, proc.is_frozen, proc.sync_recv,
                         proc.async_recv, proc.oneway_spam_detection_enabled,
                         proc.flush_deferred, proc.release_deferred,
                         proc.tmp_ref, proc.outstanding_txns, proc.max_threads,
                         proc.most_max_threads.value, proc.requested_threads,
                         proc.requested_threads_started));
  writer_.Add(proc.threads.size()).Add(proc.nodes.size());
  writer_.Add(proc.refs_by_desc.size());
  writer_.Add(std::tie(proc.waiting_threads, proc.freeze_waiters, proc.todo,
                       proc.delivered_death, proc.mapping, proc.mapping_size));
  WriteBuffers(proc);
}

void EntityForms::WriteBuffers(const driver::Proc& proc) {
  const driver::BufferAllocator& alloc = proc.alloc;
  writer_.Add(alloc.mapped()).Add(alloc.free_async_space());
  const os::AddressSpace* memory =
      driver::MemoryOfBuffers(world_->kernel, proc);
  alloc.ForEachExtent([&](const driver::Extent& extent) {
    writer_.Add(extent.offset).Add(extent.delivered);
    writer_.Add(bool{extent.buffer});
    if (!extent.buffer) return;
    const driver::Buffer& buffer = alloc[extent.buffer];
    writer_.Add(buffer);
    if (memory == nullptr) return;
    bytes_.resize(extent.size);
    memory->Read(proc.mapping + extent.offset, bytes_);
    writer_.AddBytes(bytes_);
  });
}

// As WriteMemory; where returns of the driver are, which say who sent a
// transaction.
void EntityForms::WriteReturns(uint64_t address, uint64_t size) {
  if (!ReadMemory(address, size)) return;
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

// Of the process whose turn it is.
void EntityForms::WriteMemory(uint64_t address, uint64_t size) {
  if (ReadMemory(address, size)) writer_.AddBytes(bytes_);
}

// Into bytes_. Returns false if the process, or the memory, is gone.
bool EntityForms::ReadMemory(uint64_t address, uint64_t size) {
  bytes_.resize(size);
  if (size == 0) return true;
  const os::AddressSpace* memory = MemoryOf(process_);
  return memory != nullptr && memory->Read(address, bytes_);
}

const os::AddressSpace* EntityForms::MemoryOf(uint32_t process) const {
  const os::Process* its =
      world_->kernel.processes().Find(world_->user.processes[process].id);
  return its == nullptr ? nullptr : &its->memory;
}

}  // namespace bindersim
