// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_OVERDUE_H_
#define BINDERSIM_MODEL_OVERDUE_H_

#include <vector>

#include "model/userspace/finding.h"
#include "model/wait_graph.h"
#include "model/world.h"

namespace bindersim {

// What took, or takes, longer than the scenario's bounds: one finding for each
// process whose pool starved, about the longest time, and one for each method
// that was not answered in time. Who is among the `stuck` is another finding's
// business. Nothing if the world knows no time.
std::vector<Finding> Overdue(const World& world,
                             const std::vector<Waiter>& stuck);

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_OVERDUE_H_
