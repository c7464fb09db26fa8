// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/search.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "model/findings.h"
#include "model/state_hash.h"
#include "sim/check.h"
#include "sim/machine.h"

namespace bindersim::explore {

namespace {

using sim::Transition;

constexpr uint64_t kProgressEvery = 4096;  // transitions

// What a transition is called in every state in which it is possible: threads
// have their tid, which is below 2^31.
using Name = uint32_t;
constexpr Name kTime = UINT32_MAX;

Name NameOf(const World& world, const Transition& transition) {
  switch (transition.kind) {
    case Transition::Kind::kThread:
      return world.machine.thread(transition.thread).tid;
    case Transition::Kind::kFault:
      return uint32_t{1} << 31 | transition.fault;
    case Transition::Kind::kTimer:
    case Transition::Kind::kEnd:
      break;
  }
  return kTime;
}

bool Disjoint(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() && j != b.end()) {
    if (*i == *j) return false;
    *i < *j ? ++i : ++j;
  }
  return true;
}

// A transition that was tried at an ancestor and has met nothing since that
// depends on it: what it leads to has been seen.
struct Sleeper {
  Name name = 0;
  std::vector<uint64_t> footprint;
};

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

class Searcher {
 public:
  Searcher(Trial& trial, const SearchOptions& options,
           const SearchFinding& on_found, const SearchProgress& on_progress)
      : trial_(trial),
        options_(options),
        on_found_(on_found),
        on_progress_(on_progress),
        until_(trial.scenario().until ? sim::kStart + *trial.scenario().until
                                      : sim::kNever),
        world_(trial.start()),
        stepper_(world_, nobody_, options.checking, until_) {}

  SearchResult Run() {
    SIM_CHECK(world_.machine.untimed()) << "a timed search";
    Enter({});
    while (!stack_.empty() && !stopped_) Advance();
    result_.exhausted = !stopped_;
    result_.done_ppm = result_.exhausted ? 1'000'000 : DonePpm();
    return std::move(result_);
  }

 private:
  // A state on the way to the present one.
  struct Node {
    std::optional<World> world;  // as long as something is still to be tried
    std::vector<Transition> options;
    size_t next = 0;
    std::vector<Sleeper> sleep;
  };
  // What slept when a state was visited, sorted.
  using Asleep = std::vector<Name>;

  // world_ is where the search goes on from.
  void Enter(std::vector<Sleeper> sleep) {
    stepper_.List(options_here_);
    if (options_here_.empty() || AtEnd()) EndOfRun();
    std::erase_if(options_here_, [](const Transition& transition) {
      return transition.kind == Transition::Kind::kEnd;
    });
    Node node;
    if (!Admit(sleep, node.options) || node.options.empty()) {
      if (!path_.empty()) path_.pop_back();
      return;
    }
    node.sleep = std::move(sleep);
    if (node.options.size() > 1) node.world = world_;
    stack_.push_back(std::move(node));
    result_.deepest = std::max<uint64_t>(result_.deepest, stack_.size());
  }

  bool AtEnd() const {
    return options_here_.front().kind == Transition::Kind::kEnd;
  }

  // Which options are to be tried from here. Returns false if none.
  bool Admit(const std::vector<Sleeper>& sleep,
             std::vector<Transition>& options) {
    Asleep asleep;
    for (const Sleeper& sleeper : sleep) asleep.push_back(sleeper.name);
    std::ranges::sort(asleep);
    const auto sleeps = [](const Asleep& names, Name name) {
      return std::ranges::binary_search(names, name);
    };
    if (!options_.use_states) {
      ++result_.states;
      for (const Transition& option : options_here_) {
        if (!sleeps(asleep, NameOf(world_, option))) options.push_back(option);
      }
      return true;
    }
    const sim::Hash128 hash = hasher_.Hash(world_);
    const auto [it, is_new] = seen_.try_emplace(hash, asleep);
    if (is_new) {
      CountState(hash);
      for (const Transition& option : options_here_) {
        if (!sleeps(asleep, NameOf(world_, option))) options.push_back(option);
      }
      return true;
    }
    ++result_.revisits;
    Asleep& before = it->second;
    for (const Transition& option : options_here_) {
      const Name name = NameOf(world_, option);
      if (sleeps(before, name) && !sleeps(asleep, name)) {
        options.push_back(option);
      }
    }
    std::erase_if(before, [&](Name name) { return !sleeps(asleep, name); });
    return !options.empty();
  }

  void CountState(const sim::Hash128& hash) {
    ++result_.states;
    result_.digest.low += hash.low;
    const uint64_t carry = result_.digest.low < hash.low ? 1 : 0;
    result_.digest.high += hash.high + carry;
    if (result_.states >= options_.max_states) stopped_ = true;
  }

  // Tries the next option of the innermost state.
  void Advance() {
    Node& node = stack_.back();
    if (node.next == node.options.size()) {
      stack_.pop_back();
      if (!path_.empty()) path_.pop_back();
      return;
    }
    const Transition option = node.options[node.next++];
    const bool last = node.next == node.options.size();
    if (last) {
      if (node.world) world_ = std::move(*node.world);
      node.world.reset();
    } else {
      world_ = *node.world;
    }
    const Name name = NameOf(world_, option);
    sim::Footprint footprint;
    stepper_.Take(option, options_.use_sleep_sets ? &footprint : nullptr);
    footprint.Finish();
    path_.push_back(option);
    std::vector<Sleeper> sleep;
    if (options_.use_sleep_sets) {
      for (const Sleeper& sleeper : node.sleep) {
        if (Disjoint(sleeper.footprint, footprint.keys())) {
          sleep.push_back(sleeper);
        }
      }
      node.sleep.push_back({name, footprint.keys()});
    }
    if (++result_.transitions % kProgressEvery == 0) Report();
    if (result_.transitions >= options_.max_transitions) stopped_ = true;
    Enter(std::move(sleep));
  }

  void EndOfRun() {
    ++result_.runs;
    RunResult end;
    end.end = world_.machine.HasTimedEvents() ? sim::RunEnd::kUntil
                                              : sim::RunEnd::kQuiescent;
    end.findings = world_.user.findings;
    if (!world_.is_broken) {
      for (Finding& finding : FindingsAtEnd(world_, end.end)) {
        end.findings.push_back(std::move(finding));
      }
    }
    for (const Problem& problem : ProblemsOf(trial_.scenario(), world_, end)) {
      if (!known_.insert(problem.signature).second) continue;
      PathFollower follower(path_);
      NamingChooser naming(follower, trial_.world());
      trial_.Run(naming, options_.checking);
      result_.found.push_back({problem, naming.schedule()});
      if (on_found_) on_found_(result_.found.back());
      if (result_.found.size() >= options_.stop_after) stopped_ = true;
    }
  }

  void Report() {
    if (!on_progress_) return;
    result_.done_ppm = DonePpm();
    if (!on_progress_(result_)) stopped_ = true;
  }

  // Each state's options are taken to lead to as much as each other.
  uint64_t DonePpm() const {
    uint64_t done = 0;
    uint64_t share = uint64_t{1} << 52;  // of what is below this state
    const uint64_t all = share;
    for (const Node& node : stack_) {
      if (share == 0) break;
      share /= node.options.size();
      done += share * (node.next > 0 ? node.next - 1 : 0);
    }
    return done / (all / 1'000'000);
  }

  Trial& trial_;
  const SearchOptions& options_;
  const SearchFinding& on_found_;
  const SearchProgress& on_progress_;
  const sim::Time until_;
  sim::Recorder nobody_;
  World world_;
  Stepper stepper_;
  StateHasher hasher_;
  struct AsItIs {  // half of a good hash is one
    size_t operator()(const sim::Hash128& hash) const { return hash.low; }
  };
  absl::flat_hash_map<sim::Hash128, Asleep, AsItIs> seen_;
  std::set<std::string> known_;
  std::vector<Node> stack_;
  std::vector<Transition> path_;
  std::vector<Transition> options_here_;
  bool stopped_ = false;
  SearchResult result_;
};

}  // namespace

SearchResult Search(Trial& trial, const SearchOptions& options,
                    const SearchFinding& on_found,
                    const SearchProgress& on_progress) {
  return Searcher(trial, options, on_found, on_progress).Run();
}

}  // namespace bindersim::explore
