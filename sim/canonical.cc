// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/canonical.h"

#include <algorithm>
#include <cstring>

namespace bindersim::sim {

namespace {

constexpr size_t kLong = 4096;
// Where addresses in a block that has a name are told from others.
constexpr uint64_t kInBlock = uint64_t{1} << 62;

}  // namespace

void CanonicalWriter::Grow(size_t bytes) {
  const size_t used = Size();
  bytes_.resize(std::max({size_t{8192}, 2 * bytes_.size(), used + 2 * bytes}));
  next_ = bytes_.data() + used;
  end_ = bytes_.data() + bytes_.size();
}

void CanonicalWriter::AddBytes(std::span<const std::byte> bytes) {
  Put(static_cast<uint64_t>(bytes.size()));
  if (bytes.size() >= kLong) {  // need not be copied to be hashed
    Add(HashBytes(bytes));
    return;
  }
  if (addresses_ > 0) {
    while (bytes.size() >= sizeof(uint64_t)) {
      uint64_t number = 0;
      std::memcpy(&number, bytes.data(), sizeof(number));
      Put(Named(LittleEndian(number)));
      bytes = bytes.subspan(sizeof(number));
    }
  }
  if (bytes.empty()) return;
  if (Left() < bytes.size()) Grow(bytes.size());
  std::memcpy(next_, bytes.data(), bytes.size());
  next_ += bytes.size();
}

uint64_t CanonicalWriter::NameOfAddress(uint64_t address) const {
  for (uint64_t i = 0; i < blocks_.size(); ++i) {
    const Block& block = blocks_[i];
    if (block.address != 0 && address - block.address < block.size) {
      return kInBlock | i << 32 | (address - block.address);
    }
  }
  return address;
}

void CanonicalWriter::CoverBlocks() {
  uint64_t first = UINT64_MAX;
  uint64_t end = 0;
  for (const Block& block : blocks_) {
    if (block.address == 0) continue;
    first = std::min(first, block.address);
    end = std::max(end, block.address + block.size);
  }
  first_address_ = end > 0 ? first : 0;
  addresses_ = end > 0 ? end - first : 0;
}

void CanonicalWriter::Finish(CanonicalForm& form) {
  form.bytes = HashBytes({bytes_.data(), Size()});
  form.mentions.assign(mentions_.begin(), mentions_.end());
}

}  // namespace bindersim::sim
