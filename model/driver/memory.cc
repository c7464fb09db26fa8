// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/driver.h"
#include "model/driver/object_reader.h"

namespace bindersim::driver {

os::AddressSpace& Driver::BufferMemory(sim::Env& env, ProcId id) {
  if (KeepsBuffers(LookAt(id))) return procs[id].kept_memory;
  return UserMemory(env, LookAt(id));
}

const os::AddressSpace& Driver::BuffersToRead(sim::Env& env, const Proc& proc) {
  return KeepsBuffers(proc) ? proc.kept_memory : MemoryToRead(env, proc);
}

os::AddressSpace& Driver::UserMemory(sim::Env& env, const Proc& proc) {
  return env.Get<os::Kernel>().process(proc.process).memory;
}

uint64_t Driver::BufferAddress(const Proc& proc, BufferId buffer) const {
  return proc.mapping + proc.alloc[buffer].offset;
}

sim::Duration Driver::CopyCost(uint64_t bytes) const {
  if (bytes == 0) return {};
  return costs.copy_base +
         sim::Duration{static_cast<int64_t>(bytes) *
                       costs.copy_picoseconds_per_byte / 1000};
}

void Driver::EmitAllocated(sim::Env& env, const Proc& proc, BufferId id,
                           uint32_t pages_populated) {
  const Buffer& buffer = proc.alloc[id];
  env.Emit(record::BufferAllocated{
      buffer.debug_id, proc.pid, buffer.offset, proc.alloc.SizeOf(id),
      buffer.async_transaction, pages_populated, proc.bytes_in_use,
      proc.alloc.free_async_space()});
}

void Driver::FreeBufferMemory(sim::Env& env, ProcId proc_id, BufferId id) {
  Proc& proc = procs[proc_id];
  const Buffer buffer = proc.alloc[id];
  const uint64_t size = proc.alloc.SizeOf(id);
  if (buffer.clear_on_free) {
    BufferMemory(env, proc_id)
        .Zero(BufferAddress(proc, id), size, os::Access::kKernel);
  }
  proc.alloc.Free(id, Has(Fix::kRefundWholeBuffer));
  proc.bytes_in_use -= size;
  env.Emit(record::BufferFreed{buffer.debug_id, proc.pid, buffer.offset, size,
                               buffer.async_transaction, 0, proc.bytes_in_use,
                               proc.alloc.free_async_space()});
}

}  // namespace bindersim::driver
