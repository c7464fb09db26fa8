// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// check_trace FILE...: checks trace files against the rules of trace_check.h.
// Violations go to standard output, "FILE: event N: RULE: MESSAGE". Exit
// status: 0 none; 1 some; 2 wrong usage; 4 a file could not be read.

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "viz/trace_check.h"

namespace {

using bindersim::viz::CheckTrace;
using bindersim::viz::FormatViolation;
using bindersim::viz::TraceViolation;

// On failure, errno says why.
bool ReadFile(const char* path, std::string* text) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return false;
  char buffer[64 * 1024];
  for (size_t size = 1; size > 0;) {
    size = std::fread(buffer, 1, sizeof buffer, file);
    text->append(buffer, size);
  }
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  std::fclose(file);
  errno = error;
  return !failed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') {
    fmt::print(stderr, "usage: check_trace FILE...\n");
    return 2;
  }
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    std::string text;
    if (!ReadFile(argv[i], &text)) {
      fmt::print(stderr, "check_trace: {}: {}\n", argv[i],
                 std::strerror(errno));
      return 4;
    }
    const std::vector<TraceViolation> violations = CheckTrace(text);
    for (const TraceViolation& violation : violations) {
      fmt::print("{}: {}\n", argv[i], FormatViolation(violation));
    }
    if (!violations.empty()) status = 1;
  }
  return status;
}
