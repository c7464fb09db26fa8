// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_STATUS_H_
#define BINDERSIM_MODEL_USERSPACE_STATUS_H_

#include <cstdint>

namespace bindersim::userspace {

// libutils' status_t: 0, a negative errno, or a number near INT32_MIN (USR-70).
using Status = int32_t;

inline constexpr Status kOk = 0;
inline constexpr Status kPermissionDenied = -1;
inline constexpr Status kNameNotFound = -2;
inline constexpr Status kNoMemory = -12;
inline constexpr Status kBadValue = -22;
inline constexpr Status kDeadObject = -32;
inline constexpr Status kInvalidOperation = -38;
inline constexpr Status kUnknownTransaction = -74;
inline constexpr Status kTimedOut = -110;
inline constexpr Status kUnknownError = INT32_MIN;
inline constexpr Status kBadType = INT32_MIN + 1;
inline constexpr Status kFailedTransaction = INT32_MIN + 2;

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_STATUS_H_
