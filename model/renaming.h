// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_MODEL_RENAMING_H_
#define BINDERSIM_MODEL_RENAMING_H_

#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace bindersim {

// What tids and pids are called instead: a permutation, of which only what
// changes is kept. A thread that is not mentioned keeps its place in its
// process, whatever that is called.
class Renaming {
 public:
  // Each once, in any order.
  void AddProcess(uint32_t pid, uint32_t name);
  void AddThread(uint32_t tid, uint32_t name);
  // Before it is used.
  void Finish();
  void Clear();

  uint32_t operator()(uint32_t tid) const;
  Renaming Inverse() const;
  bool IsIdentity() const { return processes_.empty() && threads_.empty(); }

  auto Fields() const { return std::tie(processes_, threads_); }
  bool operator==(const Renaming&) const = default;
  template <class H>
  friend H AbslHashValue(H hash, const Renaming& renaming) {
    return H::combine(std::move(hash), renaming.processes_, renaming.threads_);
  }

 private:
  using Names = std::vector<std::pair<uint32_t, uint32_t>>;  // sorted

  Names processes_;
  Names threads_;
};

}  // namespace bindersim

#endif  // BINDERSIM_MODEL_RENAMING_H_
