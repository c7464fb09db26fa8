// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_LOAD_FINDING_H_
#define BINDERSIM_CLI_LOAD_FINDING_H_

#include <string>

#include "explore/finding.h"
#include "model/scenario/scenario.h"

namespace bindersim::cli {

struct LoadedFinding {
  explore::FindingFile finding;
  scenario::Scenario scenario;  // the one in it
};

// Reads a finding. What is wrong with it goes to standard error. Returns an
// exit status.
int LoadFinding(const std::string& path, LoadedFinding& loaded);

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_LOAD_FINDING_H_
