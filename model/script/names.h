// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The names of <linux/android/binder.h> and their values.

#ifndef BINDERSIM_MODEL_SCRIPT_NAMES_H_
#define BINDERSIM_MODEL_SCRIPT_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bindersim::script {

// The value of "BC_...", if there is such a command.
std::optional<uint32_t> CommandWord(std::string_view name);
// "BR_...", or the word in hexadecimal if there is no such return.
std::string ReturnName(uint32_t word);
// The type word of "BINDER", "HANDLE", "FD", "PTR", ...
std::optional<uint32_t> ObjectType(std::string_view name);
// The name of a type word, or the word in hexadecimal.
std::string ObjectName(uint32_t type);
// Bytes of an object of that type, 0 if there is none.
uint64_t ObjectSize(uint32_t type);
// The value of a flag of a transaction or an object.
std::optional<uint32_t> FlagValue(std::string_view name);
// "EINVAL" for 22.
std::string ErrorName(int error);

}  // namespace bindersim::script

#endif  // BINDERSIM_MODEL_SCRIPT_NAMES_H_
