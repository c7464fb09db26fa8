// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// Which objects can a reference stand for? "$0", kept names and services are
// followed through all calls, replies, look-ups and registrations of the
// scenario at once, so that a call's transaction code is known before the run
// and a call to a method that is not there is found without it.

#ifndef BINDERSIM_MODEL_SCENARIO_OBJECT_FLOW_H_
#define BINDERSIM_MODEL_SCENARIO_OBJECT_FLOW_H_

#include <map>
#include <set>
#include <string>

#include "model/scenario/declarations.h"
#include "model/scenario/programs.h"
#include "model/scenario/reader.h"

namespace bindersim::scenario {

// What calls are named after in records and statistics:
// "activity.startService", "app.thread.scheduleBind".
struct CallNames {
  std::set<std::string> names;
  // Methods that calls of another name may reach: "app.thread.ready" ->
  // "$0.ready" if $0 can be one of several objects.
  std::map<std::string, std::string> other_names;
};

// Completes the calls in `programs` (code, interface, oneway; label, where only
// one object can be meant) and reports those that cannot be: of methods that
// some possible target does not have, has with another code or only as oneway;
// with too few objects; for an object that the reply does not have. Also
// reports uses of "$0" where nothing is ever passed.
CallNames ResolveCalls(const Reporter& reporter,
                       const Declarations& declarations, Programs& programs);

}  // namespace bindersim::scenario

#endif  // BINDERSIM_MODEL_SCENARIO_OBJECT_FLOW_H_
