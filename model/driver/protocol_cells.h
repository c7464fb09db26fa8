// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which parts of the protocol runs have shown: a coverage measure. A cell is a
// return, the command that its thread had executed last, and what the thread
// was doing when it read.

#ifndef BINDERSIM_MODEL_DRIVER_PROTOCOL_CELLS_H_
#define BINDERSIM_MODEL_DRIVER_PROTOCOL_CELLS_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bindersim::driver {

class ProtocolCells {
 public:
  // What is on top of the thread's transaction stack.
  enum class Doing : uint8_t { kNothing, kCalling, kServing };

  // By _IOC_NR.
  static constexpr uint32_t kCommands = 19;
  static constexpr uint32_t kReturns = 20;

  // REQUIRES: both numbers are in range; `last_command` may be kCommands, which
  // stands for none.
  void Add(uint32_t last_command, uint32_t returned, Doing doing) {
    const size_t cell =
        (last_command * kReturns + returned) * kDoings + size_t(doing);
    words_[cell / 64] |= uint64_t{1} << (cell % 64);
  }

  // How many there are.
  size_t size() const {
    size_t count = 0;
    for (const uint64_t word : words_) count += size_t(std::popcount(word));
    return count;
  }

  // Whether any of them has that return, by its number.
  bool HasReturn(uint32_t returned) const;

  // "BC_TRANSACTION, BR_DEAD_REPLY" with " while serving" and the like; in
  // order of the numbers.
  std::vector<std::string> Names() const;

  ProtocolCells& operator|=(const ProtocolCells& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  bool operator==(const ProtocolCells&) const = default;

 private:
  static constexpr size_t kDoings = 3;
  static constexpr size_t kCells = size_t{kCommands + 1} * kReturns * kDoings;

  bool Contains(size_t cell) const {
    return (words_[cell / 64] >> (cell % 64) & 1) != 0;
  }

  std::array<uint64_t, (kCells + 63) / 64> words_{};
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_PROTOCOL_CELLS_H_
