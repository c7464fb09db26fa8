// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_JOBS_H_
#define BINDERSIM_CLI_JOBS_H_

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace bindersim::cli {

// Adds --jobs to the subcommand; `jobs` must outlive it. 0 stands for all
// cores. `more` goes on with the help.
void AddJobs(CLI::App& command, uint32_t& jobs, const std::string& more = "");

// How many threads that means.
uint32_t ThreadsOf(uint32_t jobs);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_JOBS_H_
