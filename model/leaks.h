// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_LEAKS_H_
#define BINDERSIM_MODEL_LEAKS_H_

#include <vector>

#include "model/userspace/finding.h"
#include "model/world.h"

namespace bindersim {

// Adds what the driver keeps for processes that will never ask for it again,
// and what it counts otherwise than libbinder does. REQUIRES: nothing will
// happen any more.
void AddLeaks(const World& world, std::vector<Finding>& findings);

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_LEAKS_H_
