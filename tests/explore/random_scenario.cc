// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/explore/random_scenario.h"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "sim/random.h"

namespace bindersim::explore {

namespace {

using Json = nlohmann::json;

class Maker {
 public:
  explicit Maker(uint64_t seed)
      : stream_(sim::MakeStream(seed, "random scenario")) {}

  Json Make(Calls calls) {
    Json scenario;
    switch (calls) {
      case Calls::kNone:
        scenario["processes"] = WithoutCalls();
        break;
      case Calls::kRaw:
        scenario["processes"] = WithRawCalls();
        break;
      case Calls::kSome:
        scenario["processes"] = WithCalls();
        break;
    }
    if (OneIn(calls == Calls::kSome ? 4 : 6)) {
      Json kill = {AnyProcess()};
      if (OneIn(3)) kill.push_back(AnyProcess());
      scenario["faults"] = {{"kill", std::move(kill)},
                            {"at_most", 1 + stream_.Below(2)}};
    }
    if (OneIn(6)) scenario["events"] = Events();
    if (OneIn(8)) scenario["until"] = Pick({"1ms", "2ms", "4ms"});
    Expect(scenario);
    return scenario;
  }

 private:
  bool OneIn(uint64_t count) { return stream_.Below(count) == 0; }
  std::string Pick(std::initializer_list<const char*> names) {
    return names.begin()[stream_.Below(names.size())];
  }
  std::string AnyProcess() { return names_[stream_.Below(names_.size())]; }
  std::string OneProcess() {
    const std::string name = AnyProcess();
    return counted_.contains(name) ? name + "[0]" : name;
  }
  // Members of a group are alike, as far as nobody names one of them.
  void MaybeCount(const std::string& name, Json& process) {
    if (!OneIn(4)) return;
    process["count"] = 2;
    counted_.insert(name);
    if (OneIn(2)) names_.push_back(name + "[1]");
  }
  std::string Fresh(const std::string& name) {
    return name + std::to_string(++fresh_);
  }

  // --- processes ---

  Json WithoutCalls() {
    names_ = {"p"};
    if (OneIn(2)) names_.emplace_back("q");
    Json processes;
    const std::vector<std::string> names = names_;
    for (const std::string& name : names) {
      Json process;
      MaybeCount(name, process);
      process["threads"]["main"]["do"] = Actions(1, 3);
      if (OneIn(2)) process["threads"]["b"]["do"] = Actions(1, 2);
      if (OneIn(8)) process["threads"]["main"]["at"] = "1ms";
      if (OneIn(8)) process["at"] = "1ms";
      // One that has a pool stays when its threads have ended.
      if (OneIn(4)) process["max_threads"] = stream_.Below(2);
      if (OneIn(6)) process["language"] = "java";
      processes[name] = std::move(process);
    }
    return processes;
  }

  Json WithRawCalls() {
    names_ = {"p", "servicemanager"};
    Json process;
    MaybeCount("p", process);
    process["threads"]["main"]["do"] = RawCalls();
    if (OneIn(3)) process["threads"]["b"]["do"] = RawCalls();
    if (OneIn(4)) process["max_threads"] = stream_.Below(2);
    Json processes;
    processes["p"] = std::move(process);
    processes["servicemanager"] = Json::object();
    return processes;
  }

  Json RawCalls() {
    Json actions = Json::array();
    const uint64_t count = 1 + stream_.Below(2);
    for (uint64_t i = 0; i < count; ++i) actions.push_back(RawCall());
    if (OneIn(3)) Add(actions, 0);
    return actions;
  }

  Json WithCalls() {
    names_ = {"server", "client"};
    passes_ = OneIn(2);
    late_ = OneIn(4);
    Json processes;
    Json client;
    MaybeCount("client", client);
    processes["server"] = Server();
    if (late_) processes["late"] = Late();
    client["threads"]["main"]["do"] = Program(1, 2);
    if (OneIn(5)) client["threads"]["b"]["do"] = Program(1, 1);
    if (passes_) {
      client["objects"]["ear"]["methods"]["heard"] = Method(0, 1);
      if (OneIn(4)) client["objects"]["ear"]["accepts_fds"] = false;
    }
    if (OneIn(2)) client["max_threads"] = stream_.Below(2);
    processes["client"] = std::move(client);
    if (OneIn(4)) {
      Json actions = Json::array();
      AddToProcess(actions);
      processes["other"]["threads"]["main"]["do"] = std::move(actions);
    }
    return processes;
  }

  Json Server() {
    Json methods;
    methods["f"] = Method(0, 1);
    methods["g"] = Method(0, 1);
    if (OneIn(4)) methods["f"]["do"].push_back({{"kill", "$caller"}});
    if (passes_) {
      // Whoever calls it passes an object.
      methods["h"] = Method(0, 1);
      AddToCallee(methods["h"]["do"]);
    }
    Json server;
    server["max_threads"] = stream_.Below(2);
    server["services"]["s"]["methods"] = std::move(methods);
    if (OneIn(3)) {
      two_services_ = true;
      server["services"]["u"]["methods"]["f"] = Method(0, 1);
    }
    // Something to be got from the service.
    gives_ = OneIn(3);
    if (gives_) {
      server["objects"]["part"]["methods"]["f"] = Method(0, 1);
      server["services"]["s"]["methods"]["get"]["reply"] = {
          {"data", "8B"}, {"objects", Json::array({"part"})}};
    }
    if (OneIn(4)) {
      server["services"]["s"]["methods"]["open"]["reply"] = {
          {"data", "8B"}, {"fds", OneIn(2) ? Json(1) : Json::array({"file"})}};
      opens_ = true;
    }
    if (OneIn(6)) server["services"]["s"]["accepts_fds"] = false;
    if (OneIn(6)) server["threads"]["main"]["do"] = Actions(1, 1);
    return server;
  }

  // A process whose service is not there from the beginning.
  Json Late() {
    names_.emplace_back("late");
    Json late;
    late["max_threads"] = 0;
    if (OneIn(2)) {
      late["at"] = "1ms";
      late["services"]["l"]["methods"]["f"] = Method(0, 1);
      return late;
    }
    late["uid"] = 1001;
    late["objects"]["o"]["methods"]["f"] = Method(0, 1);
    Json actions = Json::array();
    if (OneIn(2)) actions.push_back(Sleep());
    actions.push_back({{"add_service", "l"}, {"object", "o"}});
    late["threads"]["main"]["do"] = std::move(actions);
    return late;
  }

  Json Method(uint64_t least, uint64_t most) {
    Json method;
    method["do"] = Actions(least, most);
    if (OneIn(3)) method["oneway"] = true;
    return method;
  }

  // --- actions of those who call ---

  // The last of them passes an object if there is a method that wants one.
  Json Program(uint64_t least, uint64_t most) {
    Json program = Json::array();
    const uint64_t count = least + stream_.Below(most - least + 1);
    for (uint64_t i = 0; i < count; ++i) AddToProgram(program);
    if (passes_) {
      program.push_back({{"call", "s.h"},
                         {"objects", Json::array({"ear"})},
                         {"on_error", OnError()}});
    }
    if (OneIn(4)) Add(program, 0);
    return program;
  }

  Json OnError() {
    if (OneIn(8)) return "exit";
    return OneIn(2) ? Json::array({Mark()}) : Json::array();
  }

  Json Call(const std::string& target) {
    Json call = {{"call", target}, {"on_error", OnError()}};
    if (OneIn(4)) call["oneway"] = true;
    if (OneIn(4)) call["data"] = Pick({"16B", "4KiB"});
    if (OneIn(6)) call["data"] = {{"choice", {"8B", "16B"}}};
    if (OneIn(6)) call["fds"] = OneIn(2) ? Json(1) : Json::array({"file"});
    return call;
  }

  void AddToProgram(Json& program) {
    switch (stream_.Below(11)) {
      case 0:
      case 1:
        program.push_back(Call("s.f"));
        break;
      case 2:  // two objects of one process, or one twice
        program.push_back({{"call", "s.g"}, {"oneway", true}});
        program.push_back(
            {{"call", two_services_ ? "u.f" : "s.g"}, {"oneway", true}});
        break;
      case 3:
        AddDeathLink(program, "s");
        break;
      case 4:
        program.push_back(
            {{Pick({"get_service", "check_service", "wait_for_service"}), "s"},
             {"as", "e"}});
        if (OneIn(2)) program.push_back(Call("e.f"));
        if (OneIn(2)) program.push_back({{"release", "e"}});
        break;
      case 5:
        program.push_back({{"keep", "s"}, {"as", "k"}});
        if (OneIn(2)) {
          program.push_back(
              {{"spawn", Fresh("t")},
               {"do", {{{"call", "k.g"}, {"on_error", OnError()}}}}});
        }
        program.push_back({{"release", "k"}});
        break;
      case 6:
        program.push_back(RawCall());
        break;
      case 7:
        AddToProcess(program);
        break;
      case 8:
        if (opens_) {
          program.push_back({{"call", "s.open"}, {"on_error", OnError()}});
        }
        break;
      case 9:
        if (gives_) {
          program.push_back({{"call", "s.get"}, {"as", "x"}});
          if (OneIn(2)) program.push_back(Call("x.f"));
          if (OneIn(4)) AddDeathLink(program, "x");
          if (OneIn(2)) program.push_back({{"release", "x"}});
        }
        break;
      default:
        if (late_) {
          program.push_back(
              {{Pick({"check_service", "wait_for_service", "get_service"}),
                "l"},
               {"as", "y"},
               {"on_error", Json::array({Mark()})}});
          program.push_back({{"call", "y.f"}, {"on_error", OnError()}});
        }
    }
  }

  void AddDeathLink(Json& actions, const std::string& reference) {
    actions.push_back({{"link_to_death", reference},
                       {"on_death", Actions(0, 1)},
                       {"on_error", Json::array({Mark()})}});
    if (OneIn(2)) Add(actions, 1);
    if (OneIn(3)) actions.push_back({{"unlink_to_death", reference}});
  }

  // With what it was given.
  void AddToCallee(Json& actions) {
    switch (stream_.Below(5)) {
      case 0:
        actions.push_back({{"keep", "$0"}, {"as", "cb"}});
        actions.push_back(
            {{"spawn", Fresh("t")},
             {"do", {{{"call", "cb.heard"}, {"on_error", OnError()}}}}});
        if (OneIn(2)) actions.push_back({{"release", "cb"}});
        break;
      case 1:
        AddDeathLink(actions, "$0");
        break;
      case 2:
        actions.push_back({{"keep", "$0"}, {"as", "cb"}});
        break;
      default:
        actions.push_back(Call("$0.heard"));
    }
  }

  // --- the driver's commands ---

  Json RawCall() {
    const uint64_t handle = stream_.Below(2);
    switch (stream_.Below(8)) {
      case 0:
        return Ioctl({{"request", "BINDER_SET_MAX_THREADS"},
                      {"max_threads", stream_.Below(2)}});
      case 1:
        return Ioctl(
            {{"request", "BINDER_GET_FROZEN_INFO"}, {"pid", OneProcess()}});
      case 2:
        return Ioctl({{"request", "BINDER_FREEZE"},
                      {"pid", OneProcess()},
                      {"enable", stream_.Below(2)},
                      {"timeout_ms", stream_.Below(2)}});
      case 3:
        return Ioctl(
            {{"request",
              Pick({"BINDER_THREAD_EXIT", "BINDER_VERSION",
                    "BINDER_GET_EXTENDED_ERROR", "BINDER_GET_NODE_DEBUG_INFO",
                    "BINDER_ENABLE_ONEWAY_SPAM_DETECTION"})}});
      case 4:
        return Ioctl(
            {{"request", "BINDER_GET_NODE_INFO_FOR_REF"}, {"handle", handle}});
      default:
        break;
    }
    Json commands = Json::array();
    const uint64_t count = 1 + stream_.Below(3);
    for (uint64_t i = 0; i < count; ++i) commands.push_back(Command());
    Json request = {{"request", "BINDER_WRITE_READ"},
                    {"commands", std::move(commands)}};
    if (OneIn(4)) request["read"] = 64 << stream_.Below(3);
    return Ioctl(std::move(request));
  }

  Json Ioctl(Json request) {
    Json action;
    action["ioctl"] = std::move(request);
    if (OneIn(2)) action["on_error"] = Json::array({Mark()});
    return action;
  }

  Json Command() {
    const uint64_t handle = stream_.Below(2);
    switch (stream_.Below(10)) {
      case 0:
      case 1:
        return {{"command", "BC_TRANSACTION"},
                {"handle", handle},
                {"flags", stream_.Below(4) == 0 ? 0 : 1}};
      case 2:
        return {{"command", "BC_FREE_BUFFER"}, {"buffer", 0}};
      case 3:
      case 4:
      case 5:
        return {{"command", Pick({"BC_INCREFS", "BC_ACQUIRE", "BC_RELEASE",
                                  "BC_DECREFS"})},
                {"handle", handle}};
      case 6:
        return {{"command", "BC_REQUEST_DEATH_NOTIFICATION"},
                {"handle", handle},
                {"cookie", 7}};
      case 7:
        return {{"command", "BC_CLEAR_DEATH_NOTIFICATION"},
                {"handle", handle},
                {"cookie", 7}};
      case 8:
        return {{"command", "BC_DEAD_BINDER_DONE"}, {"cookie", 7}};
      default:
        return {{"command", Pick({"BC_REGISTER_LOOPER", "BC_ENTER_LOOPER",
                                  "BC_EXIT_LOOPER", "BC_REPLY"})}};
    }
  }

  // --- actions of anybody ---

  Json Actions(uint64_t least, uint64_t most) {
    Json actions = Json::array();
    const uint64_t count = least + stream_.Below(most - least + 1);
    for (uint64_t i = 0; i < count; ++i) Add(actions, 0);
    return actions;
  }

  // One or a few that belong together.
  void Add(Json& actions, int depth) {
    switch (stream_.Below(12)) {
      case 0:
      case 1:
        actions.push_back(Mark());
        break;
      case 2:
        actions.push_back({{"lock", "m"}});
        actions.push_back(Mark());
        actions.push_back({{"unlock", "m"}});
        break;
      case 3:
        actions.push_back({{"lock", "n"}});
        actions.push_back({{"lock", "m"}});
        actions.push_back({{"unlock", "m"}});
        actions.push_back({{"unlock", "n"}});
        break;
      case 4:
        actions.push_back({{"wait", "c"}, {"timeout", "3ms"}});
        break;
      case 5:  // nobody may notify what nobody waits for
        actions.push_back({{"spawn", Fresh("waiter")},
                           {"do", {{{"wait", "c"}, {"timeout", "1ms"}}}}});
        actions.push_back({{"notify", "c"}, {"all", OneIn(2)}});
        break;
      case 6:
        if (OneIn(2)) {
          actions.push_back({{"lock", "m"}});
          actions.push_back({{"wait", "c"}, {"lock", "m"}, {"timeout", "1ms"}});
          actions.push_back({{"unlock", "m"}});
        } else {
          AddToProcess(actions);
        }
        break;
      case 7:
        if (depth == 0) {
          Json body = Json::array();
          Add(body, depth + 1);
          actions.push_back({{"spawn", Fresh("t")}, {"do", std::move(body)}});
        }
        break;
      case 8:
        if (depth == 0) {
          Json one = Json::array();
          Add(one, depth + 1);
          if (OneIn(2)) {
            actions.push_back({{"repeat", 2}, {"do", std::move(one)}});
          } else {
            actions.push_back(
                {{"choose", {std::move(one), Json::array({Mark()})}}});
          }
        }
        break;
      default:
        actions.push_back(Sleep());
    }
  }

  // What is done to a process.
  void AddToProcess(Json& actions) {
    const uint64_t what = stream_.Below(5);
    if (what == 0) {
      actions.push_back({{"kill", AnyProcess()}});
    } else if (what == 1) {
      actions.push_back({{"exit", true}});
    } else {
      actions.push_back({{"freeze", AnyProcess()},
                         {"timeout", Pick({"0ms", "1ms"})},
                         {"on_error", Json::array({Mark()})}});
      if (OneIn(2)) actions.push_back(Mark());
      if (!OneIn(3)) actions.push_back({{"unfreeze", AnyProcess()}});
    }
  }

  Json Sleep() {
    if (OneIn(6)) return {{"sleep", {{"choice", {"1ms", "2ms"}}}}};
    if (OneIn(8)) return {{"work", "1ms"}};
    return {{"sleep", Pick({"1ms", "2ms"})}};
  }

  Json Mark() {
    const std::string mark = Pick({"one", "two", "three"});
    marks_.insert(mark);
    return {{"mark", mark}};
  }

  // --- what happens from outside, and what is expected ---

  Json Events() {
    Json events = Json::array();
    const uint64_t count = 1 + stream_.Below(2);
    for (uint64_t i = 0; i < count; ++i) {
      Json event;
      event["at"] = Pick({"1ms", "2ms"});
      switch (stream_.Below(4)) {
        case 0:
          event["kill"] = AnyProcess();
          break;
        case 1:
          event.update(Mark());
          break;
        case 2:
          event["freeze"] = AnyProcess();
          event["timeout"] = "1ms";
          break;
        default:
          event["unfreeze"] = AnyProcess();
      }
      events.push_back(std::move(event));
    }
    return events;
  }

  // Ends differ in what is expected and is not so.
  void Expect(Json& scenario) {
    if (marks_.size() > 1 && OneIn(2)) {
      scenario["expect"].push_back(
          {{"mark", *marks_.begin()}, {"before", *marks_.rbegin()}});
    }
    for (const std::string& mark : marks_) {
      if (OneIn(3)) {
        scenario["expect"].push_back({{"marks", mark}, {"at_least", 1}});
      }
    }
  }

  sim::Stream stream_;
  std::vector<std::string> names_;  // of processes, by which others know them
  std::set<std::string> counted_;   // those of which there are two
  std::set<std::string> marks_;
  bool passes_ = false;
  bool late_ = false;
  bool two_services_ = false;
  bool gives_ = false;
  bool opens_ = false;
  int fresh_ = 0;
};

}  // namespace

std::string RandomScenario(uint64_t seed, Calls calls) {
  return Maker(seed).Make(calls).dump();
}

}  // namespace bindersim::explore
