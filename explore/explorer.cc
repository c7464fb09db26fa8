// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "explore/explorer.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "explore/runs.h"
#include "explore/strategies/strategy.h"
#include "explore/worker_threads.h"

namespace bindersim::explore {

namespace {

constexpr uint64_t kLearningRuns = 32;
constexpr uint64_t kBatch = 64;  // runs

// Counts which threads are taken at choices. Takes no faults: they make runs
// shorter than others are.
class CountingWalk final : public sim::Chooser {
 public:
  explicit CountingWalk(uint64_t seed) : random_(seed) {}

  uint32_t Choose(const sim::ChoicePoint& point) override {
    uint32_t options = point.options;
    while (options > 1 && point.kind == sim::ChoiceKind::kTransition &&
           point.transitions[options - 1].kind ==
               sim::Transition::Kind::kFault) {
      --options;
    }
    const auto pick = static_cast<uint32_t>(random_.Below(options));
    if (point.kind == sim::ChoiceKind::kTransition) {
      const sim::Transition& taken = point.transitions[pick];
      const bool is_thread = taken.kind == sim::Transition::Kind::kThread;
      const size_t place = is_thread ? taken.thread.index + size_t{1} : 0;
      if (counts_.size() <= place) counts_.resize(place + 1);
      ++counts_[place];
    }
    return pick;
  }
  const std::vector<uint64_t>& counts() const { return counts_; }

 private:
  FastRandom random_;
  std::vector<uint64_t> counts_;
};

// Some runs in a row, by number.
using Batch = std::vector<Outcome>;

// What one thread needs to make runs.
class Worker {
 public:
  Worker(const scenario::Scenario& scenario, const ExploreOptions& options,
         const std::vector<std::string>& names, const Learned& learned)
      : options_(options),
        trial_(scenario, options.trial),
        runs_(trial_, learned, options.seed, names) {}

  Outcome Make(uint64_t run) {
    return Make(run, [&]() -> sim::Chooser& { return runs_.Begin(run); });
  }

  Batch MakeBatch(uint64_t number, const std::atomic<bool>& stop) {
    Batch batch;
    const uint64_t begin = number * kBatch;
    const uint64_t size = std::min(options_.runs - begin, kBatch);
    while (batch.size() < size && !stop && !IsSet(options_.interrupt)) {
      batch.push_back(Make(begin + batch.size()));
    }
    return batch;
  }

  // The run again, with names for its decisions.
  Schedule ScheduleOf(uint64_t run) {
    std::optional<NamingChooser> naming;
    Make(run, [&]() -> sim::Chooser& {
      return naming.emplace(runs_.Begin(run), trial_.world());
    });
    return naming->schedule();
  }

 private:
  template <class BeginRun>
  Outcome Make(uint64_t run, const BeginRun& begin) {
    const bool is_checked =
        options_.check_every != 0 && run % options_.check_every == 0;
    return is_checked ? trial_.RunChecked(begin) : trial_.Run(begin());
  }

  const ExploreOptions& options_;
  Trial trial_;
  Runs runs_;
};

// Batches by number, from many threads to one that takes them in order.
class Pipeline {
 public:
  explicit Pipeline(uint64_t batches) : batches_(batches) {}

  std::optional<uint64_t> Claim() {
    const std::lock_guard lock(mutex_);
    if (stopped_ || next_ == batches_) return std::nullopt;
    return next_++;
  }
  void Put(uint64_t number, Batch batch) {
    const std::lock_guard lock(mutex_);
    done_.emplace(number, std::move(batch));
    changed_.notify_all();
  }
  // Nothing if it is not done and `wait` is not set, or if it will not be done.
  std::optional<Batch> Take(uint64_t number, bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) {
      changed_.wait(lock, [&] { return stopped_ || done_.contains(number); });
    }
    auto node = done_.extract(number);
    if (node.empty()) return std::nullopt;
    return std::move(node.mapped());
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  const std::atomic<bool>& stopped() const { return stopped_; }

 private:
  const uint64_t batches_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t next_ = 0;
  std::map<uint64_t, Batch> done_;
};

// Puts the batches together, in order.
class Collector {
 public:
  Collector(const ExploreOptions& options, Worker& worker,
            const std::vector<std::string>& names, ExploreObserver& observer)
      : options_(options), worker_(worker), observer_(observer) {
    for (const std::string& name : names) {
      result_.strategies.push_back({name, {}, 0, 0, {}, 0});
    }
  }

  // Returns whether to go on.
  bool Add(const Batch& batch) {
    for (const Outcome& outcome : batch) {
      if (!Add(outcome)) return false;
    }
    if (observer_.OnProgress(result_) && !IsSet(options_.interrupt)) {
      return true;
    }
    result_.interrupted = result_.runs < options_.runs;
    return false;
  }

  ExploreResult& result() { return result_; }

 private:
  // Of the next run.
  bool Add(const Outcome& outcome) {
    const uint64_t run = result_.runs++;
    StrategyCount& strategy = StrategyOf(run);
    ++strategy.runs;
    if (outcome.end == sim::RunEnd::kSteps) ++result_.undecided;
    result_.choices += outcome.choices;
    result_.steps += outcome.steps;
    result_.cells |= outcome.cells;
    if (outcome.problems.empty()) return true;
    ++strategy.failures;
    if (strategy.first_hit == 0) strategy.first_hit = strategy.runs;
    std::set<std::string> counted;  // a run can have one fault twice
    for (const Problem& problem : outcome.problems) {
      if (!counted.insert(problem.signature).second) continue;
      ++strategy.hits[problem.signature];
      if (!known_.insert(problem.signature).second) continue;
      Announce(run, problem);
      if (result_.found.size() >= options_.stop_after) return false;
    }
    return true;
  }

  StrategyCount& StrategyOf(uint64_t run) {
    return result_.strategies[run % result_.strategies.size()];
  }

  void Announce(uint64_t run, const Problem& problem) {
    Found found;
    found.problem = problem;
    found.run = run;
    found.strategy = StrategyOf(run).name;
    found.schedule = worker_.ScheduleOf(run);
    result_.found.push_back(found);
    observer_.OnFound(found);
  }

  const ExploreOptions& options_;
  Worker& worker_;
  ExploreObserver& observer_;
  std::set<std::string> known_;
  ExploreResult result_;
};

}  // namespace

Learned Learn(Trial& trial, uint64_t seed, Interrupt interrupt) {
  Learned learned;
  std::set<size_t> places;
  for (uint64_t run = 0; run < kLearningRuns && !IsSet(interrupt); ++run) {
    CountingWalk walk(SeedOf(~seed, run));
    const Outcome outcome = trial.Run(walk);
    learned.choices = std::max(learned.choices, outcome.choices);
    const auto& counts = walk.counts();
    if (learned.taken.size() < counts.size()) {
      learned.taken.resize(counts.size());
    }
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] > 0) places.insert(i);
      learned.taken[i] += counts[i];
    }
  }
  for (uint64_t& taken : learned.taken) taken /= kLearningRuns;
  learned.threads = static_cast<uint32_t>(std::max<size_t>(places.size(), 1));
  return learned;
}

uint64_t ExploreResult::Hits(const std::string& signature) const {
  uint64_t hits = 0;
  for (const StrategyCount& strategy : strategies) {
    const auto it = strategy.hits.find(signature);
    if (it != strategy.hits.end()) hits += it->second;
  }
  return hits;
}

ExploreResult Explore(const scenario::Scenario& scenario,
                      const ExploreOptions& options,
                      ExploreObserver& observer) {
  const std::vector<std::string> names =
      options.strategies.empty() ? PortfolioNames() : options.strategies;
  Trial trial(scenario, options.trial);
  const Learned learned = Learn(trial, options.seed, options.interrupt);
  Worker own(scenario, options, names, learned);
  Collector collector(options, own, names, observer);
  const uint64_t batches =
      options.runs / kBatch + (options.runs % kBatch != 0 ? 1 : 0);
  Pipeline pipeline(batches);
  WorkerThreads threads(
      std::min<uint64_t>(std::max(options.jobs, 1u) - 1, batches),
      [&] {
        Worker worker(scenario, options, names, learned);
        while (const auto number = pipeline.Claim()) {
          pipeline.Put(*number, worker.MakeBatch(*number, pipeline.stopped()));
        }
      },
      [&] { pipeline.Stop(); });
  uint64_t collected = 0;
  bool go_on = true;
  while (go_on && collected < batches && !pipeline.stopped()) {
    // This thread works too, and takes in between what is done.
    const auto number = pipeline.Claim();
    if (number) {
      pipeline.Put(*number, own.MakeBatch(*number, pipeline.stopped()));
    }
    while (go_on && collected < batches) {
      const auto batch = pipeline.Take(collected, !number);
      if (!batch) break;
      ++collected;
      go_on = collector.Add(*batch);
    }
  }
  pipeline.Stop();
  threads.Join();
  // Timed choices are of other kinds than those that promises are about.
  const bool promises = options.trial.timing == Timing::kUntimed;
  const auto strategies = MakeStrategies(names);
  for (size_t i = 0; i < names.size() && promises; ++i) {
    strategies[i]->Begin(0, trial.world().machine, learned);
    collector.result().strategies[i].guarantee = strategies[i]->Guarantee();
  }
  return std::move(collector.result());
}

}  // namespace bindersim::explore
