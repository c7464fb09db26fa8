// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The tables of coverage, and what is missing in them.

#ifndef BINDERSIM_TESTS_KERNEL_REACH_REPORT_H_
#define BINDERSIM_TESTS_KERNEL_REACH_REPORT_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/kernel/reach/counts.h"

namespace bindersim::coverage {

// Why something does not occur: patterns with their reasons, the first that
// matches counts.
using Reasons = std::vector<std::pair<std::string, std::string>>;

struct Tries {
  Counts scripts;
  Counts recorded;   // what the real kernel did
  Counts simulated;  // what the model did
};

struct Report {
  std::string text;
  size_t unexplained = 0;
};

// One line for each name of Names() and for each that occurs besides. A zero is
// a name that one of the two sides never shows; reasons are looked up as
// "KIND NAME".
Report ReportCounts(const Tries& tries, const Reasons& reasons);

// Where each fact is cited: `places` by id. Facts without a place need a
// reason, looked up as the id. `all` also lists the places.
Report ReportFacts(
    const std::vector<std::string>& facts,
    const std::map<std::string, std::vector<std::string>>& places,
    const Reasons& reasons, bool all);

}  // namespace bindersim::coverage

#endif  // BINDERSIM_TESTS_KERNEL_REACH_REPORT_H_
