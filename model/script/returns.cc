// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/returns.h"

#include <linux/android/binder.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "model/protocol.h"

namespace bindersim::script {

namespace {

constexpr uint64_t kShown = 256;  // bytes of data that are shown
// No mapping of the driver is larger (CTL-11).
constexpr uint64_t kMost = uint64_t{4} << 20;

// CRC-32 as in zlib (polynomial 0xEDB88320).
uint32_t Crc32(const std::string& bytes) {
  static constexpr auto kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) {
        value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0);
      }
      table[i] = value;
    }
    return table;
  }();
  uint32_t crc = ~uint32_t{0};
  for (const char byte : bytes) {
    crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ (crc >> 8);
  }
  return ~crc;
}

Bytes Show(const std::string& bytes) {
  Bytes shown{bytes.substr(0, kShown), std::nullopt};
  if (bytes.size() > kShown) shown.crc32 = Crc32(bytes);
  return shown;
}

// Overwrites part of `bytes` with zeros, as far as it is inside.
void Blank(std::string& bytes, uint64_t offset, uint64_t size) {
  if (offset >= bytes.size()) return;
  const uint64_t end = offset + std::min(size, bytes.size() - offset);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(offset),
            bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
}

// The struct at `offset`; zeros if it is not all inside.
template <class T>
T At(const std::string& bytes, uint64_t offset) {
  T value{};
  if (offset <= bytes.size() && sizeof(T) <= bytes.size() - offset) {
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
  }
  return value;
}

bool HasParent(const ReceivedObject& object) {
  return object.complete &&
         (object.type == BINDER_TYPE_FDA ||
          (object.type == BINDER_TYPE_PTR &&
           (object.flags & BINDER_BUFFER_FLAG_HAS_PARENT) != 0));
}

// The PTR object that `object` was fixed up in, or null.
ReceivedObject* ParentOf(Received& received, const ReceivedObject& object) {
  if (!HasParent(object) || object.parent >= received.objects.size()) {
    return nullptr;
  }
  ReceivedObject& parent = received.objects[object.parent];
  const bool is_buffer = parent.complete && parent.type == BINDER_TYPE_PTR;
  return is_buffer ? &parent : nullptr;
}

}  // namespace

Place ReturnReader::PlaceOf(uint64_t address) const {
  if (address == 0) return {};
  if (mapping_.base == 0 || address < mapping_.base ||
      address - mapping_.base >= mapping_.size) {
    return {Place::Kind::kOutside, 0};
  }
  return {Place::Kind::kInside, address - mapping_.base};
}

std::string ReturnReader::Fetch(uint64_t address, uint64_t size) const {
  if (size > kMost) return {};
  std::string bytes(size, '\0');
  return memory_.Read(address, std::as_writable_bytes(std::span(bytes)))
             ? bytes
             : std::string();
}

std::vector<Return> ReturnReader::Read(uint64_t begin, uint64_t end) const {
  std::vector<Return> returns;
  for (uint64_t at = begin; at + sizeof(uint32_t) <= end;) {
    Return entry;
    memory_.ReadValue(at, entry.word);
    at += sizeof(uint32_t);
    switch (entry.word) {
      case BR_INCREFS:
      case BR_ACQUIRE:
      case BR_RELEASE:
      case BR_DECREFS: {
        binder_ptr_cookie told{};
        memory_.ReadValue(at, told);
        entry.ptr = told.ptr;
        entry.cookie = told.cookie;
        break;
      }
      case BR_DEAD_BINDER:
      case BR_CLEAR_DEATH_NOTIFICATION_DONE:
        memory_.ReadValue(at, entry.cookie);
        break;
      case BR_ERROR:
        memory_.ReadValue(at, entry.value);
        break;
      case BR_TRANSACTION:
      case BR_REPLY:
      case BR_TRANSACTION_SEC_CTX:
        entry.received =
            ReadTransaction(at, entry.word == BR_TRANSACTION_SEC_CTX);
        break;
      default:
        break;
    }
    at += _IOC_SIZE(entry.word);
    returns.push_back(std::move(entry));
  }
  return returns;
}

Received ReturnReader::ReadTransaction(uint64_t address,
                                       bool with_context) const {
  binder_transaction_data_secctx header{};
  if (with_context) {
    memory_.ReadValue(address, header);
  } else {
    memory_.ReadValue(address, header.transaction_data);
  }
  const binder_transaction_data& body = header.transaction_data;
  Received received;
  received.ptr = body.target.ptr;
  received.cookie = body.cookie;
  received.code = body.code;
  received.flags = body.flags;
  received.sender =
      meanings_.ProcessName(static_cast<uint32_t>(body.sender_pid));
  received.euid = body.sender_euid;
  received.data_size = body.data_size;
  received.offsets_size = body.offsets_size;
  received.address = body.data.ptr.buffer;
  received.buffer = PlaceOf(body.data.ptr.buffer);
  received.offsets = PlaceOf(body.data.ptr.offsets);
  if (with_context) {
    std::string text;
    for (uint64_t at = header.secctx;; ++at) {
      const std::string one = Fetch(at, 1);
      if (one.empty() || one[0] == '\0') break;
      text += one;
    }
    received.security_context = {PlaceOf(header.secctx), text};
  }
  std::string data = Fetch(received.address, received.data_size);
  ReadObjects(body.data.ptr.offsets, body.offsets_size / sizeof(uint64_t),
              received, data);
  received.data = Show(data);
  return received;
}

// Also blanks the objects in `data`.
void ReturnReader::ReadObjects(uint64_t offsets, uint64_t count,
                               Received& received, std::string& data) const {
  const std::string list = Fetch(offsets, count * sizeof(uint64_t));
  for (uint64_t i = 0; i < list.size() / sizeof(uint64_t); ++i) {
    received.objects.push_back(
        ReadObject(data, At<uint64_t>(list, i * sizeof(uint64_t))));
  }
  ReadFixups(received);
  ReadContents(received);
  for (const ReceivedObject& object : received.objects) {
    if (object.complete) {
      Blank(data, object.offset, protocol::ObjectSize(object.type));
    }
  }
}

ReceivedObject ReturnReader::ReadObject(const std::string& data,
                                        uint64_t offset) const {
  ReceivedObject object;
  object.offset = offset;
  object.type = At<binder_object_header>(data, offset).type;
  const uint64_t size = protocol::ObjectSize(object.type);
  object.complete =
      size != 0 && offset <= data.size() && size <= data.size() - offset;
  if (!object.complete) return object;
  if (object.type == BINDER_TYPE_PTR) {
    const auto raw = At<binder_buffer_object>(data, offset);
    object.flags = raw.flags;
    object.value = raw.buffer;
    object.buffer = PlaceOf(raw.buffer);
    object.length = raw.length;
    object.parent = raw.parent;
    object.parent_offset = raw.parent_offset;
  } else if (object.type == BINDER_TYPE_FDA) {
    const auto raw = At<binder_fd_array_object>(data, offset);
    object.num_fds = raw.num_fds;
    object.parent = raw.parent;
    object.parent_offset = raw.parent_offset;
  } else {  // flat_binder_object; binder_fd_object has the same layout
    const auto raw = At<flat_binder_object>(data, offset);
    object.flags = raw.flags;
    object.value = raw.binder;
    object.cookie = raw.cookie;
    if (object.type == BINDER_TYPE_FD) {
      object.descriptors.push_back(static_cast<int32_t>(raw.handle));
    }
  }
  return object;
}

// Looks into parents: for the addresses of their children and for descriptors.
void ReturnReader::ReadFixups(Received& received) const {
  for (ReceivedObject& object : received.objects) {
    if (const ReceivedObject* parent = ParentOf(received, object)) {
      const uint64_t at = parent->value + object.parent_offset;
      if (object.type == BINDER_TYPE_PTR) {
        uint64_t found = 0;
        memory_.ReadValue(at, found);
        object.fixup = PlaceOf(found);
        object.fixup_ok = found == object.value;
      } else if (object.num_fds * sizeof(int32_t) <= parent->length) {
        for (uint64_t i = 0; i < object.num_fds; ++i) {
          int32_t descriptor = -1;
          memory_.ReadValue(at + i * sizeof(int32_t), descriptor);
          object.descriptors.push_back(descriptor);
        }
      }
    }
    for (const int32_t descriptor : object.descriptors) {
      object.files.push_back(meanings_.FileName(descriptor));
    }
  }
}

// The buffers of PTR objects, without what was fixed up in them.
void ReturnReader::ReadContents(Received& received) const {
  std::vector<std::string> contents;
  for (const ReceivedObject& object : received.objects) {
    contents.push_back(object.complete && object.type == BINDER_TYPE_PTR
                           ? Fetch(object.value, object.length)
                           : std::string());
  }
  for (const ReceivedObject& object : received.objects) {
    if (ParentOf(received, object) == nullptr) continue;
    Blank(contents[object.parent], object.parent_offset,
          object.type == BINDER_TYPE_PTR ? sizeof(uint64_t)
                                         : object.num_fds * sizeof(int32_t));
  }
  for (size_t i = 0; i < contents.size(); ++i) {
    received.objects[i].content = Show(contents[i]);
  }
}

}  // namespace bindersim::script
