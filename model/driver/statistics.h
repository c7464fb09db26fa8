// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the driver counts and logs for its debug files (DBG-20..26). Nothing in
// the driver ever looks at it.

#ifndef BINDERSIM_MODEL_DRIVER_STATISTICS_H_
#define BINDERSIM_MODEL_DRIVER_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/driver/protocol_cells.h"
#include "sim/canonical.h"
#include "sim/value.h"

namespace bindersim::driver {

// Something that is only looked at: it is copied with the state that it belongs
// to, but two states that differ in nothing else are equal.
template <class T>
struct Observed {
  T value{};

  T* operator->() { return &value; }
  const T* operator->() const { return &value; }
  bool operator==(const Observed&) const { return true; }
  void AddTo(sim::Hasher&) const {}
  void AddCanonical(sim::CanonicalHasher&) const {}
};

// How often each command and return occurred, by number.
struct Counters {
  std::array<uint32_t, ProtocolCells::kCommands> commands{};
  std::array<uint32_t, ProtocolCells::kReturns> returns{};
};

enum class Counted : uint8_t {
  kProc,
  kThread,
  kNode,
  kRef,
  kDeath,
  kTransaction,
  kTransactionComplete,
};
inline constexpr size_t kCountedKinds = 7;

// binder_transaction_log_entry.
struct LogEntry {
  uint32_t debug_id = 0;
  bool done = false;
  enum class Type : uint8_t { kCall, kAsync, kReply };
  Type type = Type::kCall;
  uint32_t from_proc = 0;
  uint32_t from_thread = 0;
  uint32_t to_proc = 0;
  uint32_t to_thread = 0;
  uint32_t to_node = 0;
  uint32_t target_handle = 0;
  uint64_t data_size = 0;
  uint64_t offsets_size = 0;
  const char* context = "";
  uint32_t return_error = 0;
  int32_t return_error_param = 0;
};

// The last 32 entries, oldest first.
class LogRing {
 public:
  LogEntry& Add(const LogEntry& entry) {
    constexpr size_t kEntries = 32;
    if (entries_.size() == kEntries) entries_.erase(entries_.begin());
    return entries_.emplace_back(entry);
  }
  // The entry of that transaction; null if it has been overwritten.
  LogEntry* Find(uint32_t debug_id) {
    for (LogEntry& entry : entries_) {
      if (entry.debug_id == debug_id) return &entry;
    }
    return nullptr;
  }
  const std::vector<LogEntry>& entries() const { return entries_; }

 private:
  std::vector<LogEntry> entries_;
};

struct Statistics {
  Counters counters;
  ProtocolCells cells;
  std::array<uint32_t, kCountedKinds> created{};
  std::array<uint32_t, kCountedKinds> deleted{};
  // Completions that the driver lost without counting them as deleted: those of
  // oneway spam on the list of a thread or process that leaves.
  uint32_t forgotten_completions = 0;
  // Node work that was lost with the list of a thread: its owner is not told.
  uint32_t forgotten_node_work = 0;
  LogRing log;
  LogRing failed_log;

  void Created(Counted kind) { ++created[static_cast<size_t>(kind)]; }
  void Deleted(Counted kind) { ++deleted[static_cast<size_t>(kind)]; }
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_STATISTICS_H_
