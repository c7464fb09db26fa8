// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_INTERRUPTS_H_
#define BINDERSIM_CLI_INTERRUPTS_H_

#include <atomic>

namespace bindersim::cli {

// From now on SIGINT, SIGTERM and SIGHUP end the program with kExitInterrupted,
// and nothing half-written stays behind.
void EndWhenInterrupted();

// While it lives, the first of them only sets a flag, for a command that has
// something to say of what it did until then. The second ends the program, but
// for one that comes together with the first. There is one object at a time.
class CatchInterrupts {
 public:
  CatchInterrupts();
  CatchInterrupts(const CatchInterrupts&) = delete;
  CatchInterrupts& operator=(const CatchInterrupts&) = delete;
  ~CatchInterrupts();

  // Is set by the signal's handler.
  static const std::atomic<bool>& caught();
};

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_INTERRUPTS_H_
