// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#ifndef BINDERSIM_CLI_PROGRESS_H_
#define BINDERSIM_CLI_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "explore/explorer.h"
#include "explore/finding.h"
#include "explore/search.h"
#include "explore/trial.h"
#include "model/scenario/scenario.h"

namespace bindersim::cli {

// Tells people on standard error how a search goes on, and writes what it finds
// at once: whatever ends the search, what was announced is there.
class Progress final : public explore::ExploreObserver {
 public:
  struct Options {
    std::string folder;  // for findings
    uint64_t runs = 0;   // that will be made
    bool quiet = false;
  };

  // `scenario` must outlive this. `trial` is how it is explored.
  Progress(Options options, explore::Exploration exploration,
           const scenario::Scenario& scenario,
           const explore::TrialOptions& trial);

  void OnFound(const explore::Found& found) override;
  bool OnProgress(const explore::ExploreResult& result) override;
  bool OnSearchProgress(const explore::SearchResult& result);
  // Takes the line away that says how far it is.
  void Clear();
  // At the end: how long it took, and how much of `what` ("states") a second.
  void SaySpeed(uint64_t count, const char* what) const;

  // Whether findings could be written; if not, the search is to stop.
  const absl::Status& status() const { return status_; }
  // The files that were written, in order.
  const std::vector<std::string>& paths() const { return paths_; }

 private:
  using Clock = std::chrono::steady_clock;

  // Since the search began, in milliseconds of real time.
  int64_t ElapsedMs() const;
  bool IsTimeToShow();

  const Options options_;
  const explore::Exploration exploration_;
  explore::Trial trial_;
  const bool shows_;
  const Clock::time_point begin_ = Clock::now();
  int64_t last_shown_ms_ = 0;
  bool shown_ = false;
  absl::Status status_;
  std::vector<std::string> paths_;
};

}  // namespace bindersim::cli

#endif  // BINDERSIM_CLI_PROGRESS_H_
