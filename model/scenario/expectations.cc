// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/expectations.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "model/scenario/amounts.h"

namespace bindersim::scenario {
namespace {

class ExpectationReader {
 public:
  ExpectationReader(const Reporter& reporter, const Declarations& declarations,
                    const CallNames& call_names)
      : reporter_(reporter),
        declarations_(declarations),
        call_names_(call_names) {
    for (const MethodDeclaration& method : declarations.methods) {
      const std::string label = declarations.Label(method);
      methods_[label].insert(label);
      const std::string short_label =
          declarations.objects[method.object].name + "." + method.name;
      methods_[short_label].insert(label);
    }
  }

  std::vector<Expectation> Run() {
    for (const Place& entry : reporter_.Root().Member("expect").Children()) {
      if (entry.Member("of")) {
        ReadOf(entry);
      } else if (entry.Member("marks")) {
        ReadMarks(entry);
      } else if (entry.Member("mark")) {
        ReadOrder(entry);
      } else {
        const Place finding = entry.Member("finding");
        Add(entry, FindingExpected{finding->text}, CompactJson(*entry.node));
      }
    }
    return std::move(result_);
  }

 private:
  void Add(
      const Place& entry,
      std::variant<LatencyBelow, CountWithin, MarksInOrder, FindingExpected>
          what,
      std::string text) {
    result_.push_back({std::move(what), entry.pointer, std::move(text)});
  }

  void ReadOf(const Place& entry) {
    const Place of = entry.Member("of");
    const std::string name = MethodName(of);
    for (const Place& member : entry.Children()) {
      const std::string& key = member->key;
      if (key == "of") continue;
      // The entry as if it had this assertion only.
      const std::string text =
          fmt::format("{{\"of\":{},\"{}\":{}}}", CompactJson(*of.node), key,
                      CompactJson(*member.node));
      if (key == "calls" || key == "failures") {
        CountWithin count;
        count.what = key == "calls" ? CountWithin::What::kCalls
                                    : CountWithin::What::kFailures;
        count.of = name;
        ReadNumberOf(member, count);
        Add(entry, count, text);
      } else {
        Add(entry, ReadLatency(name, member), text);
      }
    }
  }

  // "mean_below", "max_below", "p99_below", "p99.9_below"
  LatencyBelow ReadLatency(const std::string& of, const Place& member) {
    LatencyBelow result;
    result.of = of;
    result.below = ReadTime(reporter_, member);
    const std::string& key = member->key;
    if (key == "mean_below") {
      result.which = LatencyBelow::Which::kMean;
    } else if (key == "max_below") {
      result.which = LatencyBelow::Which::kMax;
    } else {
      const std::string number = key.substr(1, key.find('_') - 1);
      const size_t dot = number.find('.');
      result.percentile_x10 =
          10 * static_cast<uint32_t>(std::stoul(number.substr(0, dot)));
      if (dot != std::string::npos) {
        result.percentile_x10 += static_cast<uint32_t>(number[dot + 1] - '0');
      }
    }
    return result;
  }

  void ReadNumberOf(const Place& place, CountWithin& count) {
    if (!place->IsObject()) {
      count.at_least = count.at_most = *place->AsUint64();
      return;
    }
    ReadLimits(place, count);
  }

  void ReadLimits(const Place& place, CountWithin& count) {
    if (const Place at_least = place.Member("at_least")) {
      count.at_least = *at_least->AsUint64();
    }
    const Place at_most = place.Member("at_most");
    if (at_most) count.at_most = *at_most->AsUint64();
    if (at_most && count.at_least > count.at_most) {
      reporter_.Report(at_most, Describe(*at_most.node),
                       fmt::format("an integer >= {}", count.at_least), "",
                       "\"at_least\" is larger");
    }
  }

  void ReadMarks(const Place& entry) {
    const Place marks = entry.Member("marks");
    CountWithin count;
    count.what = CountWithin::What::kMarks;
    count.of = marks->text;
    CheckMark(marks);
    const Place exactly = entry.Member("exactly");
    const bool limits = entry.Member("at_least") || entry.Member("at_most");
    if (exactly) {
      count.at_least = count.at_most = *exactly->AsUint64();
      if (limits) {
        reporter_.ReportKey(exactly, "the key \"exactly\"",
                            "either it or \"at_least\" and \"at_most\"");
      }
    } else if (limits) {
      ReadLimits(entry, count);
    } else {
      count.at_least = 1;
    }
    Add(entry, count, CompactJson(*entry.node));
  }

  void ReadOrder(const Place& entry) {
    const Place first = entry.Member("mark");
    const Place then = entry.Member("before");
    CheckMark(first);
    CheckMark(then);
    Add(entry, MarksInOrder{first->text, then->text, 0},
        CompactJson(*entry.node));
  }

  void CheckMark(const Place& mark) {
    if (declarations_.marks.count(mark->text) > 0) return;
    std::vector<std::string> known;
    for (const auto& [text, used] : declarations_.marks) known.push_back(text);
    reporter_.ReportUnknown(mark, mark->text, known);
  }

  // The method's name in records.
  std::string MethodName(const Place& of) {
    if (call_names_.names.count(of->text) > 0) return of->text;
    const auto found = methods_.find(of->text);
    if (found == methods_.end()) {
      std::vector<std::string> known;
      for (const auto& [name, labels] : methods_) known.push_back(name);
      for (const std::string& name : call_names_.names) {
        if (methods_.count(name) == 0) known.push_back(name);
      }
      reporter_.ReportUnknown(of, of->text, known);
      return of->text;
    }
    const std::set<std::string>& labels = found->second;
    if (labels.size() > 1 && labels.count(of->text) == 0) {
      reporter_.Report(of, Quoted(of->text),
                       ListOf({labels.begin(), labels.end()}), "",
                       "more than one process has such an object");
      return of->text;
    }
    const std::string label =
        labels.count(of->text) > 0 ? of->text : *labels.begin();
    const auto other = call_names_.other_names.find(label);
    if (other != call_names_.other_names.end() &&
        call_names_.names.count(label) == 0) {
      reporter_.Report(of, Quoted(of->text), Quoted(other->second), "",
                       "which of several objects is called by that is known "
                       "only when it happens");
    }
    return label;
  }

  const Reporter& reporter_;
  const Declarations& declarations_;
  const CallNames& call_names_;
  // What users may write -> the names in records that it can mean.
  std::map<std::string, std::set<std::string>> methods_;
  std::vector<Expectation> result_;
};

// Counts that decide for one expectation.
struct WatchFor {
  std::optional<userspace::Watch> operator()(const CountWithin& count) const {
    using What = userspace::Watch::What;
    userspace::Watch watch;
    watch.what = count.what == CountWithin::What::kMarks   ? What::kMarks
                 : count.what == CountWithin::What::kCalls ? What::kCalls
                                                           : What::kFailures;
    watch.of = count.of;
    watch.enough =
        count.at_most == UINT64_MAX ? count.at_least : count.at_most + 1;
    return watch;
  }
  std::optional<userspace::Watch> operator()(const MarksInOrder& order) const {
    return userspace::Watch{userspace::Watch::What::kBefore, order.first,
                            order.then, userspace::kReversed};
  }
  std::optional<userspace::Watch> operator()(const LatencyBelow&) const {
    return std::nullopt;
  }
  std::optional<userspace::Watch> operator()(const FindingExpected&) const {
    return std::nullopt;
  }
};

}  // namespace

std::vector<userspace::Watch> WatchesFor(
    std::vector<Expectation>& expectations) {
  std::vector<userspace::Watch> watches;
  for (Expectation& expectation : expectations) {
    const auto watch = std::visit(WatchFor{}, expectation.what);
    if (!watch) continue;
    const size_t index = watches.size();
    watches.push_back(*watch);
    if (auto* count = std::get_if<CountWithin>(&expectation.what)) {
      count->watch = index;
    } else {
      std::get<MarksInOrder>(expectation.what).watch = index;
    }
  }
  return watches;
}

std::vector<Expectation> ReadExpectations(const Reporter& reporter,
                                          const Declarations& declarations,
                                          const CallNames& call_names) {
  return ExpectationReader(reporter, declarations, call_names).Run();
}

}  // namespace bindersim::scenario
