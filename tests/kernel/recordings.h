// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The recorded kernel scripts, and comparing results with them.

#ifndef BINDERSIM_TESTS_KERNEL_RECORDINGS_H_
#define BINDERSIM_TESTS_KERNEL_RECORDINGS_H_

#include <string>
#include <vector>

namespace bindersim::script {

struct Recording {
  std::string name;
  std::string script;  // one JSON line
  std::string result;  // what the kernel did, one JSON line
};

// The scripts of a file and, line by line, their results in another.
// REQUIRES: both can be read and have as many lines.
std::vector<Recording> ReadRecordings(const std::string& scripts,
                                      const std::string& results);
// All recordings of one corpus kept here: "handwritten", "mapping", "found" or
// "random".
std::vector<Recording> ReadRecordings(const std::string& corpus);

// Compares two results as JSON objects. Returns a text that shows the first
// step that differs, with the step of the script; "" if none does.
std::string Difference(const Recording& recording, const std::string& actual);

// The script's steps, each with what was recorded and what `actual` has.
std::string SideBySide(const Recording& recording, const std::string& actual);

}  // namespace bindersim::script

#endif  // BINDERSIM_TESTS_KERNEL_RECORDINGS_H_
