// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/renaming.h"

#include <algorithm>

#include "model/userspace/program.h"

namespace bindersim {

namespace {

// Null if there is none.
const uint32_t* Find(const std::vector<std::pair<uint32_t, uint32_t>>& names,
                     uint32_t number) {
  const auto it = std::ranges::lower_bound(
      names, number, {}, &std::pair<uint32_t, uint32_t>::first);
  return it != names.end() && it->first == number ? &it->second : nullptr;
}

}  // namespace

void Renaming::AddProcess(uint32_t pid, uint32_t name) {
  if (pid != name) processes_.emplace_back(pid, name);
}

void Renaming::AddThread(uint32_t tid, uint32_t name) {
  if (tid != name) threads_.emplace_back(tid, name);
}

void Renaming::Finish() {
  std::ranges::sort(processes_);
  std::ranges::sort(threads_);
}

void Renaming::Clear() {
  processes_.clear();
  threads_.clear();
}

uint32_t Renaming::operator()(uint32_t tid) const {
  if (const uint32_t* name = Find(threads_, tid)) return *name;
  const uint32_t place = tid % userspace::kTidsPerProcess;
  const uint32_t* process = Find(processes_, tid - place);
  return process == nullptr ? tid : *process + place;
}

Renaming Renaming::Inverse() const {
  Renaming inverse;
  for (const auto& [pid, name] : processes_) inverse.AddProcess(name, pid);
  for (const auto& [tid, name] : threads_) inverse.AddThread(name, tid);
  inverse.Finish();
  return inverse;
}

}  // namespace bindersim
