// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the driver counts and logs for its debug files (DBG-20..26), and how
// long work had to wait for a thread. Nothing in the driver ever looks at it.

#ifndef BINDERSIM_MODEL_DRIVER_STATISTICS_H_
#define BINDERSIM_MODEL_DRIVER_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/driver/protocol_cells.h"
#include "sim/observed.h"
#include "sim/time.h"
#include "sim/version.h"

namespace bindersim::driver {

using sim::Observed;

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

// That a transaction lay in a process's work list because none of the process's
// threads was free.
struct PoolWait {
  uint32_t pid = 0;
  sim::Duration span{};
  sim::Time end{};        // when a thread took it, or now
  bool goes_on = false;   // it still lies there
  uint32_t debug_id = 0;  // of the transaction
  uint32_t from_pid = 0;  // who sent it
  uint32_t threads = 0;   // loopers
  uint64_t behind = 0;    // items that were in the list behind it at the end
};

struct Statistics {
  Counters counters;
  std::vector<sim::Versioned<Counters>> counters_of_procs;  // by slot
  ProtocolCells cells;
  std::array<uint32_t, kCountedKinds> created{};
  std::array<uint32_t, kCountedKinds> deleted{};
  // Node work that was lost with the list of a thread: its owner is not told.
  uint32_t forgotten_node_work = 0;
  sim::Versioned<LogRing> log;
  sim::Versioned<LogRing> failed_log;
  std::vector<PoolWait> waits_of_the_dead;  // the longest of each process

  // Of that slot.
  void CreatedProc(uint32_t slot) {
    Created(Counted::kProc);
    if (counters_of_procs.size() <= slot) counters_of_procs.resize(slot + 1);
    counters_of_procs[slot].Change() = {};
  }
  void Created(Counted kind) { ++created[static_cast<size_t>(kind)]; }
  void Deleted(Counted kind) { ++deleted[static_cast<size_t>(kind)]; }
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_STATISTICS_H_
