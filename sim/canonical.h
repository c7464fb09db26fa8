// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The hash of a state up to renaming: states that will do the same from now on
// have the same hash, even if their entities have other slots, their counters
// have counted further, or more time has passed. That is what a search needs to
// know where it has been before; the hash of the value (sim/value.h) tells
// those states apart.
//
// A value is turned into bytes: integers as they are, ids as the number of
// their entity in order of first mention. Who walks over the state decides in
// which order entities are mentioned, and adds each one's contents when it is
// its turn (OnMention).
//
// The numbers of the operating system may be renamed, too (OnTid, OnUid), and
// addresses (OnAddress). Of a moment it matters only how far away it is
// (OnTime).
//
// What is left out: SerialNumber; whatever has an AddCanonical of its own that
// leaves it out.

#ifndef BINDERSIM_SIM_CANONICAL_H_
#define BINDERSIM_SIM_CANONICAL_H_

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/hash128.h"
#include "sim/id.h"
#include "sim/os_number.h"
#include "sim/serial_number.h"
#include "sim/time.h"
#include "sim/value.h"

namespace bindersim::sim {

class CanonicalHasher;

template <class T>
concept HasAddCanonical = requires(const T& value, CanonicalHasher& hasher) {
  value.AddCanonical(hasher);
};

// Entities whose ids are numbered say in their tag where they belong:
//   static constexpr uint32_t kSpace = 4;
template <class Tag>
concept HasSpace = requires {
  { Tag::kSpace } -> std::convertible_to<uint32_t>;
};

class CanonicalHasher {
 public:
  virtual ~CanonicalHasher() = default;

  template <class T>
  [[gnu::always_inline]] CanonicalHasher& Add(const T& value) {
    if constexpr (HasAddCanonical<T>) {
      value.AddCanonical(*this);
    } else if constexpr (std::is_same_v<T, SerialNumber>) {
      // says nothing about what will happen
    } else if constexpr (std::is_same_v<T, Tid>) {
      Put(OnTid(value));
    } else if constexpr (std::is_same_v<T, Uid>) {
      Put(OnUid(value));
    } else if constexpr (internal::kIsScalar<T>) {
      if constexpr (sizeof(T) == sizeof(uint64_t)) {
        Put(Named(static_cast<uint64_t>(value)));
      } else {
        Put(value);
      }
    } else if constexpr (std::is_same_v<T, Time>) {
      Put(OnTime(value));
    } else if constexpr (std::is_same_v<T, Duration>) {
      Put(value.count());
    } else if constexpr (std::is_same_v<T, std::string> ||
                         std::is_same_v<T, std::string_view>) {
      AddBytes(std::as_bytes(std::span(value.data(), value.size())));
    } else if constexpr (internal::kIsOptional<T>) {
      Put(value.has_value());
      if (value.has_value()) Add(*value);
    } else if constexpr (internal::kIsVariant<T>) {
      Put(static_cast<uint32_t>(value.index()));
      std::visit([&](const auto& alternative) { this->Add(alternative); },
                 value);
    } else if constexpr (internal::kIsTuple<T>) {
      std::apply([&](const auto&... parts) { (this->Add(parts), ...); }, value);
    } else if constexpr (internal::kIsArray<T>) {
      for (const auto& element : value) Add(element);
    } else if constexpr (internal::kIsSequence<T> ||
                         internal::OrderedContainer<T>) {
      Put(static_cast<uint32_t>(value.size()));
      for (const auto& element : value) {
        Add(static_cast<const typename T::value_type&>(element));
      }
    } else if constexpr (HasFields<T>) {
      Add(value.Fields());
    } else {
      static_assert(std::is_same_v<T, std::monostate>,
                    "needs Fields() or AddCanonical()");
    }
    return *this;
  }

  template <class Tag>
  [[gnu::always_inline]] CanonicalHasher& Add(const Id<Tag>& id) {
    if constexpr (HasSpace<Tag>) {
      Put(id ? OnMention(Tag::kSpace, id.index, id.generation) : 0);
    } else {
      Put(uint64_t{id.index} << 32 | id.generation);
    }
    return *this;
  }

  void AddBytes(std::span<const std::byte> bytes);

 protected:
  // What stands for an entity; not 0.
  virtual uint32_t OnMention(uint32_t space, uint32_t index,
                             uint32_t generation) = 0;
  // What stands for a number of the operating system's.
  virtual uint32_t OnTid(uint32_t tid) { return tid; }
  virtual uint32_t OnUid(uint32_t uid) { return uid; }
  // What stands for a moment.
  virtual int64_t OnTime(Time time) { return time.time_since_epoch().count(); }
  // What stands for a number of 64 bits that RenameAddresses is about.
  virtual uint64_t OnAddress(uint64_t address) { return address; }

  // From now on OnAddress is asked for numbers from `first` on, below `end`,
  // and for no others.
  void RenameAddresses(uint64_t first, uint64_t end) {
    first_address_ = first;
    addresses_ = end - first;
  }

  void Clear() { next_ = bytes_.data(); }
  // How many bytes there are so far.
  size_t Size() const { return static_cast<size_t>(next_ - bytes_.data()); }
  // Forgets all bytes but the first ones, and returns the hash of the others.
  Hash128 TakeBack(size_t size);
  // The hash of all bytes so far.
  Hash128 Value() const;

 private:
  template <class T>
  [[gnu::always_inline]] void Put(T value) {
    if (Left() < sizeof(uint64_t)) [[unlikely]]
      Grow(sizeof(uint64_t));
    const T bytes = LittleEndian(value);
    std::memcpy(next_, &bytes, sizeof(bytes));
    next_ += sizeof(bytes);
  }
  // The number that has the same bytes in this order; and back again.
  template <class T>
  static T LittleEndian(T number) {
    if constexpr (std::endian::native == std::endian::little) return number;
    auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(number);
    std::ranges::reverse(bytes);
    return std::bit_cast<T>(bytes);
  }
  uint64_t Named(uint64_t number) {
    return number - first_address_ < addresses_ ? OnAddress(number) : number;
  }
  size_t Left() const { return static_cast<size_t>(end_ - next_); }
  void Grow(size_t bytes);

  std::vector<std::byte> bytes_;  // the first of them are in use, up to next_
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  uint64_t first_address_ = 0;
  uint64_t addresses_ = 0;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_CANONICAL_H_
