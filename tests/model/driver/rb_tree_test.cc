// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The expected shapes were taken from Linux 6.1's lib/rbtree.c, compiled and
// given the same operations (fact ALLOC-06).

#include "model/driver/rb_tree.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/value.h"

namespace bindersim::driver {
namespace {

// Inserts `node` by the key that `keys` has for it.
void Insert(RbTree& tree, RbTree::Index node,
            const std::vector<uint32_t>& keys) {
  tree.Insert(node,
              [&](RbTree::Index other) { return keys[node] < keys[other]; });
}

// A tree with the nodes inserted in this order, each its own key.
RbTree TreeOf(std::initializer_list<RbTree::Index> nodes) {
  RbTree tree;
  for (RbTree::Index node : nodes) {
    tree.Insert(node, [&](RbTree::Index other) { return node < other; });
  }
  return tree;
}

// "B2(r1,-)": a black 2 whose left child is a red 1.
std::string Shape(const RbTree& tree, RbTree::Index node) {
  if (node == RbTree::kNone) return "-";
  const std::string text =
      (tree.is_red(node) ? "r" : "B") + std::to_string(node);
  const std::string left = Shape(tree, tree.left(node));
  const std::string right = Shape(tree, tree.right(node));
  if (left == "-" && right == "-") return text;
  return text + "(" + left + "," + right + ")";
}
std::string Shape(const RbTree& tree) { return Shape(tree, tree.root()); }

TEST(RbTreeTest, EmptyTree) {
  const RbTree tree;
  EXPECT_TRUE(tree.empty());
  EXPECT_EQ(tree.First(), RbTree::kNone);
  EXPECT_FALSE(tree.Contains(0));
  EXPECT_TRUE(tree.IsSound());
}

TEST(RbTreeTest, ShapesWhileKeysAscend) {
  const std::vector<std::string> expected = {
      "B1",
      "B1(-,r2)",
      "B2(r1,r3)",
      "B2(B1,B3(-,r4))",
      "B2(B1,B4(r3,r5))",
      "B2(B1,r4(B3,B5(-,r6)))",
      "B2(B1,r4(B3,B6(r5,r7)))",
      "B4(r2(B1,B3),r6(B5,B7(-,r8)))",
      "B4(r2(B1,B3),r6(B5,B8(r7,r9)))",
      "B4(B2(B1,B3),B6(B5,r8(B7,B9(-,r10))))",
  };
  RbTree tree;
  for (RbTree::Index node = 1; node <= expected.size(); ++node) {
    tree.Insert(node, [](RbTree::Index) { return false; });
    EXPECT_EQ(Shape(tree), expected[node - 1]);
    EXPECT_TRUE(tree.IsSound());
    EXPECT_EQ(tree.size(), node);
  }
}

TEST(RbTreeTest, ShapesAfterOneErasure) {
  const RbTree full = TreeOf({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  const std::vector<std::string> expected = {
      "B6(B4(B2(-,r3),B5),B8(B7,B9(-,r10)))",
      "B6(B4(B3(r1,-),B5),B8(B7,B9(-,r10)))",
      "B6(B4(B2(r1,-),B5),B8(B7,B9(-,r10)))",
      "B5(B2(B1,B3),B8(B6(-,r7),B9(-,r10)))",
      "B4(B2(B1,B3),B8(B6(-,r7),B9(-,r10)))",
      "B4(B2(B1,B3),B7(B5,r9(B8,B10)))",
      "B4(B2(B1,B3),B6(B5,r9(B8,B10)))",
      "B4(B2(B1,B3),B6(B5,r9(B7,B10)))",
      "B4(B2(B1,B3),B6(B5,r8(B7,B10)))",
      "B4(B2(B1,B3),B6(B5,r8(B7,B9)))",
  };
  for (RbTree::Index node = 1; node <= expected.size(); ++node) {
    RbTree tree = full;
    tree.Erase(node);
    EXPECT_EQ(Shape(tree), expected[node - 1]);
    EXPECT_TRUE(tree.IsSound());
    EXPECT_FALSE(tree.Contains(node));
  }
}

TEST(RbTreeTest, ShapesAfterOneErasureWithKeysDescending) {
  const RbTree full = TreeOf({10, 9, 8, 7, 6, 5, 4, 3, 2, 1});
  EXPECT_EQ(Shape(full), "B7(B5(r3(B2(r1,-),B4),B6),B9(B8,B10))");
  const std::vector<std::string> expected = {
      "B7(B5(r3(B2,B4),B6),B9(B8,B10))",
      "B7(B5(r3(B1,B4),B6),B9(B8,B10))",
      "B7(B5(r2(B1,B4),B6),B9(B8,B10))",
      "B7(B5(r2(B1,B3),B6),B9(B8,B10))",
      "B7(B3(B2(r1,-),B6(r4,-)),B9(B8,B10))",
      "B7(B3(B2(r1,-),B5(r4,-)),B9(B8,B10))",
      "B5(B3(B2(r1,-),B4),B8(B6,B9(-,r10)))",
      "B5(B3(B2(r1,-),B4),B7(B6,B9(-,r10)))",
      "B5(B3(B2(r1,-),B4),B7(B6,B10(r8,-)))",
      "B5(B3(B2(r1,-),B4),B7(B6,B9(r8,-)))",
  };
  for (RbTree::Index node = 1; node <= expected.size(); ++node) {
    RbTree tree = full;
    tree.Erase(node);
    EXPECT_EQ(Shape(tree), expected[node - 1]);
    EXPECT_TRUE(tree.IsSound());
  }
}

TEST(RbTreeTest, InnerGrandchildrenAreRotatedTwice) {
  EXPECT_EQ(Shape(TreeOf({1, 10, 2, 9, 3, 8, 4, 7, 5, 6})),
            "B4(B2(B1,B3),B9(r7(B5(-,r6),B8),B10))");
}

TEST(RbTreeTest, EqualKeysGoRight) {
  const std::vector<uint32_t> keys(9, 5);
  RbTree tree;
  for (RbTree::Index node = 1; node <= 8; ++node) Insert(tree, node, keys);
  EXPECT_EQ(Shape(tree), "B4(r2(B1,B3),r6(B5,B7(-,r8)))");
  tree.Erase(4);
  Insert(tree, 4, keys);
  EXPECT_EQ(Shape(tree), "B5(r2(B1,B3),r7(B6,B8(-,r4)))");
}

TEST(RbTreeTest, WalksInOrder) {
  const RbTree tree = TreeOf({3, 11, 7, 1, 9, 5});
  std::vector<RbTree::Index> order;
  for (RbTree::Index node = tree.First(); node != RbTree::kNone;
       node = tree.Next(node)) {
    order.push_back(node);
  }
  EXPECT_EQ(order, (std::vector<RbTree::Index>{1, 3, 5, 7, 9, 11}));
}

TEST(RbTreeTest, IsAValue) {
  RbTree tree = TreeOf({1, 2, 3, 4});
  const RbTree copy = tree;
  EXPECT_EQ(copy, tree);
  EXPECT_EQ(sim::HashOf(copy), sim::HashOf(tree));
  tree.Erase(2);
  EXPECT_EQ(Shape(copy), "B2(B1,B3(-,r4))");
  EXPECT_NE(copy, tree);
  EXPECT_NE(sim::HashOf(copy), sim::HashOf(tree));
  // The same nodes in another shape are another tree.
  EXPECT_NE(TreeOf({1, 2, 3, 4}), TreeOf({4, 3, 2, 1}));
}

TEST(RbTreeTest, ErasedNodesLeaveNothingBehind) {
  RbTree tree = TreeOf({0, 1, 2, 3});
  const RbTree before = tree;
  tree.Erase(3);
  tree.Insert(3, [](RbTree::Index) { return false; });
  EXPECT_EQ(tree, before);
}

TEST(RbTreeDeathTest, MisuseIsAFault) {
  RbTree tree = TreeOf({1, 2});
  EXPECT_DEATH(tree.Erase(3), "node 3");
  EXPECT_DEATH(tree.Insert(2, [](RbTree::Index) { return true; }), "node 2");
}

// Two small generators that the program beside the kernel's code had as well.
struct Random {
  uint64_t state = 1;

  uint32_t Below(uint32_t bound) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state >> 33) % bound);
  }
};
struct Digest {
  uint64_t value = 14695981039346656037u;

  void Add(uint64_t number) {
    value = (value ^ number) * 1099511628211u;
    value ^= value >> 29;
  }
};

void AddShape(const RbTree& tree, RbTree::Index node, Digest& digest) {
  if (node == RbTree::kNone) {
    digest.Add(~uint64_t{0});
    return;
  }
  digest.Add(uint64_t{node} * 2 + (tree.is_red(node) ? 0 : 1));
  AddShape(tree, tree.left(node), digest);
  AddShape(tree, tree.right(node), digest);
}

// Removes a random element.
RbTree::Index Draw(std::vector<RbTree::Index>& from, Random& random) {
  const uint32_t k = random.Below(static_cast<uint32_t>(from.size()));
  const RbTree::Index drawn = from[k];
  from[k] = from.back();
  from.pop_back();
  return drawn;
}

// 20000 insertions and erasures with many equal keys; the digest takes in the
// shape after each.
TEST(RbTreeTest, RandomOperationsGiveTheKernelsShapes) {
  struct Expected {
    uint32_t size;
    uint64_t digest;
  };
  const Expected expected[] = {{104, 0x52ccd631f54550ee},
                               {106, 0x180fd65de46e0e8c},
                               {100, 0x68a2784acd52f061},
                               {112, 0x86921812918e2559}};
  RbTree tree;
  Random random;
  Digest digest;
  std::vector<uint32_t> keys(200, 0);
  std::vector<RbTree::Index> inside;
  std::vector<RbTree::Index> outside;
  for (RbTree::Index node = 0; node < 200; ++node) outside.push_back(node);
  for (const Expected& part : expected) {
    for (int step = 0; step < 5000; ++step) {
      if (inside.empty() ||
          (!outside.empty() && random.Below(200) >= inside.size())) {
        const RbTree::Index node = Draw(outside, random);
        inside.push_back(node);
        keys[node] = random.Below(60);
        Insert(tree, node, keys);
      } else {
        const RbTree::Index node = Draw(inside, random);
        outside.push_back(node);
        tree.Erase(node);
      }
      AddShape(tree, tree.root(), digest);
      if (step % 50 == 0) {
        ASSERT_TRUE(tree.IsSound());
      }
    }
    EXPECT_EQ(tree.size(), part.size);
    EXPECT_EQ(digest.value, part.digest);
  }
}

}  // namespace
}  // namespace bindersim::driver
