// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/tidy/rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/tidy/source.h"

namespace bindersim::tidy {
namespace {

// Lines 1 and 2 of a file that is in order.
const char kHead[] =
    "// Copyright 2026 The bindersim Authors\n"
    "// SPDX-License-Identifier: Apache-2.0\n";

// Whether line 3 is all that breaks `rule` when `text` starts there.
bool Breaks(const std::string& rule, const std::string& path,
            const std::string& text, const std::string& header = "") {
  bool third = false;
  for (const Finding& f : Check(Scan(path, kHead + text), header)) {
    if (f.rule != rule) continue;
    EXPECT_EQ(f.line, 3) << ToString(f);
    EXPECT_EQ(f.path, path);
    third = true;
  }
  return third;
}

struct Example {
  std::string rule;
  std::string path;
  std::string text;
};

void PrintTo(const Example& example, std::ostream* out) {
  *out << example.rule << " in " << example.path << ": " << example.text;
}

const std::vector<Example> kBad = {
    {"random", "sim/a.cc", "std::uniform_int_distribution<int> d(0, 1);"},
    {"random", "viz/a.cc", "std::shuffle(v.begin(), v.end(), g);"},
    {"random", "cli/a.cc", "std::random_device device;"},
    {"random", "explore/a.cc", "std::mt19937_64 engine(7);"},
    {"random", "sim/a.cc", "int x = rand() % 6;"},
    {"random", "sim/a.cc", "return ::rand();"},
    {"random", "sim/a.cc", "absl::BitGen gen;"},
    {"random", "tests/a.cc", "int x = absl::Uniform(gen, 0, 6);"},
    {"random", "sim/a.cc", "#include <random>"},
    {"clock", "sim/a.cc", "auto t = std::chrono::system_clock::now();"},
    {"clock", "cli/run.cc", "std::chrono::steady_clock::time_point t;"},
    {"clock", "model/a.cc", "auto t = time(nullptr);"},
    {"clock", "model/a.cc", "return std::time(nullptr);"},
    {"clock", "model/a.cc", "gettimeofday(&tv, nullptr);"},
    {"clock", "model/a.cc", "clock_gettime(CLOCK_MONOTONIC, &ts);"},
    {"clock", "tests/a.cc", "absl::Time t = absl::Now();"},
    {"clock", "viz/a.cc", "#include <ctime>"},
    {"thread-id", "sim/a.cc", "auto id = std::this_thread::get_id();"},
    {"threads", "model/a.cc", "std::mutex mutex;"},
    {"threads", "sim/a.cc", "thread_local int depth = 0;"},
    {"unordered", "sim/a.h", "std::unordered_map<int, int> m;"},
    {"unordered", "model/a.cc", "#include <unordered_set>"},
    {"hash", "sim/a.cc", "size_t h = std::hash<int>()(1);"},
    {"hash", "explore/a.cc", "size_t h = absl::HashOf(a, b);"},
    {"hash", "viz/a.cc", "absl::Hash<Key>()(key);"},
    {"float", "sim/a.cc", "double mean = 0;"},
    {"float", "model/a.h", "float x;"},
    {"float", "sim/a.cc", "auto x = 1.5;"},
    {"float", "sim/a.cc", "auto x = 1e9;"},
    {"float", "sim/a.cc", "auto x = std::sqrt(y);"},
    {"float", "model/a.cc", "return log(y);"},
    {"float", "sim/a.cc", "#include <cmath>"},
    {"address", "model/a.cc", "auto a = reinterpret_cast<uintptr_t>(&x);"},
    {"address", "viz/a.cc", "Format(\"node %p\", node);"},
    {"address", "sim/a.cc", "fmt::format(\"{}\", fmt::ptr(&x));"},
    {"locale", "cli/a.cc", "setlocale(LC_ALL, \"\");"},
    {"locale", "model/a.cc", "if (std::isalpha(c)) return;"},
    {"print", "model/a.cc", "std::cerr << x;"},
    {"print", "sim/a.cc", "printf(\"x\");"},
    {"print", "viz/a.cc", "#include <iostream>"},
    {"regex", "cli/a.cc", "#include <regex>"},
    {"json", "viz/a.h", "#include <nlohmann/json.hpp>"},
    {"layers", "sim/a.cc", "#include \"model/record.h\""},
    {"layers", "model/record.h", "#include \"model/driver/driver.h\""},
    {"layers", "model/os/a.h", "#include \"model/driver/driver.h\""},
    {"layers", "model/driver/a.cc", "#include \"model/userspace/parcel.h\""},
    {"layers", "model/driver/a.cc", "#include \"model/scenario/scenario.h\""},
    {"layers", "model/userspace/a.cc", "#include \"model/driver/node.h\""},
    {"layers", "model/userspace/a.cc", "#include \"model/scenario/x.h\""},
    {"layers", "model/scenario/a.cc", "#include \"model/world.h\""},
    {"layers", "viz/a.cc", "#include \"model/driver/driver.h\""},
    {"layers", "viz/a.cc", "#include \"explore/search.h\""},
    {"layers", "explore/a.cc", "#include \"cli/options.h\""},
    {"layers", "bench/a.cc", "#include \"cli/options.h\""},
    {"layers", "sim/a.cc", "#include \"tests/sim/helper.h\""},
    {"blanks", "sim/a.cc", "int a; "},
    {"blanks", "docs/a.md", "text\t"},
    {"note", "sim/a.cc", "// TODO: more"},
    {"note", "docs/a.md", "FIXME"},
    {"path", "docs/a.md", "see /work/x"},
    {"path", "scenarios/a.json", "{\"file\": \"/root/a\"}"},
    {"columns", "sim/a.cc", "int " + std::string(80, 'a') + ";"},
    {"allow", "sim/a.cc", "int a;  // tidy: allow(float)"},
    {"allow", "sim/a.cc", "int a;  // tidy: allow(floats) a reason"},
};

const std::vector<Example> kGood = {
    {"random", "sim/a.cc", "// std::shuffle differs between libraries"},
    {"random", "sim/a.cc", "Log(\"std::shuffle\"); x.rand(); int rand(3);"},
    {"random", "sim/a.cc", "sim::Uniform(gen, 0, 6); my::rand();"},
    {"clock", "bench/a.cc", "auto t = std::chrono::steady_clock::now();"},
    {"clock", "cli/progress.cc", "std::chrono::steady_clock::time_point t;"},
    {"clock", "cli/interrupts.cc", "std::chrono::steady_clock::now();"},
    {"clock", "sim/a.cc", "return Sleep{time(), time(\"5ms\")};"},
    {"clock", "sim/a.cc", "Time time(5); e.time(); auto t = event->time();"},
    {"clock", "sim/a.cc", "std::chrono::nanoseconds t;"},
    {"thread-id", "tests/a.cc", "auto id = std::this_thread::get_id();"},
    {"threads", "explore/a.cc", "std::thread worker;"},
    {"unordered", "sim/a.cc",
     "absl::flat_hash_map<int, std::vector<int>> m;\nauto x = m.find(3);\n"
     "for (int i : Sorted(m)) Use(i);\nfor (int i : v) m.erase(i);"},
    {"unordered", "sim/a.cc",
     "absl::btree_map<int, int> m;\nfor (auto& [k, v] : m) Use(k);"},
    {"hash", "sim/a.cc", "sim::Hash(x); std::hash_like y;"},
    {"float", "sim/a.cc", "int x = 0x1e5; auto y = 1'000; auto z = 3_sec;"},
    {"float", "sim/a.cc", "log.Add(1); logger->log(2); Kind log(3);"},
    {"float", "viz/a.cc", "double mean = 1.5;"},
    {"float", "sim/a.cc", "double d;  // tidy: allow(float) for people only"},
    {"float", "sim/a.cc",
     "// tidy: allow(float) printed\n// for people only.\ndouble d = 0.5;"},
    {"address", "model/a.cc", "binder_uintptr_t a; Format(\"100%\", p);"},
    {"locale", "cli/a.cc", "absl::ascii_isalpha(c);"},
    {"print", "cli/a.cc", "std::cerr << x;"},
    {"print", "sim/a.cc", "out.printf(x); snprintf(b, 3, \"x\");"},
    {"regex", "tests/a.cc", "#include <regex>"},
    {"json", "viz/a.cc", "#include <nlohmann/json.hpp>"},
    {"json", "viz/a.h", "#include <nlohmann/json_fwd.hpp>"},
    {"json", "tests/a.h", "#include <nlohmann/json.hpp>"},
    {"layers", "sim/a.cc", "#include \"sim/time.h\""},
    {"layers", "model/driver/a.cc", "#include \"model/os/kernel.h\""},
    {"layers", "model/userspace/a.cc", "#include \"model/driver/driver.h\""},
    {"layers", "model/world.h", "#include \"model/driver/state.h\""},
    {"layers", "viz/a.cc", "#include \"model/record.h\""},
    {"layers", "cli/a.cc", "#include \"explore/search.h\""},
    {"layers", "tests/cli/a.cc", "#include \"cli/options.h\""},
    {"layers", "sim/a.cc", "#include \"absl/status/status.h\""},
    {"layers", "tests/a.cc", "R\"(\n#include \"cli/a.h\"\n)\";"},
    {"blanks", "sim/a.cc", "int a;"},
    {"note", "sim/a.cc", "int TODOS = 0;"},
    {"path", "docs/a.md", "network/work/x, ./work, /workers, ~/root"},
    {"columns", "sim/a.cc", "// https://" + std::string(80, 'a')},
    {"columns", "sim/a.cc", "#include \"" + std::string(80, 'a') + "\""},
    {"columns", "sim/a.cc", "// \xc3\xa4" + std::string(76, 'a')},
    {"columns", "sim/a.cc", "R\"(" + std::string(80, 'a') + ")\";"},
    {"allow", "sim/a.cc", "int a;  // tidy: allow(float) a reason"},
};

class BadTest : public testing::TestWithParam<Example> {};
class GoodTest : public testing::TestWithParam<Example> {};

TEST_P(BadTest, IsFound) {
  EXPECT_TRUE(Breaks(GetParam().rule, GetParam().path, GetParam().text));
}

TEST_P(GoodTest, IsLeftAlone) {
  EXPECT_FALSE(Breaks(GetParam().rule, GetParam().path, GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(RulesTest, BadTest, testing::ValuesIn(kBad));
INSTANTIATE_TEST_SUITE_P(RulesTest, GoodTest, testing::ValuesIn(kGood));

TEST(RulesTest, EachRuleHasABadAndAGoodExample) {
  std::set<std::string> bad = {"licence", "guard", "long-file"};
  std::set<std::string> good = bad;  // These have tests of their own below.
  for (const Example& example : kBad) bad.insert(example.rule);
  for (const Example& example : kGood) good.insert(example.rule);
  std::vector<std::string> rules = RuleNames();
  std::set<std::string> all(rules.begin(), rules.end());
  EXPECT_EQ(bad, all);
  EXPECT_EQ(good, all);
}

TEST(RulesTest, LoopsOverHashContainersAreFound) {
  const std::string map = "absl::flat_hash_map<Key, std::vector<int>> map_;";
  for (const char* loop :
       {"for (const auto& [k, v] : map_) Use(k);",
        "for (int i = 0; auto& x : world.map_) Use(i);",
        "for (\n  auto& x : *map_) Use(x);", "auto it = map_.begin();",
        "std::vector<Pair> v(map_.begin(), map_.end());"}) {
    EXPECT_TRUE(Breaks("unordered", "sim/a.cc", std::string(loop) + "\n" + map))
        << loop;
    // The same with the member declared in the header.
    EXPECT_TRUE(Breaks("unordered", "viz/a.cc", loop, map)) << loop;
    EXPECT_FALSE(Breaks("unordered", "viz/a.cc", loop)) << loop;
  }
  EXPECT_TRUE(Breaks("unordered", "cli/a.cc",
                     "for (auto& x : set) Use(x);\n"
                     "void F(const absl::node_hash_set<int>& set);"));
  EXPECT_TRUE(Breaks("unordered", "cli/a.cc",
                     "for (auto& x : set) Use(x);\n"
                     "void F(std::unordered_set<int> const& set);"));
}

TEST(RulesTest, ALicenceIsDemanded) {
  EXPECT_EQ(Check(Scan("sim/a.cc", "int a;\n")).front().rule, "licence");
  EXPECT_EQ(Check(Scan("sim/BUILD.bazel", "\n")).front().rule, "licence");
  EXPECT_TRUE(Check(Scan("sim/a.cc", kHead)).empty());
  EXPECT_TRUE(Check(Scan("docs/a.md", "# Title\n")).empty());
  EXPECT_TRUE(Check(Scan("scenarios/a.json", "{}\n")).empty());
}

TEST(RulesTest, AGuardIsNamedAfterThePath) {
  const std::string good = std::string(kHead) +
                           "#ifndef BINDERSIM_SIM_EVENT_QUEUE_H_\n"
                           "#define BINDERSIM_SIM_EVENT_QUEUE_H_\n"
                           "#endif  // BINDERSIM_SIM_EVENT_QUEUE_H_\n";
  EXPECT_TRUE(Check(Scan("sim/event_queue.h", good)).empty());
  std::vector<Finding> findings = Check(Scan("sim/other.h", good));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "guard");
  EXPECT_NE(findings[0].message.find("BINDERSIM_SIM_OTHER_H_"),
            std::string::npos);
}

TEST(RulesTest, ALongFileSaysWhy) {
  std::string text = kHead;
  for (int i = 0; i < 598; ++i) text += "int a;\n";
  EXPECT_TRUE(Check(Scan("sim/a.cc", text)).empty());
  text += "int a;\n";
  std::vector<Finding> findings = Check(Scan("sim/a.cc", text));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule, "long-file");
  EXPECT_TRUE(
      Check(Scan("sim/a.cc", text + "// Long file: a table.\n")).empty());
  EXPECT_FALSE(Check(Scan("sim/a.cc", text + "// Long file: \n")).empty());
}

TEST(RulesTest, AFindingSaysWhereAndWhatInstead) {
  std::vector<Finding> findings =
      Check(Scan("sim/a.cc", std::string(kHead) + "std::random_device d;\n"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(ToString(findings[0]),
            "sim/a.cc:3: [random] std::random_device: use a named stream of "
            "sim/random.h, or sim/distribution.h");
}

}  // namespace
}  // namespace bindersim::tidy
