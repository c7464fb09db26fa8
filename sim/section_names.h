// Copyright 2026 The bindersim Authors
// SPDX-License-Identifier: Apache-2.0
//
// The sections of a flow by name. A frame names them in an enum of its own,
//
//   enum class Section : uint8_t { kLock, kFind, kDone };
//
// or an unscoped one, whose values its member `section` holds; the names are
// the enumerators' own, so that there is no second list to keep.

#ifndef BINDERSIM_SIM_SECTION_NAMES_H_
#define BINDERSIM_SIM_SECTION_NAMES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bindersim::sim {

// Values above this have no name.
inline constexpr size_t kMostSections = 64;

namespace section_names_internal {

// "kLock", from what the compiler calls this very function; empty for a value
// that is no enumerator.
template <auto kValue>
constexpr std::string_view EnumeratorName() {
  std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::string_view kBefore = "kValue = ";
  text.remove_prefix(text.find(kBefore) + kBefore.size());
  text = text.substr(0, text.find_first_of(";]"));
  if (text.find(')') != std::string_view::npos) return {};  // "(Section)7"
  return text.substr(text.rfind(':') + 1);
}

template <class Enum, size_t... kValues>
constexpr std::array<std::string_view, kMostSections> Names(
    std::index_sequence<kValues...>) {
  return {EnumeratorName<static_cast<Enum>(kValues)>()...};
}

template <class Enum>
inline constexpr std::array<std::string_view, kMostSections> kNames =
    Names<Enum>(std::make_index_sequence<kMostSections>());

}  // namespace section_names_internal

// The enumerator's name, empty if `value` is none.
template <class Enum>
std::string_view SectionName(uint32_t value) {
  if (value >= kMostSections) return {};
  return section_names_internal::kNames<Enum>[value];
}

}  // namespace bindersim::sim

#endif  // BINDERSIM_SIM_SECTION_NAMES_H_
