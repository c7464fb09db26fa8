// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/trace_file.h"

#include "absl/status/status.h"
#include "viz/atomic_file.h"

namespace bindersim::cli {

absl::StatusOr<viz::TraceSummary> WriteTrace(const std::string& path,
                                             const viz::RunFacts& facts,
                                             viz::ChromeTrace& trace) {
  absl::StatusOr<viz::AtomicFile> file =
      path == "-" ? viz::AtomicFile::ForDescriptor(1, "stdout")
                  : viz::AtomicFile::Open(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<viz::TraceSummary> summary = trace.Write(facts, &*file);
  if (!summary.ok()) return summary;
  if (absl::Status status = file->Commit(); !status.ok()) return status;
  return summary;
}

}  // namespace bindersim::cli
