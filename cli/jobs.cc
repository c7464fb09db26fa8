// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/jobs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

namespace bindersim::cli {

void AddJobs(CLI::App& command, uint32_t& jobs) {
  command.add_option("-j,--jobs", jobs,
                     "Threads to search with (default: all cores); they do "
                     "not change what is found");
}

uint32_t ThreadsOf(uint32_t jobs) {
  return jobs != 0 ? jobs : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace bindersim::cli
