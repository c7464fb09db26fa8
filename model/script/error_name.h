// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_SCRIPT_ERROR_NAME_H_
#define BINDERSIM_MODEL_SCRIPT_ERROR_NAME_H_

#include <fmt/format.h>

#include <cstring>
#include <string>

namespace bindersim::script {

// "EINVAL" for 22.
inline std::string ErrorName(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr ? name : fmt::format("E{}", error);
}

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_ERROR_NAME_H_
