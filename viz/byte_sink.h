// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// Where exporters put their bytes.

#ifndef BINDERSIM_VIZ_BYTE_SINK_H_
#define BINDERSIM_VIZ_BYTE_SINK_H_

#include <string>

#include "absl/status/status.h"

namespace bindersim::viz {

// Takes bytes in order. After the first error nothing more is written and
// every further Write() returns that error again.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual absl::Status Write(const std::string& bytes) = 0;
};

// Collects the bytes in memory.
class StringSink : public ByteSink {
 public:
  absl::Status Write(const std::string& bytes) override {
    text_ += bytes;
    return absl::OkStatus();
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_BYTE_SINK_H_
