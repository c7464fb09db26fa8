// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/check.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

namespace bindersim::sim::internal {

CheckFailure::CheckFailure(const char* file, int line, const char* condition)
    // Never freed: the destructor ends the process.
    : stream_(new std::ostringstream) {
  *stream_ << "bindersim: internal fault: " << file << ":" << line << ": "
           << condition << ": ";
}

CheckFailure::~CheckFailure() {
  const std::string text = static_cast<std::ostringstream*>(stream_)->str();
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
  std::_Exit(kInternalFaultStatus);
}

}  // namespace bindersim::sim::internal
