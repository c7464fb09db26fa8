// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "tests/explore/random_scenario.h"

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

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
    if (calls == Calls::kSome) {
      scenario["processes"] = WithCalls();
      if (OneIn(4)) {
        scenario["faults"] = {{"kill", {Pick({"server", "client"})}},
                              {"at_most", 1}};
      }
    } else {
      scenario["processes"] = WithoutCalls();
    }
    if (marks_.size() > 1 && OneIn(2)) {
      scenario["expect"] = {
          {{"mark", *marks_.begin()}, {"before", *marks_.rbegin()}}};
    }
    return scenario;
  }

 private:
  bool OneIn(uint64_t count) { return stream_.Below(count) == 0; }
  std::string Pick(std::initializer_list<const char*> names) {
    return names.begin()[stream_.Below(names.size())];
  }

  Json WithoutCalls() {
    Json processes;
    for (const char* name : {"p", "q"}) {
      Json process;
      process["threads"]["main"]["do"] = Actions(1, 3);
      if (OneIn(2)) process["threads"]["b"]["do"] = Actions(1, 2);
      if (OneIn(3)) process["count"] = 2;
      processes[name] = std::move(process);
      if (OneIn(2)) break;
    }
    return processes;
  }

  Json WithCalls() {
    Json method;
    method["do"] = Actions(0, 1);
    if (OneIn(2)) method["oneway"] = true;
    Json processes;
    processes["server"]["max_threads"] = stream_.Below(2);
    processes["server"]["services"]["s"]["methods"]["f"] = std::move(method);
    Json program = Json::array();
    if (OneIn(3)) {
      program.push_back({{"link_to_death", "s"},
                         {"on_death", Json::array({Mark()})},
                         {"on_error", Json::array({Mark()})}});
    }
    program.push_back({{"call", "s.f"}, {"on_error", Json::array({Mark()})}});
    if (OneIn(3)) Add(program, 0);
    if (OneIn(4)) {
      program.push_back(
          {{"call", "s.f"}, {"oneway", true}, {"on_error", Json::array()}});
    }
    processes["client"]["threads"]["main"]["do"] = std::move(program);
    if (OneIn(2)) processes["client"]["max_threads"] = 0;
    if (OneIn(4)) {
      processes["killer"]["threads"]["main"]["do"] = {
          {{"kill", Pick({"server", "client"})}}};
    }
    return processes;
  }

  Json Actions(uint64_t least, uint64_t most) {
    Json actions = Json::array();
    const uint64_t count = least + stream_.Below(most - least + 1);
    for (uint64_t i = 0; i < count; ++i) Add(actions, 0);
    return actions;
  }

  // One or a few that belong together.
  void Add(Json& actions, int depth) {
    switch (stream_.Below(8)) {
      case 0:
        actions.push_back(Mark());
        break;
      case 1:
        actions.push_back({{"lock", "m"}});
        actions.push_back(Mark());
        actions.push_back({{"unlock", "m"}});
        break;
      case 2:
        actions.push_back({{"lock", "n"}});
        actions.push_back({{"lock", "m"}});
        actions.push_back({{"unlock", "m"}});
        actions.push_back({{"unlock", "n"}});
        break;
      case 3:
        actions.push_back({{"wait", "c"}, {"timeout", "3ms"}});
        break;
      case 4:  // nobody may notify what nobody waits for
        actions.push_back({{"spawn", "waiter" + std::to_string(++spawned_)},
                           {"do", {{{"wait", "c"}, {"timeout", "1ms"}}}}});
        actions.push_back({{"notify", "c"}, {"all", OneIn(2)}});
        break;
      case 5:
        if (depth == 0) {
          Json body = Json::array();
          Add(body, depth + 1);
          actions.push_back({{"spawn", "t" + std::to_string(++spawned_)},
                             {"do", std::move(body)}});
        }
        break;
      default:
        actions.push_back({{"sleep", Pick({"1ms", "2ms"})}});
    }
  }

  Json Mark() {
    const std::string mark = Pick({"one", "two", "three"});
    marks_.insert(mark);
    return {{"mark", mark}};
  }

  sim::Stream stream_;
  std::set<std::string> marks_;
  int spawned_ = 0;
};

}  // namespace

std::string RandomScenario(uint64_t seed, Calls calls) {
  return Maker(seed).Make(calls).dump();
}

}  // namespace bindersim::explore
