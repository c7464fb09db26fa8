// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_RUN_DIGEST_SINK_H_
#define BINDERSIM_RUN_DIGEST_SINK_H_

#include <span>

#include "sim/digest.h"
#include "sim/record.h"

namespace bindersim::run {

// Computes the digest of a run from its records.
class DigestSink final : public sim::Sink {
 public:
  void OnRecord(const sim::Record& record, const sim::NameTable&) override {
    digest_.Update(std::as_bytes(std::span(&record, 1)));
  }
  const sim::RunDigest& digest() const { return digest_; }

 private:
  sim::RunDigest digest_;
};

}  // namespace bindersim::run

#endif  // BINDERSIM_RUN_DIGEST_SINK_H_
