// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// What sim/value.h must refuse to compile. Runs the compiler on small programs;
// the first one, which must compile, shows that the others fail for the reason
// looked for.

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace bindersim::sim {
namespace {

struct Result {
  bool compiled = false;
  std::string messages;
};

// Compiles a program that hashes a `Value` with the given definition.
Result Compile(const std::string& definition) {
  const std::string path = testing::TempDir() + "value_no_compile.cc";
  std::ofstream(path) << "#include <map>\n#include <unordered_map>\n"
                      << "#include \"sim/value.h\"\n"
                      << definition
                      << "\nauto hash = bindersim::sim::HashOf(Value());\n";
  const std::string command =
      "c++ -std=c++20 -fsyntax-only -I. " + path + " 2>&1";
  Result result;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer;
  while (const size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.messages.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  result.compiled = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return result;
}

std::string Struct(const std::string& members, const std::string& fields) {
  return "struct Value {\n  " + members +
         "\n  auto Fields() const { return std::tie(" + fields + "); }\n};";
}

void ExpectRefused(const std::string& definition, const std::string& message) {
  const Result result = Compile(definition);
  EXPECT_FALSE(result.compiled) << definition;
  EXPECT_NE(result.messages.find(message), std::string::npos)
      << result.messages;
}

TEST(ValueNoCompileTest, WhatIsRightCompiles) {
  const Result result =
      Compile(Struct("int a; std::map<int, std::string> b;", "a, b"));
  EXPECT_TRUE(result.compiled) << result.messages;
}

TEST(ValueNoCompileTest, AMemberIsForgotten) {
  ExpectRefused(Struct("int a; std::string b; int c[2];", "a, b"),
                "decomposes into 3 elements");
}

TEST(ValueNoCompileTest, MembersAreOutOfOrder) {
  ExpectRefused(Struct("int a; std::string b;", "b, a"),
                "Fields() must name every member, in order of declaration");
}

TEST(ValueNoCompileTest, AMemberHasNoRule) {
  ExpectRefused(Struct("std::unordered_map<int, int> a;", "a"), "Hashable");
  ExpectRefused("struct Value { int a; };", "Hashable");
}

}  // namespace
}  // namespace bindersim::sim
