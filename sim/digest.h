// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The digest of a run: a 128-bit hash of all its records, in order, to the last
// byte. Two runs of one scenario, seed and schedule must have equal digests.
//
//   RunDigest digest;
//   digest.Update(record_bytes);
//   std::cout << digest.Value().ToHex();
//
// When they have not, the digests of their first 1, 2, 4, 8, ... records tell
// between which records the first difference lies:
//
//   if (auto window = FirstDifference(a.Prefixes(), b.Prefixes())) {
//     // Records 1 .. window->equal_records agree; the first difference is at
//     // or before record window->different_by.
//   }

#ifndef BINDERSIM_SIM_DIGEST_H_
#define BINDERSIM_SIM_DIGEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "sim/hash128.h"

namespace bindersim::sim {

// The digest of the first `count` records of a run.
struct PrefixDigest {
  uint64_t count = 0;
  Hash128 digest;

  auto Fields() const { return std::tie(count, digest); }
  bool operator==(const PrefixDigest&) const = default;
};

// Where two runs part, counting records from 1.
struct DifferenceWindow {
  // The first so many records are known to be equal.
  uint64_t equal_records = 0;
  // The first record that differs, or that one run has and the other has not,
  // is this one or an earlier one.
  uint64_t different_by = 0;

  auto Fields() const { return std::tie(equal_records, different_by); }
  bool operator==(const DifferenceWindow&) const = default;
};

// A running digest. A regular value: a copy goes on by itself.
class RunDigest {
 public:
  // Adds one record. Its length counts too, so that records cannot be cut
  // differently without a trace.
  void Update(std::span<const std::byte> record);

  // How many records were added.
  uint64_t count() const { return count_; }

  // The digest of all records so far.
  Hash128 Value() const { return bytes_.Value(); }

  // The digests after 1, 2, 4, 8, ... records, and last of all records, by
  // increasing count.
  std::vector<PrefixDigest> Prefixes() const;

 private:
  ByteHasher bytes_;
  uint64_t count_ = 0;
  // After each power of two of records.
  std::vector<PrefixDigest> prefixes_;
};

// Compares two runs by what Prefixes() returned for them; nullopt if they are
// equal. Running both again and comparing the records in the window names the
// first difference.
std::optional<DifferenceWindow> FirstDifference(
    std::span<const PrefixDigest> a, std::span<const PrefixDigest> b);

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_DIGEST_H_
