// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/failures.h"

#include <algorithm>
#include <cerrno>

#include "explore/finding.h"
#include "model/record.h"
#include "sim/record.h"

namespace bindersim::explore {

namespace {

bool IsError(const record::ReturnDelivered& returned) {
  return std::ranges::find(kErrorReturns, returned.command) !=
         kErrorReturns.end();
}

// A read that is to come again has not failed.
bool IsError(const record::IoctlEnd& ioctl) {
  const bool later = ioctl.error == EAGAIN || ioctl.error == EINTR;
  return ioctl.error != 0 && !(later && ioctl.request == BINDER_WRITE_READ);
}

class FailureSink final : public sim::Sink {
 public:
  explicit FailureSink(Failures& failures) : failures_(failures) {}

  void OnRecord(const sim::Record& record, const sim::NameTable&) override {
    using Kind = Failures::Kind;
    if (const auto returned = record.As<record::ReturnDelivered>()) {
      if (IsError(*returned)) failures_.Add(Kind::kReturn, returned->command);
    } else if (const auto call = record.As<record::CallEnd>()) {
      if (call->status != 0) failures_.Add(Kind::kCall, call->status);
    } else if (const auto ioctl = record.As<record::IoctlEnd>()) {
      if (IsError(*ioctl)) failures_.Add(Kind::kIoctl, ioctl->error);
    }
  }

 private:
  Failures& failures_;
};

}  // namespace

Failures Failures::Of(Trial& trial, const Schedule& schedule,
                      Checking checking) {
  Failures failures;
  FailureSink sink(failures);
  Replay(trial, schedule, checking, {&sink});
  return failures;
}

bool Failures::Includes(const Failures& other) const {
  return std::ranges::includes(seen_, other.seen_);
}

}  // namespace bindersim::explore
