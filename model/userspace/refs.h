// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Counting references as RefBase, BBinder, BpBinder and Parcel do, and the
// commands that this puts into mOut (USR-22, 23, 40, 44).
//
// These functions act for the acting thread. They write commands into mOut, or
// into Ipc::unflushed if the thread has to call the driver for each of them at
// once; a frame that may have caused such a command ends with
//   if (NeedsFlush(env)) return env.Call(FlushRefs{});
// (ipc_thread_state.h).

#ifndef BINDERSIM_MODEL_USERSPACE_REFS_H_
#define BINDERSIM_MODEL_USERSPACE_REFS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "model/userspace/parcel.h"
#include "model/userspace/state.h"
#include "sim/machine.h"

namespace bindersim::userspace {

// --- mOut ---

// Makes the thread's IPCThreadState if it has none yet (USR-11).
Ipc& IpcOf(sim::Env& env);
// Appends to mOut.
void WriteOut(sim::Env& env, std::span<const std::byte> bytes);
template <class T>
void WriteOut(sim::Env& env, const T& value) {
  WriteOut(env, std::as_bytes(std::span(&value, 1)));
}
// BC_REQUEST_ or BC_CLEAR_DEATH_NOTIFICATION.
void WriteDeathCommand(sim::Env& env, uint32_t command, const Proxy& proxy);
// Whether commands wait to be flushed one by one.
bool NeedsFlush(sim::Env& env);
// Moves the first of them into mOut.
void WriteFirstUnflushed(sim::Env& env);
// What talkWithDriver does after a complete write (USR-22).
void ProcessPostWriteDerefs(sim::Env& env);
// What joinThreadPool does before it reads (USR-26).
void ProcessPendingDerefs(sim::Env& env);

// --- references ---

void IncStrong(sim::Env& env, const Binder& binder);
void DecStrong(sim::Env& env, const Binder& binder);
void IncWeak(sim::Env& env, ProxyId proxy);
void DecWeak(sim::Env& env, ProxyId proxy);

// getStrongProxyForHandle without its ping: the process's proxy for the
// handle, made or revived if need be, with one more strong reference (USR-41).
Binder AcquireProxy(sim::Env& env, uint32_t handle);
// The proxy at that address. Throws StaleId if there is none any more.
ProxyId ProxyAt(const ProcessState& process, uint64_t address);
// The index of the local object with that weakref address; UINT32_MAX if none.
ObjectIndex ObjectAt(const ProcessState& process, uint64_t refs);
// The same; none if its object is not at `cookie`. What the driver says of a
// node (RET-30): the real libbinder uses both addresses as they are.
ObjectIndex ObjectAt(const ProcessState& process, uint64_t refs,
                     uint64_t cookie);

// --- Parcels ---

// unflattenBinder: a new strong reference to what the object stands for. Ends
// the process if that should be an object of its own and is none.
Binder Unflatten(sim::Env& env, const flat_binder_object& object);
// flattenBinder into a Parcel under construction (USR-44).
void Flatten(sim::Env& env, const Binder& binder, ParcelBuilder& builder);
// A Parcel in the process's heap with those bytes; its objects are referenced
// until FreeParcel, which also closes `files`. `objects` are the binders in it.
ParcelId MakeParcel(sim::Env& env, const ParcelBuilder& builder,
                    std::span<const Binder> objects,
                    std::vector<int32_t> files = {});
// A Parcel without content.
ParcelId EmptyParcel(sim::Env& env);
// Takes over a buffer of the driver's (ipcSetDataReference).
void SetDataReference(sim::Env& env, ParcelId parcel,
                      const binder_transaction_data& transaction);
// ~Parcel: references are dropped, descriptors closed (of a buffer of the
// driver's all that came in it, OBJ-30), memory freed, a buffer of the driver's
// given back with BC_FREE_BUFFER.
void FreeParcel(sim::Env& env, ParcelId parcel);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_REFS_H_
