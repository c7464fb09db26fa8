// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_FINDINGS_H_
#define BINDERSIM_MODEL_FINDINGS_H_

#include <string>
#include <vector>

#include "model/userspace/finding.h"
#include "model/world.h"

namespace bindersim {

// What is wrong with a world whose run has ended like that: threads that will
// wait for ever, what took too long, buffers that nobody will free, the step
// limit.
std::vector<Finding> FindingsAtEnd(const World& world, sim::RunEnd end);

// The lines of a finding's text that say who waits for what, one for each sort
// of thread: without numbers, so that they are the same for other members of a
// group and other threads of a pool. Empty for texts about other things.
std::vector<std::string> WaitsOf(const std::string& kind,
                                 const std::string& text);

// Two findings are the same one if this is the same: the kind, and the
// processes or what of the driver is concerned.
std::string SignatureOf(const World& world, const Finding& finding);

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_FINDINGS_H_
