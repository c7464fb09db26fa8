// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The words for the numbers of Binder's protocol and of libbinder.

#ifndef BINDERSIM_VIZ_BINDER_NAMES_H_
#define BINDERSIM_VIZ_BINDER_NAMES_H_

#include <cstdint>
#include <string>

namespace bindersim::viz {

// "BC_TRANSACTION", "BR_REPLY", ... for a command or return word, or the number
// in hexadecimal if the protocol has no such word.
std::string CommandName(uint32_t word);

// "BINDER_WRITE_READ", ... for an ioctl request, or the number in hexadecimal.
std::string IoctlName(uint32_t request);

// "OK", "DEAD_OBJECT", ... for libbinder's status_t (USR-70), or the number.
std::string StatusName(int32_t status);

}  // namespace bindersim::viz

#endif  // BINDERSIM_VIZ_BINDER_NAMES_H_
