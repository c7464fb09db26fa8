// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What kernel scripts try, and what their results show, counted by name.

#ifndef BINDERSIM_TESTS_KERNEL_REACH_COUNTS_H_
#define BINDERSIM_TESTS_KERNEL_REACH_COUNTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bindersim::coverage {

// By kind ("return") and name ("BR_REPLY").
using Counts = std::map<std::pair<std::string, std::string>, uint64_t>;

// The kinds of things in the order of the table, each with the names that the
// driver of Linux 6.1 has.
const std::vector<std::pair<std::string, std::vector<std::string>>>& Names();

// What the steps of a script try. REQUIRES, here and below: it is well formed.
void CountScript(const std::string& script, Counts& counts);
// What came of it: tries that were performed, and all that was returned.
void CountResult(const std::string& script, const std::string& result,
                 Counts& counts);

}  // namespace bindersim::coverage

#endif  // BINDERSIM_TESTS_KERNEL_REACH_COUNTS_H_
