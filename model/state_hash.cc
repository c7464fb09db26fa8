// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/state_hash.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

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
#include "sim/check.h"

namespace bindersim {

namespace {

using driver::Driver;
using userspace::Ipc;

// Where addresses in a block that has a name are told from others.
constexpr uint64_t kStream = uint64_t{1} << 62;

}  // namespace

sim::Hash128 StateHasher::Hash(const World& world) {
  SIM_CHECK(world.machine.untimed()) << "time is a part of the state";
  world_ = &world;
  ++run_;
  Clear();
  queue_.clear();
  stale_.clear();
  added_ = 0;
  process_ = 0;
  buffers_of_ = {};
  // The first one's hold what belongs to no process, too.
  const size_t places = std::max<size_t>(world.user.processes.size(), 1);
  if (spaces_.size() < places * kSpaces) spaces_.resize(places * kSpaces);
  for (Space& space : spaces_) space.count = 0;
  names_.Begin(world, symmetric_ == Symmetric::kYes);
  AddRoots();
  AddMentioned();
  if (names_.any()) {
    while (AddNextProcess() || AddNextPoolThread() || MentionPoolThread() ||
           MentionProcess()) {
      AddMentioned();
    }
  }
  names_.FillIn(renaming_);
  return Value();
}

void StateHasher::AddMentioned() {
  while (added_ < queue_.size()) {
    const Mentioned entity = queue_[added_++];
    AddContents(entity);
  }
}

uint32_t StateHasher::OnMention(uint32_t space_number, uint32_t index,
                                uint32_t generation) {
  if (space_number == driver::BufferTag::kSpace) {
    return NumberOfBuffer({index, generation});
  }
  // Proxies and parcels are numbered by each process for itself.
  const bool own = space_number == userspace::ProxyTag::kSpace ||
                   space_number == userspace::ParcelTag::kSpace;
  const uint32_t process = own ? process_ : 0;
  const Space& space = SpaceOf(space_number, process);
  if (index < space.numbers.size()) {
    const Number& known = space.numbers[index];
    if (known.run == run_ && known.generation == generation) {
      return known.number;
    }
  }
  return MentionFirst({space_number, index, generation, process});
}

// Apart from what most mentions need. Only what is alive gets a number.
[[gnu::noinline]] uint32_t StateHasher::MentionFirst(const Mentioned& entity) {
  if (only_looks_) return Glimpse(entity);
  if (!IsLive(entity)) return StaleNumber(entity);
  Space& space = SpaceOf(entity.space, entity.process);
  if (space.numbers.size() <= entity.index) {
    space.numbers.resize(entity.index + 1);
  }
  const uint32_t number = ++space.count;
  space.numbers[entity.index] = {run_, entity.generation, number};
  queue_.push_back(entity);
  if (entity.space == sim::ThreadTag::kSpace) {
    names_.TidOf(world_->machine.thread({entity.index, entity.generation}).tid);
  }
  return number;
}

// They go by where they are.
uint32_t StateHasher::NumberOfBuffer(driver::BufferId id) {
  const driver::Proc* proc = world_->driver.procs.Find(buffers_of_);
  const driver::Buffer* buffer =
      proc == nullptr ? nullptr : proc->alloc.Get(id);
  return buffer == nullptr ? StaleNumber({driver::BufferTag::kSpace, id.index,
                                          id.generation, buffers_of_.index})
                           : static_cast<uint32_t>(buffer->offset) + 1;
}

// All that can be said of what is gone is whether it was the same.
uint32_t StateHasher::StaleNumber(const Mentioned& entity) {
  if (only_looks_) return Glimpse(entity);
  const auto it = std::ranges::find(stale_, entity);
  const auto number = static_cast<uint32_t>(it - stale_.begin());
  if (it == stale_.end()) stale_.push_back(entity);
  return kStale | number;
}

uint32_t StateHasher::OnTid(uint32_t tid) {
  if (!only_looks_) return names_.TidOf(tid);
  return tid == looks_at_.tid ? kItself : Seen(names_.KnownTidOf(tid));
}

uint32_t StateHasher::OnUid(uint32_t uid) {
  return only_looks_ ? Seen(names_.KnownUidOf(uid)) : names_.UidOf(uid);
}

int64_t StateHasher::OnTime(sim::Time time) {
  const sim::Duration left = time - world_->machine.now();
  return time == sim::kNever ? INT64_MAX : left.count();
}

uint32_t StateHasher::PlaceOf(uint32_t process) {
  return only_looks_ ? Seen(names_.KnownPlaceOf(process))
                     : names_.PlaceOf(process);
}

bool StateHasher::IsLive(const Mentioned& entity) const {
  const auto has = [&]<class T, class IdT>(const sim::SlotMap<T, IdT>& map) {
    return map.Contains(IdT{entity.index, entity.generation});
  };
  const Driver& driver = world_->driver;
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
      return has(world_->user.processes[entity.process].proxies);
    default:
      return has(world_->user.processes[entity.process].parcels);
  }
}

void StateHasher::AddContents(const Mentioned& entity) {
  const Driver& driver = world_->driver;
  const uint32_t index = entity.index;
  const uint32_t generation = entity.generation;
  process_ = entity.process;
  switch (entity.space) {
    case sim::ThreadTag::kSpace:
      break;  // AddThread adds each of them by itself
    case sim::LockTag::kSpace:
      Add(world_->machine.lock({index, generation}).holder);
      break;
    case os::ProcessTag::kSpace: {
      const os::Process& process = world_->kernel.process({index, generation});
      Add(sim::Tid(process.pid)).Add(process.exiting);
      Add(process.next_tid - process.pid);
      // Each thread says whose it is. Nobody asks in which order they came.
      Add(process.threads.size());
      Add(process.descriptors);
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
      AddNode(driver.nodes[{index, generation}]);
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
  threads_.clear();
  for (const auto& [id, thread] : world.machine.threads()) {
    const userspace::ThreadState* user = world.user.Find(id);
    if (user != nullptr &&
        (names_.HasTwin(user->process) || names_.IsInPool(*user))) {
      continue;
    }
    threads_.emplace_back(thread.tid, id);
  }
  std::ranges::sort(threads_);
  for (const auto& [tid, id] : threads_) Add(id);
  for (const auto& [tid, id] : threads_) AddThread(id);
  AddTimedEvents();
  for (uint32_t i = 0; i < world.user.processes.size(); ++i) {
    if (names_.HasTwin(i)) continue;
    process_ = i;
    AddUserProcess(world.user.processes[i]);
  }
  process_ = 0;
  const Driver& driver = world.driver;
  for (const driver::Context& context : driver.contexts) Add(context);
  // Nobody asks in which order those of different processes came.
  procs_.clear();
  for (size_t i = 0; i < driver.proc_list.size(); ++i) {
    procs_.emplace_back(driver.procs[driver.proc_list[i]].pid, i);
  }
  std::ranges::sort(procs_);
  for (const auto& [pid, i] : procs_) {
    const uint32_t process = names_.ProcessOf(pid);
    if (process == names_.kNone || !names_.HasTwin(process)) {
      Add(driver.proc_list[i]);
    }
  }
  Add(driver.deferred_list).Add(driver.dead_nodes);
  Add(driver.grace_periods);
  // What nothing refers to does nothing, but it is a leak.
  Add(driver.procs.size()).Add(driver.threads.size());
  Add(driver.nodes.size()).Add(driver.refs.size());
  Add(driver.deaths.size()).Add(driver.transactions.size());
  Add(world.user.registering).Add(world.user.faults_left);
  AddFindings();
  Add(world.is_broken);
  const auto& watches = world.user.setup().watches;
  for (size_t i = 0; i < watches.size(); ++i) {
    Add(std::min(world.user.tally[i], watches[i].enough));
  }
}

// What has been found, in no order.
void StateHasher::AddFindings() {
  std::vector<std::string> signatures;
  for (const Finding& finding : world_->user.findings) {
    signatures.push_back(SignatureOf(*world_, finding));
  }
  std::ranges::sort(signatures);
  Add(signatures);
}

void StateHasher::AddTimedEvents() {
  world_->machine.ForEachTimedEvent(
      [&](sim::Duration left, const sim::Event& event) {
        // Only what is left of the time makes a difference.
        Add(left).Add(event.kind).Add(event.code).Add(event.thread);
        uint64_t argument = event.argument;
        if (event.kind == sim::Event::Kind::kModel &&
            event.code == userspace::kStartThreadEvent) {
          auto start = userspace::ThreadToStart::Unpack(argument);
          start.process = PlaceOf(start.process);
          argument = start.Pack();
        }
        Add(argument);
      });
  Add(until_).Add(world_->machine.faults());
}

void StateHasher::AddNode(const driver::Node& node) {
  if (!names_.any() || node.refs.size() < 2) {
    Add(node);
    return;
  }
  // Those of processes that are alike stand in no order, and are met there.
  node_ = node;
  std::erase_if(node_.refs, [&](driver::RefId id) {
    const driver::Driver& driver = world_->driver;
    const driver::Proc* proc = driver.procs.Find(driver.refs[id].proc);
    if (proc == nullptr) return false;
    const uint32_t process = names_.ProcessOf(proc->pid);
    return process != names_.kNone && names_.HasTwin(process);
  });
  Add(node.refs.size()).Add(node_);
}

void StateHasher::AddThread(sim::ThreadId id) {
  const sim::Thread& thread = world_->machine.thread(id);
  Add(sim::Tid(thread.tid)).Add(thread.nice);
  Add(thread.state == sim::RunState::kBlocked);
  Add(thread.prepared).Add(thread.interruptible);
  Add(thread.killed).Add(thread.signalled);
  Add(thread.to_enter).Add(thread.held).Add(thread.result);
  const userspace::ThreadState* user = world_->user.Find(id);
  process_ = user == nullptr ? 0 : user->process;
  filled_.reset();
  if (user != nullptr) RenameStreams(user->ipc);
  thread.stack.ForEach([&](const sim::FrameOps* ops, const void* frame) {
    buffers_of_ = {};
    if (sim::Stack::Is<driver::TransactionFlow>(ops)) {
      buffers_of_ =
          static_cast<const driver::TransactionFlow*>(frame)->target_proc;
    } else if (sim::Stack::Is<driver::FreeBuffer>(ops)) {
      buffers_of_ = static_cast<const driver::FreeBuffer*>(frame)->proc;
    } else if (sim::Stack::Is<driver::ReleaseBuffer>(ops)) {
      buffers_of_ = static_cast<const driver::ReleaseBuffer*>(frame)->proc;
    } else if (sim::Stack::Is<driver::ReadFlow>(ops)) {
      filled_ = static_cast<const driver::ReadFlow*>(frame)->filled;
    } else if (sim::Stack::Is<driver::WriteReadFlow>(ops) && !filled_) {
      filled_ = static_cast<const driver::WriteReadFlow*>(frame)->read_consumed;
    }
    Add(ops->name_hash);
    ops->add_canonical(frame, *this);
  });
  buffers_of_ = {};
  if (user == nullptr) return;
  AddUserThread(*user);
  RenameAddresses(0, 0);
}

// Where a thread's mIn, mOut and arguments of system calls are matters to
// nobody, and nobody else knows: what it does names them by what they are.
void StateHasher::RenameStreams(const Ipc& ipc) {
  streams_ = {{{ipc.exchange, sizeof(binder_write_read)},
               {ipc.scratch, userspace::kScratchSize},
               {ipc.out_data, ipc.out_capacity},
               {ipc.in_data, userspace::kStreamCapacity}}};
  uint64_t first = UINT64_MAX;
  uint64_t end = 0;
  for (const Block& block : streams_) {
    if (block.address == 0) continue;
    first = std::min(first, block.address);
    end = std::max(end, block.address + block.size);
  }
  if (end > 0) RenameAddresses(first, end);
}

uint64_t StateHasher::OnAddress(uint64_t address) {
  for (uint64_t i = 0; i < streams_.size(); ++i) {
    const Block& block = streams_[i];
    if (block.address != 0 && address - block.address < block.size) {
      return kStream | i << 32 | (address - block.address);
    }
  }
  return address;
}

void StateHasher::AddUserThread(const userspace::ThreadState& thread) {
  Add(PlaceOf(thread.process)).Add(thread.role);
  Add(thread.activations);
  Add(thread.obituaries).Add(thread.returned).Add(thread.waiting);
  Add(thread.call_names).Add(thread.draws);
  const Ipc& ipc = thread.ipc;
  Add(ipc.exchange != 0).Add(ipc.is_looper).Add(ipc.is_flushing);
  Add(ipc.serving).Add(ipc.pending_weak_derefs).Add(ipc.pending_strong_derefs);
  Add(ipc.post_write_weak_derefs).Add(ipc.post_write_strong_derefs);
  Add(ipc.unflushed);
  AddMemory(ipc.out_data, ipc.out_size);
  AddReturns(ipc.in_data + ipc.in_position, ipc.in_size - ipc.in_position);
  // The argument of the system call under way.
  const sim::Stack& stack = world_->machine.thread(thread.machine_thread).stack;
  const auto* talk = stack.Find<userspace::TalkWithDriver>();
  if (talk == nullptr) return;
  AddMemory(ipc.exchange, sizeof(binder_write_read));
  if (!talk->called) return;
  // What it has returned so far.
  if (!filled_) {
    const os::Process* process = world_->kernel.processes().Find(
        world_->user.processes[thread.process].id);
    binder_write_read exchange{};
    if (process == nullptr ||
        !process->memory.ReadValue(ipc.exchange, exchange)) {
      return;
    }
    filled_ = exchange.read_consumed;
  }
  AddReturns(ipc.in_data, *filled_);
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
  Add(process.heap);  // where blocks will lie
  // Programs may read memory that libbinder knows nothing of.
  if (world_->user.image->makes_raw_calls) {
    Add(sim::HashOf(world_->kernel.process(process.id).memory));
  }
}

void StateHasher::AddProc(const driver::Proc& proc) {
  Add(std::tuple(proc.process, sim::Tid(proc.pid), proc.outer_lock,
                 proc.inner_lock, proc.alloc_mutex, proc.is_dead,
                 proc.is_frozen, proc.sync_recv, proc.async_recv,
                 proc.oneway_spam_detection_enabled, proc.flush_deferred,
                 proc.release_deferred, proc.tmp_ref, proc.outstanding_txns,
                 proc.max_threads, proc.most_max_threads.value,
                 proc.requested_threads, proc.requested_threads_started));
  // A pool's threads that are alike bring theirs with them.
  const uint32_t process = names_.ProcessOf(proc.pid);
  for (const auto& [tid, thread] : proc.threads) {
    if (process != names_.kNone) {
      const auto pool = names_.PoolOf(process);
      const auto it =
          std::ranges::find(pool, tid, &NamesByMention::PoolThread::tid);
      if (it != pool.end()) continue;
    }
    Add(thread);
  }
  Add(std::tie(proc.nodes, proc.refs_by_desc, proc.waiting_threads,
               proc.freeze_waiters, proc.todo, proc.delivered_death,
               proc.mapping, proc.mapping_size));
  AddBuffers(proc);
}

void StateHasher::AddBuffers(const driver::Proc& proc) {
  const driver::BufferAllocator& alloc = proc.alloc;
  Add(alloc.mapped()).Add(alloc.free_async_space());
  const os::AddressSpace* memory =
      driver::MemoryOfBuffers(world_->kernel, proc);
  alloc.ForEachExtent([&](const driver::Extent& extent) {
    Add(extent.offset).Add(extent.delivered);
    Add(bool{extent.buffer});
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

// As AddMemory; where returns of the driver are, which say who sent a
// transaction.
void StateHasher::AddReturns(uint64_t address, uint64_t size) {
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
      body.sender_pid =
          static_cast<int32_t>(OnTid(static_cast<uint32_t>(body.sender_pid)));
      body.sender_euid = static_cast<uint32_t>(OnUid(body.sender_euid));
      std::memcpy(&bytes_[at], &body, sizeof(body));
    }
    at += _IOC_SIZE(command);
  }
  AddBytes(bytes_);
}

// Of the process whose turn it is.
void StateHasher::AddMemory(uint64_t address, uint64_t size) {
  if (ReadMemory(address, size)) AddBytes(bytes_);
}

// Into bytes_. Returns false if the process is gone.
bool StateHasher::ReadMemory(uint64_t address, uint64_t size) {
  bytes_.resize(size);
  if (size == 0) return true;
  const os::ProcessId id = world_->user.processes[process_].id;
  const os::Process* process = world_->kernel.processes().Find(id);
  if (process == nullptr) return false;
  process->memory.Read(address, bytes_);
  return true;
}

}  // namespace bindersim
