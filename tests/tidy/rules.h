// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// What a program can check of the project's rules. A rule is switched off for a
// line by a comment with a reason, on that line or on comment lines above it:
//   double mean = 0;  // tidy: allow(float) printed for people only

#ifndef BINDERSIM_TESTS_TIDY_RULES_H_
#define BINDERSIM_TESTS_TIDY_RULES_H_

#include <string>
#include <vector>

#include "tests/tidy/source.h"

namespace bindersim::tidy {

struct Finding {
  std::string path;
  int line = 0;  // from 1
  std::string rule;
  std::string message;  // what was found, and what to use instead

  bool operator==(const Finding&) const = default;
};

// "path:line: [rule] message".
std::string ToString(const Finding& finding);

// The names of all rules.
std::vector<std::string> RuleNames();

// What breaks a rule in `source`, by line. `header` is the text of the header
// that belongs to a .cc file: it declares the members that the file iterates.
std::vector<Finding> Check(const Source& source,
                           const std::string& header = "");

}  // namespace bindersim::tidy

#endif  // BINDERSIM_TESTS_TIDY_RULES_H_
