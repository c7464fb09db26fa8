// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

#include "sim/slot_map.h"

#include <map>
#include <string>
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
