// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// From a fuzzer's bytes to system calls of several processes.

#ifndef BINDERSIM_TESTS_FUZZ_CALLS_H_
#define BINDERSIM_TESTS_FUZZ_CALLS_H_

#include <cstdint>
#include <span>
#include <string>

namespace bindersim::fuzz {

// Makes the calls that the bytes stand for. Returns what is wrong: a violated
// invariant, a use after free, something left over; "" if nothing is.
std::string RunInput(std::span<const uint8_t> bytes);

}  // namespace bindersim::fuzz

#endif  // BINDERSIM_TESTS_FUZZ_CALLS_H_
