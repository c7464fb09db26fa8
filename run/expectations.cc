// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "run/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace bindersim::run {

namespace {

using scenario::CountWithin;
using scenario::FindingExpected;
using scenario::LatencyBelow;
using scenario::MarksInOrder;

// Whether only a run with time can tell.
bool IsAboutTime(const scenario::Expectation& expectation) {
  const auto* finding = std::get_if<FindingExpected>(&expectation.what);
  return std::holds_alternative<LatencyBelow>(expectation.what) ||
         (finding != nullptr &&
          (finding->kind == "pool_starvation" || finding->kind == "slow_call"));
}

struct Judgement {
  bool met = false;
  std::string actual;
};

class Judging {
 public:
  Judging(const viz::RunStatistics* statistics,
          const std::vector<uint64_t>& tally,
          const std::vector<Finding>& findings)
      : statistics_(statistics), tally_(tally), findings_(findings) {}

  Judgement operator()(const LatencyBelow& limit) const {
    const viz::MethodStatistics* method = statistics_->Find(limit.of);
    if (method == nullptr || method->latency.count() == 0) {
      return {false, limit.of + " was never answered"};
    }
    const viz::Distribution& latency = method->latency;
    int64_t value = 0;
    switch (limit.which) {
      case LatencyBelow::Which::kPercentile:
        value = latency.Percentile(limit.percentile_x10 * 10);
        break;
      case LatencyBelow::Which::kMean:
        value = latency.Mean();
        break;
      case LatencyBelow::Which::kMax:
        value = latency.Max();
        break;
    }
    return {value < limit.below.count(),
            sim::FormatDuration(sim::Duration{value})};
  }

  Judgement operator()(const CountWithin& limit) const {
    const uint64_t count = tally_[limit.watch];
    return {count >= limit.at_least && count <= limit.at_most,
            fmt::format("{}", count)};
  }

  Judgement operator()(const MarksInOrder& order) const {
    switch (tally_[order.watch]) {
      case userspace::kReversed:
        return {false, fmt::format("\"{}\" came first", order.then)};
      case userspace::kInOrder:
        return {true, "in that order"};
      default:
        return {true, "neither was seen"};
    }
  }

  Judgement operator()(const FindingExpected& expected) const {
    const auto count =
        std::ranges::count(findings_, expected.kind, &Finding::kind);
    return {count > 0, fmt::format("{} found", count)};
  }

 private:
  const viz::RunStatistics* statistics_;
  const std::vector<uint64_t>& tally_;
  const std::vector<Finding>& findings_;
};

}  // namespace

std::vector<Verdict> Judge(const scenario::Scenario& scenario,
                           const viz::RunStatistics* statistics,
                           const std::vector<uint64_t>& tally,
                           const std::vector<Finding>& findings) {
  std::vector<Verdict> verdicts;
  for (const scenario::Expectation& expectation : scenario.expectations) {
    if (statistics == nullptr && IsAboutTime(expectation)) continue;
    const Judgement judgement =
        std::visit(Judging(statistics, tally, findings), expectation.what);
    verdicts.push_back({judgement.met, expectation.pointer, expectation.text,
                        judgement.actual});
  }
  return verdicts;
}

bool Expects(const scenario::Scenario& scenario, const std::string& kind) {
  return std::ranges::any_of(
      scenario.expectations, [&](const scenario::Expectation& expectation) {
        const auto* finding = std::get_if<FindingExpected>(&expectation.what);
        return finding != nullptr && finding->kind == kind;
      });
}

}  // namespace bindersim::run
