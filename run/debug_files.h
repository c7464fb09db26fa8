// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_RUN_DEBUG_FILES_H_
#define BINDERSIM_RUN_DEBUG_FILES_H_

#include <string>
#include <vector>

#include "model/driver/driver.h"
#include "sim/time.h"

namespace bindersim::run {

struct DebugFile {
  std::string path;  // below /sys/kernel/debug/binder: "state", "proc/1000"
  std::string text;
};

// The driver's debug files at one moment of a run.
struct DebugFiles {
  sim::Time at{};
  std::vector<DebugFile> files;
};

// All files that the kernel has there (DBG-01..27). What reading them would do
// to the nodes (DBG-16) does not happen: the driver stays as it is.
DebugFiles DebugFilesOf(const driver::Driver& driver, sim::Time at);

}  // namespace bindersim::run

#endif  // BINDERSIM_RUN_DEBUG_FILES_H_
