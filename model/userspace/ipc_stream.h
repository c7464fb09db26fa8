// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_IPC_STREAM_H_
#define BINDERSIM_MODEL_USERSPACE_IPC_STREAM_H_

#include <cstdint>

#include "model/userspace/state.h"

namespace bindersim::userspace {

// The capacity that mIn always has and mOut begins with, bytes (USR-11).
inline constexpr uint64_t kStreamCapacity = 256;
// Of Ipc::scratch, bytes.
inline constexpr uint64_t kScratchSize = 32;

// Bytes of mIn that have not been looked at.
inline uint64_t InAvailable(const sim::Env& env) {
  const Ipc& ipc = env.Get<const Userspace>().Find(env.self)->ipc;
  return ipc.in_size - ipc.in_position;
}

// Takes a T off mIn; zeros if fewer bytes are left.
template <class T>
T ReadIn(const sim::Env& env) {
  T value{};
  Ipc& ipc = env.Get<Userspace>().Self(env).ipc;
  if (ipc.in_size - ipc.in_position < sizeof(T)) {
    ipc.in_position = ipc.in_size;
    return value;
  }
  MemoryToRead(env).ReadValue(ipc.in_data + ipc.in_position, value);
  ipc.in_position += sizeof(T);
  return value;
}

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_IPC_STREAM_H_
