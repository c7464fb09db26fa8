// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// What is known about a whole run beside its records: whoever ran it tells the
// exporters.

#ifndef BINDERSIM_VIZ_RUN_FACTS_H_
#define BINDERSIM_VIZ_RUN_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/time.h"

namespace bindersim::viz {

// Something that the run's checks found: a deadlock, a leaked reference, ...
struct FindingFact {
  sim::Time at{};
  uint32_t tid = 0;    // thread that it is about; 0 = none
  std::string kind;    // one or two words: "deadlock"
  std::string detail;  // a sentence

  bool operator==(const FindingFact&) const = default;
};

// What became of one expectation of the scenario.
struct ExpectationFact {
  bool met = false;
  std::string pointer;  // JSON pointer of the entry
  std::string text;     // the entry
  std::string actual;   // what was measured, for people

  bool operator==(const ExpectationFact&) const = default;
};

struct RunFacts {
  std::string scenario;  // its name
  std::string version;   // of bindersim
  std::string digest;    // of the records, in hexadecimal
  uint64_t seed = 0;
  sim::Time end{};       // virtual time at which the run stopped
  uint64_t records = 0;  // emitted
  uint64_t ties = 0;     // events that shared their time and rank
  std::vector<FindingFact> findings;
  std::vector<ExpectationFact> expectations;

  bool operator==(const RunFacts&) const = default;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_RUN_FACTS_H_
