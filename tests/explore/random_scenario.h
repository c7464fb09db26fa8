// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_TESTS_EXPLORE_RANDOM_SCENARIO_H_
#define BINDERSIM_TESTS_EXPLORE_RANDOM_SCENARIO_H_

#include <cstdint>
#include <string>

namespace bindersim::explore {

// What happens between processes. Without, there are few states.
enum class Calls : bool { kNone, kSome };

// The text of a small scenario, another one for each seed: up to three
// processes with a few actions each, with mutexes, conditions, sleeps,
// time-outs, threads that are started; a call or two, deaths.
std::string RandomScenario(uint64_t seed, Calls calls);

}  // namespace bindersim::explore

#endif  // BINDERSIM_TESTS_EXPLORE_RANDOM_SCENARIO_H_
