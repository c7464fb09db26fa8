// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
//   bazel run //tests/kernel:show -- NAME
//
// prints the recorded kernel script of that name, what the kernel did, and what
// the simulated driver does. Without a name it lists the scripts that differ.

#include <exception>
#include <iostream>
#include <string>

#include "model/script/result.h"
#include "model/script/runner.h"
#include "model/script/script.h"
#include "tests/kernel/recordings.h"

namespace bindersim::script {
namespace {

void Show(const Recording& recording) {
  const auto script = ParseScript(recording.script);
  if (!script.ok()) {
    std::cout << script.status().message() << "\n";
    return;
  }
  const std::string actual = ToJson(Run(*script));
  const std::string difference = Difference(recording, actual);
  std::cout << SideBySide(recording, actual)
            << (difference.empty() ? "equal\n" : "differ:\n" + difference);
}

void List(const Recording& recording) {
  const auto script = ParseScript(recording.script);
  if (!script.ok()) {
    std::cout << script.status().message() << "\n";
    return;
  }
  if (!Difference(recording, ToJson(Run(*script))).empty()) {
    std::cout << recording.name << ": differs\n";
  }
}

int Main(const std::string& name) {
  for (const char* corpus : {"handwritten", "mapping", "found", "random"}) {
    for (const Recording& recording : ReadRecordings(corpus)) {
      try {
        if (name.empty()) {
          List(recording);
        } else if (recording.name == name) {
          Show(recording);
        }
      } catch (const std::exception& error) {
        std::cout << recording.name << ": " << error.what() << "\n";
      }
    }
  }
  return 0;
}

}  // namespace
}  // namespace bindersim::script

int main(int argc, char** argv) {
  return bindersim::script::Main(argc > 1 ? argv[1] : "");
}
