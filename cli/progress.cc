// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "cli/finding_files.h"
#include "cli/output.h"

namespace bindersim::cli {

Progress::Progress(Options options, explore::Exploration exploration,
                   const scenario::Scenario& scenario,
                   const explore::TrialOptions& trial)
    : options_(std::move(options)),
      exploration_(std::move(exploration)),
      trial_(scenario, trial),
      shows_(!options_.quiet && isatty(2) == 1) {}

void Progress::OnFound(const explore::Found& found) {
  Clear();
  const explore::FindingFile file =
      explore::MakeFinding(exploration_, found, trial_);
  const auto path = WriteFinding(options_.folder, file);
  if (path.ok()) {
    paths_.push_back(*path);
  } else {
    status_ = path.status();
  }
  // Where there is no file, the words are all that is left of it.
  if (options_.quiet && path.ok()) return;
  std::string text = fmt::format("found: {}\n  {}\n", found.problem.signature,
                                 Indented(found.problem.text));
  if (path.ok()) {
    text += fmt::format("  run {} ({}), {} decisions: {}\n", found.run,
                        found.strategy, found.schedule.size(), *path);
  }
  std::fputs(text.c_str(), stderr);
}

bool Progress::OnProgress(const explore::ExploreResult& result) {
  if (!IsTimeToShow()) return status_.ok();
  std::fprintf(
      stderr,
      "\r\033[K%llu of %llu schedules, %lld/s, %llu choices, %zu protocol "
      "cells, %zu found",
      static_cast<unsigned long long>(result.runs),
      static_cast<unsigned long long>(options_.runs),
      static_cast<long long>(static_cast<int64_t>(result.runs) * 1000 /
                             std::max<int64_t>(ElapsedMs(), 1)),
      static_cast<unsigned long long>(result.choices), result.cells.size(),
      result.found.size());
  return status_.ok();
}

bool Progress::OnSearchProgress(const explore::SearchResult& result) {
  if (!IsTimeToShow()) return status_.ok();
  std::fprintf(stderr,
               "\r\033[K%llu states, %llu transitions, %zu protocol cells, "
               "about %llu.%04llu %% done, %zu found",
               static_cast<unsigned long long>(result.states),
               static_cast<unsigned long long>(result.transitions),
               result.cells.size(),
               static_cast<unsigned long long>(result.done_ppm / 10'000),
               static_cast<unsigned long long>(result.done_ppm % 10'000),
               result.found.size());
  return status_.ok();
}

void Progress::Clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

void Progress::SaySpeed(uint64_t count, const char* what) const {
  if (options_.quiet) return;
  const int64_t ms = std::max<int64_t>(ElapsedMs(), 1);
  std::fprintf(stderr, "%lld ms, %lld %s/s\n", static_cast<long long>(ms),
               static_cast<long long>(static_cast<int64_t>(count) * 1000 / ms),
               what);
}

int64_t Progress::ElapsedMs() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() -
                                                               begin_)
      .count();
}

bool Progress::IsTimeToShow() {
  constexpr int64_t kInterval = 100;  // ms
  if (!shows_) return false;
  const int64_t now = ElapsedMs();
  if (now - last_shown_ms_ < kInterval) return false;
  last_shown_ms_ = now;
  shown_ = true;
  return true;
}

}  // namespace bindersim::cli
