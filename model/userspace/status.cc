// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/userspace/status.h"

#include <string>

namespace bindersim::userspace {

std::string StatusName(Status status) {
  switch (status) {
    case kOk:
      return "OK";
    case kPermissionDenied:
      return "PERMISSION_DENIED";
    case kNameNotFound:
      return "NAME_NOT_FOUND";
    case kNoMemory:
      return "NO_MEMORY";
    case kBadValue:
      return "BAD_VALUE";
    case kDeadObject:
      return "DEAD_OBJECT";
    case kInvalidOperation:
      return "INVALID_OPERATION";
    case kUnknownTransaction:
      return "UNKNOWN_TRANSACTION";
    case kTimedOut:
      return "TIMED_OUT";
    case kUnknownError:
      return "UNKNOWN_ERROR";
    case kBadType:
      return "BAD_TYPE";
    case kFailedTransaction:
      return "FAILED_TRANSACTION";
    default:
      return std::to_string(status);
  }
}

}  // namespace bindersim::userspace
