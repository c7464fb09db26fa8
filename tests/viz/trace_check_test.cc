// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/trace_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bindersim::viz {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

// Two processes with one thread each: a call from thread 1 to thread 2.
const char kNames[] = R"(
{"ph":"M","name":"process_name","pid":1,"tid":1,"args":{"name":"app"}},
{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"main"}},
{"ph":"M","name":"process_name","pid":2,"tid":2,"args":{"name":"server"}},
{"ph":"M","name":"thread_name","pid":2,"tid":2,"args":{"name":"main"}})";

std::string Container(const std::string& events) {
  return R"({"displayTimeUnit":"ns","metadata":{},"traceEvents":[)" + events +
         "]}";
}

// A trace of these events, beside the names.
std::string Trace(const std::string& events) {
  return Container(kNames + (events.empty() ? "" : ",\n" + events));
}

std::string Slice(int tid, const std::string& name, const std::string& ts,
                  const std::string& dur) {
  const std::string id = std::to_string(tid);
  return R"({"ph":"X","name":")" + name + R"(","pid":)" + id + R"(,"tid":)" +
         id + R"(,"ts":)" + ts + R"(,"dur":)" + dur + "}";
}

std::string Flow(const std::string& phase, int tid, const std::string& ts,
                 const std::string& more = R"(,"cat":"c","id":1)") {
  const std::string id = std::to_string(tid);
  return R"({"ph":")" + phase + R"(","name":"n","pid":)" + id + R"(,"tid":)" +
         id + R"(,"ts":)" + ts + (phase == "f" ? R"(,"bp":"e")" : "") + more +
         "}";
}

const std::string kCaller = Slice(1, "binder transaction", "1.000", "9.000");
const std::string kCallee = Slice(2, "binder reply", "2.000", "5.000");
const std::string kCall = kCaller + "," + kCallee + "," +
                          Flow("s", 1, "1.001") + "," + Flow("f", 2, "2.001");

std::vector<std::string> Rules(const std::string& text) {
  std::vector<std::string> rules;
  for (const TraceViolation& violation : CheckTrace(text)) {
    rules.push_back(violation.rule);
  }
  return rules;
}

std::vector<std::string> RulesOf(const std::string& events) {
  return Rules(Trace(events));
}

TEST(TraceCheck, AcceptsWhatIsRight) {
  EXPECT_THAT(RulesOf(""), IsEmpty());
  EXPECT_THAT(RulesOf(kCall), IsEmpty());
  EXPECT_THAT(RulesOf(kCall + "," +
                      Slice(2, "AIDL::cpp::I::m::cppServer", "2.002", "1.000")),
              IsEmpty());
  // Slices that touch, and one of no length.
  EXPECT_THAT(RulesOf(Slice(1, "a", "1.000", "1.000") + "," +
                      Slice(1, "b", "2.000", "1.000") + "," +
                      Slice(1, "c", "3.000", "0.000")),
              IsEmpty());
}

TEST(TraceCheck, SaysWhere) {
  const auto violations = CheckTrace(Trace(
      Slice(1, "a", "1.000", "1.000") + "," + Slice(1, "b", "1.500", "1.000")));
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(FormatViolation(violations[0]),
            "event 5: nesting: \"b\" begins inside \"a\" (event 4) and ends "
            "after it");
  EXPECT_EQ(FormatViolation({std::nullopt, "container", "not an object"}),
            "container: not an object");
}

TEST(TraceCheck, ReportsSyntax) {
  EXPECT_THAT(Rules("{"), Contains("json"));
  EXPECT_THAT(Rules(Trace("") + "x"), Contains("json"));
  EXPECT_THAT(Rules(Container("{},")), Contains("json"));
  EXPECT_THAT(RulesOf(Slice(1, "a\x01", "1.000", "1.000")), Contains("json"));
  EXPECT_THAT(RulesOf(Slice(1, "a\xff", "1.000", "1.000")), Contains("json"));
  EXPECT_THAT(RulesOf(Slice(1, "a", "NaN", "1.000")), Contains("json"));
}

TEST(TraceCheck, ReportsTheContainer) {
  EXPECT_THAT(Rules("[]"), Contains("container"));
  EXPECT_THAT(Rules(R"({"displayTimeUnit":"ns","metadata":{}})"),
              Contains("container"));
  EXPECT_THAT(Rules(R"({"displayTimeUnit":"ns","traceEvents":[]})"),
              Contains("container"));
  EXPECT_THAT(Rules(R"({"metadata":{},"traceEvents":[]})"),
              Contains("container"));
  EXPECT_THAT(
      Rules(R"({"displayTimeUnit":"ms","metadata":{},"traceEvents":[]})"),
      Contains("container"));
  EXPECT_THAT(Rules(R"({"displayTimeUnit":"ns","traceEvents":[],)"
                    R"("metadata":{"clock-domain":"x"}})"),
              Contains("container"));
}

TEST(TraceCheck, ReportsPhases) {
  const std::string rest =
      R"(,"name":"n","pid":1,"tid":1,"ts":1.000,"dur":1.000})";
  for (const std::string phase : {"\"T\"", "\"B\"", "\"E\"", "\"\"", "7"}) {
    EXPECT_THAT(RulesOf("{\"ph\":" + phase + rest), Contains("phase")) << phase;
  }
  EXPECT_THAT(RulesOf("{}"), Contains("phase"));
  EXPECT_THAT(RulesOf("7"), Contains("phase"));
  EXPECT_THAT(RulesOf(Slice(1, "", "1.000", "1.000")), Contains("phase"));
}

TEST(TraceCheck, ReportsProcessAndThreadNumbers) {
  const auto with = [](const std::string& pid, const std::string& tid) {
    return R"({"ph":"i","name":"n","s":"t","ts":1.000,"pid":)" + pid +
           R"(,"tid":)" + tid + "}";
  };
  EXPECT_THAT(RulesOf(with("1", "1")), IsEmpty());
  for (const std::string bad :
       {"0", "-1", "4294967296", "18446744073709551615", "\"1\"", "1.5"}) {
    EXPECT_THAT(RulesOf(with("1", bad)), Contains("number")) << bad;
    EXPECT_THAT(RulesOf(with(bad, "1")), Contains("number")) << bad;
  }
  EXPECT_THAT(RulesOf(R"({"ph":"i","name":"n","s":"t","ts":1.000,"pid":1})"),
              Contains("number"));
  // One tid in two processes.
  EXPECT_THAT(RulesOf(with("1", "7") + "," + with("2", "7")),
              Contains("number"));
  // The main thread of 2 as a thread of 1.
  EXPECT_THAT(Rules(Container(std::string(kNames).substr(
                                  0, std::string(kNames).find(
                                         R"({"ph":"M","name":"pro)", 10)) +
                              with("1", "2") + "," + with("2", "3"))),
              Contains("number"));
}

TEST(TraceCheck, ReportsMissingOrLateNames) {
  EXPECT_THAT(Rules(Container(Slice(1, "a", "1.000", "1.000"))),
              Contains("name"));
  EXPECT_THAT(RulesOf(Slice(1, "a", "1.000", "1.000") + "," + kNames),
              Contains("name"));
  const std::string meta = R"({"ph":"M","name":"thread_name","pid":1,"tid":1)";
  EXPECT_THAT(RulesOf(meta + R"(,"args":{"name":""}})"), Contains("name"));
  EXPECT_THAT(RulesOf(meta + R"(,"args":{}})"), Contains("name"));
  EXPECT_THAT(RulesOf(meta + R"(,"ts":-1.000,"args":{"name":"a"}})"),
              Contains("name"));
  // A thread with slices of a process that has a name.
  EXPECT_THAT(RulesOf(R"({"ph":"X","name":"a","pid":1,"tid":5,"ts":1.000,)"
                      R"("dur":1.000})"),
              Contains("name"));
}

TEST(TraceCheck, ReportsTimes) {
  for (const std::string bad :
       {"1", "1.0", "1.0000", "1e3", "-1.000", "\"1.000\"", "null",
        "4000000000000.000", "99999999999999999999.000"}) {
    EXPECT_THAT(RulesOf(Slice(1, "a", bad, "1.000")), Contains("time")) << bad;
    EXPECT_THAT(RulesOf(Slice(1, "a", "1.000", bad)), Contains("time")) << bad;
  }
  EXPECT_THAT(RulesOf(R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":1.000})"),
              Contains("time"));
  EXPECT_THAT(RulesOf(R"({"ph":"C","name":"a","pid":1,"tid":1,)"
                      R"("args":{"v":1}})"),
              Contains("time"));
}

TEST(TraceCheck, ReportsOverlapAndOrder) {
  EXPECT_THAT(RulesOf(Slice(1, "a", "1.000", "2.000") + "," +
                      Slice(1, "b", "2.000", "1.001")),
              Contains("nesting"));
  EXPECT_THAT(RulesOf(Slice(1, "in", "1.000", "1.000") + "," +
                      Slice(1, "out", "1.000", "2.000")),
              Contains("order"));
  EXPECT_THAT(RulesOf(Slice(1, "out", "1.000", "2.000") + "," +
                      Slice(1, "in", "1.000", "1.000")),
              IsEmpty());
}

TEST(TraceCheck, ReportsDepth) {
  const auto nest = [](int depth) {
    std::string events;
    for (int i = 0; i < depth; ++i) {
      if (i > 0) events += ",";
      events += Slice(1, "a", "1.000", "1.000");
    }
    return events;
  };
  EXPECT_THAT(RulesOf(nest(512)), IsEmpty());
  EXPECT_THAT(RulesOf(nest(513)), Contains("depth"));
}

TEST(TraceCheck, ReportsBrokenFlows) {
  const std::string slices = kCaller + "," + kCallee + ",";
  const auto flows = [&](const std::string& s, const std::string& f) {
    return RulesOf(slices + s + (f.empty() ? "" : "," + f));
  };
  const std::string s = Flow("s", 1, "1.001");
  const std::string f = Flow("f", 2, "2.001");
  EXPECT_THAT(flows(s, f), IsEmpty());
  EXPECT_THAT(flows(s, ""), Contains("flow"));
  EXPECT_THAT(flows(f, ""), Contains("flow"));
  EXPECT_THAT(flows(s + "," + s, f), Contains("flow"));
  // Back in time, and in the wrong order at one time.
  EXPECT_THAT(flows(Flow("s", 1, "3.000"), f), Contains("flow"));
  EXPECT_THAT(flows(f, Flow("s", 1, "2.001")), Contains("flow"));
  // Without cat, with another cat, with another name.
  EXPECT_THAT(flows(Flow("s", 1, "1.001", R"(,"id":1)"),
                    Flow("f", 2, "2.001", R"(,"id":1)")),
              Contains("flow"));
  EXPECT_THAT(flows(s, Flow("f", 2, "2.001", R"(,"cat":"d","id":1)")),
              Contains("flow"));
  EXPECT_THAT(
      flows(s, Flow("f", 2, "2.001", R"(,"cat":"c","id":1,"name":"m")")),
      Contains("flow"));
  // Without bp.
  std::string unbound = f;
  unbound.replace(unbound.find(R"(,"bp":"e")"), 9, "");
  EXPECT_THAT(flows(s, unbound), Contains("flow"));
}

TEST(TraceCheck, ReportsFlowIds) {
  const auto with = [](const std::string& id) {
    const std::string more = R"(,"cat":"c","id":)" + id;
    return RulesOf(kCaller + "," + kCallee + "," + Flow("s", 1, "1.001", more) +
                   "," + Flow("f", 2, "2.001", more));
  };
  EXPECT_THAT(with("9007199254740991"), IsEmpty());
  EXPECT_THAT(with("\"0x1f\""), IsEmpty());
  for (const std::string bad :
       {"9007199254740992", "-1", "\"txn-7\"", "\"\"", "1.5", "null"}) {
    EXPECT_THAT(with(bad), Contains("flow")) << bad;
  }
  // "10" is sixteen.
  EXPECT_THAT(RulesOf(kCaller + "," + kCallee + "," +
                      Flow("s", 1, "1.001", R"(,"cat":"c","id":"10")") + "," +
                      Flow("f", 2, "2.001", R"(,"cat":"c","id":10)")),
              Contains("flow"));
}

TEST(TraceCheck, ReportsUnboundFlows) {
  const std::string f = Flow("f", 2, "2.001");
  const auto from = [&](const std::string& slices, const std::string& ts) {
    return RulesOf(slices + "," + kCallee + "," + Flow("s", 1, ts) + "," + f);
  };
  EXPECT_THAT(from(kCaller, "1.001"), IsEmpty());
  EXPECT_THAT(from(kCaller, "0.500"), Contains("bind"));
  EXPECT_THAT(from(kCaller, "1.000"), Contains("bind"));
  // On the edge of an inner slice, which would take the arrow.
  const std::string touching = Slice(1, "a", "1.000", "1.000");
  EXPECT_THAT(from(touching + "," + Slice(1, "b", "2.000", "3.000"), "2.000"),
              Contains("bind"));
  EXPECT_THAT(from(kCaller + "," + Slice(1, "a", "1.500", "0.500"), "1.500"),
              Contains("bind"));
  // At the time of an instant, which Perfetto takes for a slice.
  EXPECT_THAT(from(kCaller + R"(,{"ph":"i","name":"i","s":"t","pid":1,"tid":1,)"
                             R"("ts":1.001})",
                   "1.001"),
              Contains("bind"));
  // Before its slice in the file.
  EXPECT_THAT(
      RulesOf(Flow("s", 1, "1.001") + "," + kCaller + "," + kCallee + "," + f),
      Contains("bind"));
}

TEST(TraceCheck, ReportsArrowsToWrongSlices) {
  const auto call = [](const std::string& caller, const std::string& callee) {
    return RulesOf(Slice(1, caller, "1.000", "9.000") + "," +
                   Slice(2, callee, "2.000", "5.000") + "," +
                   Flow("s", 1, "1.001") + "," + Flow("f", 2, "2.001"));
  };
  EXPECT_THAT(call("binder transaction", "binder reply"), IsEmpty());
  EXPECT_THAT(call("binder transaction async", "binder async rcv"), IsEmpty());
  EXPECT_THAT(call("binder reply", "receive reply"), IsEmpty());
  EXPECT_THAT(call("binder transaction", "binder async rcv"),
              Contains("binder"));
  EXPECT_THAT(call("binder transaction async", "binder reply"),
              Contains("binder"));
  EXPECT_THAT(call("something", "binder reply"), Contains("binder"));
  // The AIDL slice begins with its parent and takes the arrow.
  EXPECT_THAT(
      RulesOf(kCaller + "," + kCallee + "," +
              Slice(2, "AIDL::cpp::I::m::cppServer", "2.000", "1.000") + "," +
              Flow("s", 1, "1.001") + "," + Flow("f", 2, "2.001")),
      Contains("binder"));
  // Two arrows from one transaction.
  EXPECT_THAT(
      RulesOf(kCall + "," + Flow("s", 1, "1.002", R"(,"cat":"c","id":2)") +
              "," + Flow("f", 2, "2.002", R"(,"cat":"c","id":2)")),
      Contains("binder"));
}

TEST(TraceCheck, ReportsCallersShorterThanTheirCallees) {
  EXPECT_THAT(
      RulesOf(Slice(1, "binder transaction", "1.000", "3.000") + "," + kCallee +
              "," + Flow("s", 1, "1.001") + "," + Flow("f", 2, "2.001")),
      Contains("duration"));
}

TEST(TraceCheck, ReportsAidlSlicesInTheWrongPlace) {
  for (const std::string name :
       {"AIDL::cpp::I::m::cppServer", "AIDL::java::I::m::server"}) {
    EXPECT_THAT(RulesOf(Slice(1, name, "1.000", "1.000")), Contains("aidl"));
    EXPECT_THAT(RulesOf(Slice(1, "binder reply", "1.000", "9.000") + "," +
                        Slice(1, "other", "2.000", "5.000") + "," +
                        Slice(1, name, "3.000", "1.000")),
                Contains("aidl"));
    EXPECT_THAT(RulesOf(Slice(1, "binder async rcv", "1.000", "9.000") + "," +
                        Slice(1, name, "3.000", "1.000")),
                IsEmpty());
  }
  EXPECT_THAT(RulesOf(Slice(1, "AIDL::cpp::I::m::cppClient", "1.000", "1.000")),
              IsEmpty());
}

TEST(TraceCheck, ReportsCounters) {
  const auto counter = [](const std::string& rest) {
    return R"({"ph":"C","name":"c","pid":1,"tid":1,"ts":1.000)" + rest + "}";
  };
  EXPECT_THAT(RulesOf(counter(R"(,"args":{"v":1})")), IsEmpty());
  EXPECT_THAT(RulesOf(counter("")), Contains("counter"));
  EXPECT_THAT(RulesOf(counter(R"(,"args":{})")), Contains("counter"));
  EXPECT_THAT(RulesOf(counter(R"(,"args":{"v":"1"})")), Contains("counter"));
  EXPECT_THAT(RulesOf(counter(R"(,"args":{"v":[1]})")), Contains("counter"));
  EXPECT_THAT(RulesOf(counter(R"(,"id":1,"args":{"v":1})")),
              Contains("counter"));
  EXPECT_THAT(RulesOf(counter(R"(,"args":{"v":1})") + "," +
                      counter(R"(,"args":{"w":1})")),
              Contains("counter"));
}

TEST(TraceCheck, ReportsInstantsWithoutScope) {
  const std::string instant =
      R"({"ph":"i","name":"n","pid":1,"tid":1,"ts":1.000)";
  EXPECT_THAT(RulesOf(instant + R"(,"s":"g"})"), IsEmpty());
  EXPECT_THAT(RulesOf(instant + "}"), Contains("instant"));
  EXPECT_THAT(RulesOf(instant + R"(,"s":"x"})"), Contains("instant"));
}

TEST(TraceCheck, ReportsAsyncEventsWithoutIdentity) {
  const std::string async =
      R"({"ph":"b","name":"n","pid":1,"tid":1,"ts":1.000)";
  EXPECT_THAT(RulesOf(async + R"(,"cat":"c","id2":{"local":"0x1"}})"),
              IsEmpty());
  EXPECT_THAT(RulesOf(async + R"(,"cat":"c"})"), Contains("async"));
  EXPECT_THAT(RulesOf(async + R"(,"id":"0x1"})"), Contains("async"));
  EXPECT_THAT(
      RulesOf(async + R"(,"cat":"c","id":"0x1","id2":{"local":"0x1"}})"),
      Contains("async"));
}

}  // namespace
}  // namespace bindersim::viz
