// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/slot_map.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sim/random.h"

namespace bindersim::sim {
namespace {

struct NodeTag {
  static constexpr char kName[] = "node";
};
using NodeId = Id<NodeTag>;
struct PlainTag {};

using Nodes = SlotMap<std::string, NodeId>;

TEST(IdTest, DefaultIsNull) {
  EXPECT_FALSE(NodeId());
  EXPECT_TRUE((NodeId{0, 1}));
  EXPECT_EQ(NodeId().ToString(), "node null");
  EXPECT_EQ((NodeId{7, 2}).ToString(), "node 7.2");
  EXPECT_EQ((Id<PlainTag>{1, 1}).ToString(), "entity 1.1");
}

TEST(IdTest, OrderIsBySlotThenGeneration) {
  EXPECT_LT((NodeId{1, 9}), (NodeId{2, 1}));
  EXPECT_LT((NodeId{1, 1}), (NodeId{1, 2}));
}

TEST(SlotMapTest, InsertFindErase) {
  Nodes nodes;
  const NodeId a = nodes.Insert("a");
  const NodeId b = nodes.Insert("b");
  EXPECT_TRUE(a);
  EXPECT_NE(a, b);
  EXPECT_EQ(nodes[a], "a");
  nodes[b] += "!";
  EXPECT_EQ(*nodes.Find(b), "b!");
  EXPECT_EQ(nodes.size(), 2u);
  nodes.Erase(a);
  EXPECT_EQ(nodes.size(), 1u);
  EXPECT_FALSE(nodes.Contains(a));
  EXPECT_EQ(nodes.Find(a), nullptr);
  EXPECT_EQ(nodes[b], "b!");
}

TEST(SlotMapTest, ReusesTheSlotFreedLastWithAnotherGeneration) {
  Nodes nodes;
  const NodeId a = nodes.Insert("a");
  const NodeId b = nodes.Insert("b");
  nodes.Erase(a);
  nodes.Erase(b);
  EXPECT_EQ(nodes.Insert("c"), (NodeId{b.index, b.generation + 1}));
  EXPECT_EQ(nodes.Insert("d"), (NodeId{a.index, a.generation + 1}));
  EXPECT_EQ(nodes.Find(a), nullptr);
}

TEST(SlotMapTest, StaleIdIsThrownNotFollowed) {
  Nodes nodes;
  const NodeId id = nodes.Insert("a");
  nodes.Erase(id);
  nodes.Insert("b");
  try {
    nodes[id] = "written to the wrong node";
    FAIL() << "no StaleId";
  } catch (const StaleId& stale) {
    EXPECT_EQ(stale.type, "node");
    EXPECT_EQ(stale.index, id.index);
    EXPECT_EQ(stale.generation, id.generation);
    EXPECT_STREQ(stale.what(), "stale id: node 0.1");
  }
  EXPECT_THROW(nodes.Erase(id), StaleId);
  EXPECT_THROW(nodes[NodeId()], StaleId);
  EXPECT_THROW((nodes[NodeId{99, 1}]), StaleId);
  const Nodes& view = nodes;
  EXPECT_THROW(view[id], StaleId);
  EXPECT_EQ(view.Find(NodeId()), nullptr);
}

TEST(SlotMapTest, IteratesInSlotOrderAndAllowsErasing) {
  SlotMap<int, NodeId> numbers;
  std::vector<NodeId> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(numbers.Insert(i));
  for (const int i : {0, 4, 9}) numbers.Erase(ids[i]);
  std::vector<int> seen;
  for (auto [id, number] : numbers) {
    EXPECT_EQ(id, ids[number]);
    seen.push_back(number);
    number += 100;
    if (seen.back() % 2 == 1) numbers.Erase(id);
  }
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 5, 6, 7, 8}));
  seen.clear();
  const auto& view = numbers;
  for (const auto& [id, number] : view) seen.push_back(number);
  EXPECT_EQ(seen, (std::vector<int>{102, 106, 108}));
  EXPECT_EQ((SlotMap<int, NodeId>().begin()), (SlotMap<int, NodeId>().end()));
}

TEST(SlotMapTest, IsAValue) {
  Nodes nodes;
  const NodeId a = nodes.Insert("a");
  Nodes copy = nodes;
  EXPECT_EQ(copy, nodes);
  EXPECT_EQ(HashOf(copy), HashOf(nodes));
  copy[a] = "b";
  EXPECT_NE(copy, nodes);
  EXPECT_NE(HashOf(copy), HashOf(nodes));
  EXPECT_EQ(nodes[a], "a");
}

// What is free decides which ids come next, so it is part of the value.
TEST(SlotMapTest, FreeSlotsAreState) {
  Nodes nodes;
  const Nodes fresh = nodes;
  nodes.Erase(nodes.Insert("a"));
  EXPECT_TRUE(nodes.empty());
  EXPECT_NE(nodes, fresh);
  EXPECT_NE(HashOf(nodes), HashOf(fresh));
}

TEST(SlotMapTest, EntitiesHaveOtherVersionsAfterAccessForChanges) {
  Nodes nodes;
  const NodeId a = nodes.Insert("a");
  const NodeId b = nodes.Insert("b");
  const Version of_b = nodes.VersionOf(b);
  Version last = nodes.VersionOf(a);
  const auto changed = [&] {
    const Version version = nodes.VersionOf(a);
    return version != std::exchange(last, version);
  };
  EXPECT_EQ(std::as_const(nodes)[a], "a");
  EXPECT_EQ(*std::as_const(nodes).Find(a), "a");
  for (const auto [id, node] : std::as_const(nodes)) EXPECT_FALSE(node.empty());
  EXPECT_FALSE(changed());
  nodes[a] += "!";
  EXPECT_TRUE(changed());
  *nodes.Find(a) += "!";
  EXPECT_TRUE(changed());
  EXPECT_EQ(nodes.VersionOf(b), of_b);
  EXPECT_EQ(nodes.VersionOfLive(b), of_b);
  for (auto [id, node] : nodes) node += "?";
  EXPECT_TRUE(changed());
  EXPECT_NE(nodes.VersionOf(b), of_b);
  nodes.Erase(a);
  EXPECT_EQ(nodes.VersionOf(a), 0u);
  EXPECT_NE(nodes.VersionOf(nodes.Insert("c")), last);
}

TEST(SlotMapTest, TheInventoryHasAnotherVersionIfAnythingCameOrWent) {
  Nodes nodes;
  const NodeId a = nodes.Insert("a");
  const Version version = nodes.VersionOfInventory();
  nodes[a] += "!";
  EXPECT_EQ(nodes.VersionOfInventory(), version);
  Nodes other;
  other = nodes;
  EXPECT_EQ(other.VersionOfInventory(), version);
  const NodeId b = nodes.Insert("b");
  const Version with_b = nodes.VersionOfInventory();
  EXPECT_NE(with_b, version);
  nodes.Erase(b);
  EXPECT_NE(nodes.VersionOfInventory(), with_b);
  EXPECT_NE(nodes.VersionOfInventory(), version);
  Nodes taken = std::move(other);
  EXPECT_EQ(taken.VersionOfInventory(), version);
}

TEST(SlotMapTest, WhatIsMovedFromIsEmptyAndCanBeAssignedTo) {
  Nodes nodes;
  const NodeId a = nodes.Insert("a");
  Nodes taken = std::move(nodes);
  EXPECT_EQ(nodes, Nodes());  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(nodes.empty());
  EXPECT_EQ(taken[a], "a");
  nodes = taken;
  EXPECT_EQ(nodes, taken);
  taken = std::move(nodes);
  EXPECT_EQ(taken[a], "a");
  nodes = taken;
  EXPECT_EQ(nodes, taken);
}

TEST(SlotMapTest, AssignedMapsAreEqualWhateverHappenedToEach) {
  std::vector<SlotMap<uint64_t, NodeId>> maps(3);
  Stream stream = MakeStream(1, "assign");
  std::vector<std::vector<NodeId>> ids(maps.size());
  for (int step = 0; step < 5'000; ++step) {
    const size_t i = stream.Below(maps.size());
    const size_t other = stream.Below(maps.size());
    switch (stream.Below(4)) {
      case 0:
        ids[i].push_back(maps[i].Insert(stream.Next64()));
        break;
      case 1:
        if (ids[i].empty()) break;
        maps[i][ids[i][stream.Below(ids[i].size())]] = stream.Next64();
        break;
      case 2:
        if (ids[i].empty()) break;
        maps[i].Erase(ids[i].back());
        ids[i].pop_back();
        break;
      default:
        maps[i] = maps[other];
        ids[i] = ids[other];
        ASSERT_EQ(maps[i], maps[other]) << "step " << step;
        ASSERT_EQ(HashOf(maps[i]), HashOf(maps[other]));
    }
  }
}

TEST(SlotMapTest, AgreesWithAMapOverRandomOperations) {
  SlotMap<uint64_t, NodeId> slots;
  std::map<NodeId, uint64_t> reference;
  std::vector<NodeId> all;
  Stream stream = MakeStream(1, "slot_map");
  for (int step = 0; step < 20'000; ++step) {
    if (all.empty() || stream.Below(2) == 0) {
      const uint64_t value = stream.Next64();
      const NodeId id = slots.Insert(value);
      ASSERT_TRUE(reference.emplace(id, value).second) << "id used twice";
      all.push_back(id);
    } else {
      const NodeId id = all[stream.Below(all.size())];
      if (reference.erase(id) == 1) {
        slots.Erase(id);
      } else {
        ASSERT_EQ(slots.Find(id), nullptr);
      }
    }
    ASSERT_EQ(slots.size(), reference.size());
  }
  auto expected = reference.begin();
  for (const auto [id, value] : slots) {
    ASSERT_EQ(id, expected->first);
    ASSERT_EQ(value, expected->second);
    ++expected;
  }
  EXPECT_EQ(expected, reference.end());
}

}  // namespace
}  // namespace bindersim::sim
