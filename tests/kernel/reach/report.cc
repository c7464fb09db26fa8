// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/kernel/reach/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/kernel/reach/facts.h"

namespace bindersim::coverage {

namespace {

// "" if there is none.
std::string ReasonFor(const Reasons& reasons, const std::string& name) {
  for (const auto& [pattern, reason] : reasons) {
    if (Matches(pattern, name)) return reason;
  }
  return "";
}

// The names of a kind: the known ones, then what else occurs.
std::vector<std::string> NamesOf(const std::string& kind,
                                 const std::vector<std::string>& known,
                                 const Tries& tries) {
  std::vector<std::string> names = known;
  std::set<std::string> others;
  for (const Counts* counts :
       {&tries.scripts, &tries.recorded, &tries.simulated}) {
    for (const auto& [key, count] : *counts) {
      if (key.first == kind) others.insert(key.second);
    }
  }
  for (const std::string& name : others) {
    if (std::ranges::find(known, name) == known.end()) names.push_back(name);
  }
  return names;
}

uint64_t CountOf(const Counts& counts, const std::string& kind,
                 const std::string& name) {
  const auto it = counts.find({kind, name});
  return it == counts.end() ? 0 : it->second;
}

}  // namespace

Report ReportCounts(const Tries& tries, const Reasons& reasons) {
  Report report;
  for (const auto& [kind, known] : Names()) {
    report.text += fmt::format("{:<42} {:>9} {:>9} {:>9}\n", kind, "scripts",
                               "recorded", "simulated");
    for (const std::string& name : NamesOf(kind, known, tries)) {
      const uint64_t recorded = CountOf(tries.recorded, kind, name);
      const uint64_t simulated = CountOf(tries.simulated, kind, name);
      std::string note;
      if (recorded == 0 || simulated == 0) {
        note = ReasonFor(reasons, kind + " " + name);
        if (note.empty()) {
          note = "NOT EXPLAINED";
          ++report.unexplained;
        }
        note = "  " + note;
      }
      report.text += fmt::format("  {:<40} {:>9} {:>9} {:>9}{}\n", name,
                                 CountOf(tries.scripts, kind, name), recorded,
                                 simulated, note);
    }
    report.text += "\n";
  }
  return report;
}

Report ReportFacts(
    const std::vector<std::string>& facts,
    const std::map<std::string, std::vector<std::string>>& places,
    const Reasons& reasons, bool all) {
  struct Sum {
    size_t facts = 0;
    size_t cited = 0;
    size_t explained = 0;
  };
  Report report;
  std::vector<std::pair<std::string, Sum>> sections;
  std::string details;
  for (const std::string& id : facts) {
    const std::string section = id.substr(0, id.find('-'));
    if (sections.empty() || sections.back().first != section) {
      sections.push_back({section, {}});
    }
    Sum& sum = sections.back().second;
    ++sum.facts;
    const auto cited = places.find(id);
    if (cited != places.end()) {
      ++sum.cited;
      if (!all) continue;
      details += fmt::format("{}:", id);
      for (const std::string& place : cited->second) details += " " + place;
      details += "\n";
      continue;
    }
    const std::string reason = ReasonFor(reasons, id);
    if (reason.empty()) {
      ++report.unexplained;
      details += fmt::format("{}: NOT EXPLAINED\n", id);
    } else {
      ++sum.explained;
      if (all) details += fmt::format("{}: none: {}\n", id, reason);
    }
  }
  report.text = fmt::format("{:<10} {:>6} {:>6} {:>12} {:>14}\n", "facts",
                            "all", "cited", "with reason", "not explained");
  for (const auto& [section, sum] : sections) {
    report.text += fmt::format("  {:<8} {:>6} {:>6} {:>12} {:>14}\n", section,
                               sum.facts, sum.cited, sum.explained,
                               sum.facts - sum.cited - sum.explained);
  }
  report.text += "\n" + details;
  return report;
}

}  // namespace bindersim::coverage
