// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "run/debug_files.h"

#include <cstdint>
#include <set>

#include "model/driver/debugfs.h"

namespace bindersim::run {

DebugFiles DebugFilesOf(const driver::Driver& driver, sim::Time at) {
  DebugFiles result;
  result.at = at;
  result.files = {
      {"failed_transaction_log", driver::FailedTransactionLogFile(driver)},
      {"state", driver::StateFile(driver)},
      {"stats", driver::StatsFile(driver)},
      {"transaction_log", driver::TransactionLogFile(driver)},
      {"transactions", driver::TransactionsFile(driver)}};
  // A process may have the driver open more than once; it has one file.
  std::set<uint32_t> pids;
  for (const driver::ProcId proc : driver.proc_list) {
    pids.insert(driver.procs[proc].pid);
  }
  for (const uint32_t pid : pids) {
    result.files.push_back(
        {"proc/" + std::to_string(pid), driver::ProcFile(driver, pid)});
  }
  return result;
}

}  // namespace bindersim::run
