// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/setup_builder.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "model/scenario/amounts.h"

namespace bindersim::scenario {
namespace {

namespace us = userspace;

constexpr uint32_t kSystemUid = 1000;
// No process of a scenario can have that name.
constexpr char kFreezerName[] = "[freezer]";
constexpr int64_t kPageBytes = 4096;
constexpr int64_t kMinMapBytes = 2 * kPageBytes;
constexpr int64_t kMaxMapBytes = kMaxPayloadBytes;

uint64_t HashOf(const std::string& name) {
  return XXH3_64bits(name.data(), name.size());
}

uint64_t ReadMapSize(const Reporter& reporter, const Place& place) {
  const int64_t bytes = ReadAmount(reporter, place, Unit::kSize);
  const int64_t rounded = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  if (rounded < kMinMapBytes || rounded > kMaxMapBytes) {
    reporter.Report(place, Describe(*place.node),
                    "8KiB to 4MiB, in whole pages of 4KiB");
  }
  return static_cast<uint64_t>(rounded);
}

class SetupBuilder {
 public:
  SetupBuilder(const Reporter& reporter, const Declarations& declarations,
               Programs programs)
      : reporter_(reporter),
        declarations_(declarations),
        programs_(std::move(programs)) {}

  us::Setup Run() {
    us::Setup setup;
    for (GroupId id = 0; id < declarations_.groups.size(); ++id) {
      const GroupDeclaration& group = declarations_.groups[id];
      const us::ProcessSetup model = BuildGroup(id);
      for (uint32_t i = 0; i < group.count; ++i) {
        // More have been reported, and there are not enough pids for any
        // number.
        if (setup.processes.size() == kMaxProcesses) break;
        us::ProcessSetup process = model;
        if (group.counted) process.name = fmt::format("{}[{}]", group.name, i);
        process.pid = PidOf(process.name, pids_);
        process.uid = UidOf(group, process.name, i);
        setup.processes.push_back(std::move(process));
      }
    }
    setup.blocks = std::move(programs_.blocks);
    us::ProcessSetup freezer;
    for (const Place& place : reporter_.Root().Member("events").Children()) {
      if (FailureMark(place)) {
        AddFreeze(place, freezer, setup.blocks);
        continue;
      }
      us::Event event;
      event.at = ReadTime(reporter_, place.Member("at"));
      event.pointer = place.pointer;
      if (const Place mark = place.Member("mark")) {
        event.what = us::MarkAction{mark->text};
      } else if (const auto kill =
                     ReadKill(reporter_, declarations_, place.Member("kill"),
                              /*in_method=*/false)) {
        event.what = *kill;
      }
      setup.events.push_back(std::move(event));
    }
    ReadFaults(setup.faults);
    if (!freezer.threads.empty()) {
      freezer.name = freezer.group = kFreezerName;
      freezer.pid = PidOf(freezer.name, pids_);
      freezer.thread_pool = false;
      setup.processes.push_back(std::move(freezer));
    }
    return setup;
  }

 private:
  void ReadFaults(us::Faults& faults) {
    const Place place = reporter_.Root().Member("faults");
    if (!place) return;
    for (const Place& target : place.Member("kill").Children()) {
      const auto kill =
          ReadKill(reporter_, declarations_, target, /*in_method=*/false);
      if (!kill) continue;
      faults.kill.insert(faults.kill.end(), kill->processes.begin(),
                         kill->processes.end());
    }
    if (const Place at_most = place.Member("at_most")) {
      faults.at_most = static_cast<uint32_t>(*at_most->AsUint64());
    }
  }

  // An event's ioctl has to be done by somebody: a thread for each event, in a
  // process with uid 0 that is there for nothing else.
  void AddFreeze(const Place& event, us::ProcessSetup& freezer,
                 std::vector<us::Block>& blocks) {
    const std::string verb = event.Member("freeze") ? "freeze" : "unfreeze";
    auto freeze = ReadFreeze(reporter_, declarations_, event, verb);
    if (!freeze) return;
    freeze->on_error = static_cast<us::BlockIndex>(blocks.size());
    blocks.push_back({{{us::MarkAction{*FailureMark(event)}, event.pointer}}});
    us::ThreadSetup thread;
    thread.name = verb + " " + event.Member(verb)->text;
    thread.at = ReadTime(reporter_, event.Member("at"));
    thread.body = static_cast<us::BlockIndex>(blocks.size());
    blocks.push_back({{{std::move(*freeze), event.pointer}}});
    freezer.threads.push_back(std::move(thread));
  }

  us::ProcessSetup BuildGroup(GroupId id) {
    const GroupDeclaration& group = declarations_.groups[id];
    us::ProcessSetup result;
    result.name = group.name;
    result.group = group.name;
    result.device = group.device;
    result.is_service_manager = group.is_service_manager;
    // It runs one thread in a Looper and asks for no others (SVM-01).
    if (group.is_service_manager) result.max_threads = 0;
    if (!group.place) {
      result.thread_pool = false;
      return result;
    }
    const Place& place = group.place;
    if (const Place nice = place.Member("nice")) {
      result.nice = static_cast<int>(*nice->AsInt64());
    }
    const Place language = place.Member("language");
    if (language && language->text == "java") {
      result.language = record::Language::kJava;
    }
    const Place max_threads = place.Member("max_threads");
    if (max_threads) {
      result.max_threads = static_cast<uint32_t>(*max_threads->AsUint64());
    }
    if (const Place map_size = place.Member("map_size")) {
      result.map_size = ReadMapSize(reporter_, map_size);
    }
    if (const Place at = place.Member("at")) {
      result.at = ReadTime(reporter_, at);
    }
    result.thread_pool = !group.is_service_manager &&
                         (!group.objects.empty() || max_threads ||
                          group.links_to_death || group.waits_for_service);
    for (const ObjectId object : group.objects) {
      result.objects.push_back(BuildObject(object));
    }
    result.threads = programs_.threads[id];
    result.symbols = group.symbols;
    return result;
  }

  us::Object BuildObject(ObjectId id) {
    const ObjectDeclaration& declaration = declarations_.objects[id];
    us::Object result;
    result.name = declaration.name;
    result.interface = declaration.interface;
    result.is_service = declaration.is_service;
    result.accepts_fds = declaration.accepts_fds;
    for (const MethodId method_id : declaration.methods) {
      const MethodDeclaration& method = declarations_.methods[method_id];
      const MethodProgram& program = programs_.methods[method_id];
      result.methods.push_back({method.name, method.code, program.body,
                                program.reply, program.reply_objects,
                                program.reply_files});
    }
    std::sort(result.methods.begin(), result.methods.end(),
              [](const us::Method& a, const us::Method& b) {
                return a.code < b.code;
              });
    return result;
  }

  uint32_t UidOf(const GroupDeclaration& group, const std::string& name,
                 uint32_t member) {
    const Place uid = group.place ? group.place.Member("uid") : Place{};
    if (uid) return static_cast<uint32_t>(*uid->AsUint64()) + member;
    if (group.is_service_manager) return kSystemUid;
    const bool has_services = std::any_of(
        group.objects.begin(), group.objects.end(),
        [this](ObjectId id) { return declarations_.objects[id].is_service; });
    // Only system uids may add services (SVM-03).
    if (has_services) return kSystemUid + member;
    return ApplicationUidOf(name, uids_);
  }

  const Reporter& reporter_;
  const Declarations& declarations_;
  Programs programs_;
  std::set<uint32_t> pids_;
  std::set<uint32_t> uids_;
};

}  // namespace

us::Setup BuildSetup(const Reporter& reporter, const Declarations& declarations,
                     Programs programs) {
  return SetupBuilder(reporter, declarations, std::move(programs)).Run();
}

uint32_t PidOf(const std::string& name, std::set<uint32_t>& used) {
  constexpr uint32_t kPids = 4000;
  for (uint64_t probe = 0;; ++probe) {
    const auto slot =
        static_cast<uint32_t>((HashOf(name) % kPids + probe) % kPids);
    const uint32_t pid = us::kTidsPerProcess * (1 + slot);
    if (used.insert(pid).second) return pid;
  }
}

uint32_t ApplicationUidOf(const std::string& name, std::set<uint32_t>& used) {
  constexpr uint32_t kFirst = 10'000;
  constexpr uint32_t kUids = 10'000;
  for (uint64_t probe = 0;; ++probe) {
    const auto slot =
        static_cast<uint32_t>((HashOf(name) % kUids + probe) % kUids);
    if (used.insert(kFirst + slot).second) return kFirst + slot;
  }
}

}  // namespace bindersim::scenario
