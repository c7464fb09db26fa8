// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which objects can a reference stand for? "$0", kept names and services are
// followed through all calls, replies, look-ups and registrations of the
// scenario at once, so that a call's transaction code is known before the run
// and a call to a method that is not there is found without it.

#ifndef BINDERSIM_MODEL_SCENARIO_OBJECT_FLOW_H_
#define BINDERSIM_MODEL_SCENARIO_OBJECT_FLOW_H_

#include "model/scenario/declarations.h"
#include "model/scenario/programs.h"
#include "model/scenario/reader.h"

namespace bindersim::scenario {

// Completes the calls in `programs` (code, interface, oneway) and reports those
// that cannot be: of methods that some possible target does not have, has with
// another code or only as oneway; with too few objects; for an object that the
// reply does not have. Also reports uses of "$0" where nothing is ever passed.
void ResolveCalls(const Reporter& reporter, const Declarations& declarations,
                  Programs& programs);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_OBJECT_FLOW_H_
