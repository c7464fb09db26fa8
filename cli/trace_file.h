// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_TRACE_FILE_H_
#define BINDERSIM_CLI_TRACE_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "viz/chrome_trace.h"
#include "viz/run_facts.h"

namespace bindersim::cli {

// Writes the trace of a run that is over to a file, whole or not at all; "-" is
// standard output.
absl::StatusOr<viz::TraceSummary> WriteTrace(const std::string& path,
                                             const viz::RunFacts& facts,
                                             viz::ChromeTrace& trace);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_TRACE_FILE_H_
