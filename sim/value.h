// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0

// State as values: how a struct of the world is compared and hashed.
//
//   struct Ref {
//     uint32_t desc = 0;
//     NodeId node;
//     std::vector<Death> deaths;
//
//     auto Fields() const { return std::tie(desc, node, deaths); }
//     bool operator==(const Ref&) const = default;
//   };
//   Hash128 hash = HashOf(ref);
//
// Fields() names every member in order of declaration; forgetting one, or one
// too many, does not compile. A class with private members provides
//   void AddTo(Hasher& hasher) const { hasher.Add(a_); hasher.Add(b_); }
// instead, and answers for its completeness itself.
//
// What can be hashed: integers, bool, enums, std::chrono durations and time
// points, strings, std::optional, pair, tuple, variant, monostate, array,
// vector, deque, ordered sets and maps (std:: or absl::btree_), Hash128, and
// whatever has Fields() or AddTo(). What cannot, on purpose: floating point,
// pointers, and unordered containers, since their bytes or their order are not
// the same in every run.
//
// The hash of a value is the same on every machine and with every compiler:
// integers go in as little-endian bytes of their own width, the size of a
// sequence goes before its elements, an alternative's index before its value.

#ifndef BINDERSIM_SIM_VALUE_H_
#define BINDERSIM_SIM_VALUE_H_

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sim/check.h"
#include "sim/hash128.h"
#include "sim/members.h"

namespace bindersim::sim {

class Hasher;

// A struct that names its members.
template <class T>
concept HasFields = requires(const T& value) {
  value.Fields();
};

// A class that hashes itself.
template <class T>
concept HasAddTo = requires(const T& value, Hasher& hasher) {
  value.AddTo(hasher);
};

// Whether T::Fields() returns references to all members, in order of
// declaration. If the number is wrong the compiler stops here, and its message
// says how many members there are.
template <HasFields T>
constexpr bool FieldsNameAllMembers() {
  using Fields = decltype(std::declval<const T&>().Fields());
  constexpr size_t kCount = std::tuple_size_v<Fields>;
  if constexpr (kCount == 0) {
    return std::is_empty_v<T>;
  } else {
    return std::is_same_v<Fields, decltype(TieMembers<kCount>(
                                      std::declval<const T&>()))>;
  }
}

namespace internal {

template <class T>
inline constexpr bool kIsScalar = std::is_integral_v<T> || std::is_enum_v<T>;

template <class T>
inline constexpr bool kIsChrono = false;
template <class Rep, class Period>
inline constexpr bool kIsChrono<std::chrono::duration<Rep, Period>> =
    std::is_integral_v<Rep>;
template <class Clock, class Span>
inline constexpr bool kIsChrono<std::chrono::time_point<Clock, Span>> =
    kIsChrono<Span>;

template <class T>
inline constexpr bool kIsArray = false;
template <class T, size_t kSize>
inline constexpr bool kIsArray<std::array<T, kSize>> = true;

template <class T>
inline constexpr bool kIsTuple = false;
template <class A, class B>
inline constexpr bool kIsTuple<std::pair<A, B>> = true;
template <class... Ts>
inline constexpr bool kIsTuple<std::tuple<Ts...>> = true;

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsVariant = false;
template <class... Ts>
inline constexpr bool kIsVariant<std::variant<Ts...>> = true;

template <class T>
inline constexpr bool kIsVector = false;
template <class T, class A>
inline constexpr bool kIsVector<std::vector<T, A>> = !std::is_same_v<T, bool>;

template <class T>
inline constexpr bool kIsSequence = kIsVector<T>;
template <class A>
inline constexpr bool kIsSequence<std::vector<bool, A>> = true;
template <class T, class A>
inline constexpr bool kIsSequence<std::deque<T, A>> = true;

// std::set, std::map, their multi forms, and absl's btree containers.
template <class T>
concept OrderedContainer = requires(const T& value) {
  typename T::key_type;
  typename T::key_compare;
  value.size();
  value.begin();
  value.end();
};

// Whether the bytes of a T in memory are exactly what hashing it piece by piece
// would append. Then arrays of T are hashed in one go.
template <class T>
constexpr bool IsFlat();

template <class... Ts>
constexpr bool AllFlat(std::type_identity<std::tuple<Ts...>>) {
  return (IsFlat<std::remove_cvref_t<Ts>>() && ...);
}

template <class T>
constexpr bool IsFlat() {
  if constexpr (sizeof(T) != 1 && std::endian::native != std::endian::little) {
    return false;
  } else if constexpr (kIsScalar<T> || kIsChrono<T>) {
    return true;
  } else if constexpr (!std::has_unique_object_representations_v<T>) {
    return false;
  } else if constexpr (kIsArray<T>) {
    return IsFlat<typename T::value_type>();
  } else if constexpr (HasFields<T> && !HasAddTo<T>) {
    return FieldsNameAllMembers<T>() &&
           AllFlat(std::type_identity<
                   decltype(std::declval<const T&>().Fields())>());
  } else {
    return false;
  }
}

// Whether Add() has a rule for T. Elements are judged when they are added, so
// that a struct may contain a vector of itself.
template <class T>
concept HasHashRule =
    kIsScalar<T> || kIsChrono<T> || kIsArray<T> || kIsTuple<T> ||
    kIsOptional<T> || kIsVariant<T> || kIsSequence<T> || OrderedContainer<T> ||
    std::is_same_v<T, std::monostate> || std::is_same_v<T, std::string> ||
    std::is_same_v<T, std::string_view> || HasFields<T> || HasAddTo<T>;

}  // namespace internal

// Whether a T can be hashed.
template <class T>
concept Hashable = internal::HasHashRule<T>;

// Gathers values into one hash. What is added, and in which order, decides the
// result; Add(a), Add(b) differs from Add(b), Add(a).
class Hasher {
 public:
  template <Hashable T>
  Hasher& Add(const T& value) {
    if constexpr (HasAddTo<T>) {
      value.AddTo(*this);
    } else if constexpr (internal::kIsScalar<T> || internal::kIsChrono<T>) {
      AddScalar(value);
    } else if constexpr (HasFields<T>) {
      AddFields(value);
    } else if constexpr (std::is_same_v<T, std::string> ||
                         std::is_same_v<T, std::string_view>) {
      AddSize(value.size());
      bytes_.Append(value.data(), value.size());
    } else if constexpr (internal::kIsArray<T>) {
      AddElements(value);
    } else if constexpr (internal::kIsSequence<T> ||
                         internal::OrderedContainer<T>) {
      AddSize(value.size());
      AddElements(value);
    } else if constexpr (internal::kIsOptional<T>) {
      AddScalar(value.has_value());
      if (value.has_value()) Add(*value);
    } else if constexpr (internal::kIsVariant<T>) {
      AddScalar(static_cast<uint32_t>(value.index()));
      std::visit([&](const auto& alternative) { this->Add(alternative); },
                 value);
    } else if constexpr (internal::kIsTuple<T>) {
      std::apply([&](const auto&... parts) { (this->Add(parts), ...); }, value);
    }
    // What is left is std::monostate, which has nothing to add.
    return *this;
  }

  // Bytes as they are, without their number.
  Hasher& AddBytes(std::span<const std::byte> bytes) {
    bytes_.Append(bytes.data(), bytes.size());
    return *this;
  }

  // The size of a sequence that the caller adds element by element.
  Hasher& AddSize(size_t size) {
    AddScalar(static_cast<uint64_t>(size));
    return *this;
  }

  // The hash of everything added so far.
  Hash128 Value() const { return bytes_.Value(); }

 private:
  template <class T>
  void AddScalar(const T& value) {
    if constexpr (internal::IsFlat<T>()) {
      bytes_.Append(&value, sizeof(T));
    } else if constexpr (std::is_enum_v<T>) {
      AddScalar(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::is_integral_v<T>) {
      AddBigEndianInteger(value);
    } else if constexpr (requires { value.time_since_epoch(); }) {
      AddScalar(value.time_since_epoch().count());
    } else {
      AddScalar(value.count());
    }
  }

  template <class T>
  void AddBigEndianInteger(T value) {
    std::array<unsigned char, sizeof(T)> bytes;
    for (size_t i = 0; i < sizeof(T); ++i) {
      bytes[i] = static_cast<unsigned char>(
          static_cast<std::make_unsigned_t<T>>(value) >> (8 * i));
    }
    bytes_.Append(bytes.data(), bytes.size());
  }

  template <class T>
  void AddFields(const T& value) {
    static_assert(FieldsNameAllMembers<T>(),
                  "Fields() must name every member, in order of declaration");
    if constexpr (internal::IsFlat<T>()) {
      bytes_.Append(&value, sizeof(T));
    } else {
      const auto fields = value.Fields();
      if constexpr (std::tuple_size_v<decltype(fields)> != 0) {
        SIM_DCHECK(SameMembers(
            fields, TieMembers<std::tuple_size_v<decltype(fields)>>(value)))
            << "Fields() names a member twice";
      }
      Add(fields);
    }
  }

  // Two members of equal type could be swapped or repeated in Fields() without
  // changing its type. Their addresses tell.
  template <class... Ts>
  static bool SameMembers(const std::tuple<Ts...>& named,
                          const std::tuple<Ts...>& actual) {
    return [&]<size_t... kIndex>(std::index_sequence<kIndex...>) {
      return ((std::addressof(std::get<kIndex>(named)) ==
               std::addressof(std::get<kIndex>(actual))) &&
              ...);
    }
    (std::index_sequence_for<Ts...>());
  }

  template <class T>
  void AddElements(const T& sequence) {
    using Element = typename T::value_type;
    constexpr bool kContiguous =
        internal::kIsVector<T> || internal::kIsArray<T>;
    if constexpr (kContiguous && internal::IsFlat<Element>()) {
      bytes_.Append(sequence.data(), sequence.size() * sizeof(Element));
    } else {
      for (const auto& element : sequence) {
        Add(static_cast<const Element&>(element));
      }
    }
  }

  ByteHasher bytes_;
};

// The hash of one value.
template <Hashable T>
Hash128 HashOf(const T& value) {
  Hasher hasher;  // Hasher() would fill its buffers with zeros
  return hasher.Add(value).Value();
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_VALUE_H_
