// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_TESTS_EXPLORE_SCENARIO_FOR_TEST_H_
#define BINDERSIM_TESTS_EXPLORE_SCENARIO_FOR_TEST_H_

#include <cstdint>
#include <cstdlib>
#include <string>

#include "model/scenario/loader.h"
#include "sim/check.h"

namespace bindersim::explore {

inline scenario::Scenario Load(const std::string& text) {
  scenario::LoadResult loaded = scenario::ParseScenario(text, "test.json");
  SIM_CHECK(loaded.scenario) << loaded.ToString();
  return *loaded.scenario;
}

// A long test sets the variable.
inline uint64_t NumberFromEnvironment(const char* variable,
                                      uint64_t by_default) {
  const char* number = std::getenv(variable);
  return number == nullptr ? by_default : std::strtoull(number, nullptr, 10);
}

// Two processes that each hold their own mutex while they call the other. They
// have looked the services up before, and by default the first is done when the
// second begins, so that whether they get stuck depends on the schedule.
inline constexpr char kLockOrder[] = R"({
  "name": "lock_order",
  "processes": {
    "a": {"max_threads": 0,
      "services": {"left": {"methods": {
        "poke": {"do": [{"lock": "m"}, {"unlock": "m"}]}}}},
      "threads": {"main": {"do": [
        {"get_service": "right", "as": "peer"},
        {"lock": "m"}, {"call": "peer.poke"}, {"unlock": "m"}]}}},
    "b": {"max_threads": 0,
      "services": {"right": {"methods": {
        "poke": {"do": [{"lock": "m"}, {"unlock": "m"}]}}}},
      "threads": {"main": {"at": "1ms", "do": [
        {"get_service": "left", "as": "peer"},
        {"lock": "m"}, {"call": "peer.poke"}, {"unlock": "m"}]}}}
  }
})";

// The same without a mutex: nothing can go wrong.
inline constexpr char kHarmless[] = R"({
  "name": "harmless",
  "processes": {
    "server": {"max_threads": 0, "services": {"echo": {"methods": {"say": {}}}}},
    "client": {"threads": {"main": {"do": [{"call": "echo.say"}]}}}
  }
})";

// A client that is called back while it waits; the server may be killed.
inline constexpr char kCalledBack[] = R"({
  "name": "called_back",
  "processes": {
    "server": {"max_threads": 0, "services": {"echo": {"methods": {
      "say": {"do": [{"call": "$0.heard"}]}}}}},
    "client": {"objects": {"ear": {"methods": {"heard": {}}}},
      "threads": {"main": {"do": [
        {"call": "echo.say", "objects": ["ear"], "on_error": []}]}}}
  },
  "faults": {"kill": ["server"]}
})";

// Two clients send one message each; whose comes first is open.
inline constexpr char kOrder[] = R"({
  "name": "order",
  "processes": {
    "server": {"max_threads": 0, "services": {"log": {"methods": {
      "first": {"oneway": true, "do": [{"mark": "one"}]},
      "second": {"oneway": true, "do": [{"mark": "two"}]}}}}},
    "a": {"threads": {"main": {"do": [{"call": "log.first"}]}}},
    "b": {"threads": {"main": {"do": [{"call": "log.second"}]}}}
  },
  "expect": [{"mark": "one", "before": "two"}, {"marks": "two"}]
})";

}  // namespace bindersim::explore

#endif  // BINDERSIM_TESTS_EXPLORE_SCENARIO_FOR_TEST_H_
