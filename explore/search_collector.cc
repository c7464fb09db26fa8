// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/search_collector.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "explore/decision.h"
#include "sim/check.h"
#include "sim/chooser.h"

namespace bindersim::explore {

namespace {

using sim::Transition;

// Follows given transitions.
class PathFollower final : public sim::Chooser {
 public:
  explicit PathFollower(const std::vector<Transition>& path) : path_(path) {}

  uint32_t Choose(const sim::ChoicePoint& point) override {
    if (next_ == path_.size()) return 0;
    const auto& options = point.transitions;
    const auto it = std::ranges::find(options, path_[next_]);
    SIM_CHECK(it != options.end()) << "transition " << next_ << " of a path";
    ++next_;
    return static_cast<uint32_t>(it - options.begin());
  }
  bool WantsForced() const override { return true; }

 private:
  const std::vector<Transition>& path_;
  size_t next_ = 0;
};

}  // namespace

bool SearchCollector::Add(const std::vector<Problem>& problems,
                          const std::vector<Transition>& path,
                          SearchResult& result) {
  for (const Problem& problem : problems) {
    if (!known_.insert(problem.signature).second) continue;
    SearchFound found = Follow(path, problem);
    // It may have another name where every section is checked.
    if (found.problem.signature != problem.signature &&
        !known_.insert(found.problem.signature).second) {
      continue;
    }
    result.found.push_back(std::move(found));
    if (on_found_) on_found_(result.found.back());
    if (result.found.size() >= options_.stop_after) return false;
  }
  return true;
}

SearchFound SearchCollector::Follow(std::vector<Transition> path,
                                    const Problem& problem) {
  std::erase_if(path, [](const Transition& transition) {
    return transition.kind == Transition::Kind::kEnd;
  });
  std::optional<PathFollower> follower;
  std::optional<NamingChooser> naming;
  const auto begin = [&]() -> sim::Chooser& {
    return naming.emplace(follower.emplace(path), trial_.world());
  };
  if (options_.checking == Checking::kOff) {
    trial_.Run(begin());
    return {problem, naming->schedule()};
  }
  const Outcome outcome = trial_.RunChecked(begin);
  const bool is_exact = trial_.world().is_broken && !outcome.problems.empty();
  return {is_exact ? outcome.problems[0] : problem, naming->schedule()};
}

}  // namespace bindersim::explore
