// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/script/run_on.h"

#include "model/script/session.h"

namespace bindersim::script {

Result RunOn(Host& host, const Script& script) {
  Result result;
  result.name = script.name;
  Session session(script, host);
  for (size_t i = 0; i < script.steps.size() && !session.failure(); ++i) {
    result.steps.push_back(session.Perform(i));
  }
  result.failure = session.failure();
  result.blocked = session.Blocked();
  result.leak = host.Finish();
  return result;
}

}  // namespace bindersim::script
