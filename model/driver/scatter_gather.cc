// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Objects with memory or files of their own: PTR, FD, FDA (OBJ-20..25, 40, 41).
// Buffers are copied, and pointers to them put in place, once all objects have
// been translated; descriptors are made when the transaction is delivered.

#include <linux/android/binder.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "model/driver/files.h"
#include "model/driver/object_reader.h"
#include "model/driver/transaction.h"
#include "model/protocol.h"

namespace bindersim::driver {

int TransactionFlow::TranslateObjectNow(sim::Env& env, Driver& driver,
                                        const AnyObject& object,
                                        uint64_t offset) {
  switch (object.type) {
    case BINDER_TYPE_FD: {
      auto file = object.As<binder_fd_object>();
      file.pad_binder = file.fd;  // the upper half becomes zero (OBJ-21)
      const int error = TakeFile(env, driver, file.fd,
                                 offset + offsetof(binder_fd_object, fd));
      if (error == 0) PutObject(env, driver, offset, file);
      return error;
    }
    case BINDER_TYPE_PTR:
      return TranslateBuffer(env, driver, object.As<binder_buffer_object>(),
                             offset);
    default:
      return TranslateFileArray(env, driver,
                                object.As<binder_fd_array_object>(), offset);
  }
}

template <class T>
void TransactionFlow::PutObject(sim::Env& env, Driver& driver, uint64_t offset,
                                const T& object) {
  driver.BufferMemory(env, target_proc)
      .Write(driver.BufferAddress(driver.LookAt(target_proc), buffer) + offset,
             std::as_bytes(std::span(&object, 1)), os::Access::kKernel);
}

// binder_translate_fd: the file travels with the transaction (OBJ-20).
int TransactionFlow::TakeFile(sim::Env& env, Driver& driver,
                              uint32_t descriptor, uint64_t offset) {
  const bool allowed =
      in_reply_to ? (driver.LookAt(in_reply_to).flags & TF_ACCEPT_FDS) != 0
                  : driver.LookAt(target_node).accept_fds;
  if (!allowed) return -EPERM;
  auto& kernel = env.Get<os::Kernel>();
  const os::FileId file =
      kernel.FileOf(kernel.processes()[driver.LookAt(proc).process],
                    static_cast<int32_t>(descriptor));
  if (!file) return -EBADF;
  ++kernel.file(file).references;
  driver.transactions[transaction].files.push_back({file, offset});
  return 0;
}

int TransactionFlow::TranslateFileArray(sim::Env& env, Driver& driver,
                                        const binder_fd_array_object& array,
                                        uint64_t offset) {
  const BufferReader reader(env, driver, target_proc, buffer);
  const auto parent = reader.ParentAt(array.parent, ObjectsDone());
  if (!parent || !reader.InOrder(parent->offset, array.parent_offset,
                                 last_fixup_object, last_fixup_end)) {
    return -EINVAL;
  }
  // The sender's copy of the parent says where the array is there.
  const os::AddressSpace& from = Driver::MemoryToRead(env, driver.LookAt(proc));
  const AnyObject original =
      ReadObject(from, arguments.data, arguments.data_size, parent->offset);
  if (original.size != sizeof(binder_buffer_object)) return -EINVAL;
  if (array.num_fds > 0) {
    if (!HoldsDescriptors(parent->object, array.num_fds, array.parent_offset)) {
      return -EINVAL;
    }
    const uint64_t to =
        parent->object.buffer -
        driver.BufferAddress(driver.LookAt(target_proc), buffer) +
        array.parent_offset;
    const uint64_t source =
        original.As<binder_buffer_object>().buffer + array.parent_offset;
    if (to % sizeof(uint32_t) != 0 || source % sizeof(uint32_t) != 0) {
      return -EINVAL;
    }
    AddFixup(driver, {to, 0, array.num_fds * sizeof(uint32_t)});
    for (uint64_t i = 0; i < array.num_fds; ++i) {
      uint32_t descriptor = 0;
      if (!from.ReadValue(source + i * sizeof(descriptor), descriptor)) {
        return -EINVAL;
      }
      const int error =
          TakeFile(env, driver, descriptor, to + i * sizeof(descriptor));
      if (error != 0) return error;
    }
  }
  PutObject(env, driver, offset, array);
  last_fixup_object = parent->offset;
  last_fixup_end = array.parent_offset + sizeof(uint32_t) * array.num_fds;
  return 0;
}

int TransactionFlow::TranslateBuffer(sim::Env& env, Driver& driver,
                                     binder_buffer_object object,
                                     uint64_t offset) {
  if (object.length > extra_end - extra_at) return -EINVAL;  // OBJ-23
  Transaction& entry = driver.transactions[transaction];
  entry.copies.push_back({extra_at, object.buffer, object.length});
  const uint64_t base =
      driver.BufferAddress(driver.LookAt(target_proc), buffer);
  object.buffer = base + extra_at;
  extra_at += protocol::Align8(object.length);
  if ((object.flags & BINDER_BUFFER_FLAG_HAS_PARENT) != 0) {
    const BufferReader reader(env, driver, target_proc, buffer);
    const auto parent = reader.ParentAt(object.parent, ObjectsDone());
    constexpr uint64_t kPointer = sizeof(binder_uintptr_t);
    if (!parent ||
        !reader.InOrder(parent->offset, object.parent_offset, last_fixup_object,
                        last_fixup_end) ||
        parent->object.length < kPointer ||
        object.parent_offset > parent->object.length - kPointer) {
      return -EINVAL;
    }
    AddFixup(driver, {parent->object.buffer - base + object.parent_offset,
                      object.buffer, 0});
  }
  PutObject(env, driver, offset, object);
  last_fixup_object = offset;
  last_fixup_end = 0;
  return 0;
}

// Keeps the list in the order of offsets; equal ones newest first.
void TransactionFlow::AddFixup(Driver& driver, const PointerFixup& fixup) {
  auto& fixups = driver.transactions[transaction].fixups;
  auto at = fixups.end();
  while (at != fixups.begin() && std::prev(at)->offset >= fixup.offset) --at;
  fixups.insert(at, fixup);
}

// binder_do_deferred_txn_copies: fills the buffers around the words that are
// fixed up, so that those are never seen wrong (OBJ-25). Returns whether all
// could be copied.
bool TransactionFlow::CopyBuffers(sim::Env& env, Driver& driver) {
  const Transaction& entry = driver.LookAt(transaction);
  if (entry.copies.empty() && entry.fixups.empty()) return true;
  bool good = true;
  auto fixup = entry.fixups.begin();
  for (const BufferCopy& copy : entry.copies) {
    uint64_t done = 0;
    while (done < copy.length) {
      const uint64_t left = copy.length - done;
      const uint64_t at = copy.offset + done;
      // Unsigned on purpose: a fix-up that lies behind us stops nothing.
      const uint64_t size = fixup != entry.fixups.end()
                                ? std::min(left, fixup->offset - at)
                                : left;
      good = good && CopyPart(env, driver, copy.source + done, at, size);
      done += size;
      if (size == left) continue;
      if (fixup->skip != 0) {
        done += fixup->skip;
      } else {
        good = good && fixup->offset % sizeof(uint32_t) == 0;
        if (good) PutObject(env, driver, fixup->offset, fixup->pointer);
        done += sizeof(fixup->pointer);
      }
      ++fixup;
    }
  }
  Transaction& filled = driver.transactions[transaction];
  filled.copies.clear();
  filled.fixups.clear();
  return good;
}

bool TransactionFlow::CopyPart(sim::Env& env, Driver& driver, uint64_t source,
                               uint64_t offset, uint64_t size) {
  if (size == 0) return true;
  const Proc& target = driver.LookAt(target_proc);
  return target.alloc.MayAccess(buffer, offset, size) &&
         Driver::MemoryToRead(env, driver.LookAt(proc))
             .CopyTo(source, size, driver.BufferMemory(env, target_proc),
                     driver.BufferAddress(target, buffer) + offset);
}

void Driver::InstallFiles(sim::Env& env, TransactionId id) {
  const Transaction& transaction = LookAt(id);
  if (transaction.files.empty()) return;
  auto& kernel = env.Get<os::Kernel>();
  const Proc& proc = LookAt(transaction.to_proc);
  for (const FileInTransit& one : transaction.files) {
    const int32_t descriptor = kernel.Install(env, proc.process, one.file);
    BufferMemory(env, transaction.to_proc)
        .Write(BufferAddress(proc, transaction.buffer) + one.offset,
               std::as_bytes(std::span(&descriptor, 1)), os::Access::kKernel);
  }
  transactions[id].files.clear();
}

void Driver::EraseTransaction(sim::Env& env, TransactionId id) {
  const std::vector<FileInTransit> files = std::move(transactions[id].files);
  transactions.Erase(id);
  statistics->Deleted(Counted::kTransaction);
  for (const FileInTransit& one : files) PutFile(env, one.file);
}

}  // namespace bindersim::driver
