// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_SCENARIO_SETUP_BUILDER_H_
#define BINDERSIM_MODEL_SCENARIO_SETUP_BUILDER_H_

#include <cstdint>
#include <set>
#include <string>

#include "model/scenario/declarations.h"
#include "model/scenario/programs.h"
#include "model/scenario/reader.h"
#include "model/userspace/program.h"

namespace bindersim::scenario {

// Processes, blocks and events of the run: one ProcessSetup for each member of
// a group, service managers first, then in the file's order.
userspace::Setup BuildSetup(const Reporter& reporter,
                            const Declarations& declarations,
                            Programs programs);

// The pid of a process, fixed by its name alone as long as it is not in `used`:
// a multiple of kTidsPerProcess. Adds it.
uint32_t PidOf(const std::string& name, std::set<uint32_t>& used);

// Likewise the uid of an application: 10000 to 19999 (AID_APP_START).
uint32_t ApplicationUidOf(const std::string& name, std::set<uint32_t>& used);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_SETUP_BUILDER_H_
