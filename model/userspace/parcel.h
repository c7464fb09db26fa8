// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a Parcel: what libbinder puts into a transaction's data and
// offsets, and how the other side reads it (USR-43, 44, 64, 65, 66).
//
//   ParcelBuilder builder;
//   builder.WriteInterfaceToken("android.app.IActivityManager");
//   builder.WriteBinder(LocalBinder(refs, cookie, kLocalBinderFlags));
//   builder.WriteZeros(512);  // the payload
//
//   ParcelReader reader(memory, address, size);
//   reader.ReadInterfaceToken();
//   const auto object = reader.ReadBinder();

#ifndef BINDERSIM_MODEL_USERSPACE_PARCEL_H_
#define BINDERSIM_MODEL_USERSPACE_PARCEL_H_

#include <linux/android/binder.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/os/address_space.h"

namespace bindersim::userspace {

// Words of an interface token (USR-64).
inline constexpr uint32_t kStrictModePenaltyGather = 0x80000000;
inline constexpr int32_t kUnsetWorkSource = -1;
inline constexpr uint32_t kSystemHeader = 0x53595354;  // 'SYST'
// The stability word behind each binder (USR-43).
inline constexpr int32_t kSystemStability = 12;

// Flags of a local binder: FDs accepted, nice 19 at the least (USR-44). A
// process without background scheduling leaves the priority out (SVM-01).
inline constexpr uint32_t kLocalBinderFlags = FLAT_BINDER_FLAG_ACCEPTS_FDS | 19;

// A binder as it stands in a Parcel.
flat_binder_object LocalBinder(uint64_t refs, uint64_t cookie, uint32_t flags);
flat_binder_object RemoteBinder(uint32_t handle, uint32_t flags);
flat_binder_object NullBinder(uint32_t flags);
// A descriptor as it stands in a Parcel: a flat_binder_object that is laid out
// as the driver's binder_fd_object. `owned`: the Parcel closes it.
flat_binder_object FileDescriptor(int32_t descriptor, bool owned);
inline bool IsNull(const flat_binder_object& object) {
  return object.hdr.type == BINDER_TYPE_BINDER && object.binder == 0;
}

// Builds a Parcel's bytes. Zeros at the end are counted, not stored.
class ParcelBuilder {
 public:
  void WriteInt32(int32_t value);
  // Each byte of `text` becomes one UTF-16 unit.
  void WriteString16(std::string_view text);
  void WriteInterfaceToken(std::string_view interface);
  // The object and its stability word. Null binders are no objects to the
  // driver: they are not in the offsets.
  void WriteBinder(const flat_binder_object& object);
  // A descriptor; no stability word follows.
  void WriteFileDescriptor(int32_t descriptor, bool owned);
  // `size` zeros, padded to 4. REQUIRES: nothing but zeros is written later.
  void WriteZeros(uint64_t size);

  // All bytes but the zeros at the end, and the size with them.
  std::span<const std::byte> head() const { return head_; }
  uint64_t size() const { return head_.size() + zeros_; }
  const std::vector<uint64_t>& offsets() const { return offsets_; }

 private:
  void Append(const void* bytes, size_t size);

  std::vector<std::byte> head_;
  uint64_t zeros_ = 0;
  std::vector<uint64_t> offsets_;
};

// Reads a Parcel out of simulated memory. Reading beyond the end gives zeros
// and sets failed().
class ParcelReader {
 public:
  // `memory` must outlive the reader.
  ParcelReader(const os::AddressSpace& memory, uint64_t data, uint64_t size)
      : memory_(memory), data_(data), size_(size) {}

  int32_t ReadInt32();
  std::string ReadString16();
  // Skips the three words; returns the interface's name.
  std::string ReadInterfaceToken();
  // The binder at this position with its stability word, or nothing (and does
  // not move) if there is none.
  std::optional<flat_binder_object> ReadBinder();

  uint64_t position() const { return position_; }
  bool failed() const { return failed_; }

 private:
  bool Read(void* into, uint64_t size);

  const os::AddressSpace& memory_;
  uint64_t data_;
  uint64_t size_;
  uint64_t position_ = 0;
  bool failed_ = false;
};

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_PARCEL_H_
