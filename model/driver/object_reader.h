// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Objects as they lie in a transaction's data.

#ifndef BINDERSIM_MODEL_DRIVER_OBJECT_READER_H_
#define BINDERSIM_MODEL_DRIVER_OBJECT_READER_H_

#include <linux/android/binder.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "model/driver/driver.h"

namespace bindersim::driver {

// An object of any type. `size` is 0 if there is none.
struct AnyObject {
  uint32_t type = 0;  // BINDER_TYPE_
  uint64_t size = 0;  // bytes
  std::array<std::byte, sizeof(binder_buffer_object)> bytes{};

  template <class T>
  T As() const {
    T object;
    std::memcpy(&object, bytes.data(), sizeof(T));
    return object;
  }
};

// binder_get_object: the object at `offset` of data at the address `base`
// (OBJ-01).
AnyObject ReadObject(const os::AddressSpace& memory, uint64_t base,
                     uint64_t data_size, uint64_t offset);

// Whether the driver reads a process's buffers in a copy of its own.
bool KeepsBuffers(const Proc& proc);

// Where the buffers of a process lie; null if their memory is gone.
const os::AddressSpace* MemoryOfBuffers(const os::Kernel& kernel,
                                        const Proc& proc);

// Calls visit(object) for each object that the entries from `begin` to `end` of
// the buffer's offsets array lead to; they are in bytes from the buffer's
// start.
template <class Visitor>
void ForEachObject(const os::AddressSpace& memory, const Proc& proc,
                   BufferId id, uint64_t begin, uint64_t end, Visitor visit) {
  const Buffer& buffer = proc.alloc[id];
  const uint64_t base = proc.mapping + buffer.offset;
  for (uint64_t at = begin; at < end; at += sizeof(binder_size_t)) {
    uint64_t offset = 0;
    memory.ReadValue(base + at, offset);
    const AnyObject object = ReadObject(memory, base, buffer.data_size, offset);
    if (object.size > 0) visit(object);
  }
}

// The objects of a buffer, as far as they have been copied.
class BufferReader {
 public:
  BufferReader(sim::Env& env, const Driver& driver, ProcId proc,
               BufferId buffer);

  // The object at `offset`, in bytes from the buffer's start.
  AnyObject Object(uint64_t offset) const {
    return ReadObject(memory_, base_, data_size_, offset);
  }
  // Entry `index` of the offsets array.
  uint64_t Offset(uint64_t index) const;

  // binder_validate_ptr: entry `index` of the offsets array, if it is one of
  // the first `valid` ones and a PTR object.
  struct Parent {
    binder_buffer_object object;
    uint64_t offset;  // of the object
  };
  std::optional<Parent> ParentAt(uint64_t index, uint64_t valid) const;

  // binder_validate_fixup: whether a fix-up at `fixup_offset` of the object at
  // `parent` keeps the order (OBJ-24), the last one having been in the object
  // at `last_object` up to `last_end`.
  bool InOrder(uint64_t parent, uint64_t fixup_offset, uint64_t last_object,
               uint64_t last_end) const;

 private:
  const os::AddressSpace& memory_;
  uint64_t base_;
  uint64_t data_size_;
};

// Whether an array of `count` descriptors at `offset` fits into `parent`.
bool HoldsDescriptors(const binder_buffer_object& parent, uint64_t count,
                      uint64_t offset);

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_OBJECT_READER_H_
