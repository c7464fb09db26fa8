// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/write_buffer.h"

#include <linux/android/binder.h>

#include <span>

#include "model/protocol.h"

namespace bindersim::script {

namespace {

using As = Resolver::As;

constexpr uint64_t kZerosBehind = 256;

template <class T>
void Append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

}  // namespace

uint64_t WriteBuffer::Store(const std::string& bytes, uint64_t room) {
  const uint64_t address = memory_.Map(bytes.size() + room);
  memory_.Write(address, std::as_bytes(std::span(bytes)));
  regions_.push_back(address);
  return address;
}

uint64_t WriteBuffer::Finish() { return Store(bytes_, kZerosBehind); }

std::optional<uint64_t> WriteBuffer::Get(const Value& value, As as) {
  const std::optional<uint64_t> number = resolver_.Resolve(value, as);
  if (!number) resolved_ = false;
  return number;
}

bool WriteBuffer::Add(const Command& command) {
  if (command.kind == Command::Kind::kBytes) {
    bytes_ += command.bytes;
    return true;
  }
  const auto number = [this](const Value& value, As as) {
    return Get(value, as).value_or(0);
  };
  Put(command.word);
  switch (command.kind) {
    case Command::Kind::kTransaction:
      return AddTransaction(command);
    case Command::Kind::kFreeBuffer:
      Put(number(command.buffer, As::kBuffer));
      break;
    case Command::Kind::kReference:
      Put(static_cast<uint32_t>(number(command.handle, As::kHandle)));
      break;
    case Command::Kind::kReferenceDone:
      Put(binder_ptr_cookie{number(command.ptr, As::kPtr),
                            number(command.cookie, As::kCookie)});
      break;
    case Command::Kind::kDeath:
      Put(static_cast<uint32_t>(number(command.handle, As::kHandle)));
      Put(number(command.cookie, As::kCookie));
      break;
    case Command::Kind::kDeadBinderDone:
      Put(number(command.cookie, As::kCookie));
      break;
    case Command::Kind::kAttemptAcquire:
      Put(command.value);
      Put(static_cast<uint32_t>(number(command.handle, As::kHandle)));
      break;
    case Command::Kind::kAcquireResult:
      Put(command.value);
      break;
    default:
      break;
  }
  return resolved_;
}

bool WriteBuffer::AddTransaction(const Command& command) {
  binder_transaction_data_sg whole{};
  binder_transaction_data& body = whole.transaction_data;
  body.target.ptr = Get(command.handle, As::kHandle).value_or(0);
  body.cookie = Get(command.cookie, As::kCookie).value_or(0);
  body.code = command.code;
  body.flags = command.flags;
  Data data;
  if (!Build(command.data, data)) return false;
  const std::vector<uint64_t>& offsets =
      command.offsets ? *command.offsets : data.offsets;
  std::string list;
  for (const uint64_t offset : offsets) Append(list, offset);
  body.data_size = command.data_size.value_or(data.bytes.size());
  body.offsets_size = command.offsets_size.value_or(list.size());
  body.data.ptr.buffer =
      command.data_ptr ? *command.data_ptr : Store(data.bytes, kZerosBehind);
  body.data.ptr.offsets =
      command.offsets_ptr ? *command.offsets_ptr : Store(list, kZerosBehind);
  whole.buffers_size = command.buffers_size.value_or(data.extra);
  if (command.word == BC_TRANSACTION_SG || command.word == BC_REPLY_SG) {
    Put(whole);
  } else {
    Put(body);
  }
  return resolved_;
}

bool WriteBuffer::Build(const std::vector<Item>& items, Data& data) {
  for (const Item& item : items) {
    if (item.at) data.bytes.resize(*item.at);
    switch (item.kind) {
      case Item::Kind::kBytes:
        data.bytes += item.bytes;
        break;
      case Item::Kind::kDescriptor:
        Append(data.bytes, static_cast<uint32_t>(
                               Get(item.value, As::kDescriptor).value_or(0)));
        break;
      case Item::Kind::kObject:
        if (!item.at && !item.unaligned) {
          data.bytes.resize(protocol::Align8(data.bytes.size()));
        }
        if (item.in_offsets) data.offsets.push_back(data.bytes.size());
        if (!BuildObject(item, data)) return false;
        break;
    }
  }
  return resolved_;
}

bool WriteBuffer::BuildObject(const Item& item, Data& data) {
  if (item.raw) {
    Append(data.bytes, item.type);
    data.bytes += item.bytes;
    return true;
  }
  const binder_object_header header{item.type};
  switch (item.type) {
    case BINDER_TYPE_PTR: {
      Data content;
      if (!Build(item.content, content)) return false;
      binder_buffer_object object{};
      object.hdr = header;
      object.flags = item.flags;
      object.length = item.length.value_or(content.bytes.size());
      object.buffer =
          item.buffer ? *item.buffer : Store(content.bytes, kZerosBehind);
      object.parent = item.parent;
      object.parent_offset = item.parent_offset;
      data.extra += protocol::Align8(object.length);
      Append(data.bytes, object);
      return true;
    }
    case BINDER_TYPE_FDA: {
      const binder_fd_array_object object{header, 0, item.num_fds, item.parent,
                                          item.parent_offset};
      Append(data.bytes, object);
      return true;
    }
    default: {
      const bool own = item.type == BINDER_TYPE_BINDER ||
                       item.type == BINDER_TYPE_WEAK_BINDER;
      const bool file = item.type == BINDER_TYPE_FD;
      flat_binder_object object{};
      object.hdr = header;
      object.flags = item.flags;
      object.binder = Get(item.value, own    ? As::kPtr
                                      : file ? As::kDescriptor
                                             : As::kHandle)
                          .value_or(0);
      object.cookie = Get(item.cookie, As::kCookie).value_or(0);
      if (file) object.binder = static_cast<uint32_t>(object.binder);
      Append(data.bytes, object);
      return resolved_;
    }
  }
}

}  // namespace bindersim::script
