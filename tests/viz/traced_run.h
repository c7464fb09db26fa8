// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// A script whose records become a trace, and what tests ask of the trace.

#ifndef BINDERSIM_TESTS_VIZ_TRACED_RUN_H_
#define BINDERSIM_TESTS_VIZ_TRACED_RUN_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/viz/script.h"
#include "viz/chrome_trace.h"
#include "viz/trace_check.h"

namespace bindersim::viz {

using Json = nlohmann::ordered_json;

// A script whose records go to a trace.
struct TracedRun {
  explicit TracedRun(int64_t step, const TraceOptions& options = {})
      : trace(options), script(step) {
    script.AddSink(&trace);
  }

  std::string Text() {
    RunFacts facts;
    facts.scenario = "test";
    facts.version = "0.1.0";
    facts.digest = "00ff";
    facts.seed = UINT64_MAX;
    facts.end = sim::kStart + sim::Duration(script.now() + 1000);
    facts.findings = findings;
    StringSink sink;
    const absl::StatusOr<TraceSummary> result = trace.Write(facts, &sink);
    EXPECT_TRUE(result.ok()) << result.status();
    summary = *result;
    return sink.text();
  }

  // The trace, after the checks of all rules.
  Json Checked() {
    const std::string text = Text();
    for (const TraceViolation& violation : CheckTrace(text)) {
      ADD_FAILURE() << FormatViolation(violation);
    }
    Json json = Json::parse(text);
    EXPECT_EQ(json["traceEvents"].size(), summary.events);
    return json;
  }

  ChromeTrace trace;
  Script script;
  std::vector<FindingFact> findings;
  TraceSummary summary;
};

inline std::vector<Json> Events(const Json& json, const std::string& phase,
                                const std::string& name) {
  std::vector<Json> found;
  for (const Json& event : json["traceEvents"]) {
    if (event["ph"] == phase && event["name"] == name) found.push_back(event);
  }
  return found;
}

// The only such event; an empty object if there is not exactly one.
inline Json Only(const Json& json, const std::string& phase,
                 const std::string& name) {
  const std::vector<Json> found = Events(json, phase, name);
  EXPECT_EQ(found.size(), 1u) << phase << " " << name;
  return found.size() == 1 ? found[0] : Json::object();
}

inline int64_t Ns(const Json& microseconds) {
  return static_cast<int64_t>(microseconds.get<double>() * 1000 + 0.5);
}

inline int64_t Begin(const Json& event) { return Ns(event["ts"]); }
inline int64_t End(const Json& event) {
  return Ns(event["ts"]) + Ns(event["dur"]);
}

inline void TwoProcesses(Script& script) {
  script.Process(100, "app");
  script.Process(200, "system_server");
  script.Thread(200, 201, "binder:200_1");
}

inline const Call kCall{
    .id = 1, .client = 100, .server = 201, .server_pid = 200};

}  // namespace bindersim::viz

#endif  // BINDERSIM_TESTS_VIZ_TRACED_RUN_H_
