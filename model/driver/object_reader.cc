// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/object_reader.h"

#include <algorithm>
#include <span>

#include "model/protocol.h"

namespace bindersim::driver {

AnyObject ReadObject(const os::AddressSpace& memory, uint64_t base,
                     uint64_t data_size, uint64_t offset) {
  AnyObject object;
  if (offset > data_size || offset % sizeof(uint32_t) != 0) return {};
  // The whole of the largest object is read, as far as there is data.
  const uint64_t readable =
      std::min<uint64_t>(object.bytes.size(), data_size - offset);
  if (readable < sizeof(binder_object_header) ||
      !memory.Read(base + offset, std::span(object.bytes).first(readable))) {
    return {};
  }
  object.type = object.As<binder_object_header>().type;
  object.size = protocol::ObjectSize(object.type);
  if (object.size > data_size - offset) object.size = 0;
  return object;
}

bool KeepsBuffers(const Proc& proc) {
  return proc.kept_memory.IsMapped(proc.mapping, 1);
}

const os::AddressSpace* MemoryOfBuffers(const os::Kernel& kernel,
                                        const Proc& proc) {
  if (KeepsBuffers(proc)) return &proc.kept_memory;
  const os::Process* process = kernel.processes().Find(proc.process);
  return process == nullptr ? nullptr : &process->memory;
}

BufferReader::BufferReader(sim::Env& env, const Driver& driver, ProcId proc,
                           BufferId buffer)
    : memory_(Driver::BuffersToRead(env, driver.LookAt(proc))),
      base_(driver.BufferAddress(driver.LookAt(proc), buffer)),
      data_size_(driver.LookAt(proc).alloc[buffer].data_size) {}

uint64_t BufferReader::Offset(uint64_t index) const {
  uint64_t offset = 0;
  memory_.ReadValue(
      base_ + protocol::Align8(data_size_) + index * sizeof(offset), offset);
  return offset;
}

std::optional<BufferReader::Parent> BufferReader::ParentAt(
    uint64_t index, uint64_t valid) const {
  if (index >= valid) return std::nullopt;
  const uint64_t offset = Offset(index);
  const AnyObject object = Object(offset);
  if (object.size == 0 || object.type != BINDER_TYPE_PTR) return std::nullopt;
  return Parent{object.As<binder_buffer_object>(), offset};
}

bool BufferReader::InOrder(uint64_t parent, uint64_t fixup_offset,
                           uint64_t last_object, uint64_t last_end) const {
  if (last_object == 0) return false;  // "nothing to fix up in", even at 0
  while (last_object != parent) {
    const AnyObject object = Object(last_object);
    if (object.size != sizeof(binder_buffer_object)) return false;
    const auto last = object.As<binder_buffer_object>();
    if ((last.flags & BINDER_BUFFER_FLAG_HAS_PARENT) == 0) return false;
    last_end = last.parent_offset + sizeof(uint64_t);
    last_object = Offset(last.parent);
  }
  return fixup_offset >= last_end;
}

bool HoldsDescriptors(const binder_buffer_object& parent, uint64_t count,
                      uint64_t offset) {
  if (count >= UINT64_MAX / sizeof(uint32_t)) return false;
  const uint64_t size = count * sizeof(uint32_t);
  return size <= parent.length && offset <= parent.length - size;
}

}  // namespace bindersim::driver
