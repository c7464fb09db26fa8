// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/state_hash.h"

#include <algorithm>

#include "model/driver/files.h"
#include "model/driver/flows.h"
#include "model/driver/transaction.h"
#include "model/userspace/ipc_thread_state.h"
#include "sim/check.h"

namespace bindersim {

namespace {

using driver::Driver;
using userspace::Ipc;

// Where ids without an entity are told from those with one.
constexpr uint64_t kStale = uint64_t{1} << 63;

}  // namespace

sim::Hash128 StateHasher::Hash(const World& world) {
  SIM_CHECK(world.machine.untimed()) << "time is a part of the state";
  world_ = &world;
  ++run_;
  Clear();
  queue_.clear();
  process_ = 0;
  buffers_of_ = {};
  for (std::vector<Space>& spaces : spaces_) {
    if (spaces.size() < world.user.processes.size()) {
      spaces.resize(world.user.processes.size());
    }
    for (Space& space : spaces) space.count = 0;
  }
  AddRoots();
  for (size_t next = 0; next < queue_.size(); ++next) {
    AddContents(queue_[next]);
  }
  return HashWords();
}

uint64_t StateHasher::OnMention(uint32_t space_number, uint32_t index,
                                uint32_t generation) {
  if (space_number == driver::BufferTag::kSpace) {
    const driver::BufferId id{index, generation};
    const driver::Proc* proc = world_->driver.procs.Find(buffers_of_);
    const driver::Buffer* buffer =
        proc == nullptr ? nullptr : proc->alloc.Get(id);
    return buffer == nullptr ? kStale | uint64_t{index} << 32 | generation
                             : buffer->offset + 1;
  }
  // Proxies and parcels are numbered by each process for itself.
  const bool own = space_number == userspace::ProxyTag::kSpace ||
                   space_number == userspace::ParcelTag::kSpace;
  const uint32_t process = own ? process_ : 0;
  Space& space = spaces_[space_number][process];
  if (space.numbers.size() <= index) space.numbers.resize(index + 1);
  Number& known = space.numbers[index];
  // Only what is alive has a number.
  if (known.run == run_ && known.generation == generation) return known.number;
  const Mentioned entity{space_number, index, generation, process};
  if (!IsLive(entity)) return kStale | uint64_t{index} << 32 | generation;
  known = {run_, generation, ++space.count};
  if (space_number != sim::ThreadTag::kSpace) queue_.push_back(entity);
  return known.number;
}

bool StateHasher::IsLive(const Mentioned& entity) const {
  const auto has = [&]<class T, class IdT>(const sim::SlotMap<T, IdT>& map) {
    return map.Contains(IdT{entity.index, entity.generation});
  };
  const Driver& driver = world_->driver;
  const userspace::ProcessState& process =
      world_->user.processes[entity.process];
  switch (entity.space) {
    case sim::ThreadTag::kSpace:
      return has(world_->machine.threads());
    case sim::LockTag::kSpace:
      return has(world_->machine.locks());
    case os::ProcessTag::kSpace:
      return has(world_->kernel.processes());
    case os::FileTag::kSpace:
      return has(world_->kernel.files());
    case driver::ProcTag::kSpace:
      return has(driver.procs);
    case driver::ThreadStateTag::kSpace:
      return has(driver.threads);
    case driver::NodeTag::kSpace:
      return has(driver.nodes);
    case driver::RefTag::kSpace:
      return has(driver.refs);
    case driver::DeathTag::kSpace:
      return has(driver.deaths);
    case driver::TransactionTag::kSpace:
      return has(driver.transactions);
    case userspace::ProxyTag::kSpace:
      return has(process.proxies);
    default:
      return has(process.parcels);
  }
}

void StateHasher::AddContents(const Mentioned& entity) {
  const Driver& driver = world_->driver;
  const uint32_t index = entity.index;
  const uint32_t generation = entity.generation;
  process_ = entity.process;
  switch (entity.space) {
    case sim::LockTag::kSpace:
      Add(world_->machine.lock({index, generation}).holder);
      break;
    case os::ProcessTag::kSpace: {
      const os::Process& process = world_->kernel.process({index, generation});
      Add(process.pid).Add(process.exiting).Add(process.next_tid);
      Add(process.threads).Add(process.descriptors);
      break;
    }
    case os::FileTag::kSpace: {
      const os::File& file = *world_->kernel.files().Find({index, generation});
      Add(file.kind).Add(file.nonblocking).Add(file.references);
      if (file.kind == os::File::Kind::kBinder) {
        Add(driver::Unpack<driver::ProcTag>(file.private_data));
      }
      break;
    }
    case driver::ProcTag::kSpace:
      AddProc(driver.procs[{index, generation}]);
      break;
    case driver::ThreadStateTag::kSpace:
      Add(driver.threads[{index, generation}]);
      break;
    case driver::NodeTag::kSpace:
      Add(driver.nodes[{index, generation}]);
      break;
    case driver::RefTag::kSpace:
      Add(driver.refs[{index, generation}]);
      break;
    case driver::DeathTag::kSpace:
      Add(driver.deaths[{index, generation}]);
      break;
    case driver::TransactionTag::kSpace:
      AddTransaction(driver.transactions[{index, generation}]);
      break;
    case userspace::ProxyTag::kSpace:
      Add(world_->user.processes[process_].proxies[{index, generation}]);
      break;
    default: {
      const userspace::Parcel& parcel =
          world_->user.processes[process_].parcels[{index, generation}];
      Add(parcel);
      if (!parcel.from_driver) {
        AddMemory(parcel.data, parcel.data_size);
        AddMemory(parcel.offsets, parcel.offsets_size);
      }
      break;
    }
  }
}

void StateHasher::AddRoots() {
  const World& world = *world_;
  std::vector<std::pair<uint32_t, sim::ThreadId>> threads;
  for (const auto& [id, thread] : world.machine.threads()) {
    threads.emplace_back(thread.tid, id);
  }
  std::ranges::sort(threads);
  for (const auto& [tid, id] : threads) Add(id);
  for (const auto& [tid, id] : threads) AddThread(id);
  world.machine.AddCanonical(*this);
  for (uint32_t i = 0; i < world.user.processes.size(); ++i) {
    process_ = i;
    AddUserProcess(world.user.processes[i]);
  }
  process_ = 0;
  const Driver& driver = world.driver;
  for (const driver::Context& context : driver.contexts) Add(context);
  Add(driver.proc_list).Add(driver.deferred_list).Add(driver.dead_nodes);
  Add(driver.grace_periods);
  // What nothing refers to does nothing, but it is a leak.
  Add(driver.procs.size()).Add(driver.threads.size());
  Add(driver.nodes.size()).Add(driver.refs.size());
  Add(driver.deaths.size()).Add(driver.transactions.size());
  Add(world.user.registering).Add(world.user.faults_left);
  Add(world.user.findings.size()).Add(world.is_broken);
  const auto& watches = world.user.setup().watches;
  for (size_t i = 0; i < watches.size(); ++i) {
    Add(std::min(world.user.tally[i], watches[i].enough));
  }
}

void StateHasher::AddThread(sim::ThreadId id) {
  const sim::Thread& thread = world_->machine.thread(id);
  Add(thread.tid).Add(thread.nice);
  Add(thread.state == sim::RunState::kBlocked);
  Add(thread.prepared).Add(thread.interruptible);
  Add(thread.killed).Add(thread.signalled);
  Add(thread.to_enter).Add(thread.held).Add(thread.result);
  const userspace::ThreadState* user = world_->user.Find(id);
  process_ = user == nullptr ? 0 : user->process;
  thread.stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    buffers_of_ = {};
    if (sim::Stack::Is<driver::TransactionFlow>(ops)) {
      buffers_of_ =
          static_cast<const driver::TransactionFlow*>(frame)->target_proc;
    } else if (sim::Stack::Is<driver::FreeBuffer>(ops)) {
      buffers_of_ = static_cast<const driver::FreeBuffer*>(frame)->proc;
    } else if (sim::Stack::Is<driver::ReleaseBuffer>(ops)) {
      buffers_of_ = static_cast<const driver::ReleaseBuffer*>(frame)->proc;
    }
    AddWord(ops->name_hash);
    ops->add_canonical(frame, *this);
  });
  buffers_of_ = {};
  if (user != nullptr) AddUserThread(*user);
}

void StateHasher::AddUserThread(const userspace::ThreadState& thread) {
  Add(thread.process).Add(thread.role).Add(thread.activations);
  Add(thread.obituaries).Add(thread.returned).Add(thread.waiting);
  Add(thread.call_names).Add(thread.draws);
  const Ipc& ipc = thread.ipc;
  Add(ipc.exchange != 0).Add(ipc.is_looper).Add(ipc.is_flushing);
  Add(ipc.serving).Add(ipc.pending_weak_derefs).Add(ipc.pending_strong_derefs);
  Add(ipc.post_write_weak_derefs).Add(ipc.post_write_strong_derefs);
  Add(ipc.unflushed);
  AddMemory(ipc.out_data, ipc.out_size);
  AddMemory(ipc.in_data + ipc.in_position, ipc.in_size - ipc.in_position);
  // The argument of the system call under way.
  const sim::Stack& stack = world_->machine.thread(thread.machine_thread).stack;
  if (stack.Find<userspace::TalkWithDriver>() != nullptr) {
    AddMemory(ipc.exchange, sizeof(binder_write_read));
  }
}

void StateHasher::AddUserProcess(const userspace::ProcessState& process) {
  Add(process.id);
  if (!process.id) return;
  Add(process.driver_fd).Add(process.max_threads).Add(process.pool_started);
  Add(process.pool_sequence).Add(process.unstarted).Add(process.frozen);
  Add(process.objects).Add(process.handles).Add(process.service_manager);
  Add(process.services).Add(process.slots).Add(process.mutexes);
  Add(process.conditions).Add(process.files).Add(process.waiters);
  Add(process.registry).Add(process.callbacks);
  Add(process.proxies.size()).Add(process.parcels.size());
  // Programs may read memory that libbinder knows nothing of.
  if (world_->user.image->makes_raw_calls) {
    AddHash(sim::HashOf(world_->kernel.process(process.id).memory));
  }
}

void StateHasher::AddProc(const driver::Proc& proc) {
  Add(std::tie(proc.process, proc.pid, proc.outer_lock, proc.inner_lock,
               proc.alloc_mutex, proc.is_dead, proc.is_frozen, proc.sync_recv,
               proc.async_recv, proc.oneway_spam_detection_enabled,
               proc.flush_deferred, proc.release_deferred, proc.tmp_ref,
               proc.outstanding_txns, proc.max_threads,
               proc.most_max_threads.value, proc.requested_threads,
               proc.requested_threads_started));
  Add(std::tie(proc.threads, proc.nodes, proc.refs_by_desc,
               proc.waiting_threads, proc.freeze_waiters, proc.todo,
               proc.delivered_death, proc.mapping, proc.mapping_size));
  AddBuffers(proc);
}

void StateHasher::AddBuffers(const driver::Proc& proc) {
  const driver::BufferAllocator& alloc = proc.alloc;
  Add(alloc.mapped()).Add(alloc.free_async_space());
  const os::AddressSpace* memory = &proc.kept_memory;
  if (!memory->IsMapped(proc.mapping, 1)) {
    const os::Process* process = world_->kernel.processes().Find(proc.process);
    memory = process == nullptr ? nullptr : &process->memory;
  }
  alloc.ForEachExtent([&](const driver::Extent& extent) {
    Add(extent.offset).Add(extent.delivered);
    AddWord(bool{extent.buffer});
    if (!extent.buffer) return;
    const driver::Buffer& buffer = alloc[extent.buffer];
    Add(buffer);
    if (memory == nullptr) return;
    bytes_.resize(extent.size);
    memory->Read(proc.mapping + extent.offset, bytes_);
    AddBytes(bytes_);
  });
}

void StateHasher::AddTransaction(const driver::Transaction& transaction) {
  buffers_of_ = transaction.to_proc;
  Add(transaction.Fields());
  buffers_of_ = {};
}

// Of the process whose turn it is.
void StateHasher::AddMemory(uint64_t address, uint64_t size) {
  const os::ProcessId id = world_->user.processes[process_].id;
  const os::Process* process = world_->kernel.processes().Find(id);
  if (process == nullptr) return;
  bytes_.resize(size);
  if (size == 0) return AddBytes(bytes_);
  process->memory.Read(address, bytes_);
  AddBytes(bytes_);
}

void StateHasher::AddHash(const sim::Hash128& hash) {
  AddWord(hash.high);
  AddWord(hash.low);
}

}  // namespace bindersim
