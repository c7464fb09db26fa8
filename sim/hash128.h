// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// 128-bit hashes of byte sequences: XXH3, whose values are specified and equal
// on every machine. The library's header stays in hash128.cc.

#ifndef BINDERSIM_SIM_HASH128_H_
#define BINDERSIM_SIM_HASH128_H_

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <tuple>

namespace bindersim::sim {

// One hash value. The order is that of the hexadecimal text.
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;

  auto Fields() const { return std::tie(high, low); }
  auto operator<=>(const Hash128&) const = default;

  // 32 lower-case hexadecimal digits, as xxh128sum prints them.
  std::string ToHex() const;
};

// The number that has the little-endian bytes of `number`, on every machine.
template <class T>
T LittleEndian(T number) {
  if constexpr (std::endian::native == std::endian::little) return number;
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(number);
  std::ranges::reverse(bytes);
  return std::bit_cast<T>(bytes);
}

// The hash of `bytes`.
Hash128 HashBytes(std::span<const std::byte> bytes);

// The hash of a sequence that comes in pieces; how it is cut makes no
// difference. Small pieces are gathered in a buffer, so that a piece of a few
// bytes costs a copy and not a call. Copyable at any moment.
class ByteHasher {
 public:
  void Append(const void* data, size_t size) {
    if (size == 0) return;  // `data` may be null
    if (size <= kBufferSize - used_) {
      std::memcpy(buffer_ + used_, data, size);
      used_ += size;
    } else {
      AppendSlow(data, size);
    }
  }

  // The hash of everything appended so far.
  Hash128 Value() const;

 private:
  static constexpr size_t kBufferSize = 2048;
  // The size of the library's streaming state; checked in hash128.cc.
  static constexpr size_t kStateSize = 576;

  [[gnu::cold]] void AppendSlow(const void* data, size_t size);

  // Bytes in buffer_ that the streaming state has not seen.
  size_t used_ = 0;
  // Whether state_ holds anything. A sequence that fits the buffer is hashed in
  // one go and never needs it.
  bool streaming_ = false;
  std::byte buffer_[kBufferSize];
  alignas(64) std::byte state_[kStateSize];
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_HASH128_H_
