// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/scenario/cost_profile.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "model/scenario/embedded.h"
#include "model/scenario/loader.h"
#include "tests/model/scenario/corpus.h"

namespace bindersim::scenario {
namespace {

using sim::Duration;
using Names = std::set<std::pair<std::string, std::string>>;

Names NamesIn(const Node& groups) {
  Names result;
  for (const char* group : {"scheduler", "driver", "userspace"}) {
    const Node* schema = groups.Find(group);
    if (const Node* properties = schema->Find("properties")) {
      schema = properties;
    }
    for (const Node& entry : schema->children) {
      result.emplace(group, entry.key);
    }
  }
  return result;
}

TEST(CostProfile, EveryNumberHasItsNameEverywhere) {
  CostProfile profile;
  Names names;
  for (const CostEntry& entry : CostEntries(profile)) {
    names.emplace(entry.group, entry.name);
  }
  EXPECT_EQ(names.size(),
            std::tuple_size_v<decltype(profile.scheduler.Fields())> +
                std::tuple_size_v<decltype(profile.driver.Fields())> +
                std::tuple_size_v<decltype(profile.userspace.Fields())>);
  EXPECT_EQ(NamesIn(ParseOrDie(kDefaultCosts)), names);
  EXPECT_EQ(NamesIn(*ParseOrDie(kCostsSchema).Find("properties")), names);
  EXPECT_EQ(NamesIn(*ParseOrDie(kScenarioSchema)
                         .Find("definitions")
                         ->Find("cost_changes")
                         ->Find("properties")),
            names);
}

TEST(CostProfile, DefaultFileIsTheDefaultOfTheCode) {
  CostProfile file = DefaultCosts();
  CostProfile code;
  const std::vector<CostEntry> expected = CostEntries(code);
  const std::vector<CostEntry> entries = CostEntries(file);
  const auto value = [](const CostEntry& entry) {
    const auto* const* time = std::get_if<Duration*>(&entry.value);
    return time != nullptr ? (*time)->count()
                           : *std::get<int64_t*>(entry.value);
  };
  for (size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(value(entries[i]), value(expected[i]))
        << entries[i].group << "." << entries[i].name;
  }
}

TEST(CostProfile, FreeCostsNothingButSharesCpus) {
  const CostProfile free = FreeCosts();
  EXPECT_EQ(free.scheduler.context_switch, Duration{0});
  EXPECT_EQ(free.scheduler.time_slice, DefaultCosts().scheduler.time_slice);
  EXPECT_EQ(free.driver.copy_picoseconds_per_byte, 0);
  EXPECT_EQ(free.userspace.java, Duration{0});
}

// The costs of a scenario with this "machine".
CostProfile CostsWith(const std::string& machine) {
  const LoadResult result =
      ParseScenario("{\"machine\": " + machine + ", \"processes\": {}}",
                    std::string(kGoodFolder) + "/x.json");
  EXPECT_TRUE(result.scenario.has_value()) << result.ToString();
  return result.scenario ? result.scenario->costs : CostProfile{};
}

TEST(CostProfile, ScenariosChooseOne) {
  EXPECT_EQ(CostsWith("{}"), DefaultCosts());
  EXPECT_EQ(CostsWith("{\"costs\": \"default\"}"), DefaultCosts());
  EXPECT_EQ(CostsWith("{\"costs\": \"free\"}"), FreeCosts());
  EXPECT_EQ(CostsWith("{\"costs\": {}}"), DefaultCosts());
  CostProfile slow = FreeCosts();
  slow.scheduler.context_switch = Duration{9'000};
  slow.driver.transaction = Duration{8'000};
  EXPECT_EQ(CostsWith("{\"costs\": \"costs/slow.json\"}"), slow);
  slow.driver.transaction = Duration{300};
  slow.userspace.marshal_picoseconds_per_byte = 11;
  slow.scheduler.jitter_permille = 25;
  EXPECT_EQ(
      CostsWith("{\"jitter\": \"2.5%\", \"costs\": {"
                "\"base\": \"costs/slow.json\","
                "\"driver\": {\"transaction\": \"300ns\"},"
                "\"userspace\": {\"marshal_picoseconds_per_byte\": 11}}}"),
      slow);
  EXPECT_EQ(CostsWith("{\"jitter\": \"100%\"}").scheduler.jitter_permille,
            1000);
}

TEST(CostProfile, FilesAreLookedForFromTheScenario) {
  EXPECT_EQ(ProfileFile("a/b.json", "default"), std::nullopt);
  EXPECT_EQ(ProfileFile("a/b.json", "c.json"), "a/c.json");
  EXPECT_EQ(ProfileFile("a/b.json", "../c.json"), "a/../c.json");
  EXPECT_EQ(ProfileFile("a/b.json", "/c.json"), "/c.json");
  EXPECT_EQ(ProfileFile("b.json", "c/d.json"), "c/d.json");
}

TEST(CostProfile, UnreadableFilesAreToldFromWrongOnes) {
  const auto exit_status = [](const std::string& costs) {
    return ParseScenario("{\"machine\": {\"costs\": \"" + costs +
                             "\"}, \"processes\": {}}",
                         std::string(kBadFolder) + "/x.json")
        .exit_status();
  };
  EXPECT_EQ(exit_status("no_such.json"), 4);
  EXPECT_EQ(exit_status("costs/bad.json"), 3);
  EXPECT_EQ(exit_status("costs/broken.json"), 3);
  EXPECT_EQ(exit_status("dear"), 3);
}

}  // namespace
}  // namespace bindersim::scenario
