// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_TESTS_EXPLORE_RANDOM_SCENARIO_H_
#define BINDERSIM_TESTS_EXPLORE_RANDOM_SCENARIO_H_

#include <cstdint>
#include <string>

namespace bindersim::explore {

// What happens between processes. Without calls there are few states.
enum class Calls {
  kNone,
  kRaw,   // single commands to the driver, past libbinder
  kSome,  // with objects and files in them
};

// The text of a small scenario, another one for each seed: up to four processes
// with a few actions each.
//
// In all of them there may be mutexes, conditions, sleeps, time-outs, draws,
// threads that are started, processes that are frozen, thawed or killed by
// others, by events or by faults. With calls also objects that are passed on
// and called back, references that are kept and dropped, death notifications,
// services that come late.
std::string RandomScenario(uint64_t seed, Calls calls);

}  // namespace bindersim::explore

#endif  // BINDERSIM_TESTS_EXPLORE_RANDOM_SCENARIO_H_
