// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The driver's debug files, /sys/kernel/debug/binder/* (DBG-01..27), as text.
// Kernel addresses are stable tokens; the source line of the logs is 0.

#ifndef BINDERSIM_MODEL_DRIVER_DEBUGFS_H_
#define BINDERSIM_MODEL_DRIVER_DEBUGFS_H_

#include <cstdint>
#include <string>

#include "model/driver/driver.h"

namespace bindersim::driver {

// Reading a file is not without effect: each node is held while it is printed,
// and letting it go may tell its owner of a count that is zero (DBG-16). Does
// what reading `state` or proc/<pid> (`all`) or `transactions` does to the
// nodes of that process; pid 0 means all processes.
void HoldPrintedNodes(sim::Env& env, Driver& driver, bool all,
                      uint32_t pid = 0);

std::string StateFile(const Driver& driver);
std::string TransactionsFile(const Driver& driver);
std::string StatsFile(const Driver& driver);
// proc/<pid>.
std::string ProcFile(const Driver& driver, uint32_t pid);
std::string TransactionLogFile(const Driver& driver);
std::string FailedTransactionLogFile(const Driver& driver);

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_DEBUGFS_H_
