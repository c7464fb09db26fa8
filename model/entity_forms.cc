// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/entity_forms.h"

#include <algorithm>
#include <string>
#include <tuple>

#include "model/driver/files.h"
#include "model/driver/object_reader.h"
#include "model/findings.h"
#include "model/protocol.h"
#include "model/userspace/threads.h"

namespace bindersim {

using driver::Driver;

namespace {

sim::Version VersionAt(const os::AddressSpace* memory, uint64_t address) {
  return memory == nullptr ? 0 : memory->VersionAt(address);
}

}  // namespace

EntityForms::EntityForms() : threads_(kThreads), catalogues_(kCatalogues) {}

void EntityForms::Begin(const World& world, const NamesByMention& names) {
  world_ = &world;
  names_ = &names;
  inventory_ = names.inventory();
  KeptCatalogue& it = catalogues_[inventory_.all % kCatalogues];
  if (it.inventory != inventory_.all) {
    it.inventory = inventory_.all;
    it.catalogue.Fill(world, names);
  }
  catalogue_ = &it.catalogue;
}

void EntityForms::Begin() {
  self_ = {};
  names_trees_ = false;
  writer_.Begin();
}

void EntityForms::End(sim::CanonicalForm& form) {
  Settle();
  writer_.Finish(form);
}

template <class WriteIt>
[[gnu::always_inline]] inline const sim::CanonicalForm& EntityForms::Get(
    std::vector<Kept>& kept, size_t index,
    const std::array<sim::Version, 3>& versions, WriteIt write) {
  Key key{versions[0], versions[1], versions[2]};
  Kept& it = PlaceOf(kept, index, key);
  if (!it.IsFor(key)) {
    Begin();
    write();
    End(it.form);
    it.names_trees = names_trees_;
    key[3] = InventoryFor(names_trees_);
    it.key = key;
  }
  return it.form;
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
  const auto of = [&]<class T, class IdT>(const sim::SlotMap<T, IdT>& entities,
                                          auto write) {
    const IdT id{entity.index, entity.generation};
    return &Get(kept_[entity.space], id.index, {entities.VersionOf(id)},
                [&] { write(entities[id]); });
  };
  switch (entity.space) {
    case driver::ProcTag::kSpace:
      return Of(entity.Id<driver::ProcTag>());
    case driver::ThreadStateTag::kSpace:
      return Of(entity.Id<driver::ThreadStateTag>());
    case driver::NodeTag::kSpace:
      return Of(entity.Id<driver::NodeTag>());
    case driver::RefTag::kSpace:
      return Of(entity.Id<driver::RefTag>());
    case os::FileTag::kSpace:
      return Of(entity.Id<os::FileTag>());
    case driver::DeathTag::kSpace:
      return *of(driver.deaths,
                 [&](const driver::Death& death) { writer_.Add(death); });
    default:
      return *of(driver.transactions,
                 [&](const driver::Transaction& transaction) {
                   WriteBuffersOf(transaction.to_proc);
                   writer_.Add(transaction);
                 });
  }
}

const sim::CanonicalForm& EntityForms::OfParcel(uint32_t process,
                                                userspace::ParcelId id) {
  // Each process numbers its parcels for itself.
  if (kept_parcels_.size() <= process) kept_parcels_.resize(process + 1);
  const auto& parcels = world_->user.processes[process].parcels;
  const userspace::Parcel& parcel = parcels[id];
  std::array<sim::Version, 3> versions = {parcels.VersionOf(id)};
  if (!parcel.from_driver) {
    const os::AddressSpace* memory = MemoryOf(process);
    versions[1] = VersionAt(memory, parcel.data);
    versions[2] = VersionAt(memory, parcel.offsets);
  }
  return Get(kept_parcels_[process], id.index, versions, [&] {
    process_ = process;
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
    writer_.SetOwner(process);
    WriteUserProcess(world_->user.processes[process]);
    if (memory != nullptr) writer_.Add(sim::HashOf(*memory));
  });
}

// There is little of it, which has no versions: it is written each time, but
// only settled if it is not the same as before.
const sim::CanonicalForm& EntityForms::OfRest() {
  Begin();
  WriteRest();
  writer_.Finish(rest_.written);
  if (rest_.written != rest_.known ||
      rest_.inventory != InventoryFor(rest_.names_trees)) {
    rest_.known = rest_.written;
    End(rest_.form);
    rest_.names_trees = names_trees_;
    rest_.inventory = InventoryFor(names_trees_);
  }
  return rest_.form;
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
    // What is left of what was there before, in between, is nobody's.
    uint64_t address = proc.mapping + extent.offset;
    for (const uint64_t size :
         {buffer.data_size, buffer.offsets_size, buffer.extra_buffers_size}) {
      bytes_.resize(size);
      if (size != 0) memory->Read(address, bytes_);
      writer_.AddBytes(bytes_);
      address += protocol::Align8(size);
    }
  });
}

// Of the process whose turn it is.
void EntityForms::WriteMemory(uint64_t address, uint64_t size) {
  if (ReadMemory(process_, address, size)) writer_.AddBytes(bytes_);
}

// Into bytes_. Returns false if the process, or the memory, is gone.
bool EntityForms::ReadMemory(uint32_t process, uint64_t address,
                             uint64_t size) {
  bytes_.resize(size);
  if (size == 0) return true;
  const os::AddressSpace* memory = MemoryOf(process);
  return memory != nullptr && memory->Read(address, bytes_);
}

const os::AddressSpace* EntityForms::MemoryOf(uint32_t process) const {
  const os::Process* its =
      world_->kernel.processes().Find(world_->user.processes[process].id);
  return its == nullptr ? nullptr : &its->memory;
}

}  // namespace bindersim
