// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "viz/statistics.h"

#include "viz/statistics_sink.h"

namespace bindersim::viz {

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kDead:
      return "dead";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kFrozen:
      return "frozen";
    case Outcome::kUnknown:
      return "unknown";
    case Outcome::kOther:
      return "other";
    case Outcome::kAbandoned:
      return "abandoned";
    case Outcome::kUnfinished:
      return "unfinished";
  }
  return "";
}

const char* CallKindName(CallKind kind) {
  switch (kind) {
    case CallKind::kSync:
      return "sync";
    case CallKind::kOneway:
      return "oneway";
    case CallKind::kLocal:
      return "local";
  }
  return "";
}

const MethodStatistics* RunStatistics::Find(const std::string& name) const {
  for (const CallKind kind :
       {CallKind::kSync, CallKind::kOneway, CallKind::kLocal}) {
    if (const MethodStatistics* found = Find(name, kind)) return found;
  }
  return nullptr;
}

const MethodStatistics* RunStatistics::Find(const std::string& name,
                                            CallKind kind) const {
  for (const MethodStatistics& method : methods) {
    if (method.kind == kind && method.Name() == name) return &method;
  }
  return nullptr;
}

uint64_t RunStatistics::MarkCount(const std::string& text) const {
  for (const MarkStatistics& mark : marks) {
    if (mark.text == text) return mark.count;
  }
  return 0;
}

void Statistics::OnRecord(const sim::Record& record,
                          const sim::NameTable& names) {
  if (!machine_.OnRecord(record, names)) calls_.OnRecord(record, names);
}

RunStatistics Statistics::Finish(const RunFacts& facts) {
  RunStatistics result;
  result.facts = facts;
  calls_.Finish(&result);
  machine_.Finish(&result);
  return result;
}

}  // namespace bindersim::viz
