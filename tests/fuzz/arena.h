// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Memory of a simulated thread, laid out anew for each of its calls.

#ifndef BINDERSIM_TESTS_FUZZ_ARENA_H_
#define BINDERSIM_TESTS_FUZZ_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "model/os/address_space.h"

namespace bindersim::fuzz {

class Arena {
 public:
  // [base, base + size) must be mapped.
  Arena(os::AddressSpace& memory, uint64_t base, uint64_t size)
      : memory_(memory), at_(base), end_(base + size) {}

  // Memory of its own, 8-aligned; where nothing is mapped if the arena is full.
  uint64_t Take(uint64_t size) {
    const uint64_t address = at_;
    at_ += (size + 7) & ~uint64_t{7};
    return at_ <= end_ ? address : 0;
  }
  uint64_t Put(const std::vector<std::byte>& bytes) {
    const uint64_t address = Take(bytes.size());
    if (address != 0) memory_.Write(address, bytes);
    return address;
  }
  template <class T>
  uint64_t PutValue(const T& value) {
    const uint64_t address = Take(sizeof(T));
    if (address != 0) memory_.WriteValue(address, value);
    return address;
  }

 private:
  os::AddressSpace& memory_;
  uint64_t at_;
  uint64_t end_;
};

// Appends the bytes of a plain struct.
template <class T>
void Append(std::vector<std::byte>& bytes, const T& value) {
  const size_t at = bytes.size();
  bytes.resize(at + sizeof(T));
  std::memcpy(&bytes[at], &value, sizeof(T));
}

}  // namespace bindersim::fuzz

#endif  // BINDERSIM_TESTS_FUZZ_ARENA_H_
