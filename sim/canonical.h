// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// The canonical form of a value, up to renaming: states whose parts have the
// same forms, under names given out in the same way, will do the same from now
// on, even if their entities have other slots, their counters have counted
// further, or more time has passed. That is what a search needs to know where
// it has been before; the hash of the value (sim/value.h) tells those states
// apart.
//
//   CanonicalWriter writer;
//   writer.Begin();
//   writer.Add(node);
//   writer.Finish(form);
//
// A value is turned into bytes, integers as they are, of which the form keeps
// the hash. Ids, the numbers of the operating system (sim/os_number.h) and
// moments are left out of these and listed beside them as mentions, in order:
// what stands for them is for the caller to say, who knows the whole state. A
// form is about its value only, so it holds for as long as that stays the same.
//
// What is left out: SerialNumber; whatever has an AddCanonical of its own that
// leaves it out.

#ifndef BINDERSIM_SIM_CANONICAL_H_
#define BINDERSIM_SIM_CANONICAL_H_

#include <array>
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

class CanonicalWriter;

template <class T>
concept HasAddCanonical = requires(const T& value, CanonicalWriter& writer) {
  value.AddCanonical(writer);
};

// Entities whose ids are mentioned say in their tag where they belong:
//   static constexpr uint32_t kSpace = 4;
template <class Tag>
concept HasSpace = requires {
  { Tag::kSpace } -> std::convertible_to<uint32_t>;
};

// Something that a value names. Spaces below kFirstOther are those of entities;
// from kFirstOfCaller on they are the caller's.
struct Mention {
  static constexpr uint32_t kFirstOther = 64;
  static constexpr uint32_t kTid = 64;   // index
  static constexpr uint32_t kUid = 65;   // index
  static constexpr uint32_t kTime = 66;  // index: its low half, then the high
  static constexpr uint32_t kFirstOfCaller = 128;

  uint32_t space = 0;
  uint32_t index = 0;
  uint32_t generation = 0;
  uint32_t owner = 0;  // CanonicalWriter::SetOwner

  Time time() const {
    return Time(
        Duration(static_cast<int64_t>(uint64_t{generation} << 32 | index)));
  }
  bool operator==(const Mention&) const = default;
};

struct CanonicalForm {
  Hash128 bytes;
  std::vector<Mention> mentions;

  bool operator==(const CanonicalForm&) const = default;
};

class CanonicalWriter {
 public:
  // Begins another form.
  void Begin() {
    next_ = bytes_.data();
    mentions_.clear();
    owner_ = 0;
    addresses_ = 0;
  }
  // Ends it.
  void Finish(CanonicalForm& form);
  // Moves what has been mentioned so far to `mentions`: others may be mentioned
  // instead, or something be added that stands for it.
  void TakeMentions(std::vector<Mention>& mentions) {
    mentions.clear();
    mentions.swap(mentions_);
  }

  template <class T>
  [[gnu::always_inline]] CanonicalWriter& Add(const T& value) {
    if constexpr (HasAddCanonical<T>) {
      value.AddCanonical(*this);
    } else if constexpr (std::is_same_v<T, SerialNumber>) {
      // says nothing about what will happen
    } else if constexpr (std::is_same_v<T, Tid>) {
      AddMention(Mention::kTid, value);
    } else if constexpr (std::is_same_v<T, Uid>) {
      AddMention(Mention::kUid, value);
    } else if constexpr (internal::kIsScalar<T>) {
      if constexpr (sizeof(T) == sizeof(uint64_t)) {
        Put(Named(static_cast<uint64_t>(value)));
      } else {
        Put(value);
      }
    } else if constexpr (std::is_same_v<T, Time>) {
      const auto count =
          static_cast<uint64_t>(value.time_since_epoch().count());
      AddMention(Mention::kTime, static_cast<uint32_t>(count),
                 static_cast<uint32_t>(count >> 32));
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

  // A null id is no mention.
  template <class Tag>
  [[gnu::always_inline]] CanonicalWriter& Add(const Id<Tag>& id) {
    if constexpr (HasSpace<Tag>) {
      Put(static_cast<bool>(id));
      if (id) AddMention(Tag::kSpace, id.index, id.generation);
    } else {
      Put(uint64_t{id.index} << 32 | id.generation);
    }
    return *this;
  }

  void AddBytes(std::span<const std::byte> bytes);

  void AddMention(uint32_t space, uint32_t index, uint32_t generation = 0) {
    mentions_.push_back({space, index, generation, owner_});
  }
  // Whose entities are mentioned from now on, where each has its own.
  void SetOwner(uint32_t owner) { owner_ = owner; }

  // From now on numbers of 64 bits that are addresses in one of these blocks go
  // by which it is, and where in it they are; there may be null ones.
  struct Block {
    uint64_t address = 0;
    uint64_t size = 0;
  };
  using Blocks = std::array<Block, 4>;
  void RenameAddresses(const Blocks& blocks) {
    blocks_ = blocks;
    CoverBlocks();
  }

 private:
  template <class T>
  [[gnu::always_inline]] void Put(T value) {
    if (Left() < sizeof(uint64_t)) [[unlikely]]
      Grow(sizeof(uint64_t));
    const T bytes = LittleEndian(value);
    std::memcpy(next_, &bytes, sizeof(bytes));
    next_ += sizeof(bytes);
  }
  uint64_t Named(uint64_t number) const {
    return number - first_address_ < addresses_ ? NameOfAddress(number)
                                                : number;
  }
  uint64_t NameOfAddress(uint64_t address) const;
  // Fills in where all blocks lie.
  void CoverBlocks();
  size_t Size() const { return static_cast<size_t>(next_ - bytes_.data()); }
  size_t Left() const { return static_cast<size_t>(end_ - next_); }
  [[gnu::cold]] void Grow(size_t bytes);

  std::vector<std::byte> bytes_;  // the first of them are in use, up to next_
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::vector<Mention> mentions_;
  uint32_t owner_ = 0;
  Blocks blocks_{};
  uint64_t first_address_ = 0;
  uint64_t addresses_ = 0;
};

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_CANONICAL_H_
