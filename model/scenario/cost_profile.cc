// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/cost_profile.h"

#include <optional>
#include <string>

#include "model/scenario/amounts.h"
#include "model/scenario/embedded.h"
#include "model/scenario/structure.h"
#include "model/scenario/text_file.h"
#include "sim/check.h"

namespace bindersim::scenario {
namespace {

constexpr char kFileSuffix[] = ".json";

// Changes `profile` by the groups of `place`. Numbers stand there as such in
// scenarios and as {"value": number, "source": ...} in files.
void ApplyChanges(const Reporter& reporter, const Place& place,
                  CostProfile& profile) {
  for (const CostEntry& entry : CostEntries(profile)) {
    const Place group = place.Member(entry.group);
    if (!group) continue;
    Place number = group.Member(entry.name);
    if (!number) continue;
    if (number->IsObject()) number = number.Member("value");
    if (auto* const* time = std::get_if<sim::Duration*>(&entry.value)) {
      **time = ReadTime(reporter, number);
      if (*time == &profile.scheduler.time_slice && **time < sim::Duration{1}) {
        reporter.Report(number, Describe(*number.node), "at least 1ns", "",
                        "threads would take turns for ever");
      }
    } else {
      *std::get<int64_t*>(entry.value) = *number->AsInt64();
    }
  }
}

// The built-in profile of that name.
std::optional<CostProfile> BuiltIn(const std::string& name) {
  if (name == "default") return DefaultCosts();
  if (name == "free") return FreeCosts();
  return std::nullopt;
}

CostProfile ReadProfile(const Reporter& reporter) {
  if (!CheckStructure(Schema::kCosts, reporter)) return {};
  const Place root = reporter.Root();
  const Place base = root.Member("base");
  CostProfile result = *BuiltIn(base ? base->text : "default");
  ApplyChanges(reporter, root, result);
  return result;
}

// A built-in profile or the file that `place` names.
CostProfile ReadNamed(const Reporter& reporter, const Place& place,
                      bool& unreadable) {
  if (const auto built_in = BuiltIn(place->text)) return *built_in;
  const auto path = ProfileFile(reporter.document().file(), place->text);
  if (!path) {
    reporter.ReportUnknown(place, place->text, {"default", "free"},
                           "or the way to a file *.json");
    return {};
  }
  const auto text = ReadTextFile(*path);
  if (!text.ok()) {
    unreadable = true;
    reporter.Report(place, Quoted(place->text), "a file that can be read", "",
                    *path + ": " + std::string(text.status().message()));
    return {};
  }
  const auto document = Document::Parse(*text, *path, reporter.problems());
  if (!document) return {};
  return ReadProfile(Reporter(*document, reporter.problems()));
}

// "2.5%" -> 25
std::optional<int64_t> ParsePermille(std::string text) {
  text.pop_back();
  const size_t dot = text.find('.');
  int64_t result = 10 * std::stoll(text.substr(0, dot));
  if (dot != std::string::npos) result += text[dot + 1] - '0';
  if (result > 1000) return std::nullopt;
  return result;
}

}  // namespace

std::vector<CostEntry> CostEntries(CostProfile& profile) {
  sim::SchedulerCosts& s = profile.scheduler;
  DriverCosts& d = profile.driver;
  UserspaceCosts& u = profile.userspace;
  return {
      {"scheduler", "context_switch", &s.context_switch},
      {"scheduler", "wake_latency", &s.wake_latency},
      {"scheduler", "sync_wake_latency", &s.sync_wake_latency},
      {"scheduler", "time_slice", &s.time_slice},
      {"scheduler", "wakeup_granularity", &s.wakeup_granularity},
      {"scheduler", "jitter_permille", &s.jitter_permille},
      {"driver", "syscall", &d.syscall},
      {"driver", "lock", &d.lock},
      {"driver", "transaction", &d.transaction},
      {"driver", "command", &d.command},
      {"driver", "object", &d.object},
      {"driver", "buffer", &d.buffer},
      {"driver", "copy_base", &d.copy_base},
      {"driver", "copy_picoseconds_per_byte", &d.copy_picoseconds_per_byte},
      {"driver", "page_fault", &d.page_fault},
      {"driver", "page_reuse", &d.page_reuse},
      {"driver", "grace_period", &d.grace_period},
      {"driver", "wake_up", &d.wake_up},
      {"userspace", "marshal", &u.marshal},
      {"userspace", "unmarshal", &u.unmarshal},
      {"userspace", "marshal_picoseconds_per_byte",
       &u.marshal_picoseconds_per_byte},
      {"userspace", "dispatch", &u.dispatch},
      {"userspace", "thread_spawn", &u.thread_spawn},
      {"userspace", "java", &u.java},
  };
}

const CostProfile& DefaultCosts() {
  static const CostProfile& profile = *[] {
    Problems problems;
    const auto document =
        Document::Parse(kDefaultCosts, "default.json", problems);
    SIM_CHECK(document.has_value()) << problems.Listed()[0].ToString();
    const Reporter reporter(*document, problems);
    auto* result = new CostProfile;
    if (CheckStructure(Schema::kCosts, reporter)) {
      ApplyChanges(reporter, reporter.Root(), *result);
    }
    SIM_CHECK(problems.empty()) << problems.Listed()[0].ToString();
    return result;
  }();
  return profile;
}

CostProfile FreeCosts() {
  CostProfile result = DefaultCosts();
  const sim::SchedulerCosts scheduler = result.scheduler;
  for (const CostEntry& entry : CostEntries(result)) {
    if (auto* const* time = std::get_if<sim::Duration*>(&entry.value)) {
      **time = sim::Duration{0};
    } else {
      *std::get<int64_t*>(entry.value) = 0;
    }
  }
  result.scheduler.time_slice = scheduler.time_slice;
  result.scheduler.wakeup_granularity = scheduler.wakeup_granularity;
  return result;
}

std::optional<std::string> ProfileFile(const std::string& file,
                                       const std::string& name) {
  if (!name.ends_with(kFileSuffix)) return std::nullopt;
  const size_t slash = file.rfind('/');
  if (name[0] == '/' || slash == std::string::npos) return name;
  return file.substr(0, slash + 1) + name;
}

CostProfile ReadCosts(const Reporter& reporter, const Place& machine,
                      bool& unreadable) {
  const Place costs = machine ? machine.Member("costs") : Place{};
  CostProfile result = DefaultCosts();
  if (costs && costs->IsString()) {
    result = ReadNamed(reporter, costs, unreadable);
  } else if (costs) {
    if (const Place base = costs.Member("base")) {
      result = ReadNamed(reporter, base, unreadable);
    }
    ApplyChanges(reporter, costs, result);
  }
  const Place jitter = machine ? machine.Member("jitter") : Place{};
  if (jitter) {
    const std::optional<int64_t> permille = ParsePermille(jitter->text);
    if (!permille) {
      reporter.Report(jitter, Quoted(jitter->text), "up to \"100%\"");
    }
    result.scheduler.jitter_permille = permille.value_or(0);
  }
  return result;
}

}  // namespace bindersim::scenario
