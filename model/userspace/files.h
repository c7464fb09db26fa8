// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Ordinary files (memfd, ashmem) of the acting process, and their descriptors
// in Parcels. Opening and closing them takes no time.

#ifndef BINDERSIM_MODEL_USERSPACE_FILES_H_
#define BINDERSIM_MODEL_USERSPACE_FILES_H_

#include <cstdint>
#include <vector>

#include "model/userspace/parcel.h"
#include "model/userspace/program.h"
#include "sim/machine.h"

namespace bindersim::userspace {

// memfd_create. Returns the descriptor: the lowest free number.
int32_t OpenFile(sim::Env& env);
// close. A number that is not open is left alone.
void CloseFile(sim::Env& env, int32_t descriptor);
// Puts the files' descriptors into the Parcel under construction. Returns those
// that it is to close (writeFileDescriptor with takeOwnership).
std::vector<int32_t> WriteFiles(sim::Env& env, const Files& files,
                                ParcelBuilder& builder);

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_FILES_H_
