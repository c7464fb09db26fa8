// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The hash of a state up to renaming: states that will do the same from now on
// have the same hash, even if their entities have other slots, their counters
// have counted further, or more time has passed. That is what a search needs to
// know where it has been before; the hash of the value (sim/value.h) tells
// those states apart.
//
// A value is turned into words: integers as they are, ids as the number of
// their entity in order of first mention. Who walks over the state decides in
// which order entities are mentioned, and adds each one's contents when it is
// its turn (OnMention).
//
// The numbers of the operating system may be renamed, too (OnTid, OnUid). Of a
// moment it matters only how far away it is (OnTime).
//
// What is left out: SerialNumber; whatever has an AddCanonical of its own that
// leaves it out.

#ifndef BINDERSIM_SIM_CANONICAL_H_
#define BINDERSIM_SIM_CANONICAL_H_

#include <concepts>
#include <cstdint>
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
  CanonicalHasher& Add(const T& value) {
    if constexpr (HasAddCanonical<T>) {
      value.AddCanonical(*this);
    } else if constexpr (std::is_same_v<T, SerialNumber>) {
      // says nothing about what will happen
    } else if constexpr (std::is_same_v<T, Tid>) {
      AddWord(OnTid(value));
    } else if constexpr (std::is_same_v<T, Uid>) {
      AddWord(OnUid(value));
    } else if constexpr (internal::kIsScalar<T>) {
      AddWord(static_cast<uint64_t>(value));
    } else if constexpr (std::is_same_v<T, Time>) {
      AddWord(OnTime(value));
    } else if constexpr (std::is_same_v<T, Duration>) {
      AddWord(static_cast<uint64_t>(value.count()));
    } else if constexpr (std::is_same_v<T, std::string> ||
                         std::is_same_v<T, std::string_view>) {
      AddBytes(std::as_bytes(std::span(value.data(), value.size())));
    } else if constexpr (internal::kIsOptional<T>) {
      AddWord(value.has_value());
      if (value.has_value()) Add(*value);
    } else if constexpr (internal::kIsVariant<T>) {
      AddWord(value.index());
      std::visit([&](const auto& alternative) { this->Add(alternative); },
                 value);
    } else if constexpr (internal::kIsTuple<T>) {
      std::apply([&](const auto&... parts) { (this->Add(parts), ...); }, value);
    } else if constexpr (internal::kIsArray<T>) {
      for (const auto& element : value) Add(element);
    } else if constexpr (internal::kIsSequence<T> ||
                         internal::OrderedContainer<T>) {
      AddWord(value.size());
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
  CanonicalHasher& Add(const Id<Tag>& id) {
    if constexpr (HasSpace<Tag>) {
      AddWord(id ? OnMention(Tag::kSpace, id.index, id.generation) : 0);
    } else {
      AddWord(uint64_t{id.index} << 32 | id.generation);
    }
    return *this;
  }

  void AddWord(uint64_t word) {
    if (next_ == end_) [[unlikely]]
      Grow();
    *next_++ = word;
  }
  void AddBytes(std::span<const std::byte> bytes);

 protected:
  // The word that stands for an entity; not 0.
  virtual uint64_t OnMention(uint32_t space, uint32_t index,
                             uint32_t generation) = 0;
  // The word that stands for a number of the operating system's.
  virtual uint64_t OnTid(uint32_t tid) { return tid; }
  virtual uint64_t OnUid(uint32_t uid) { return uid; }
  // The word that stands for a moment.
  virtual uint64_t OnTime(Time time) {
    return static_cast<uint64_t>(time.time_since_epoch().count());
  }

  void Clear() { next_ = words_.data(); }
  // How many words there are so far.
  size_t Size() const { return static_cast<size_t>(next_ - words_.data()); }
  // All words but the first ones.
  std::span<uint64_t> WordsFrom(size_t size) {
    return std::span(words_.data() + size, Size() - size);
  }
  // Forgets all words but the first ones, and returns the hash of the others.
  Hash128 TakeBack(size_t size);
  // The hash of all words so far.
  Hash128 HashWords() const;

 private:
  void Grow();

  std::vector<uint64_t> words_;  // the first of them are in use, up to next_
  uint64_t* next_ = nullptr;
  uint64_t* end_ = nullptr;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_CANONICAL_H_
