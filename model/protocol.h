// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The protocol of <linux/android/binder.h>: the names of its words, and how its
// data is laid out.

#ifndef BINDERSIM_MODEL_PROTOCOL_H_
#define BINDERSIM_MODEL_PROTOCOL_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bindersim::protocol {

struct Word {
  const char* name;
  uint32_t value;
};

// All BC_ and all BR_ words of Linux 6.1, by their numbers (_IOC_NR). Of the
// two returns with one number, the one that debugfs names comes first.
std::span<const Word> Commands();
std::span<const Word> Returns();
// Objects in transactions: "BINDER", "HANDLE", "FD", "PTR", ...
std::span<const Word> ObjectTypes();
// Flags of transactions, and those of objects.
std::span<const Word> TransactionFlags();
std::span<const Word> ObjectFlags();

std::optional<uint32_t> ValueOf(std::span<const Word> words,
                                std::string_view name);
// The value in hexadecimal, as 0x00007220, if it has no name.
std::string NameOf(std::span<const Word> words, uint32_t value);

// Bytes of an object of that type (OBJ-01), 0 if there is no such type.
uint64_t ObjectSize(uint32_t type);

// The next multiple of 8, to which the parts of a transaction's data are
// padded (ALLOC-01). Wraps to 0 near 2^64, as in the kernel.
constexpr uint64_t Align8(uint64_t size) { return (size + 7) & ~uint64_t{7}; }

}  // namespace bindersim::protocol

#endif  // BINDERSIM_MODEL_PROTOCOL_H_
