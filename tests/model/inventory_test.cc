// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "model/inventory.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "model/scenario/loader.h"
#include "model/world.h"
#include "sim/check.h"

namespace bindersim {
namespace {

// A client has called a server, whose looper has asked for another one.
World AfterOneCall() {
  const scenario::LoadResult loaded = scenario::ParseScenario(
      R"({"processes": {
        "server": {"max_threads": 1, "services": {"echo": {"methods": {
          "say": {}}}}},
        "client": {"threads": {"main": {"do": [
          {"call": "echo.say"}, {"sleep": "1s"}]}}}}})",
      "test.json");
  SIM_CHECK(loaded.scenario) << loaded.ToString();
  World world(*loaded.scenario);
  sim::Recorder nobody;
  SIM_CHECK(BringUp(world, nobody, Timing::kUntimed));
  Stepper stepper(world, nobody, Checking::kOff);
  std::vector<sim::Transition> options;
  while (stepper.List(options) &&
         options[0].kind == sim::Transition::Kind::kThread) {
    stepper.Take(options[0]);
  }
  return world;
}

TEST(Inventory, OfCopiesIsTheSame) {
  const World world = AfterOneCall();
  const World copy = world;
  Inventory inventory;
  EXPECT_EQ(inventory.Of(world).all, inventory.Of(copy).all);
  EXPECT_EQ(inventory.Of(world).all, Inventory().Of(copy).all);
  EXPECT_EQ(inventory.Of(world).threads, Inventory().Of(copy).threads);
}

// The next tid may be a looper's or another thread's, by what comes first.
TEST(Inventory, IsAboutWhatThreadsAreThereFor) {
  const World world = AfterOneCall();
  size_t loopers = 0;
  for (const auto& [id, thread] : world.user.threads) {
    if (thread.role != record::ThreadRole::kPool) continue;
    World other = world;
    other.user.threads[id].role = record::ThreadRole::kWorker;
    EXPECT_NE(Inventory().Of(other).threads, Inventory().Of(world).threads);
    ++loopers;
  }
  EXPECT_GT(loopers, 1u);
}

TEST(Inventory, IsAboutNamesOfNodesAndReferencesInTreesOnly) {
  const World world = AfterOneCall();
  const auto expect_other_trees = [&](const World& other) {
    Inventory inventory;
    EXPECT_EQ(inventory.Of(other).threads, Inventory().Of(world).threads);
    EXPECT_NE(inventory.Of(other).all, Inventory().Of(world).all);
  };
  size_t nodes = 0;
  size_t refs = 0;
  for (const auto& [id, proc] : world.driver.procs) {
    if (!proc.nodes.empty()) {
      World other = world;
      other.driver.procs[id].nodes[0].first ^= 1;
      expect_other_trees(other);
      ++nodes;
    }
    if (!proc.refs_by_desc.empty()) {
      World other = world;
      other.driver.procs[id].refs_by_desc[0].first ^= 1;
      expect_other_trees(other);
      ++refs;
    }
  }
  EXPECT_GT(nodes, 1u);
  EXPECT_GT(refs, 1u);
}

TEST(Inventory, IsAboutWhoseLocksAreWhich) {
  const World world = AfterOneCall();
  World other = world;
  for (const auto& [id, proc] : world.driver.procs) {
    std::swap(other.driver.procs[id].inner_lock,
              other.driver.procs[id].outer_lock);
    EXPECT_NE(Inventory().Of(other).threads, Inventory().Of(world).threads);
    other = world;
    if (proc.nodes.size() < 2) continue;
    std::swap(other.driver.nodes[proc.nodes[0].second].lock,
              other.driver.nodes[proc.nodes[1].second].lock);
    EXPECT_EQ(Inventory().Of(other).threads, Inventory().Of(world).threads);
    EXPECT_NE(Inventory().Of(other).all, Inventory().Of(world).all);
    other = world;
  }
}

// What is kept from before is about another world.
TEST(Inventory, TellsWhatCameAndWent) {
  World world = AfterOneCall();
  Inventory inventory;
  const auto before = inventory.Of(world);
  const World copy = world;
  const driver::ProcId proc = world.driver.proc_list.back();
  world.driver.proc_list.pop_back();
  EXPECT_NE(inventory.Of(world).threads, before.threads);
  world.driver.proc_list.push_back(proc);
  EXPECT_EQ(inventory.Of(world).all, before.all);
  world.kernel.AddFile({});
  EXPECT_NE(inventory.Of(world).threads, before.threads);
  EXPECT_EQ(inventory.Of(copy).all, before.all);
}

}  // namespace
}  // namespace bindersim
