// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// What an exhausted search says of a scenario, as a file, so that a second
// search can be held against it.

#ifndef BINDERSIM_EXPLORE_CERTIFICATE_H_
#define BINDERSIM_EXPLORE_CERTIFICATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "explore/search.h"

namespace bindersim::explore {

struct Certificate {
  std::string scenario_name;    // the file that was searched
  std::string scenario_digest;  // of its text as it was searched
  std::string reduction;
  bool stateless = false;
  bool symmetric = true;  // what is alike may change places in a state
  bool checked = false;   // the driver's invariants
  uint64_t states = 0;
  std::string digest;  // of the set of states
  uint64_t ends = 0;
  std::string ends_digest;
  std::vector<std::string> problems;  // signatures, in order

  bool operator==(const Certificate&) const = default;
};

// REQUIRES: the search was exhausted.
Certificate Certify(const SearchOptions& options, const SearchResult& result,
                    const std::string& scenario_name,
                    const std::string& scenario_json);

std::string ToJson(const Certificate& certificate);
// Errors say where in the text, which `name` names, and what is missing.
absl::StatusOr<Certificate> ParseCertificate(const std::string& text,
                                             const std::string& name);

// Whether it is of this scenario: what a search of another one sees is no use.
absl::Status CompareScenarios(const Certificate& before,
                              const std::string& scenario_json);
// Whether the two searches saw the same: the ends and the problems; and the
// same states, if they left the same out. The error says what differs.
absl::Status Compare(const Certificate& before, const Certificate& now);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_CERTIFICATE_H_
