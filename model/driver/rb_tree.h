// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// A red-black tree over small integers whose shape is that of a Linux rb_root
// after the same insertions and erasures. The driver's choice among free
// buffers of one size depends on that shape (fact ALLOC-06).
//
//   RbTree tree;
//   tree.Insert(7, [&](RbTree::Index other) { return key[7] < key[other]; });
//   for (auto i = tree.First(); i != RbTree::kNone; i = tree.Next(i)) ...
//   tree.Erase(7);
//
// The tree holds no keys. Who inserts decides, node by node from the root,
// which way to go; who searches walks with root(), left() and right().
//
// Thread safety: as for std::vector.
//
// Invariants:
// 1. The root is black, a red node has no red child, and every way from the
//    root to a missing child passes the same number of black nodes.
// 2. The entry of an integer outside the tree is Node().

#ifndef BINDERSIM_MODEL_DRIVER_RB_TREE_H_
#define BINDERSIM_MODEL_DRIVER_RB_TREE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "sim/check.h"
#include "sim/value.h"

namespace bindersim::driver {

// See the head of this file.
class RbTree {
 public:
  using Index = uint32_t;
  // No node.
  static constexpr Index kNone = std::numeric_limits<Index>::max();

  // The node at the top, kNone if the tree is empty.
  Index root() const { return root_; }
  // A node's neighbours in the tree, kNone where there is none.
  Index left(Index node) const { return nodes_[node].child[kLeft]; }
  Index right(Index node) const { return nodes_[node].child[kRight]; }
  Index parent(Index node) const { return nodes_[node].parent; }
  bool is_red(Index node) const { return nodes_[node].color == kRed; }

  // How many nodes there are.
  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  bool Contains(Index node) const {
    return node < nodes_.size() && nodes_[node].color != kAbsent;
  }

  // The first node in order, kNone if the tree is empty.
  Index First() const {
    return root_ == kNone ? kNone : Outermost(root_, kLeft);
  }

  // The node after `node` in order, kNone after the last.
  Index Next(Index node) const {
    if (right(node) != kNone) return Outermost(right(node), kLeft);
    Index up = parent(node);
    while (up != kNone && node == right(up)) {
      node = up;
      up = parent(up);
    }
    return up;
  }

  // Adds `node`, which must not be in the tree, as a leaf. `goes_left(other)`
  // says whether it belongs to the left of `other`.
  template <class GoesLeft>
  void Insert(Index node, GoesLeft goes_left) {
    SIM_CHECK(node != kNone && !Contains(node)) << "node " << node;
    Index place = kNone;
    Side side = kLeft;
    for (Index at = root_; at != kNone; at = Child(at, side)) {
      place = at;
      side = goes_left(at) ? kLeft : kRight;
    }
    if (node >= nodes_.size()) nodes_.resize(node + size_t{1});
    nodes_[node].color = kRed;
    nodes_[node].parent = place;
    if (place == kNone) {
      root_ = node;
    } else {
      Child(place, side) = node;
    }
    ++size_;
    RepairRed(node);
  }

  // Removes `node`, which must be in the tree. A node with two children is
  // replaced by the next in order.
  void Erase(Index node) {
    SIM_CHECK(Contains(node)) << "node " << node;
    // The position that the tree loses: the child of `up` on `side`, where a
    // node of the color `lost` was and `filler` or nothing comes.
    Index up;
    Side side;
    Color lost;
    Index filler;
    if (left(node) == kNone || right(node) == kNone) {
      up = parent(node);
      side = up == kNone ? kLeft : SideOf(node);
      lost = nodes_[node].color;
      filler = left(node) != kNone ? left(node) : right(node);
      Replace(node, filler);
    } else {
      const Index heir = Outermost(right(node), kLeft);
      lost = nodes_[heir].color;
      filler = right(heir);
      if (heir == right(node)) {
        up = heir;
        side = kRight;
      } else {
        up = parent(heir);
        side = kLeft;
        Attach(up, kLeft, filler);
        Attach(heir, kRight, right(node));
      }
      Attach(heir, kLeft, left(node));
      nodes_[heir].color = nodes_[node].color;
      Replace(node, heir);
    }
    nodes_[node] = Node();
    --size_;
    if (filler != kNone) {
      // It was an only child, therefore red, and makes up for the loss.
      nodes_[filler].color = kBlack;
    } else if (lost == kBlack && up != kNone) {
      RepairBlack(up, side);
    }
  }

  // Whether invariants 1 and 2 hold, and all links agree. O(n).
  bool IsSound() const {
    uint32_t seen = 0;
    if (root_ != kNone &&
        (!Contains(root_) || is_red(root_) || parent(root_) != kNone ||
         BlackHeight(root_, &seen) < 0)) {
      return false;
    }
    uint32_t present = 0;
    for (const Node& node : nodes_) {
      if (node.color != kAbsent) {
        ++present;
      } else if (!(node == Node())) {
        return false;
      }
    }
    return seen == size_ && present == size_;
  }

  bool operator==(const RbTree&) const = default;

  void AddTo(sim::Hasher& hasher) const {
    hasher.Add(nodes_).Add(root_).Add(size_);
  }

 private:
  enum Side : uint8_t { kLeft = 0, kRight = 1 };
  enum Color : uint32_t { kAbsent = 0, kRed = 1, kBlack = 2 };

  struct Node {
    Index parent = kNone;
    std::array<Index, 2> child = {kNone, kNone};
    Color color = kAbsent;

    auto Fields() const { return std::tie(parent, child, color); }
    bool operator==(const Node&) const = default;
  };

  static Side Other(Side side) { return side == kLeft ? kRight : kLeft; }

  Index& Child(Index node, Side side) { return nodes_[node].child[side]; }
  Index Child(Index node, Side side) const { return nodes_[node].child[side]; }

  // A missing child counts as black.
  bool IsRed(Index node) const { return node != kNone && is_red(node); }

  // Which child of its parent `node` is; it must have one.
  Side SideOf(Index node) const {
    return left(parent(node)) == node ? kLeft : kRight;
  }

  // The end of the chain of children on one side.
  Index Outermost(Index node, Side side) const {
    while (Child(node, side) != kNone) node = Child(node, side);
    return node;
  }

  void Attach(Index node, Side side, Index child) {
    Child(node, side) = child;
    if (child != kNone) nodes_[child].parent = node;
  }

  // Puts `by`, which may be kNone, in the place that `node` has below its
  // parent.
  void Replace(Index node, Index by) {
    const Index up = parent(node);
    if (up == kNone) {
      root_ = by;
    } else {
      Child(up, SideOf(node)) = by;
    }
    if (by != kNone) nodes_[by].parent = up;
  }

  // Moves `node` down to `side`; its child of the other side takes its place.
  void Rotate(Index node, Side side) {
    const Index riser = Child(node, Other(side));
    Replace(node, riser);
    Attach(node, Other(side), Child(riser, side));
    Attach(riser, side, node);
  }

  // Repairs a tree whose only fault is that the red `node` is the root or has
  // a red parent.
  void RepairRed(Index node) {
    while (IsRed(parent(node))) {
      Index up = parent(node);
      // A red node is not the root.
      const Index top = parent(up);
      const Side side = SideOf(up);
      const Index uncle = Child(top, Other(side));
      if (IsRed(uncle)) {
        nodes_[up].color = kBlack;
        nodes_[uncle].color = kBlack;
        nodes_[top].color = kRed;
        node = top;
        continue;
      }
      if (SideOf(node) != side) {
        Rotate(up, side);
        up = node;
      }
      nodes_[up].color = kBlack;
      nodes_[top].color = kRed;
      Rotate(top, Other(side));
      return;
    }
    if (parent(node) == kNone) nodes_[node].color = kBlack;
  }

  // Repairs a tree whose only fault is that all ways through the child of `up`
  // on `side`, which is black or missing, have one black node too few.
  void RepairBlack(Index up, Side side) {
    while (true) {
      const Side far = Other(side);
      Index sibling = Child(up, far);
      if (IsRed(sibling)) {
        nodes_[sibling].color = kBlack;
        nodes_[up].color = kRed;
        Rotate(up, side);
        sibling = Child(up, far);
      }
      if (!IsRed(Child(sibling, far))) {
        const Index near = Child(sibling, side);
        if (!IsRed(near)) {
          nodes_[sibling].color = kRed;
          if (IsRed(up)) {
            nodes_[up].color = kBlack;
            return;
          }
          // Now all ways through `up` have one too few.
          if (parent(up) == kNone) return;
          side = SideOf(up);
          up = parent(up);
          continue;
        }
        nodes_[near].color = kBlack;
        nodes_[sibling].color = kRed;
        Rotate(sibling, far);
        sibling = near;
      }
      nodes_[sibling].color = nodes_[up].color;
      nodes_[up].color = kBlack;
      nodes_[Child(sibling, far)].color = kBlack;
      Rotate(up, side);
      return;
    }
  }

  // The number of black nodes on each way down from `node`, -1 if something is
  // wrong there. Adds the nodes below and at `node` to `*seen`.
  int BlackHeight(Index node, uint32_t* seen) const {
    if (node == kNone) return 0;
    // More nodes than there are: the links go round in circles.
    if (++*seen > size_) return -1;
    for (Index child : nodes_[node].child) {
      if (child == kNone) continue;
      if (!Contains(child) || parent(child) != node) return -1;
      if (is_red(node) && is_red(child)) return -1;
    }
    const int height = BlackHeight(left(node), seen);
    if (height < 0 || BlackHeight(right(node), seen) != height) return -1;
    return height + (is_red(node) ? 0 : 1);
  }

  std::vector<Node> nodes_;
  Index root_ = kNone;
  uint32_t size_ = 0;
};

}  // namespace bindersim::driver

#endif  // BINDERSIM_MODEL_DRIVER_RB_TREE_H_
