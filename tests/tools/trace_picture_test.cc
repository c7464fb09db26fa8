// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/tools/shell.h"

namespace bindersim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A call from one thread to another, with a slice inside; and a track of thread
// states, which pictures leave out.
constexpr char kTrace[] = R"({"metadata":{"end_ns":100000},"traceEvents":[
  {"ph":"M","name":"process_name","pid":10,"tid":0,"args":{"name":"app <a>"}},
  {"ph":"M","name":"process_sort_index","pid":10,"tid":0,
   "args":{"sort_index":1}},
  {"ph":"M","name":"thread_name","pid":10,"tid":10,"args":{"name":"main"}},
  {"ph":"M","name":"process_name","pid":20,"tid":0,"args":{"name":"server"}},
  {"ph":"M","name":"process_sort_index","pid":20,"tid":0,
   "args":{"sort_index":2}},
  {"ph":"M","name":"thread_name","pid":20,"tid":21,"args":{"name":"pool"}},
  {"ph":"M","name":"process_name","pid":30,"tid":0,
   "args":{"name":"thread states"}},
  {"ph":"M","name":"process_sort_index","pid":30,"tid":0,
   "args":{"sort_index":3}},
  {"ph":"M","name":"thread_name","pid":30,"tid":31,"args":{"name":"states"}},
  {"ph":"X","name":"binder transaction","cat":"binder","pid":10,"tid":10,
   "ts":10,"dur":80},
  {"ph":"X","name":"binder reply","cat":"binder","pid":20,"tid":21,
   "ts":30,"dur":40},
  {"ph":"X","name":"AIDL::cpp::test.ISvc::run::cppServer","cat":"aidl",
   "pid":20,"tid":21,"ts":40,"dur":20},
  {"ph":"X","name":"Running","cat":"state","pid":30,"tid":31,"ts":0,"dur":90},
  {"ph":"s","id":1,"name":"call","cat":"flow","pid":10,"tid":10,"ts":10.001},
  {"ph":"f","id":1,"name":"call","cat":"flow","pid":20,"tid":21,"ts":30.001}
]})";

class TracePictureTest : public testing::Test {
 protected:
  TracePictureTest() { WriteFile(folder_ + "/trace.json", kTrace); }

  Outcome Draw(const std::string& arguments) {
    return RunIn(folder_, "python3 '" + DataFile("tools/trace_picture") + "' " +
                              arguments);
  }

  const std::string folder_ = FreshFolder("picture");
};

TEST_F(TracePictureTest, DrawsSlicesNamesAndArrows) {
  const Outcome outcome = Draw("trace.json picture.svg");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::string picture = ReadFile(folder_ + "/picture.svg");
  EXPECT_THAT(picture, testing::StartsWith("<svg "));
  EXPECT_THAT(picture, HasSubstr("app &lt;a&gt; (10)"));
  EXPECT_THAT(picture, HasSubstr("binder transaction: 10 us, 80 us"));
  EXPECT_THAT(picture, HasSubstr(">ISvc.run (server)<"));
  EXPECT_THAT(picture, HasSubstr("marker-end=\"url(#head)\""));
  EXPECT_THAT(picture, Not(HasSubstr("Running")));
}

TEST_F(TracePictureTest, DrawsAPart) {
  const Outcome outcome = Draw("trace.json picture.svg 75 100");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::string picture = ReadFile(folder_ + "/picture.svg");
  EXPECT_THAT(picture, HasSubstr("binder transaction"));
  EXPECT_THAT(picture, Not(HasSubstr("binder reply")));
  EXPECT_THAT(picture, Not(HasSubstr("marker-end")));
}

TEST_F(TracePictureTest, SaysHowItIsUsed) {
  const Outcome outcome = Draw("trace.json");
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.err, HasSubstr("usage: trace_picture"));
}

}  // namespace
}  // namespace bindersim
