// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/refs.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/userspace/files.h"
#include "model/userspace/ipc_stream.h"
#include "model/userspace/ipc_thread_state.h"
#include "sim/check.h"

namespace bindersim::userspace {

namespace {

// A BpBinder or BBinder with its weakref_type takes about so much of the heap.
constexpr uint64_t kObjectSize = 64;

// flushIfNeeded's condition: nothing says that this thread will call the
// driver again soon (USR-23).
bool FlushesAtOnce(const Ipc& ipc) {
  return !ipc.is_looper && ipc.serving == 0 && !ipc.is_flushing;
}

void WriteRefCommand(sim::Env& env, const RefCommand& command) {
  WriteOut(env, command.command);
  if (command.command == BC_FREE_BUFFER) {
    WriteOut(env, command.argument);
    return;
  }
  WriteOut(env, static_cast<uint32_t>(command.argument));
  if (command.command == BC_CLEAR_DEATH_NOTIFICATION) {
    WriteOut(env, command.cookie);
  }
}

// Returns whether the command waits to be flushed by itself.
bool QueueRefCommand(sim::Env& env, const RefCommand& command) {
  Ipc& ipc = IpcOf(env);
  if (FlushesAtOnce(ipc)) {
    ipc.unflushed.push_back(command);
    return true;
  }
  WriteRefCommand(env, command);
  return false;
}

// onFirstRef: the proxy's first strong reference, or its first again.
void OnFirstRef(sim::Env& env, ProxyId id) {
  Proxy& proxy = env.Get<Userspace>().Process(env).proxies[id];
  if (QueueRefCommand(env, {BC_ACQUIRE, proxy.handle, 0})) return;
  // A temporary reference until the driver has seen the command (USR-22).
  ++proxy.strong;
  ++proxy.weak;
  IpcOf(env).post_write_strong_derefs.push_back(id);
}

void OnLastStrongRef(sim::Env& env, ProxyId id) {
  Proxy& proxy = env.Get<Userspace>().Process(env).proxies[id];
  const bool unflushed = QueueRefCommand(env, {BC_RELEASE, proxy.handle, 0});
  if (!proxy.linked) return;
  // Death recipients go with the last strong reference (USR-40).
  proxy.linked = false;
  proxy.obituaries.clear();
  if (unflushed) {
    IpcOf(env).unflushed.push_back(
        {BC_CLEAR_DEATH_NOTIFICATION, proxy.handle, proxy.address});
  } else {
    WriteDeathCommand(env, BC_CLEAR_DEATH_NOTIFICATION, proxy);
  }
}

}  // namespace

Ipc& IpcOf(sim::Env& env) {
  Userspace& user = env.Get<Userspace>();
  ThreadState& thread = user.Self(env);
  Ipc& ipc = thread.ipc;
  if (ipc.exchange == 0) {
    Heap& heap = HeapOf(env);
    os::AddressSpace& memory = Memory(env);
    ipc.exchange = heap.Allocate(memory, sizeof(binder_write_read));
    ipc.scratch = heap.Allocate(memory, kScratchSize);
    ipc.out_data = heap.Allocate(memory, kStreamCapacity);
    ipc.out_capacity = kStreamCapacity;
    ipc.in_data = heap.Allocate(memory, kStreamCapacity);
  }
  return ipc;
}

void WriteOut(sim::Env& env, std::span<const std::byte> bytes) {
  Ipc& ipc = IpcOf(env);
  os::AddressSpace& memory = Memory(env);
  if (ipc.out_size + bytes.size() > ipc.out_capacity) {
    Heap& heap = HeapOf(env);
    std::vector<std::byte> content(ipc.out_size);
    memory.Read(ipc.out_data, content);
    heap.Free(ipc.out_data, ipc.out_capacity);
    ipc.out_capacity = 2 * (ipc.out_size + bytes.size());
    ipc.out_data = heap.Allocate(memory, ipc.out_capacity);
    memory.Write(ipc.out_data, content);
  }
  memory.Write(ipc.out_data + ipc.out_size, bytes);
  ipc.out_size += bytes.size();
}

void WriteDeathCommand(sim::Env& env, uint32_t command, const Proxy& proxy) {
  WriteOut(env, command);
  WriteOut(env, proxy.handle);
  WriteOut(env, proxy.address);
}

bool NeedsFlush(sim::Env& env) {
  return !env.Get<Userspace>().Self(env).ipc.unflushed.empty();
}

void WriteFirstUnflushed(sim::Env& env) {
  Ipc& ipc = IpcOf(env);
  const RefCommand command = ipc.unflushed.front();
  ipc.unflushed.erase(ipc.unflushed.begin());
  WriteRefCommand(env, command);
}

void ProcessPostWriteDerefs(sim::Env& env) {
  Ipc& ipc = IpcOf(env);
  const auto weak = std::exchange(ipc.post_write_weak_derefs, {});
  for (const ProxyId id : weak) DecWeak(env, id);
  const auto strong = std::exchange(ipc.post_write_strong_derefs, {});
  for (const ProxyId id : strong) DecStrong(env, Binder::Remote(id));
}

void ProcessPendingDerefs(sim::Env& env) {
  Ipc& ipc = IpcOf(env);
  if (ipc.in_position < ipc.in_size) return;
  // Only local objects are on these lists; the process keeps a reference to
  // each of its own, so no destructor can run and add to them.
  ProcessState& process = env.Get<Userspace>().Process(env);
  for (const ObjectIndex object : ipc.pending_weak_derefs) {
    --process.objects[object].weak;
  }
  ipc.pending_weak_derefs.clear();
  for (const ObjectIndex object : ipc.pending_strong_derefs) {
    --process.objects[object].strong;
    --process.objects[object].weak;
  }
  ipc.pending_strong_derefs.clear();
}

void IncStrong(sim::Env& env, const Binder& binder) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  if (binder.IsLocal()) {
    ++process.objects[binder.object].strong;
    ++process.objects[binder.object].weak;
  } else if (binder.IsProxy()) {
    Proxy& proxy = process.proxies[binder.proxy];
    Touch(env, Shared::kProxy, proxy.handle);
    ++proxy.weak;
    if (++proxy.strong == 1) OnFirstRef(env, binder.proxy);
  }
}

void DecStrong(sim::Env& env, const Binder& binder) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  if (binder.IsLocal()) {
    --process.objects[binder.object].strong;
    --process.objects[binder.object].weak;
  } else if (binder.IsProxy()) {
    Proxy& proxy = process.proxies[binder.proxy];
    Touch(env, Shared::kProxy, proxy.handle);
    SIM_CHECK(proxy.strong > 0) << "handle " << proxy.handle;
    if (--proxy.strong == 0) OnLastStrongRef(env, binder.proxy);
    DecWeak(env, binder.proxy);
  }
}

void IncWeak(sim::Env& env, ProxyId id) {
  ++env.Get<Userspace>().Process(env).proxies[id].weak;
}

void DecWeak(sim::Env& env, ProxyId id) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  Proxy& proxy = process.proxies[id];
  Touch(env, Shared::kProxy, proxy.handle);
  SIM_CHECK(proxy.weak > 0) << "handle " << proxy.handle;
  if (--proxy.weak > 0) return;
  // ~BpBinder
  const uint32_t handle = proxy.handle;
  process.handles.erase(handle);
  HeapOf(env).Free(proxy.address, kObjectSize);
  process.proxies.Erase(id);
  QueueRefCommand(env, {BC_DECREFS, handle, 0});
}

Binder AcquireProxy(sim::Env& env, uint32_t handle) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  Touch(env, Shared::kProxy, handle);
  const auto known = process.handles.find(handle);
  if (known != process.handles.end()) {
    const Binder binder = Binder::Remote(known->second);
    IncStrong(env, binder);
    return binder;
  }
  Proxy proxy;
  proxy.handle = handle;
  proxy.address = HeapOf(env).Allocate(Memory(env), kObjectSize);
  const ProxyId id = process.proxies.Insert(std::move(proxy));
  process.handles[handle] = id;
  if (!QueueRefCommand(env, {BC_INCREFS, handle, 0})) {
    ++process.proxies[id].weak;
    IpcOf(env).post_write_weak_derefs.push_back(id);
  }
  const Binder binder = Binder::Remote(id);
  IncStrong(env, binder);
  return binder;
}

ProxyId ProxyAt(const ProcessState& process, uint64_t address) {
  for (const auto& [handle, id] : process.handles) {
    if (process.proxies[id].address == address) return id;
  }
  throw sim::StaleId(ProxyId{});
}

ObjectIndex ObjectAt(const ProcessState& process, uint64_t refs) {
  const auto it = std::ranges::find(process.objects, refs, &LocalObject::refs);
  return it == process.objects.end()
             ? UINT32_MAX
             : static_cast<ObjectIndex>(it - process.objects.begin());
}

ObjectIndex ObjectAt(const ProcessState& process, uint64_t refs,
                     uint64_t cookie) {
  const ObjectIndex index = ObjectAt(process, refs);
  const bool is_there =
      index != UINT32_MAX && process.objects[index].cookie == cookie;
  return is_there ? index : UINT32_MAX;
}

Binder Unflatten(sim::Env& env, const flat_binder_object& object) {
  if (IsNull(object)) return {};
  if (object.hdr.type == BINDER_TYPE_HANDLE) {
    return AcquireProxy(env, object.handle);
  }
  const ObjectIndex index =
      ObjectAt(env.Get<Userspace>().Process(env), object.binder, object.cookie);
  if (index == UINT32_MAX) {
    Abort(env, "it was sent an object of its own that is not there");
    return {};
  }
  const Binder binder = Binder::Local(index);
  IncStrong(env, binder);
  return binder;
}

void Flatten(sim::Env& env, const Binder& binder, ParcelBuilder& builder) {
  Userspace& user = env.Get<Userspace>();
  const ThreadState& thread = user.Self(env);
  const ProcessState& process = user.processes[thread.process];
  // servicemanager has background scheduling disabled: no priority bits.
  const uint32_t priority =
      user.SetupOf(thread).is_service_manager
          ? 0
          : kLocalBinderFlags & FLAT_BINDER_FLAG_PRIORITY_MASK;
  if (binder.IsLocal()) {
    const LocalObject& object = process.objects[binder.object];
    const auto& objects = user.SetupOf(thread).objects;
    const bool accepts_fds =
        binder.object >= objects.size() || objects[binder.object].accepts_fds;
    const uint32_t flags =
        accepts_fds ? uint32_t{FLAT_BINDER_FLAG_ACCEPTS_FDS} : 0u;
    builder.WriteBinder(
        LocalBinder(object.refs, object.cookie, flags | priority));
  } else if (binder.IsProxy()) {
    builder.WriteBinder(
        RemoteBinder(process.proxies[binder.proxy].handle, priority));
  } else {
    builder.WriteBinder(NullBinder(priority));
  }
}

ParcelId MakeParcel(sim::Env& env, const ParcelBuilder& builder,
                    std::span<const Binder> objects,
                    std::vector<int32_t> files) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  os::AddressSpace& memory = Memory(env);
  Parcel parcel;
  parcel.data_size = builder.size();
  if (parcel.data_size > 0) {
    parcel.data = HeapOf(env).Allocate(memory, parcel.data_size);
    const auto head = builder.head();
    memory.Write(parcel.data, head);
    memory.Zero(parcel.data + head.size(), parcel.data_size - head.size());
  }
  parcel.offsets_size = builder.offsets().size() * sizeof(binder_size_t);
  if (parcel.offsets_size > 0) {
    parcel.offsets = HeapOf(env).Allocate(memory, parcel.offsets_size);
    memory.Write(parcel.offsets, std::as_bytes(std::span(builder.offsets())));
  }
  for (const Binder& object : objects) {
    IncStrong(env, object);
    if (object) parcel.held.push_back(object);
  }
  parcel.files = std::move(files);
  return process.parcels.Insert(std::move(parcel));
}

ParcelId EmptyParcel(sim::Env& env) {
  return env.Get<Userspace>().Process(env).parcels.Insert({});
}

void SetDataReference(sim::Env& env, ParcelId id,
                      const binder_transaction_data& transaction) {
  Parcel& parcel = env.Get<Userspace>().Process(env).parcels[id];
  SIM_CHECK(parcel.data == 0) << "a Parcel takes over one buffer only";
  parcel.from_driver = true;
  parcel.data = transaction.data.ptr.buffer;
  parcel.data_size = transaction.data_size;
  parcel.offsets = transaction.data.ptr.offsets;
  parcel.offsets_size = transaction.offsets_size;
}

namespace {

// Parcel::closeFileDescriptors
void CloseReceivedFiles(sim::Env& env, const Parcel& parcel) {
  const os::AddressSpace& memory = MemoryToRead(env);
  constexpr uint64_t kOffsetSize = sizeof(binder_size_t);
  for (uint64_t at = 0; at < parcel.offsets_size; at += kOffsetSize) {
    binder_size_t offset = 0;
    flat_binder_object object{};
    if (memory.ReadValue(parcel.offsets + at, offset) &&
        memory.ReadValue(parcel.data + offset, object) &&
        object.hdr.type == BINDER_TYPE_FD) {
      CloseFile(env, static_cast<int32_t>(object.handle));
    }
  }
}

}  // namespace

void FreeParcel(sim::Env& env, ParcelId id) {
  ProcessState& process = env.Get<Userspace>().Process(env);
  const Parcel parcel = std::move(process.parcels[id]);
  process.parcels.Erase(id);
  for (const Binder& binder : parcel.held) DecStrong(env, binder);
  for (const int32_t descriptor : parcel.files) CloseFile(env, descriptor);
  if (parcel.from_driver) {
    CloseReceivedFiles(env, parcel);
    QueueRefCommand(env, {BC_FREE_BUFFER, parcel.data, 0});
    return;
  }
  if (parcel.data_size > 0) HeapOf(env).Free(parcel.data, parcel.data_size);
  if (parcel.offsets_size > 0) {
    HeapOf(env).Free(parcel.offsets, parcel.offsets_size);
  }
}

}  // namespace bindersim::userspace
