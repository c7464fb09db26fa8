// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/findings.h"

namespace bindersim {

std::vector<Finding> FindingsAtEnd(const World&, sim::RunEnd) { return {}; }

}  // namespace bindersim
