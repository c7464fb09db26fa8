// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer's entry. A finding ends the process, so that its input is kept.

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sim/check.h"
#include "tests/fuzz/calls.h"

// A failed SIM_CHECK ends the process at once; here it is a finding too.
extern "C" void _Exit(int status) noexcept {
  if (status == bindersim::sim::kInternalFaultStatus) std::abort();
  syscall(SYS_exit_group, status);
  __builtin_unreachable();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string problem = bindersim::fuzz::RunInput({data, size});
  if (problem.empty()) return 0;
  std::fprintf(stderr, "found: %s\n", problem.c_str());
  std::abort();
}
