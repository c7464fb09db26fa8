// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_USERSPACE_QUANTITY_H_
#define BINDERSIM_MODEL_USERSPACE_QUANTITY_H_

#include "sim/distribution.h"

namespace bindersim::userspace {

// A time (ns) or a size (bytes), fixed or drawn anew at each use with
// sim::Draw(quantity, stream).
using Quantity = sim::Distribution;

}  // namespace bindersim::userspace

#endif  // BINDERSIM_MODEL_USERSPACE_QUANTITY_H_
