// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/loader.h"

#include <gtest/gtest.h>
#include <linux/android/binder.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "tests/model/scenario/corpus.h"

namespace bindersim::scenario {
namespace {

namespace us = userspace;
using sim::Duration;
using std::chrono::milliseconds;

Scenario Load(const std::string& text) {
  const LoadResult result = ParseScenario(text, "test.json");
  EXPECT_TRUE(result.scenario.has_value()) << result.ToString();
  return result.scenario.value_or(Scenario{});
}

Scenario LoadGood(const std::string& name) {
  const LoadResult result =
      LoadScenario(std::string(kGoodFolder) + "/" + name + ".json");
  EXPECT_TRUE(result.scenario.has_value()) << result.ToString();
  return result.scenario.value_or(Scenario{});
}

const us::ProcessSetup& Process(const Scenario& scenario,
                                const std::string& name) {
  for (const us::ProcessSetup& process : scenario.setup.processes) {
    if (process.name == name) return process;
  }
  ADD_FAILURE() << "no process " << name;
  return scenario.setup.processes.at(0);
}

// The action with that pointer, or a failure and an Exit.
const us::Action& ActionAt(const Scenario& scenario,
                           const std::string& pointer) {
  for (const us::Block& block : scenario.setup.blocks) {
    for (const us::Action& action : block.actions) {
      if (action.pointer == pointer) return action;
    }
  }
  static const us::Action& none = *new us::Action{us::Exit{}, ""};
  ADD_FAILURE() << "no action " << pointer;
  return none;
}

template <class T>
const T& At(const Scenario& scenario, const std::string& pointer) {
  return std::get<T>(ActionAt(scenario, pointer).body);
}

TEST(Loader, LoadsTheExampleOfTheLanguage) {
  const Scenario scenario = LoadGood("start_service");
  EXPECT_EQ(scenario.name, "start_service");
  EXPECT_EQ(scenario.about, "An app asks ActivityManager to start a service.");
  EXPECT_EQ(scenario.seed, 1u);
  EXPECT_EQ(scenario.cpus, 4u);
  EXPECT_EQ(scenario.driver_version, "6.1");
  EXPECT_FALSE(scenario.until.has_value());
  ASSERT_EQ(scenario.setup.processes.size(), 3u);

  const us::ProcessSetup& manager = scenario.setup.processes[0];
  EXPECT_EQ(manager.name, "servicemanager");
  EXPECT_TRUE(manager.is_service_manager);
  EXPECT_EQ(manager.uid, 1000u);
  EXPECT_EQ(manager.max_threads, 0u);
  EXPECT_FALSE(manager.thread_pool);

  const us::ProcessSetup& server = scenario.setup.processes[1];
  EXPECT_EQ(server.name, "system_server");
  EXPECT_EQ(server.map_size, 1016u * 1024);
  ASSERT_EQ(server.objects.size(), 1u);
  const us::Object& activity = server.objects[0];
  EXPECT_TRUE(activity.is_service);
  EXPECT_EQ(activity.interface, "IActivity");
  ASSERT_EQ(activity.methods.size(), 1u);
  EXPECT_EQ(activity.methods[0].code, 1u);
  EXPECT_EQ(activity.methods[0].reply, us::Quantity::Constant(64));
  const us::Block& body = scenario.setup.blocks[activity.methods[0].body];
  ASSERT_EQ(body.actions.size(), 2u);
  EXPECT_EQ(std::get<us::Work>(body.actions[0].body).duration,
            us::Quantity::Constant(200'000));
  const auto& create = std::get<us::Call>(body.actions[1].body);
  EXPECT_EQ(std::get<us::ArgumentRef>(create.target).position, 0u);
  EXPECT_EQ(create.label, "app.thread");
  EXPECT_EQ(create.method, "scheduleCreateService");
  EXPECT_EQ(create.interface, "IThread");
  EXPECT_EQ(create.code, 1u);
  EXPECT_TRUE(create.oneway);

  const auto& start =
      At<us::Call>(scenario, "/processes/app/threads/main/do/0/do/0");
  EXPECT_EQ(std::get<us::ServiceRef>(start.target).name, "activity");
  EXPECT_EQ(start.data, us::Quantity::Constant(512));
  ASSERT_EQ(start.objects.size(), 1u);
  EXPECT_EQ(std::get<us::LocalRef>(start.objects[0]).object, 0u);
  EXPECT_FALSE(start.oneway);
  EXPECT_EQ(Process(scenario, "app").threads[0].at, milliseconds(1));

  ASSERT_EQ(scenario.setup.events.size(), 1u);
  EXPECT_EQ(scenario.setup.events[0].at, milliseconds(30));
  EXPECT_EQ(std::get<us::Kill>(scenario.setup.events[0].what).processes,
            std::vector<uint32_t>{1});
  ASSERT_EQ(scenario.expectations.size(), 2u);
  const auto& p99 = std::get<LatencyBelow>(scenario.expectations[0].what);
  EXPECT_EQ(p99.of, "activity.startService");
  EXPECT_EQ(p99.percentile_x10, 990u);
  EXPECT_EQ(p99.below, milliseconds(5));
  EXPECT_EQ(scenario.expectations[0].text,
            "{\"of\":\"activity.startService\",\"p99_below\":\"5ms\"}");
  EXPECT_EQ(scenario.expectations[1].pointer, "/expect/1");
}

TEST(Loader, FillsInWhatIsNotSaid) {
  const LoadResult result =
      ParseScenario("{\"processes\": {\"app\": {}}}", "some/where/tiny.json");
  ASSERT_TRUE(result.scenario.has_value());
  EXPECT_EQ(result.exit_status(), 0);
  EXPECT_EQ(result.ToString(), "");
  EXPECT_EQ(result.scenario->name, "tiny");
  EXPECT_EQ(result.scenario->seed, 1u);
  const us::ProcessSetup& app = Process(*result.scenario, "app");
  EXPECT_EQ(app.device, "binder");
  EXPECT_EQ(app.language, record::Language::kCpp);
  EXPECT_EQ(app.max_threads, 15u);      // USR-03
  EXPECT_EQ(app.map_size, 1'040'384u);  // USR-02
  EXPECT_FALSE(app.thread_pool);
  EXPECT_EQ(result.scenario->setup.bounds.starvation,
            milliseconds(100));  // USR-13
  EXPECT_EQ(result.scenario->setup.bounds.answer, milliseconds(5000));
}

TEST(Loader, TakesOneBoundWithoutTheOther) {
  const Scenario s = Load(R"({"bounds": {"answer": "1s"}, "processes": {}})");
  EXPECT_EQ(s.setup.bounds.starvation, milliseconds(100));
  EXPECT_EQ(s.setup.bounds.answer, milliseconds(1000));
}

TEST(Loader, TakesEveryKindOfAction) {
  const Scenario s = LoadGood("everything");
  EXPECT_EQ(s.seed, UINT64_MAX);
  EXPECT_EQ(s.cpus, 64u);
  EXPECT_EQ(s.until, milliseconds(2500));
  EXPECT_EQ(s.setup.bounds.starvation, Duration::max());
  EXPECT_EQ(s.setup.bounds.answer, milliseconds(1));
  const std::string attach =
      "/processes/system_server/services/activity/methods/attach/do";
  EXPECT_EQ(
      std::get<us::ArgumentRef>(At<us::Keep>(s, attach + "/0").object).position,
      0u);
  const auto& link = At<us::LinkToDeath>(s, attach + "/1");
  ASSERT_TRUE(link.on_death && link.on_error);
  EXPECT_EQ(s.setup.blocks[*link.on_death].actions.size(), 2u);
  EXPECT_EQ(At<us::Release>(s, attach + "/1/on_death/1").slot,
            At<us::Keep>(s, attach + "/0").slot);
  EXPECT_EQ(At<us::Call>(s, attach + "/2").objects.size(), 2u);

  const std::string notify =
      "/processes/system_server/services/activity/methods/notifyAll/do/0";
  const auto& choose = At<us::Choose>(s, notify);
  EXPECT_EQ(choose.weights, (std::vector<uint64_t>{1, 3, 1}));
  EXPECT_TRUE(At<us::Kill>(s, notify + "/choose/2/do/0").caller);
  At<us::Exit>(s,
               "/processes/system_server/objects/session/methods/close/do/0");

  const std::string main = "/processes/app/threads/main/do";
  const auto& wait_for = At<us::GetService>(s, main + "/0");
  EXPECT_EQ(wait_for.how, us::LookUp::kWait);
  EXPECT_FALSE(wait_for.on_error.has_value());
  const auto& get = At<us::GetService>(s, main + "/1");
  EXPECT_EQ(get.how, us::LookUp::kGet);
  ASSERT_TRUE(get.on_error.has_value());
  EXPECT_TRUE(std::holds_alternative<us::Exit>(
      s.setup.blocks[*get.on_error].actions.at(0).body));
  EXPECT_EQ(At<us::GetService>(s, main + "/2").how, us::LookUp::kCheck);
  const auto& call = At<us::Call>(s, main + "/3");
  EXPECT_TRUE(std::holds_alternative<us::KeptRef>(call.target));
  EXPECT_EQ(call.code, 20u);
  EXPECT_TRUE(call.as.has_value());
  EXPECT_TRUE(call.exit_on_error);
  EXPECT_FALSE(call.on_error.has_value());
  EXPECT_EQ(At<us::Repeat>(s, main + "/4").times, 3u);
  EXPECT_EQ(At<us::Sleep>(s, main + "/4/do/4").duration,
            us::Quantity::Exponential(2'000'000));
  At<us::UnlinkToDeath>(s, main + "/5");

  const std::string worker = "/processes/app/threads/worker/do";
  const us::ProcessSetup& app = Process(s, "app[2]");
  EXPECT_EQ(
      std::get<us::ServiceRef>(At<us::LinkToDeath>(s, worker + "/0").target)
          .name,
      "activity");
  const auto& lock = At<us::Lock>(s, worker + "/1");
  EXPECT_EQ(app.symbols.at(lock.mutex), "mutex");
  const auto& wait = At<us::Wait>(s, worker + "/2");
  EXPECT_EQ(app.symbols.at(wait.condition), "ready");
  EXPECT_EQ(wait.mutex, lock.mutex);
  EXPECT_EQ(wait.timeout, us::Quantity::Constant(10'000'000));
  EXPECT_EQ(At<us::Unlock>(s, worker + "/3").mutex, lock.mutex);
  const auto& spawn = At<us::Spawn>(s, worker + "/4");
  EXPECT_EQ(spawn.name, "child");
  EXPECT_EQ(s.setup.blocks[spawn.body].actions.size(), 5u);
  EXPECT_TRUE(At<us::Notify>(s, worker + "/4/do/1").all);
  EXPECT_FALSE(At<us::Notify>(s, worker + "/4/do/3").all);
  const auto& add = At<us::AddService>(s, "/processes/hal/threads/main/do/0");
  EXPECT_EQ(add.name, "power/default");
  EXPECT_EQ(At<us::MarkAction>(s, main + "/2/on_error/0").text, "absent");
}

TEST(Loader, TakesEveryKindOfExpectation) {
  const Scenario s = LoadGood("everything");
  ASSERT_EQ(s.expectations.size(), 13u);
  const auto latency = [&s](size_t i) {
    return std::get<LatencyBelow>(s.expectations[i].what);
  };
  EXPECT_EQ(latency(0).percentile_x10, 500u);
  EXPECT_EQ(latency(1).percentile_x10, 999u);
  EXPECT_EQ(latency(2).which, LatencyBelow::Which::kMean);
  EXPECT_EQ(latency(3).which, LatencyBelow::Which::kMax);
  const auto count = [&s](size_t i) {
    return std::get<CountWithin>(s.expectations[i].what);
  };
  EXPECT_EQ(count(4).what, CountWithin::What::kCalls);
  EXPECT_EQ(count(4).at_least, 3u);
  EXPECT_EQ(count(4).at_most, 3u);
  EXPECT_EQ(count(5).what, CountWithin::What::kFailures);
  EXPECT_EQ(count(5).at_least, 0u);
  EXPECT_EQ(count(5).at_most, 1u);
  EXPECT_EQ(count(6).of, "app.thread.scheduleBind");
  EXPECT_EQ(count(6).at_most, UINT64_MAX);
  // The short name means the same.
  EXPECT_EQ(count(7).of, "app.thread.scheduleBind");
  EXPECT_EQ(count(8).what, CountWithin::What::kMarks);
  EXPECT_EQ(count(8).at_most, 99u);
  EXPECT_EQ(count(9).at_most, 1u);
  EXPECT_EQ(count(10).at_least, 1u);
  EXPECT_EQ(count(11).of, "freeze system_server failed");
  EXPECT_EQ(std::get<FindingExpected>(s.expectations[12].what).kind,
            "deadlock");
}

TEST(Loader, ExpandsGroupsAndResolvesKills) {
  const Scenario s = LoadGood("everything");
  std::vector<std::string> names;
  for (const us::ProcessSetup& process : s.setup.processes) {
    names.push_back(process.name);
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{
                "servicemanager", "hwservicemanager", "system_server", "app[0]",
                "app[1]", "app[2]", "hal", "hal_client", "[freezer]"}));
  EXPECT_EQ(Process(s, "app[1]").group, "app");
  EXPECT_NE(Process(s, "app[0]").uid, Process(s, "app[1]").uid);
  EXPECT_EQ(Process(s, "app[0]").at, milliseconds(1));
  EXPECT_EQ(std::get<us::Kill>(s.setup.events[0].what).processes,
            std::vector<uint32_t>{4});
  EXPECT_EQ(std::get<us::Kill>(s.setup.events[1].what).processes,
            (std::vector<uint32_t>{3, 4, 5}));
  EXPECT_EQ(Process(s, "servicemanager").nice, -10);
  EXPECT_EQ(Process(s, "servicemanager").map_size, 128u * 1024);
  EXPECT_EQ(Process(s, "hwservicemanager").device, "hwbinder");
}

// Changed numbers would change every recorded trace.
TEST(Loader, FixesPidsAndUidsByName) {
  const Scenario few = Load("{\"processes\": {\"app\": {}}}");
  const Scenario many = Load(
      "{\"processes\": {\"other\": {}, \"server\": {\"services\": {\"x\": {}}},"
      " \"app\": {\"nice\": 3}}}");
  EXPECT_EQ(Process(few, "app").pid, 1'089'000u);
  EXPECT_EQ(Process(few, "app").uid, 13'088u);
  EXPECT_EQ(Process(few, "servicemanager").pid, 3'327'000u);
  EXPECT_EQ(Process(many, "app").pid, Process(few, "app").pid);
  EXPECT_EQ(Process(many, "app").uid, Process(few, "app").uid);
  EXPECT_EQ(Process(many, "server").uid, 1000u);  // SVM-03
  // With a thousand of them some names share a hash, but no pid.
  const Scenario full = Load("{\"processes\": {\"a\": {\"count\": 999}}}");
  std::vector<uint32_t> pids;
  for (const us::ProcessSetup& process : full.setup.processes) {
    EXPECT_EQ(process.pid % 1000, 0u);
    pids.push_back(process.pid);
  }
  std::sort(pids.begin(), pids.end());
  EXPECT_EQ(std::adjacent_find(pids.begin(), pids.end()), pids.end());
  EXPECT_EQ(pids.size(), 1000u);
}

TEST(Loader, CountsUidsUp) {
  const Scenario s = Load(
      "{\"processes\": {\"a\": {\"count\": 2, \"uid\": 10050},"
      " \"b\": {\"count\": 2, \"services\": {\"b\": {}}}}}");
  EXPECT_EQ(Process(s, "a[1]").uid, 10'051u);
  EXPECT_EQ(Process(s, "b[0]").uid, 1000u);
  EXPECT_EQ(Process(s, "b[1]").uid, 1001u);
}

TEST(Loader, StartsAPoolWhereOneIsNeeded) {
  const Scenario s = Load(
      "{\"processes\": {"
      "\"server\": {\"services\": {\"x\": {}}},"
      "\"host\": {\"objects\": {\"o\": {}}},"
      "\"asked\": {\"max_threads\": 0},"
      "\"links\": {\"threads\": {\"t\": {\"do\": [{\"repeat\": 1, \"do\": ["
      "{\"link_to_death\": \"x\"}]}]}}},"
      "\"waits\": {\"threads\": {\"t\": {\"do\": ["
      "{\"wait_for_service\": \"x\"}]}}},"
      "\"calls\": {\"threads\": {\"t\": {\"do\": ["
      "{\"get_service\": \"x\"}]}}}}}");
  for (const char* name : {"server", "host", "asked", "links", "waits"}) {
    EXPECT_TRUE(Process(s, name).thread_pool) << name;
  }
  EXPECT_FALSE(Process(s, "calls").thread_pool);
  EXPECT_EQ(Process(s, "asked").max_threads, 0u);
}

TEST(Loader, NumbersMethodsAsAidlDoes) {  // USR-60
  const Scenario s = Load(
      "{\"processes\": {\"a\": {\"services\": {\"camera_hal.x/y\": {"
      "\"methods\": {\"c\": {\"code\": 9}, \"a\": {}, \"b\": {}}}}}}}");
  const us::Object& object = Process(s, "a").objects[0];
  EXPECT_EQ(object.interface, "ICameraHalXY");
  ASSERT_EQ(object.methods.size(), 3u);
  EXPECT_EQ(object.methods[0].name, "a");
  EXPECT_EQ(object.methods[0].code, 2u);
  EXPECT_EQ(object.methods[1].code, 3u);
  EXPECT_EQ(object.methods[2].name, "c");
  EXPECT_EQ(object.methods[2].code, 9u);
}

TEST(Loader, RoundsMapSizesUpToPages) {
  const Scenario s = Load(
      "{\"processes\": {\"a\": {\"map_size\": 8193},"
      " \"b\": {\"map_size\": \"4MiB\"}, \"c\": {\"map_size\": 4097}}}");
  EXPECT_EQ(Process(s, "a").map_size, 12'288u);
  EXPECT_EQ(Process(s, "b").map_size, 4u << 20);  // CTL-13
  EXPECT_EQ(Process(s, "c").map_size, 8'192u);
}

// A call that the target cannot receive fails when it is made; only what no
// mapping can hold is refused.
TEST(Loader, LetsCallsExceedTheTargetsMapping) {
  Load(
      "{\"processes\": {"
      "\"s\": {\"map_size\": \"8KiB\","
      " \"services\": {\"x\": {\"methods\": {\"m\": {}}}}},"
      "\"c\": {\"threads\": {\"t\": {\"do\": ["
      "{\"call\": \"x.m\", \"data\": \"4MiB\"}]}}}}}");
}

TEST(Loader, PrefersKeptNamesToOwnObjectsToServices) {
  const Scenario s = Load(
      "{\"processes\": {"
      "\"s\": {\"services\": {\"x\": {\"methods\": {\"m\": {}}},"
      "                       \"y\": {\"methods\": {\"m\": {}}},"
      "                       \"z\": {\"methods\": {\"m\": {}}}}},"
      "\"c\": {\"objects\": {\"x\": {\"methods\": {\"m\": {}}},"
      "                      \"y\": {\"methods\": {\"m\": {}}}},"
      " \"threads\": {\"t\": {\"do\": ["
      "{\"get_service\": \"x\", \"as\": \"x\"}, {\"call\": \"x.m\"},"
      "{\"call\": \"y.m\"}, {\"call\": \"z.m\"}]}}}}}");
  const std::string t = "/processes/c/threads/t/do";
  EXPECT_TRUE(
      std::holds_alternative<us::KeptRef>(At<us::Call>(s, t + "/1").target));
  EXPECT_TRUE(
      std::holds_alternative<us::LocalRef>(At<us::Call>(s, t + "/2").target));
  EXPECT_TRUE(
      std::holds_alternative<us::ServiceRef>(At<us::Call>(s, t + "/3").target));
}

// An object goes from hand to hand: argument, kept name, reply, registration.
TEST(Loader, FollowsObjectsThroughCalls) {
  const Scenario s = Load(R"({"processes": {
    "a": {"services": {"registry": {"methods": {
        "put": {"do": [{"keep": "$0", "as": "last"}]},
        "get": {"reply": {"objects": ["last"]}}}}}},
    "b": {"objects": {"leaf": {"interface": "ILeaf", "methods": {
            "pad": {}, "poke": {}}}},
          "threads": {"t": {"do": [
            {"call": "registry.put", "objects": ["leaf"]}]}}},
    "c": {"objects": {"proxy": {"methods": {
            "pass": {"do": [{"call": "$1.poke"}]}}}},
          "threads": {"t": {"do": [
            {"call": "registry.get", "as": "found"},
            {"call": "proxy.pass", "objects": ["proxy", "found"]},
            {"add_service": "published", "object": "found"}]}}},
    "d": {"threads": {"t": {"do": [{"call": "published.poke"}]}}}}})");
  const auto& poke =
      At<us::Call>(s, "/processes/c/objects/proxy/methods/pass/do/0");
  EXPECT_EQ(poke.code, 2u);
  EXPECT_EQ(poke.interface, "ILeaf");
  EXPECT_EQ(At<us::Call>(s, "/processes/d/threads/t/do/0").code, 2u);
}

// A server that comes back: two processes offer the same service.
TEST(Loader, AllowsTwoProvidersOfAService) {
  Load(R"({"processes": {
    "first": {"services": {"x": {"methods": {"m": {}}}}},
    "second": {"at": "1s", "services": {"x": {"methods": {"m": {}}}}},
    "c": {"threads": {"t": {"do": [{"call": "x.m"}]}}}}})");
}

TEST(Loader, MakesCallsOfOnewayMethodsOneway) {
  const Scenario s = Load(R"({"processes": {
    "s": {"services": {"x": {"methods": {"o": {"oneway": true}, "m": {}}}}},
    "c": {"threads": {"t": {"do": [
      {"call": "x.o"}, {"call": "x.m"}, {"call": "x.m", "oneway": true}]}}}}})");
  const std::string t = "/processes/c/threads/t/do";
  EXPECT_TRUE(At<us::Call>(s, t + "/0").oneway);
  EXPECT_FALSE(At<us::Call>(s, t + "/1").oneway);
  EXPECT_TRUE(At<us::Call>(s, t + "/2").oneway);
}

// Statistics go by the label; "$0" says little where only one object is meant.
TEST(Loader, LabelsCallsByTheObjectThatIsMeant) {
  const Scenario s = Load(R"({"processes": {
    "s": {"services": {"x": {"methods": {
      "one": {"do": [{"call": "$0.m"}]},
      "any": {"do": [{"call": "$0.m"}]}}}}},
    "c": {"count": 2,
          "objects": {"a": {"methods": {"m": {}}}, "b": {"methods": {"m": {}}}},
          "threads": {"t": {"do": [
            {"get_service": "x", "as": "kept"},
            {"call": "kept.one", "objects": ["a"]},
            {"call": "x.any", "objects": ["a"]},
            {"call": "x.any", "objects": ["b"]},
            {"call": "a.m"}]}}}},
    "expect": [{"of": "$0.m", "calls": 4}, {"of": "a.m", "calls": 4}]})");
  const std::string t = "/processes/c/threads/t/do";
  const std::string x = "/processes/s/services/x/methods";
  EXPECT_EQ(At<us::Call>(s, t + "/1").label, "x");
  EXPECT_EQ(At<us::Call>(s, t + "/4").label, "c.a");
  EXPECT_EQ(At<us::Call>(s, x + "/one/do/0").label, "c.a");
  EXPECT_EQ(At<us::Call>(s, x + "/any/do/0").label, "$0");
  EXPECT_EQ(std::get<CountWithin>(s.expectations[0].what).of, "$0.m");
  EXPECT_EQ(std::get<CountWithin>(s.expectations[1].what).of, "c.a.m");
}

TEST(Loader, NamesAScenarioAfterItsFile) {
  EXPECT_EQ(NameFor("scenarios/basics/first.json"), "first");
  EXPECT_EQ(NameFor("first"), "first");
  EXPECT_EQ(NameFor("a.b/first.second.json"), "first.second");
  EXPECT_EQ(NameFor("a/.hidden"), ".hidden");
  EXPECT_EQ(NameFor("a/\xff.json"), "\xef\xbf\xbd");
  const LoadResult result = ParseScenario("{\"processes\": {}}", "\xff.json");
  ASSERT_TRUE(result.scenario.has_value());
  EXPECT_EQ(result.scenario->name, "\xef\xbf\xbd");
}

TEST(Loader, TellsUnreadableFromWrong) {
  EXPECT_EQ(LoadScenario("no/such/file.json").exit_status(), 4);
  EXPECT_EQ(LoadScenario("no/such/file.json").ToString(),
            "no/such/file.json: found no file that can be read (No such file "
            "or directory)\n");
  EXPECT_EQ(LoadScenario("tests").exit_status(), 4);
  EXPECT_EQ(ParseScenario("{", "x").exit_status(), 3);
}

TEST(Loader, TakesFilesInCallsAndReplies) {
  const Scenario s = LoadGood("everything");
  const us::ProcessSetup& app = Process(s, "app[0]");
  const us::Files& named =
      At<us::Call>(s, "/processes/app/threads/main/do/3").files;
  EXPECT_EQ(named.fresh, 0u);
  ASSERT_EQ(named.shared.size(), 3u);
  EXPECT_EQ(app.symbols.at(named.shared[0]), "frame");
  EXPECT_EQ(app.symbols.at(named.shared[1]), "fence");
  EXPECT_EQ(named.shared[2], named.shared[0]);
  const us::Files& fresh =
      At<us::Call>(s, "/processes/hal/threads/main/do/1").files;
  EXPECT_EQ(fresh.fresh, 1000u);
  const us::ProcessSetup& server = Process(s, "system_server");
  EXPECT_TRUE(server.objects[0].accepts_fds);
  EXPECT_FALSE(server.objects[1].accepts_fds);
  EXPECT_EQ(server.objects[0].methods[1].reply_files.fresh, 1u);  // attach
}

TEST(Loader, TakesTheFreezer) {
  const Scenario s = LoadGood("everything");
  const std::string hal = "/processes/hal/threads/main/do";
  const auto& freeze = At<us::Freeze>(s, hal + "/2");
  EXPECT_TRUE(freeze.enable);
  ASSERT_EQ(freeze.processes.size(), 1u);
  EXPECT_EQ(s.setup.processes[freeze.processes[0]].name, "app[0]");
  EXPECT_EQ(freeze.timeout_ms, 20u);
  EXPECT_TRUE(freeze.on_error.has_value());
  const auto& thaw = At<us::Freeze>(s, hal + "/3");
  EXPECT_FALSE(thaw.enable);
  EXPECT_EQ(thaw.processes.size(), 3u);
  EXPECT_FALSE(thaw.on_error.has_value());

  // Events have a process of their own, which is the last.
  EXPECT_EQ(s.setup.events.size(), 3u);
  const us::ProcessSetup& freezer = s.setup.processes.back();
  EXPECT_EQ(freezer.name, "[freezer]");
  EXPECT_EQ(freezer.uid, 0u);
  ASSERT_EQ(freezer.threads.size(), 2u);
  EXPECT_EQ(freezer.threads[0].name, "freeze system_server");
  EXPECT_EQ(freezer.threads[0].at, milliseconds(60));
  const auto& event = std::get<us::Freeze>(
      s.setup.blocks[freezer.threads[0].body].actions.at(0).body);
  EXPECT_EQ(event.timeout_ms, 5u);
  EXPECT_EQ(std::get<us::MarkAction>(
                s.setup.blocks[*event.on_error].actions.at(0).body)
                .text,
            "freeze system_server failed");
}

TEST(Loader, TakesRawIoctls) {
  const Scenario s = LoadGood("everything");
  const std::string hal = "/processes/hal/threads/main/do";
  const auto& threads = At<us::RawIoctl>(s, hal + "/4");
  EXPECT_EQ(threads.request, uint32_t{BINDER_SET_MAX_THREADS});
  EXPECT_EQ(threads.argument, std::string("\4\0\0\0", 4));
  EXPECT_TRUE(threads.on_error.has_value());
  const auto& freeze = At<us::RawIoctl>(s, hal + "/5");
  EXPECT_EQ(s.setup.processes[freeze.pid_of.value()].name, "app[1]");
  EXPECT_EQ(freeze.argument, std::string("\0\0\0\0\1\0\0\0\7\0\0\0", 12));
  const auto& info = At<us::RawIoctl>(s, hal + "/6");
  EXPECT_EQ(info.argument, std::string("\xe1\x10\0\0", 4));
  EXPECT_FALSE(info.pid_of.has_value());
  const auto& manager = At<us::RawIoctl>(s, hal + "/7");
  EXPECT_EQ(manager.argument,
            std::string("\0\0\0\0\0\x10\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
                        "\1\0\0\0\0\0\0\0",
                        24));
  const auto& exchange = At<us::RawIoctl>(s, hal + "/8");
  EXPECT_EQ(exchange.write, std::string("\x0c\x63\0\0", 4));
  EXPECT_EQ(exchange.read_size, 0u);
  const auto& number = At<us::RawIoctl>(s, hal + "/9");
  EXPECT_EQ(number.request, 1074029069u);
  EXPECT_EQ(number.argument, "\xff\1\2");
}

TEST(Loader, CountsWhatItDoesNotList) {
  const LoadResult result =
      LoadScenario(std::string(kBadFolder) + "/many_problems.json");
  EXPECT_EQ(result.problems.size(), 20u);
  EXPECT_EQ(result.more_problems, 10u);
  EXPECT_NE(result.ToString().find("... and 10 more\n"), std::string::npos);
}

// Size alone must not make loading slow: a large scenario with as many names.
TEST(Loader, LoadsLargeScenarios) {
  std::string text = "{\"processes\": {\"s\": {\"services\": {";
  for (int i = 0; i < 2000; ++i) {
    if (i > 0) text += ",";
    text += "\"s" + std::to_string(i) + "\": {\"methods\": {\"m\": {}}}";
  }
  text += "}}, \"c\": {\"threads\": {\"t\": {\"do\": [";
  for (int i = 0; i < 20'000; ++i) {
    if (i > 0) text += ",";
    text += "{\"call\": \"s" + std::to_string(i % 2000) + ".m\"}";
  }
  const Scenario s = Load(text + "]}}}}}");
  EXPECT_EQ(s.setup.blocks.back().actions.size(), 20'000u);
}

}  // namespace
}  // namespace bindersim::scenario
