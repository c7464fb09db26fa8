// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/fuzz/commands.h"

#include <linux/android/binder.h>

#include <algorithm>

namespace bindersim::fuzz {

namespace {

using Bytes = std::vector<std::byte>;

// Mostly one that exists: the manager's, or the first that came in a call.
uint32_t Handle(Input& input) {
  return input.OneOf<uint32_t>({0, 0, 0, 0, 1, 1, 1, 2});
}
uint64_t Pointer(Input& input) { return 0x1000 + 16 * input.Below(3); }
// A node's cookie goes with its pointer, but for one in eight.
uint64_t Cookie(Input& input, uint64_t pointer) {
  return pointer + (input.Below(8) == 7 ? 1 : 0);
}

template <class T>
T Recent(Input& input, const std::vector<T>& values, T otherwise) {
  const size_t back = input.OneOf<size_t>({0, 0, 0, 0, 1, 1, 2, ~size_t{0}});
  if (back >= values.size()) return otherwise;
  return values[values.size() - 1 - back];
}

// The data of a transaction while it is put together.
struct Data {
  Bytes bytes;
  Bytes offsets;
  uint64_t extra = 0;  // bytes that its PTR objects need
};

void AppendFlat(Input& input, uint32_t type, Data& data) {
  flat_binder_object object{};
  object.hdr.type = type;
  object.flags = FLAT_BINDER_FLAG_ACCEPTS_FDS * input.Below(2) +
                 FLAT_BINDER_FLAG_TXN_SECURITY_CTX * (input.Below(16) == 15);
  if (type == BINDER_TYPE_BINDER || type == BINDER_TYPE_WEAK_BINDER) {
    object.binder = Pointer(input);
    object.cookie = Cookie(input, object.binder);
  } else {
    object.handle = Handle(input);
  }
  Append(data.bytes, object);
}

void AppendPointer(Input& input, Arena& arena, Data& data) {
  binder_buffer_object object{};
  object.hdr.type = BINDER_TYPE_PTR;
  object.length = input.OneOf<uint64_t>({0, 8, 16, 24, 64, 4});
  object.buffer = arena.Put(Bytes(object.length, std::byte{0x11}));
  if (input.Flag()) {
    object.flags = BINDER_BUFFER_FLAG_HAS_PARENT;
    object.parent = input.Below(3);
    object.parent_offset = input.OneOf<uint64_t>({0, 8, 16, 4, ~uint64_t{0}});
  }
  data.extra += (object.length + 7) & ~uint64_t{7};
  Append(data.bytes, object);
}

void AppendObject(Input& input, Arena& arena, Data& data) {
  if (input.Below(4) == 3) data.bytes.resize(data.bytes.size() + 4);  // a gap
  Append(data.offsets,
         uint64_t{data.bytes.size()} +
             input.OneOf<uint64_t>({0, 0, 0, 0, 0, 0, 4, ~uint64_t{7}}));
  switch (input.Below(8)) {
    case 0:
    case 1:
      return AppendFlat(input, BINDER_TYPE_BINDER, data);
    case 2:
      return AppendFlat(input, BINDER_TYPE_WEAK_BINDER, data);
    case 3:
      return AppendFlat(input, BINDER_TYPE_HANDLE, data);
    case 4:
      return AppendFlat(input, BINDER_TYPE_WEAK_HANDLE, data);
    case 5: {
      binder_fd_object object{};
      object.hdr.type = BINDER_TYPE_FD;
      object.fd = input.Below(3);
      return Append(data.bytes, object);
    }
    case 6:
      return AppendPointer(input, arena, data);
    default: {
      binder_fd_array_object object{};
      object.hdr.type = BINDER_TYPE_FDA;
      object.num_fds = input.OneOf<uint64_t>({0, 1, 2, 4, ~uint64_t{0}});
      object.parent = input.Below(3);
      object.parent_offset = input.OneOf<uint64_t>({0, 4, 8, 6});
      return Append(data.bytes, object);
    }
  }
}

void AppendTransaction(Input& input, Arena& arena, bool reply, Bytes& bytes) {
  Data data;
  data.bytes.resize(input.OneOf<size_t>({0, 4, 8, 64, 200, 2000}));
  for (uint32_t objects = input.Below(4); objects > 0; --objects) {
    AppendObject(input, arena, data);
  }
  binder_transaction_data_sg sg{};
  binder_transaction_data& body = sg.transaction_data;
  body.target.handle = reply ? 0 : Handle(input);
  body.code = input.Below(2);
  const uint32_t flags = input.Byte();
  body.flags = (flags & 1 ? TF_ONE_WAY : 0) | (flags & 2 ? TF_ACCEPT_FDS : 0) |
               (flags & 4 ? TF_CLEAR_BUF : 0) | (flags & 8 ? TF_UPDATE_TXN : 0);
  body.data.ptr.buffer = arena.Put(data.bytes);
  body.data.ptr.offsets = arena.Put(data.offsets);
  body.data_size = data.bytes.size();
  body.offsets_size = data.offsets.size();
  sg.buffers_size = data.extra;
  switch (input.Below(16)) {
    case 10:
      body.data.ptr.buffer = 0x10;
      break;
    case 11:
      body.data_size = input.OneOf<uint64_t>({1 << 20, ~uint64_t{0}, 3});
      break;
    case 12:
      body.offsets_size = input.OneOf<uint64_t>({4, 800, ~uint64_t{7}});
      break;
    case 13:
      sg.buffers_size = input.OneOf<uint64_t>({4, 1 << 16, ~uint64_t{7}});
      break;
    default:
      break;
  }
  if (input.Flag()) {
    Append(bytes, uint32_t{reply ? BC_REPLY_SG : BC_TRANSACTION_SG});
    Append(bytes, sg);
  } else {
    Append(bytes, uint32_t{reply ? BC_REPLY : BC_TRANSACTION});
    Append(bytes, body);
  }
}

void AppendDeath(Input& input, uint32_t command, Bytes& bytes) {
  Append(bytes, command);
  if (command != BC_DEAD_BINDER_DONE) Append(bytes, Handle(input));
  Append(bytes, uint64_t{0x50 + input.Below(2)});
}

}  // namespace

void AppendCommand(Input& input, const Received& received, Arena& arena,
                   Bytes& bytes) {
  switch (input.Below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return AppendTransaction(input, arena, false, bytes);
    case 4:
    case 5:
    case 6:
      return AppendTransaction(input, arena, true, bytes);
    case 7:
    case 8:
      Append(bytes, uint32_t{BC_FREE_BUFFER});
      return Append(bytes, Recent(input, received.buffers, uint64_t{0x20}));
    case 9:
      Append(bytes, input.OneOf<uint32_t>(
                        {BC_INCREFS, BC_ACQUIRE, BC_RELEASE, BC_DECREFS}));
      return Append(bytes, Handle(input));
    case 10: {
      Append(bytes, input.Flag() ? uint32_t{BC_ACQUIRE_DONE}
                                 : uint32_t{BC_INCREFS_DONE});
      const auto node =
          Recent(input, received.pointers, {Pointer(input), Pointer(input)});
      return Append(bytes, binder_ptr_cookie{node.first, node.second});
    }
    case 11:
      return AppendDeath(input, BC_REQUEST_DEATH_NOTIFICATION, bytes);
    case 12:
      return AppendDeath(input, BC_CLEAR_DEATH_NOTIFICATION, bytes);
    case 13:
      return AppendDeath(input, BC_DEAD_BINDER_DONE, bytes);
    case 14:
      return Append(bytes,
                    input.OneOf<uint32_t>(
                        {BC_ENTER_LOOPER, BC_REGISTER_LOOPER, BC_EXIT_LOOPER}));
    default:
      Append(bytes, input.OneOf<uint32_t>(
                        {BC_ATTEMPT_ACQUIRE, BC_ACQUIRE_RESULT, 0, BR_NOOP}));
      return Append(bytes, input.Word());
  }
}

}  // namespace bindersim::fuzz
