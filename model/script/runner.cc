// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/runner.h"

#include "model/script/run_on.h"
#include "model/script/simulated_host.h"

namespace bindersim::script {

Result Run(const Script& script, sim::Sink* sink) {
  SimulatedHost host(script, sink);
  return RunOn(host, script);
}

}  // namespace bindersim::script
