// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/search.h"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "explore/backtracks.h"
#include "explore/diamonds.h"
#include "explore/growing_array.h"
#include "explore/number_table.h"
#include "explore/renaming_numbers.h"
#include "explore/search_collector.h"
#include "explore/state_numbers.h"
#include "explore/transition_name.h"
#include "model/findings.h"
#include "model/state_hash.h"
#include "sim/check.h"
#include "sim/machine.h"

namespace bindersim::explore {

namespace {

using sim::Transition;

constexpr uint64_t kProgressEvery = 4096;  // transitions
// One world in so many on the path is kept; to a state in between the search
// comes back by taking its transitions again.
constexpr size_t kKeepEvery = 6;

using Name = TransitionName;

bool IsEnd(const Transition& transition) {
  return transition.kind == Transition::Kind::kEnd;
}

// A transition that was tried at an ancestor and has met nothing since that
// depends on it: what it leads to has been seen.
struct Sleeper {
  Name name = 0;
  sim::Footprint footprint;
};

// Is told of each end of a run: its problems, and the way there. Returns
// whether to go on.
using OnEnd =
    std::function<bool(const std::vector<Problem>&,
                       const std::vector<Transition>&, SearchResult&)>;

class Searcher {
 public:
  Searcher(const Trial& trial, const World& from, const SearchOptions& options)
      : scenario_(trial.scenario()),
        max_steps_(trial.options().max_steps),
        options_(options),
        persistent_(options.reduction == Reduction::kPersistentSets),
        recognises_(persistent_ && options.use_states &&
                    options.recognise_diamonds),
        until_(scenario_.until ? sim::kStart + *scenario_.until : sim::kNever),
        world_(from),
        stepper_(world_, nobody_, options.checking, until_, max_steps_),
        hasher_(options.symmetric, until_) {}

  SearchResult Run(const OnEnd& on_end, const SearchProgress& on_progress) {
    on_end_ = &on_end;
    on_progress_ = &on_progress;
    Enter({});
    while (depth_ > 0 && !stopped_) Advance();
    result_.exhausted = !stopped_ && result_.cut_off == 0;
    result_.done_ppm = result_.exhausted ? 1'000'000 : DonePpm();
    return std::move(result_);
  }

 private:
  using StateNumber = StateNumbers::Number;
  // A state on the way to the present one.
  struct Node {
    std::optional<World> world;  // of some (kKeepEvery)
    std::vector<Transition> options;
    size_t next = 0;             // how many have been tried
    bool is_left = false;        // world_ has gone on from here
    std::vector<Sleeper> sleep;  // with sleep sets
    // With persistent sets.
    StateNumber state = 0;
    std::vector<Actor> actors;  // of the options
    uint64_t steps = 0;         // that the machine has made in all
  };
  // With sleep sets: what slept when a state was visited, by the names of
  // StateHasher, sorted.
  using Asleep = std::vector<Name>;
  // With persistent sets.
  using RenamingNumber = RenamingNumbers::Number;
  struct Searched {
    Backtracks::Summary below = Backtracks::kNothing;
    uint32_t depth = 0;  // 1 + depth on the path, while it is there
  };

  // world_ is where the search goes on from.
  void Enter(std::vector<Sleeper> sleep) {
    result_.cells |= world_.driver.statistics->cells;
    stepper_.List(options_here_);
    if (stack_.size() == depth_) stack_.emplace_back();
    Node& node = stack_[depth_];
    const bool go_on = persistent_ ? AdmitPersistent(node) : Admit(sleep, node);
    if (!go_on) {
      LeavePath();
      return;
    }
    node.next = 0;
    node.is_left = false;
    node.sleep = std::move(sleep);
    // Into the world that was there last: of that, little is different.
    if (depth_ % kKeepEvery == 0) node.world = world_;
    ++depth_;
    result_.deepest = std::max<uint64_t>(result_.deepest, depth_);
  }

  Node& Innermost() { return stack_[depth_ - 1]; }

  // Makes world_ the one of the innermost state.
  void Restore() {
    size_t from = (depth_ - 1) / kKeepEvery * kKeepEvery;
    world_ = *stack_[from].world;
    for (; from < path_.size(); ++from) Perform(path_[from], nullptr);
  }

  void Perform(const Transition& transition, sim::Footprint* footprint) {
    if (!IsEnd(transition)) {
      stepper_.Take(transition, footprint);
      return;
    }
    world_.machine.ClearFaults();
    if (footprint != nullptr) {
      footprint->Add(sim::Footprint::kTimers, sim::Footprint::kFaults,
                     sim::Access::kChange);
    }
  }

  bool AtEnd() const {
    return options_here_.empty() ||
           options_here_.front().kind == Transition::Kind::kEnd;
  }

  // Which options are to be tried from here. Returns false if none.
  bool Admit(const std::vector<Sleeper>& sleep, Node& node) {
    if (IsCutOff()) return false;
    if (AtEnd()) EndOfRun();
    std::erase_if(options_here_, IsEnd);
    sim::Hash128 hash;
    if (options_.use_states) hash = hasher_.Hash(world_);
    Asleep asleep;
    for (const Sleeper& sleeper : sleep) {
      asleep.push_back(CommonName(sleeper.name));
    }
    std::ranges::sort(asleep);
    const auto sleeps = [](const Asleep& names, Name name) {
      return std::ranges::binary_search(names, name);
    };
    node.options.clear();
    const auto add_all = [&] {
      for (const Transition& option : options_here_) {
        if (!sleeps(asleep, CommonName(NameOf(world_, option)))) {
          node.options.push_back(option);
        }
      }
      return !node.options.empty();
    };
    if (!options_.use_states) {
      CountVisit();
      return add_all();
    }
    const auto [state, is_new] = seen_.Meet(hash);
    if (is_new) {
      CountState(hash);
      asleep_.push_back(asleep);
      return add_all();
    }
    ++result_.revisits;
    Asleep& before = asleep_[state];
    for (const Transition& option : options_here_) {
      const Name name = CommonName(NameOf(world_, option));
      if (sleeps(before, name) && !sleeps(asleep, name)) {
        node.options.push_back(option);
      }
    }
    std::erase_if(before, [&](Name name) { return !sleeps(asleep, name); });
    return !node.options.empty();
  }

  // With persistent sets. Returns whether the state is to be searched.
  bool AdmitPersistent(Node& node) {
    // That no more faults happen is an action, too: else runs would be lost in
    // which one might happen at the end, and does not.
    std::erase_if(options_here_, IsEnd);
    if (std::ranges::any_of(options_here_, [](const Transition& transition) {
          return transition.kind == Transition::Kind::kFault;
        })) {
      options_here_.push_back({Transition::Kind::kEnd, 0, {}});
    }
    sim::Hash128 hash;
    if (options_.use_states) {
      hash = hasher_.Hash(world_);
      seen_.Prefetch(hash);
    }
    able_.clear();
    for (const Transition& option : options_here_) {
      AddAble(ActorOf(NameOf(world_, option)));
    }
    backtracks_.Reach(able_);
    if (IsCutOff()) {
      if (depth_ > 0) backtracks_.Revisit(Backtracks::kAnything);
      return false;
    }
    if (options_.use_states) {
      const auto [state, is_new] = seen_.Meet(hash);
      arrived_ = state;
      const Diamonds::Place here = {state, renamings_.Of(hasher_.renaming())};
      if (depth_ > 0) diamonds_.Arrive(here);
      if (!is_new) {
        Revisit(here);
        return false;
      }
      node.state = state;
      diamonds_.Enter(here, ActorsOf(able_));
      CountState(hash);
      searched_.push_back(
          {Backtracks::kNothing, static_cast<uint32_t>(depth_) + 1});
    } else {
      CountVisit();
    }
    FindWaiting();
    backtracks_.Search(waiting_);
    if (options_here_.empty()) EndOfRun();
    node.options = options_here_;
    node.actors.clear();
    for (const auto& [actor, key] : able_) node.actors.push_back(actor);
    node.steps = world_.machine.steps();
    return true;
  }

  // Who waits for a lock. Nobody does for one that is gone.
  void FindWaiting() {
    waiting_.clear();
    world_.machine.ForEachLockedOut([&](uint32_t tid, const sim::Lock& lock) {
      waiting_.push_back({ActorOf(tid), sim::Footprint::Key(
                                            sim::Footprint::kLock, lock.name)});
    });
  }

  void Revisit(const Diamonds::Place& here) {
    ++result_.revisits;
    const Searched& state = searched_[here.state];
    const RenamingNumber renaming = diamonds_.RenamingOf(here.state);
    if (state.depth == 0) {
      backtracks_.Revisit(Renamed(state.below, renaming, here.renaming));
    } else if (renaming == here.renaming) {
      backtracks_.RevisitOwn(state.depth - 1);
    } else {
      // What is below it will be seen with others in the places of some.
      backtracks_.Revisit(Backtracks::kAnything);
    }
  }

  // What was done below a state, in another one in which those who are alike
  // are in other places.
  Backtracks::Summary Renamed(Backtracks::Summary below, RenamingNumber there,
                              RenamingNumber here) {
    if (there == here) return below;
    const auto [it, is_new] =
        renamed_.try_emplace(std::tuple(below, there, here), below);
    if (!is_new) return it->second;
    const auto rename = renamings_.Renamer(there, here);
    const Backtracks::Summary renamed = backtracks_.Renamed(
        below,
        {[&](Actor actor) { return Renamed(actor, rename); },
         [&](uint64_t key) { return sim::Footprint::RenameKey(key, rename); }});
    renamed_[std::tuple(below, there, here)] = renamed;
    return renamed;
  }

  template <class Rename>
  Actor Renamed(Actor actor, const Rename& rename) {
    const Name name = names_[actor];
    return IsThread(name) ? ActorOf(rename(name)) : actor;
  }

  // By which a transition goes in the state that was hashed last.
  Name CommonName(Name name) const {
    return IsThread(name) ? hasher_.renaming()(name) : name;
  }

  static ActorSet ActorsOf(std::span<const Backtracks::Able> able) {
    ActorSet actors;
    for (const auto& [actor, key] : able) actors.Add(actor);
    return actors;
  }
  void AddAble(Actor actor) {
    able_.push_back({actor, EnablerOf(names_[actor])});
  }
  Actor ActorOf(Name name) {
    return actors_.Get(name, [&](size_t others) {
      names_.push_back(name);
      return static_cast<Actor>(others);
    });
  }

  // Whether what comes after the present state is left out.
  bool IsCutOff() {
    if (options_here_.empty() || world_.machine.steps() < max_steps_) {
      return false;
    }
    ++result_.cut_off;
    return true;
  }

  void CountState(const sim::Hash128& hash) {
    CountVisit();
    if (!stopped_) AddTo(result_.digest, hash);
  }
  void CountVisit() {
    if (result_.states == options_.max_states) {
      stopped_ = true;
    } else {
      ++result_.states;
    }
  }

  static void AddTo(sim::Hash128& sum, const sim::Hash128& hash) {
    sum.low += hash.low;
    const uint64_t carry = sum.low < hash.low ? 1 : 0;
    sum.high += hash.high + carry;
  }

  // Tries the next option of the innermost state.
  void Advance() {
    Node& node = Innermost();
    const std::optional<size_t> next = NextOf(node);
    if (!next) {
      Leave();
      return;
    }
    ++node.next;
    const bool recognises = recognises_ && names_.size() <= ActorSet::kActors;
    const Diamonds::Known* known =
        recognises ? diamonds_.Find(node.actors[*next]) : nullptr;
    if (known == nullptr || node.steps + known->steps >= max_steps_) {
      Follow(node, *next);
    } else if (options_.verify_diamonds) {
      ++result_.recognised;
      const StateNumber leads_to = known->leads_to.state;
      Follow(node, *next);
      if (arrived_ != leads_to) ++result_.mistaken;
    } else {
      Recognise(*known);
    }
  }

  // As Follow, if it is known where that leads.
  void Recognise(const Diamonds::Known& known) {
    backtracks_.Act(known.touches);
    ++result_.recognised;
    CountTransition();
    const Diamonds::Place place = known.leads_to;
    const RenamingNumber renaming = diamonds_.RenamingOf(place.state);
    const ActorSet actors = diamonds_.AbleIn(place.state);
    able_.clear();
    if (renaming == place.renaming) {
      actors.ForEach([&](Actor actor) { AddAble(actor); });
    } else {
      const auto rename = renamings_.Renamer(renaming, place.renaming);
      actors.ForEach([&](Actor actor) { AddAble(Renamed(actor, rename)); });
    }
    backtracks_.Reach(able_);
    Revisit(place);
  }

  void Follow(Node& node, size_t which) {
    const Transition option = node.options[which];
    if (node.is_left) Restore();
    node.is_left = true;
    const Name name = NameOf(world_, option);
    const uint64_t steps = world_.machine.steps();
    footprint_.Clear();
    Perform(option,
            options_.reduction == Reduction::kNone ? nullptr : &footprint_);
    path_.push_back(option);
    std::vector<Sleeper> sleep;
    if (persistent_) {
      const Touches touches = backtracks_.TouchesOf(footprint_.words());
      backtracks_.Act(touches);
      if (options_.use_states) {
        diamonds_.Act(node.actors[which],
                      static_cast<uint32_t>(world_.machine.steps() - steps),
                      touches);
      }
    } else if (options_.reduction == Reduction::kSleepSets) {
      footprint_.Finish();
      for (const Sleeper& sleeper : node.sleep) {
        if (sleeper.footprint.IndependentOf(footprint_)) {
          sleep.push_back(sleeper);
        }
      }
      node.sleep.push_back({name, footprint_});
    }
    CountTransition();
    Enter(std::move(sleep));
  }

  void CountTransition() {
    if (++result_.transitions % kProgressEvery == 0) Report();
    if (result_.transitions >= options_.max_transitions) stopped_ = true;
  }

  std::optional<size_t> NextOf(const Node& node) {
    if (persistent_) return backtracks_.Next();
    if (node.next == node.options.size()) return std::nullopt;
    return node.next;
  }

  void Leave() {
    if (persistent_) {
      const Backtracks::Summary below = backtracks_.Leave();
      if (options_.use_states) {
        Searched& state = searched_[Innermost().state];
        state.below = below;
        state.depth = 0;
        diamonds_.Leave();
      }
    }
    --depth_;
    LeavePath();
  }

  void LeavePath() {
    if (!path_.empty()) path_.pop_back();
  }

  void EndOfRun() {
    ++result_.runs;
    CountEnd();
    RunResult end;
    end.end = world_.machine.HasTimedEvents() ? sim::RunEnd::kUntil
                                              : sim::RunEnd::kQuiescent;
    end.findings = world_.user.findings;
    if (!world_.is_broken) {
      for (Finding& finding : FindingsAtEnd(world_, end.end)) {
        end.findings.push_back(std::move(finding));
      }
    }
    if (!(*on_end_)(ProblemsOf(scenario_, world_, end), path_, result_)) {
      stopped_ = true;
    }
  }

  void CountEnd() {
    if (world_.is_broken) return;
    World end = world_;
    end.machine.ClearFaults();  // none of them happened
    const sim::Hash128 hash = end_hasher_.Hash(end);
    if (!ends_.Meet(hash).second) return;
    ++result_.ends;
    AddTo(result_.ends_digest, hash);
  }

  void Report() {
    bool go_on = !IsSet(options_.interrupt);
    if (*on_progress_) {
      result_.done_ppm = DonePpm();
      go_on = (*on_progress_)(result_) && go_on;
    }
    if (go_on) return;
    stopped_ = true;
    result_.interrupted = true;
  }

  // Each state's options are taken to lead to as much as each other.
  uint64_t DonePpm() const {
    uint64_t done = 0;
    uint64_t share = uint64_t{1} << 52;  // of what is below this state
    const uint64_t all = share;
    for (size_t i = 0; i < depth_ && share > 0; ++i) {
      const Node& node = stack_[i];
      share /= persistent_ ? std::max<size_t>(backtracks_.Chosen(i), 1)
                           : node.options.size();
      done += share * (node.next > 0 ? node.next - 1 : 0);
    }
    return done / (all / 1'000'000);
  }

  const scenario::Scenario& scenario_;
  const uint64_t max_steps_;
  const SearchOptions& options_;
  const bool persistent_;
  const bool recognises_;
  const OnEnd* on_end_ = nullptr;
  const SearchProgress* on_progress_ = nullptr;
  const sim::Time until_;
  sim::Recorder nobody_;
  World world_;
  Stepper stepper_;
  StateHasher hasher_;
  StateHasher end_hasher_{Symmetric::kYes};
  StateNumbers seen_;
  std::vector<Asleep> asleep_;       // by state, with sleep sets
  GrowingArray<Searched> searched_;  // by state, with persistent sets
  StateNumbers ends_;
  NumberTable<Actor> actors_;  // by name
  std::vector<Name> names_;    // by actor
  RenamingNumbers renamings_;
  absl::flat_hash_map<
      std::tuple<Backtracks::Summary, RenamingNumber, RenamingNumber>,
      Backtracks::Summary>
      renamed_;
  Backtracks backtracks_;
  Diamonds diamonds_;
  StateNumber arrived_ = 0;  // the state that was met last
  std::vector<Backtracks::Able> able_;
  std::vector<Backtracks::Able> waiting_;
  // The first depth_ are the path; the others are kept for their memory.
  std::vector<Node> stack_;
  size_t depth_ = 0;
  sim::Footprint footprint_;  // of the transition taken last
  std::vector<Transition> path_;
  std::vector<Transition> options_here_;
  bool stopped_ = false;
  SearchResult result_;
};

}  // namespace

SearchResult Search(Trial& trial, const SearchOptions& options,
                    const SearchFinding& on_found,
                    const SearchProgress& on_progress) {
  SIM_CHECK(trial.options().timing == Timing::kUntimed) << "a timed search";
  if (!trial.start().machine.untimed()) {  // it did not even come up
    SearchResult result;
    result.cut_off = 1;
    return result;
  }
  SearchCollector collector(trial, options, on_found);
  return Searcher(trial, trial.start(), options)
      .Run(
          [&](const auto& problems, const auto& path, SearchResult& result) {
            return collector.Add(problems, path, result);
          },
          on_progress);
}

std::optional<bool> CanAvoid(const Trial& trial, const World& from,
                             const std::string& signature,
                             const SearchOptions& options) {
  SearchOptions apart = options;
  apart.symmetric = Symmetric::kNo;
  bool avoided = false;
  const SearchResult result =
      Searcher(trial, from, apart)
          .Run(
              [&](const auto& problems, const auto&, SearchResult&) {
                avoided =
                    std::ranges::none_of(problems, [&](const Problem& problem) {
                      return problem.signature == signature;
                    });
                return !avoided;
              },
              {});
  if (avoided) return true;
  if (result.exhausted) return false;
  return std::nullopt;
}

}  // namespace bindersim::explore
