// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/driver/protocol_cells.h"

#include <linux/android/binder.h>

#include <span>

#include "model/protocol.h"

namespace bindersim::driver {

namespace {

std::string NameOfNumber(std::span<const protocol::Word> words,
                         uint32_t number) {
  for (const protocol::Word& word : words) {
    if (_IOC_NR(word.value) == number) return word.name;
  }
  return "no command";
}

}  // namespace

bool ProtocolCells::HasReturn(uint32_t returned) const {
  for (size_t cell = 0; cell < kCells; ++cell) {
    if (cell / kDoings % kReturns == returned && Contains(cell)) return true;
  }
  return false;
}

std::vector<std::string> ProtocolCells::Names() const {
  static constexpr const char* kWhile[kDoings] = {"", " while calling",
                                                  " while serving"};
  std::vector<std::string> names;
  for (size_t cell = 0; cell < kCells; ++cell) {
    if (!Contains(cell)) continue;
    const auto pair = static_cast<uint32_t>(cell / kDoings);
    names.push_back(NameOfNumber(protocol::Commands(), pair / kReturns) + ", " +
                    NameOfNumber(protocol::Returns(), pair % kReturns) +
                    kWhile[cell % kDoings]);
  }
  return names;
}

}  // namespace bindersim::driver
