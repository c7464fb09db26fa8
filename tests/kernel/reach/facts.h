// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The facts of docs/binder-facts.md, where they are cited, and the reasons for
// what is not covered.

#ifndef BINDERSIM_TESTS_KERNEL_REACH_FACTS_H_
#define BINDERSIM_TESTS_KERNEL_REACH_FACTS_H_

#include <string>
#include <utility>
#include <vector>

namespace bindersim::coverage {

// The ids that the page defines ("**TXN-11**"), in its order.
std::vector<std::string> DefinedFacts(const std::string& page);

// The ids that a text cites: "TXN-11", "TXN-11, 12", "TXN-11..13, 20".
std::vector<std::string> CitedFacts(const std::string& text);

// Lines "KEY: TEXT"; a line that begins with a blank goes on with the last one;
// those that begin with # and empty ones are comments. The result is in the
// order of the lines.
std::vector<std::pair<std::string, std::string>> ReadEntries(
    const std::string& text);

// Whether `name` is what the pattern says; a * in it stands for anything, and
// "X-03..07" for the numbers from 03 to 07.
bool Matches(const std::string& pattern, const std::string& name);

}  // namespace bindersim::coverage

#endif  // BINDERSIM_TESTS_KERNEL_REACH_FACTS_H_
