// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Shared by the rules' own files.

#ifndef BINDERSIM_TESTS_TIDY_INTERNAL_H_
#define BINDERSIM_TESTS_TIDY_INTERNAL_H_

#include <string>
#include <vector>

#include "tests/tidy/rules.h"
#include "tests/tidy/source.h"

namespace bindersim::tidy::internal {

// Paths or beginnings of paths; a path of all folders is "".
using Paths = std::vector<std::string>;

bool IsIn(const std::string& path, const Paths& paths);

// Names that must not be used, by what they are used for.
std::vector<Finding> CheckWords(const Source& source);
// Loops over containers that have no order.
std::vector<Finding> CheckUnorderedLoops(const Source& source,
                                         const std::string& header);
// Literals: floating point in code, addresses in formats.
std::vector<Finding> CheckLiterals(const Source& source);
// Which folder includes what.
std::vector<Finding> CheckIncludes(const Source& source);
// Lines, blanks, length, licence, notes to oneself.
std::vector<Finding> CheckLayout(const Source& source);

Paths WordRuleNames();
Paths LayoutRuleNames();

}  // namespace bindersim::tidy::internal

#endif  // BINDERSIM_TESTS_TIDY_INTERNAL_H_
