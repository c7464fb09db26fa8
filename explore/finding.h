// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// A finding as a file: everything that is needed to see it again, on any
// machine. docs/exploring.md describes the format.

#ifndef BINDERSIM_EXPLORE_FINDING_H_
#define BINDERSIM_EXPLORE_FINDING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "explore/decision.h"
#include "explore/explorer.h"
#include "explore/outcome.h"
#include "explore/trial.h"
#include "model/scenario/loader.h"
#include "model/world.h"

namespace bindersim::explore {

// What shrinking says about the moment from which on the fault is certain.
struct CriticalStep {
  // The transition after which no run ends well, as "who at where"; the number
  // of transitions before it, and of the run in all.
  std::string transition;
  uint64_t before = 0;
  uint64_t of = 0;
  bool certain = false;  // all continuations were tried, not just many

  bool operator==(const CriticalStep&) const = default;
};

struct FindingFile {
  Problem problem;
  std::string scenario_name;  // the file that was explored
  std::string scenario_json;  // its text, without comments and on its own
  Timing timing = Timing::kUntimed;
  Checking checking = Checking::kOff;
  uint64_t max_steps = TrialOptions{}.max_steps;
  uint64_t seed = 1;  // of the exploration
  uint64_t run = 0;   // its number
  std::string strategy;
  Schedule schedule;
  std::string digest;  // of the records of the run, from the very start
  uint64_t records = 0;
  std::optional<CriticalStep> critical;

  bool operator==(const FindingFile&) const = default;
};

// What all findings of one exploration have in common.
struct Exploration {
  std::string scenario_name;  // the file
  std::string scenario_json;  // its text, as Embeddable returns it
  uint64_t seed = 1;
};

// Puts together what the file of `found` has to say. Replays it (see Confirm)
// on `trial`, which must be of that scenario, with the options that the
// exploration had.
FindingFile MakeFinding(const Exploration& exploration, const Found& found,
                        Trial& trial);

// `reproduce` is the command that shows it again.
std::string ToJson(const FindingFile& finding, const std::string& reproduce);
// Reads the text of `file` into `finding`. The result has the scenario in it,
// or what is wrong with either, and at which place of the file.
scenario::LoadResult ParseFinding(const std::string& text,
                                  const std::string& file,
                                  FindingFile& finding);

struct EmbedOptions {
  bool with_fixes = false;  // takes "without_fix" out
  std::string jitter;       // "10%": instead of the machine's; empty = as it is
};

// The scenario's text, which comes from `file`, so that it stands on its own: a
// cost profile that it names by its path is put in, and so is its name.
absl::StatusOr<std::string> Embeddable(const std::string& text,
                                       const std::string& file,
                                       const EmbedOptions& options = {});

// What a schedule comes to.
struct Replayed {
  Outcome outcome;
  std::string digest;
  uint64_t records = 0;
  // Decisions that did not fit, by index in the schedule.
  std::vector<size_t> unused;
};

// Runs the schedule from the very start, `sinks` watching.
Replayed Replay(Trial& trial, const Schedule& schedule, Checking checking,
                const std::vector<sim::Sink*>& sinks = {});

// Runs the finding's schedule and writes down what it comes to: `digest` and
// `records`, and whether it takes `checking` for the problem to show.
Replayed Confirm(FindingFile& finding, Trial& trial);

}  // namespace bindersim::explore

#endif  // BINDERSIM_EXPLORE_FINDING_H_
