// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/record.h"

#include <xxhash.h>

#include <algorithm>

#include "sim/check.h"

namespace bindersim::sim {

Name NameOf(const std::string& text) {
  return Name{XXH3_64bits(text.data(), text.size())};
}

void NameTable::Add(Name name, const std::string& text) {
  const auto [it, inserted] = texts_.emplace(name, text);
  SIM_CHECK(inserted || it->second == text)
      << "two names with one hash: " << it->second << ", " << text;
}

const std::string& NameTable::Text(Name name) const {
  static const std::string& empty = *new std::string;
  const auto it = texts_.find(name);
  return it == texts_.end() ? empty : it->second;
}

Name Recorder::Intern(const std::string& text) {
  const Name name = NameOf(text);
  if (enabled()) names_.Add(name, text);
  return name;
}

void Recorder::Send(Time at, RecordKind kind, uint32_t tid,
                    std::span<const std::byte> payload) {
  Record record{at, kind, tid, {}};
  std::ranges::copy(payload, record.payload.begin());
  for (Sink* sink : sinks_) sink->OnRecord(record, names_);
}

}  // namespace bindersim::sim
