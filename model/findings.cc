// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "model/leaks.h"
#include "model/overdue.h"
#include "model/wait_graph.h"

namespace bindersim {

namespace {

// The waiting threads from which others of them can be reached.
class Reach {
 public:
  explicit Reach(const std::vector<Waiter>& waiters) : waiters_(waiters) {
    for (size_t i = 0; i < waiters.size(); ++i) index_[waiters[i].thread] = i;
    reached_.resize(waiters.size());
    for (size_t i = 0; i < waiters.size(); ++i) Walk(i, i);
  }

  bool Reaches(size_t from, size_t to) const {
    return reached_[from].contains(to);
  }
  bool InCycle(size_t i) const { return Reaches(i, i); }
  // Whether the thread waits for one that does not wait, or for nobody.
  bool IsEnd(size_t i) const {
    return std::ranges::none_of(
        waiters_[i].waits_for,
        [&](sim::ThreadId thread) { return index_.contains(thread); });
  }

 private:
  void Walk(size_t from, size_t at) {
    for (const sim::ThreadId next : waiters_[at].waits_for) {
      const auto it = index_.find(next);
      if (it == index_.end()) continue;
      if (reached_[from].insert(it->second).second) Walk(from, it->second);
    }
  }

  const std::vector<Waiter>& waiters_;
  std::map<sim::ThreadId, size_t> index_;
  std::vector<std::set<size_t>> reached_;
};

void Involve(Finding& finding, const Waiter& waiter) {
  if (std::ranges::find(finding.pids, waiter.pid) == finding.pids.end()) {
    finding.pids.push_back(waiter.pid);
  }
  finding.tids.push_back(waiter.tid);
}

// The text with each number as "#".
std::string WithoutNumbers(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) {
      result += c;
    } else if (result.empty() || result.back() != '#') {
      result += '#';
    }
  }
  return result;
}

// As that, and "binder:1000_A" is "binder:1000_9", too.
std::string Pattern(std::string text) {
  for (size_t i = 1; i < text.size(); ++i) {
    const bool in_number = text[i - 1] == '_' || text[i - 1] == '0';
    if (in_number && text[i] >= 'A' && text[i] <= 'F') text[i] = '0';
  }
  return WithoutNumbers(text);
}

// A line for each of the waiters. If they are many, one for those that differ
// in numbers only.
std::string TextOf(const std::vector<const Waiter*>& waiters) {
  constexpr size_t kMany = 8;
  std::vector<std::pair<const Waiter*, size_t>> shown;
  std::map<std::string, size_t> places;
  for (const Waiter* waiter : waiters) {
    const auto [place, is_new] =
        places.emplace(Pattern(waiter->text), shown.size());
    if (is_new || waiters.size() <= kMany) {
      shown.emplace_back(waiter, 0);
    } else {
      ++shown[place->second].second;
    }
  }
  std::string text;
  for (const auto& [waiter, more] : shown) {
    if (!text.empty()) text += "\n";
    text += waiter->text;
    if (more > 0) {
      text += fmt::format("\n{} more {} like that", more,
                          more == 1 ? "thread waits" : "threads wait");
    }
  }
  return text;
}

// The threads behind the finding's own: they wait, but not because of each
// other.
void CountFollowers(Finding& finding, size_t followers) {
  if (followers == 0) return;
  finding.text += fmt::format("\n{} more {} behind {}", followers,
                              followers == 1 ? "thread waits" : "threads wait",
                              finding.tids.size() == 1 ? "it" : "them");
}

// One finding for each cycle and for each end of a chain.
std::vector<Finding> StuckThreads(const std::vector<Waiter>& waiters,
                                  sim::Time now) {
  const Reach reach(waiters);
  std::vector<Finding> findings;
  std::vector<bool> reported(waiters.size());
  for (size_t i = 0; i < waiters.size(); ++i) {
    if (reported[i] || !(reach.InCycle(i) || reach.IsEnd(i))) continue;
    Finding finding;
    finding.kind = reach.InCycle(i) ? "deadlock" : waiters[i].kind;
    finding.at = now;
    size_t followers = 0;
    std::vector<const Waiter*> involved;
    for (size_t j = 0; j < waiters.size(); ++j) {
      if (j == i || (reach.Reaches(i, j) && reach.Reaches(j, i))) {
        Involve(finding, waiters[j]);
        involved.push_back(&waiters[j]);
        reported[j] = true;
      } else if (reach.Reaches(j, i)) {
        ++followers;
      }
    }
    finding.text = TextOf(involved);
    CountFollowers(finding, followers);
    findings.push_back(std::move(finding));
  }
  return findings;
}

// Kinds whose text is about the driver's entities rather than about threads.
bool IsAboutTheDriver(const Finding& finding) {
  return finding.kind == "use_after_free" ||
         finding.kind == "invariant_violated";
}

}  // namespace

std::vector<Finding> FindingsAtEnd(const World& world, sim::RunEnd end) {
  const sim::Time now = world.machine.stamp();
  if (end == sim::RunEnd::kSteps) {
    return {Finding{"limit",
                    fmt::format("stopped after {} steps at {}",
                                world.machine.steps(), sim::FormatTime(now)),
                    {},
                    {},
                    now}};
  }
  const bool quiescent = end == sim::RunEnd::kQuiescent;
  const std::vector<Waiter> stuck = StuckWaiters(world, quiescent);
  std::vector<Finding> findings = StuckThreads(stuck, now);
  for (Finding& finding : Overdue(world, stuck)) {
    findings.push_back(std::move(finding));
  }
  if (quiescent) AddLeaks(world, findings);
  return findings;
}

std::vector<std::string> WaitsOf(const std::string& kind,
                                 const std::string& text) {
  if (kind != "deadlock" && kind != "lost_wakeup" &&
      kind != "unanswered_call" && kind != "missing_service") {
    return {};
  }
  std::vector<std::string> waits;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    // How many more wait (CountFollowers, TextOf).
    if (std::isdigit(static_cast<unsigned char>(line[0])) != 0) continue;
    line = Pattern(line);
    std::erase_if(line,
                  [](char c) { return c == '#' || c == '[' || c == ']'; });
    waits.push_back(line);
  }
  return waits;
}

std::string SignatureOf(const World& world, const Finding& finding) {
  if (IsAboutTheDriver(finding)) {
    return finding.kind + ": " + WithoutNumbers(finding.text);
  }
  // Members of a group are as good as each other.
  std::set<std::string> groups;
  for (const auto& process : world.user.setup().processes) {
    if (std::ranges::find(finding.pids, process.pid) != finding.pids.end()) {
      groups.insert(process.group);
    }
  }
  return fmt::format("{}: {}", finding.kind, fmt::join(groups, ", "));
}

}  // namespace bindersim
