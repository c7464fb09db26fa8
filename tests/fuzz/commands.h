// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// BC_ commands as an input wants them: mostly well-formed, with arguments that
// are sometimes right, sometimes stale and sometimes nonsense.

#ifndef BINDERSIM_TESTS_FUZZ_COMMANDS_H_
#define BINDERSIM_TESTS_FUZZ_COMMANDS_H_

#include <cstddef>
#include <vector>

#include "tests/fuzz/arena.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/system.h"

namespace bindersim::fuzz {

// Appends one command to `bytes`; what it refers to is put into `arena`.
void AppendCommand(Input& input, const Received& received, Arena& arena,
                   std::vector<std::byte>& bytes);

}  // namespace bindersim::fuzz

#endif  // BINDERSIM_TESTS_FUZZ_COMMANDS_H_
