// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Makes the driver's debug files independent of the run.

#ifndef BINDERSIM_MODEL_SCRIPT_DUMP_H_
#define BINDERSIM_MODEL_SCRIPT_DUMP_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bindersim::script {

struct DumpNames {
  std::map<uint64_t, std::string> processes;  // by pid
  std::map<uint64_t, std::string> threads;    // by tid: process.thread
  // The driver's state when the script began.
  uint64_t first_debug_id = 0;
  std::string first_statistics;  // the debug file
};

// The lines of a debug file with names for ids: process and thread names for
// pids and tids, #n for debug ids, PTR for addresses. What was there before the
// script, and processes that are not in it, are left out.
std::vector<std::string> NormalisedLines(const std::string& file,
                                         const DumpNames& names);

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_DUMP_H_
