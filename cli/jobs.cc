// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/jobs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "cli/option_values.h"

namespace bindersim::cli {

namespace {

constexpr uint64_t kMostJobs = 1024;

}  // namespace

void AddJobs(CLI::App& command, uint32_t& jobs, const std::string& more) {
  AddNumber(command, "-j,--jobs", jobs, {0, kMostJobs},
            "Threads to search with (default: all cores); they do not change "
            "what is found" +
                more);
}

uint32_t ThreadsOf(uint32_t jobs) {
  return jobs != 0 ? jobs : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace bindersim::cli
