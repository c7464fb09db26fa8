// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// A table of entities with stable, typed, generation-checked ids.
//
//   SlotMap<Node, NodeId> nodes;
//   NodeId id = nodes.Insert(Node{...});
//   nodes[id].strong_refs += 1;
//   for (auto [node_id, node] : nodes) ...
//   nodes.Erase(id);
//   nodes[id];        // throws StaleId
//   nodes.Find(id);   // nullptr
//
// The map and each slot have a version (sim/version.h): whatever gives access
// for changes gives them another one, and of a map that is assigned only slots
// with other versions are copied.
//
// Thread safety: as for std::vector.
//
// Invariants:
// 1. A slot's generation is at least 1 and grows by one with each Erase; an id
//    names a live entity if and only if slot and generation match and the slot
//    is occupied.
// 2. Every empty slot is in the free list exactly once, except those whose
//    generations are used up: they stay empty for ever.
// 3. The slot freed last is used first, so ids depend only on the sequence of
//    Insert and Erase.

#ifndef BINDERSIM_SIM_SLOT_MAP_H_
#define BINDERSIM_SIM_SLOT_MAP_H_

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/check.h"
#include "sim/flow_section.h"
#include "sim/id.h"
#include "sim/value.h"
#include "sim/version.h"

namespace bindersim::sim {

// Somebody used an id whose entity is gone, or the null id. In the model this
// is a use after free: a finding about the simulated system, not a fault of the
// simulator.
struct StaleId : public std::exception {
  template <class Tag>
  explicit StaleId(const Id<Tag>& id, const FlowSection& freed_by = {})
      : type(TagName<Tag>()),
        index(id.index),
        generation(id.generation),
        text("stale id: " + id.ToString()),
        used_by(section_under_way),
        freed_by(freed_by) {}

  const char* what() const noexcept override { return text.c_str(); }

  // The word for the entity ("node"), and the id that was used.
  std::string type;
  uint32_t index;
  uint32_t generation;
  std::string text;
  FlowSection used_by;   // null outside of flows
  FlowSection freed_by;  // null if nobody knows any more
};

// See the head of this file. IdT is an Id<Tag>.
template <class T, class IdT>
class SlotMap {
 public:
  template <bool kConst>
  class Iterator;
  using iterator = Iterator<false>;
  using const_iterator = Iterator<true>;

  SlotMap() = default;
  SlotMap(const SlotMap&) = default;
  // Leaves an empty map behind.
  SlotMap(SlotMap&& other) noexcept { swap(other); }
  SlotMap& operator=(const SlotMap& other) {
    if (version_.IsSame(other.version_)) return *this;
    slots_ = other.slots_;
    if (!inventory_.IsSame(other.inventory_)) freed_by_ = other.freed_by_;
    first_free_ = other.first_free_;
    size_ = other.size_;
    version_ = other.version_;
    inventory_ = other.inventory_;
    return *this;
  }
  SlotMap& operator=(SlotMap&& other) noexcept {
    SlotMap left;
    left.swap(other);
    swap(left);
    return *this;
  }
  void swap(SlotMap& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(freed_by_, other.freed_by_);
    std::swap(first_free_, other.first_free_);
    std::swap(size_, other.size_);
    std::swap(version_, other.version_);
    std::swap(inventory_, other.inventory_);
  }

  // Adds `value` and returns its id, which is never null.
  IdT Insert(T value) {
    uint32_t index = first_free_;
    if (index == kNone) {
      index = static_cast<uint32_t>(slots_.size());
      SIM_CHECK(index < kOccupied) << "slot map is full";
      slots_.emplace_back();
    }
    inventory_.Change();
    Slot& slot = Change(index);
    first_free_ = slot.next_free;
    slot.next_free = kOccupied;
    slot.value.emplace(std::move(value));
    ++size_;
    return IdT{index, slot.generation};
  }

  // Removes the entity. Throws StaleId if there is none: erasing twice is a use
  // after free as well.
  void Erase(IdT id) {
    if (!Contains(id)) ThrowStale(id);
    if (freed_by_.size() <= id.index) freed_by_.resize(slots_.size());
    freed_by_[id.index] = section_under_way;
    inventory_.Change();
    Slot& slot = Change(id.index);
    slot.value.reset();
    slot.next_free = kNone;
    --size_;
    // A slot that has used up its generations is never taken again: an old id
    // must not come back to life.
    if (slot.generation == kLastGeneration) return;
    ++slot.generation;
    slot.next_free = first_free_;
    first_free_ = id.index;
  }

  bool Contains(IdT id) const { return SlotOf(id) != nullptr; }

  // The entity, or nullptr if the id is stale or null. The pointer holds until
  // the next Insert or Erase; the entity may be changed through it until the
  // map is copied or the slot's version is looked at.
  T* Find(IdT id) {
    return SlotOf(id) == nullptr ? nullptr : &*Change(id.index).value;
  }
  const T* Find(IdT id) const {
    const auto* slot = SlotOf(id);
    return slot == nullptr ? nullptr : &*(*slot)->value;
  }

  // The entity. Throws StaleId if the id is stale or null. The reference holds
  // as long as Find's pointer.
  T& operator[](IdT id) {
    if (SlotOf(id) == nullptr) [[unlikely]]
      ThrowStale(id);
    return *Change(id.index).value;
  }
  const T& operator[](IdT id) const {
    const auto* slot = SlotOf(id);
    if (slot == nullptr) [[unlikely]]
      ThrowStale(id);
    return *(*slot)->value;
  }

  // Of the entity; 0 if the id is stale or null.
  Version VersionOf(IdT id) const {
    const auto* slot = SlotOf(id);
    return slot == nullptr ? 0 : slot->version();
  }
  // The same of one that is known to live.
  Version VersionOfLive(IdT id) const {
    SIM_DCHECK(Contains(id)) << id << " is gone";
    return slots_[id.index].version();
  }
  // Of the set of ids.
  Version VersionOfInventory() const { return inventory_.Get(); }

  // Where the slots are, to be compared only: while it stays the same a
  // reference holds beyond an Insert.
  const void* storage() const { return slots_.data(); }

  // How many entities there are.
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Iteration over the live entities by increasing slot, as pairs of id and
  // reference. Erasing the current entity, or any other, does not disturb it;
  // an entity inserted meanwhile may or may not be visited, and references
  // taken before an Insert are gone.
  iterator begin() { return iterator(this, 0); }
  iterator end() { return iterator(); }
  const_iterator begin() const { return const_iterator(this, 0); }
  const_iterator end() const { return const_iterator(); }

  // Free slots and their generations count too: they decide the next ids. Who
  // freed them does not.
  bool operator==(const SlotMap& other) const {
    return slots_ == other.slots_ && first_free_ == other.first_free_;
  }

  void AddTo(Hasher& hasher) const {
    hasher.AddSize(slots_.size());
    for (const auto& slot : slots_) {
      hasher.Add(slot->generation);
      hasher.Add(slot->next_free == kOccupied ? kNone : slot->next_free);
      hasher.Add(slot->value);
    }
    hasher.Add(first_free_);
  }

 private:
  static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  static constexpr uint32_t kOccupied = kNone - 1;
  static constexpr uint32_t kLastGeneration =
      std::numeric_limits<uint32_t>::max();

  struct Slot {
    uint32_t generation = 1;
    // The next slot of the free list; kNone at its end, or where the slot is in
    // no list; kOccupied: there is a value, which need not be looked at to
    // know.
    uint32_t next_free = kNone;
    std::optional<T> value;

    bool operator==(const Slot&) const = default;
  };

  Slot& Change(uint32_t index) {
    version_.Change();
    return slots_[index].Change();
  }

  // Where the entity is; null if it is gone. Look-ups are everywhere: this
  // divides by nothing, as slots_.size() would, and has few branches.
  const Versioned<Slot>* SlotOf(IdT id) const {
    const auto* const first = reinterpret_cast<const std::byte*>(slots_.data());
    const auto* const end =
        reinterpret_cast<const std::byte*>(std::to_address(slots_.end()));
    const size_t at = size_t{id.index} * sizeof(Versioned<Slot>);
    if (at >= static_cast<size_t>(end - first)) return nullptr;
    const Versioned<Slot>& slot = slots_.data()[id.index];
    const bool is_its = ((slot->generation ^ id.generation) |
                         (slot->next_free ^ kOccupied)) == 0;
    return is_its ? &slot : nullptr;
  }

  // Out of the way of look-ups.
  [[noreturn, gnu::noinline, gnu::cold]] void ThrowStale(IdT id) const {
    throw StaleId(id, FreedBy(id));
  }
  // Which section erased that entity; null if the slot was freed again since.
  FlowSection FreedBy(IdT id) const {
    const bool known = id.index < freed_by_.size() &&
                       slots_[id.index]->generation == id.generation + 1;
    return known ? freed_by_[id.index] : FlowSection{};
  }

  std::vector<Versioned<Slot>> slots_;
  // By slot, as far as any was ever freed. No part of the value.
  std::vector<FlowSection> freed_by_;
  // The slot that was freed last.
  uint32_t first_free_ = kNone;
  // Occupied slots.
  size_t size_ = 0;
  OwnVersion version_;
  OwnVersion inventory_;
};

// Walks by index, so that it survives changes of the map.
template <class T, class IdT>
template <bool kConst>
class SlotMap<T, IdT>::Iterator {
 public:
  using Map = std::conditional_t<kConst, const SlotMap, SlotMap>;
  using Reference = std::conditional_t<kConst, const T&, T&>;
  using iterator_category = std::input_iterator_tag;
  using value_type = std::pair<IdT, Reference>;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = value_type;

  // The end.
  Iterator() = default;
  Iterator(Map* map, uint32_t index) : map_(map), index_(index) { Settle(); }

  value_type operator*() const {
    const auto& slot = map_->slots_[index_];
    const IdT id{index_, slot->generation};
    if constexpr (kConst) {
      return value_type(id, *slot->value);
    } else {
      return value_type(id, *map_->Change(index_).value);
    }
  }
  Iterator& operator++() {
    ++index_;
    Settle();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(const Iterator& other) const {
    return index_ == other.index_;
  }

 private:
  // Moves on to the first occupied slot from index_, or to the end. Divides by
  // nothing, as SlotOf.
  void Settle() {
    const auto* slot = map_->slots_.data() + index_;
    const auto* const end = std::to_address(map_->slots_.cend());
    while (slot < end && (*slot)->next_free != Map::kOccupied) {
      ++slot;
      ++index_;
    }
    if (slot >= end) index_ = kNone;
  }

  Map* map_ = nullptr;
  uint32_t index_ = kNone;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_SLOT_MAP_H_
