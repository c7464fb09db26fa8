// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/parcel.h"

#include <cstring>

#include "sim/check.h"

namespace bindersim::userspace {

namespace {

constexpr uint64_t Pad4(uint64_t size) { return (size + 3) & ~uint64_t{3}; }

// Longer strings than this do not occur; a length word beyond it is garbage.
constexpr int32_t kMaxStringUnits = 65536;

}  // namespace

flat_binder_object LocalBinder(uint64_t refs, uint64_t cookie, uint32_t flags) {
  flat_binder_object object{};
  object.hdr.type = BINDER_TYPE_BINDER;
  object.flags = flags;
  object.binder = refs;
  object.cookie = cookie;
  return object;
}

flat_binder_object RemoteBinder(uint32_t handle, uint32_t flags) {
  flat_binder_object object{};
  object.hdr.type = BINDER_TYPE_HANDLE;
  object.flags = flags;
  object.handle = handle;
  return object;
}

flat_binder_object NullBinder(uint32_t flags) {
  return LocalBinder(0, 0, flags);
}

flat_binder_object FileDescriptor(int32_t descriptor, bool owned) {
  flat_binder_object object{};
  object.hdr.type = BINDER_TYPE_FD;
  object.handle = static_cast<uint32_t>(descriptor);
  object.cookie = owned ? 1 : 0;
  return object;
}

void ParcelBuilder::Append(const void* bytes, size_t size) {
  SIM_CHECK(zeros_ == 0) << "the payload is the last thing in a Parcel";
  const auto* from = static_cast<const std::byte*>(bytes);
  head_.insert(head_.end(), from, from + size);
}

void ParcelBuilder::WriteInt32(int32_t value) { Append(&value, sizeof(value)); }

void ParcelBuilder::WriteString16(std::string_view text) {
  WriteInt32(static_cast<int32_t>(text.size()));
  std::vector<uint16_t> units(text.begin(), text.end());
  for (uint16_t& unit : units) unit &= 0xff;
  units.push_back(0);
  Append(units.data(), units.size() * sizeof(uint16_t));
  head_.resize(Pad4(head_.size()));
}

void ParcelBuilder::WriteInterfaceToken(std::string_view interface) {
  WriteInt32(static_cast<int32_t>(kStrictModePenaltyGather));
  WriteInt32(kUnsetWorkSource);
  WriteInt32(static_cast<int32_t>(kSystemHeader));
  WriteString16(interface);
}

void ParcelBuilder::WriteBinder(const flat_binder_object& object) {
  if (!IsNull(object)) offsets_.push_back(head_.size());
  Append(&object, sizeof(object));
  WriteInt32(IsNull(object) ? 0 : kSystemStability);
}

void ParcelBuilder::WriteFileDescriptor(int32_t descriptor, bool owned) {
  offsets_.push_back(head_.size());
  const flat_binder_object object = FileDescriptor(descriptor, owned);
  Append(&object, sizeof(object));
}

void ParcelBuilder::WriteZeros(uint64_t size) { zeros_ += Pad4(size); }

bool ParcelReader::Read(void* into, uint64_t size) {
  std::memset(into, 0, size);
  if (failed_ || size_ - position_ < size ||
      !memory_.Read(data_ + position_,
                    std::span(static_cast<std::byte*>(into), size))) {
    failed_ = true;
    return false;
  }
  position_ += size;
  return true;
}

int32_t ParcelReader::ReadInt32() {
  int32_t value = 0;
  Read(&value, sizeof(value));
  return value;
}

std::string ParcelReader::ReadString16() {
  const int32_t length = ReadInt32();
  if (length < 0 || length > kMaxStringUnits) {
    failed_ = failed_ || length != -1;
    return {};
  }
  std::vector<uint16_t> units(Pad4(2 * (static_cast<uint64_t>(length) + 1)) /
                              2);
  if (!Read(units.data(), units.size() * sizeof(uint16_t))) return {};
  std::string text;
  for (int32_t i = 0; i < length; ++i) {
    text.push_back(static_cast<char>(units[static_cast<size_t>(i)]));
  }
  return text;
}

std::string ParcelReader::ReadInterfaceToken() {
  ReadInt32();
  ReadInt32();
  ReadInt32();
  return ReadString16();
}

std::optional<flat_binder_object> ParcelReader::ReadBinder() {
  flat_binder_object object;
  const uint64_t start = position_;
  if (failed_ || size_ - position_ < sizeof(object)) return std::nullopt;
  Read(&object, sizeof(object));
  if (object.hdr.type != BINDER_TYPE_BINDER &&
      object.hdr.type != BINDER_TYPE_HANDLE) {
    position_ = start;
    return std::nullopt;
  }
  ReadInt32();  // stability
  return object;
}

}  // namespace bindersim::userspace
