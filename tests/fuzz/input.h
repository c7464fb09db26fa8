// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// A fuzzer's bytes as a row of decisions. When they are used up, all are zero.

#ifndef BINDERSIM_TESTS_FUZZ_INPUT_H_
#define BINDERSIM_TESTS_FUZZ_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace bindersim::fuzz {

class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return at_ >= bytes_.size(); }
  uint8_t Byte() { return empty() ? uint8_t{0} : bytes_[at_++]; }
  // Below `bound`, which is 1..256.
  uint32_t Below(uint32_t bound) { return Byte() % bound; }
  bool Flag() { return (Byte() & 1) != 0; }
  uint32_t Word() {
    uint32_t word = 0;
    for (int i = 0; i < 4; ++i) word = word << 8 | Byte();
    return word;
  }
  template <class T>
  T OneOf(std::initializer_list<T> values) {
    return values.begin()[Below(static_cast<uint32_t>(values.size()))];
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

}  // namespace bindersim::fuzz

#endif  // BINDERSIM_TESTS_FUZZ_INPUT_H_
