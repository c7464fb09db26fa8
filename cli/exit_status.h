// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What bindersim's exit status says. 1 and 5 come from the verdict of a run
// (run/simulate.h).

#ifndef BINDERSIM_CLI_EXIT_STATUS_H_
#define BINDERSIM_CLI_EXIT_STATUS_H_

namespace bindersim::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInvalidScenario = 3;
inline constexpr int kExitFile = 4;
inline constexpr int kExitInternalFault = 70;  // also SIM_CHECK's
inline constexpr int kExitInterrupted = 130;

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_EXIT_STATUS_H_
